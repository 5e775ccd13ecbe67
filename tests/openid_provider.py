"""A small real OpenID provider: discovery, keys, an authorization endpoint and a token endpoint, over HTTP.

It signs with its own keys, checks the client's secret and the PKCE verifier, and gives each code out once. A test
can have it lie: `forge` changes the token it signs, `answer` the whole answer of an address.
"""

import json
import secrets
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "fondvakt", "a-secret-of-tests"
Claims = dict[str, Any]


@dataclass
class OpenIdProvider:
    """What a test reaches for.

    Attributes:
        now: the clock of the tokens.
        account: who is signed in at the provider.
        forge: makes the ID token out of the right header and claims; None signs them as they are.
        more_keys: published beside the keys it signs with.
        answers: path to what is answered instead, or a function that answers.
        asked: paths asked, in order.
    """

    now: Callable[[], datetime]
    url: str = ""
    keys: list[RSAKey] = field(default_factory=list)
    account: Claims = field(
        default_factory=lambda: {"sub": "a1b2", "preferred_username": "eva@exempelstad.example"}
    )
    forge: Callable[[Claims, Claims], str] | None = None
    more_keys: list[Claims] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    codes: dict[str, Claims] = field(default_factory=dict)

    @property
    def key(self) -> RSAKey:
        """The key it signs with now."""
        return self.keys[-1]

    def rotate(self) -> None:
        """Sign with a new key from now on; the old one is published no longer."""
        self.keys[:] = [a_key("second")]

    def claims(self, nonce: str) -> Claims:
        """The claims of an honest ID token."""
        at = int(self.now().timestamp())
        return {
            "iss": self.url,
            "aud": CLIENT,
            "nonce": nonce,
            "iat": at,
            "nbf": at,
            "exp": at + 300,
        } | self.account

    def token(self, nonce: str) -> str:
        """An ID token, honest unless the test wants another."""
        header = {"alg": "RS256", "typ": "JWT", "kid": self.key.kid}
        if self.forge is not None:
            return self.forge(header, self.claims(nonce))
        return jwt.encode(header, self.claims(nonce), self.key)

    def consent(self, address: str) -> str:
        """What a person's browser does there: the address that it is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return (
            f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.url})}"
        )

    def exchange(self, form: Claims, authorization: str) -> tuple[int, Claims]:
        """A code for a token: once, for the client that asked, with the verifier of the challenge."""
        client, _, secret = b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        asked = self.codes.pop(form.get("code", ""), None)
        if (unquote(client), unquote(secret)) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        challenge = (
            urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        )
        if (
            asked is None
            or challenge != asked["code_challenge"]
            or form["redirect_uri"] != asked["redirect_uri"]
        ):
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": self.token(asked["nonce"])}

    def about(self) -> Claims:
        """Discovery."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }

    def key_set(self) -> Claims:
        """What tokens are checked with."""
        keys = [key.as_dict(private=False) | {"kid": key.kid} for key in self.keys]
        return {"keys": keys + self.more_keys}


@cache
def a_key(name: str, bits: int = 2048) -> RSAKey:
    """A key under a name; made once, for making keys takes time."""
    pem = rsa.generate_private_key(65537, bits).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    return RSAKey.import_key(pem, {"kid": name, "use": "sig"})


@contextmanager
def running_provider(now: Callable[[], datetime]) -> Iterator[OpenIdProvider]:
    """A provider that answers on a free port of this machine."""
    provider = OpenIdProvider(now=now, keys=[a_key("first")])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.consent(f"{provider.url}{self.path}"))
                self.end_headers()
                return
            found = {"/.well-known/openid-configuration": provider.about, "/keys": provider.key_set}.get(path)
            self._answer(path, lambda: (200, found()) if found else (404, {}))

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
            self._answer("/token", lambda: provider.exchange(form, self.headers.get("Authorization", "")))

        def _answer(self, path: str, honest: Callable[[], tuple[int, Claims]]) -> None:
            provider.asked.append(path)
            instead = provider.answers.get(path)
            status, content = instead() if callable(instead) else instead or honest()
            body = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    provider.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()


def dripping(seconds: float) -> Callable[[], tuple[int, bytes]]:
    """An answer that takes its time."""

    def answer() -> tuple[int, bytes]:
        time.sleep(seconds)
        return 200, b"{}"

    return answer
