"""One OpenID provider: where to send a person, and whom it says came back.

Discovery and keys come from the pinned issuer's own origin; nothing that a token or a request says leads us
anywhere else. They are kept for an hour; an unknown key id fetches the keys anew, at most once a minute (W-27).
"""

import threading
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from web.oidc.errors import ProviderUnreachable, SigninRefused
from web.oidc.tokens import Account, UnknownKey, account_of
from web.oidc.transport import Ask, Request, ask

KEPT = timedelta(hours=1)
AGAIN = timedelta(minutes=1)
DISCOVERY = "/.well-known/openid-configuration"
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
SCOPE = "openid profile email"


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """What belongs to one sign-in and to nobody else's."""

    state: str
    nonce: str
    verifier: str


@dataclass
class _Known:
    """What has been fetched, and when."""

    about: Mapping[str, str] | None = None
    about_at: datetime | None = None
    keys: list[Mapping[str, Any]] = field(default_factory=list)
    keys_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Provider:
    """The municipality's provider.

    Attributes:
        issuer: its identity, exactly as it writes it.
        client_id, client_secret: what it knows us by.
        redirect_uri: where it sends people back to.
        ask: asks an address; handed in by tests.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    ask: Ask = ask
    _known: _Known = field(default_factory=_Known, repr=False, compare=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def way_in(self, secrets: Secrets, now: datetime, language: str) -> str:
        """The address that a person's browser is sent to. Raises ProviderUnreachable."""
        asked = {
            "response_type": "code",
            "response_mode": "query",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": SCOPE,
            "state": secrets.state,
            "nonce": secrets.nonce,
            "code_challenge": create_s256_code_challenge(secrets.verifier),
            "code_challenge_method": "S256",
            "ui_locales": language,
        }
        address = self._about(now)["authorization_endpoint"]
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"

    def account(self, code: str, secrets: Secrets, now: datetime) -> Account:
        """Whom the provider vouches for, in exchange for the code that came back.

        Raises:
            SigninRefused: it vouches for nobody whom we can accept.
        """
        about = self._about(now)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": secrets.verifier,
        }
        answer = self.ask(self._token_request(about, form))
        expected = {"issuer": self.issuer, "client_id": self.client_id, "nonce": secrets.nonce, "now": now}
        try:
            return account_of(answer.get("id_token"), self._keys(now), **expected)
        except UnknownKey:
            if self._known.keys_at is not None and now - self._known.keys_at < AGAIN:
                raise
            return account_of(answer.get("id_token"), self._keys(now, anew=True), **expected)

    def _token_request(self, about: Mapping[str, str], form: dict[str, str]) -> Request:
        """The secret goes in the header unless the provider takes it in the form only."""
        if about["token_endpoint_auth"] == "client_secret_post":
            form |= {"client_id": self.client_id, "client_secret": self.client_secret}
            return Request(url=about["token_endpoint"], form=form)
        pair = f"{quote(self.client_id, safe='')}:{quote(self.client_secret, safe='')}"
        header = f"Basic {b64encode(pair.encode()).decode()}"
        return Request(url=about["token_endpoint"], form=form, authorization=header)

    def _about(self, now: datetime) -> Mapping[str, str]:
        with self._lock:
            if self._known.about is None or _is_old(self._known.about_at, now):
                found = self.ask(Request(url=f"{self.issuer.rstrip('/')}{DISCOVERY}"))
                self._known.about, self._known.about_at = self._checked(found), now
            return self._known.about

    def _keys(self, now: datetime, *, anew: bool = False) -> list[Mapping[str, Any]]:
        about = self._about(now)
        with self._lock:
            if anew or _is_old(self._known.keys_at, now):
                keys = self.ask(Request(url=about["jwks_uri"])).get("keys")
                if not isinstance(keys, list) or not keys:
                    raise ProviderUnreachable("the provider publishes no keys")
                self._known.keys, self._known.keys_at = keys, now
            return self._known.keys

    def _checked(self, found: Mapping[str, Any]) -> Mapping[str, str]:
        if found.get("issuer") != self.issuer:
            raise SigninRefused(f"discovery names another issuer: {str(found.get('issuer'))[:200]!r}")
        about = {name: str(found.get(name) or "") for name in ENDPOINTS}
        for name, address in about.items():
            if _origin(address) != _origin(self.issuer):
                raise SigninRefused(f"{name} lies outside the issuer's own address")
        ways = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        takes_header = "client_secret_basic" in ways
        return about | {
            "token_endpoint_auth": "client_secret_basic" if takes_header else "client_secret_post"
        }


def _is_old(fetched: datetime | None, now: datetime) -> bool:
    return fetched is None or not timedelta(0) <= now - fetched < KEPT


def _origin(address: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(address)
    return parts.scheme, parts.hostname, parts.port
