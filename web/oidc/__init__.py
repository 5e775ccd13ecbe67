"""Signing in with the municipality's own accounts: OpenID Connect, one issuer, the code flow with PKCE (F5)."""
