"""Calls and needs to proposals."""
