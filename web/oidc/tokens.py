"""Is an ID token the provider's word, for us, for this sign-in, now? Pure: keys and claims in, claims out (F5).

Stricter than the protocol asks: RS256 only, a known key id, one audience, RSA keys of 2048 bits or more.
"""

import hmac
import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from web.oidc.errors import SigninRefused

ALGORITHM = "RS256"
LEAST_BITS = 2048
LONGEST_TOKEN = 16_384
LONGEST_SUBJECT = 255
SLACK = timedelta(seconds=60)
OLDEST = timedelta(minutes=10)


class UnknownKey(SigninRefused):
    """The token names a key that the provider's list does not have; the list may be an old copy."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """Whom the provider vouches for.

    Attributes:
        issuer, subject: together the account's identity, and nothing else is: mail changes hands ("nOAuth").
        shown: a name to show its owner, in the provider's words; proves nothing.
    """

    issuer: str
    subject: str
    shown: str


def account_of(
    token: Any,
    keys: Sequence[Mapping[str, Any]],
    *,
    issuer: str,
    client_id: str,
    nonce: str,
    now: datetime,
) -> Account:
    """The account that an ID token stands for.

    Args:
        keys: the provider's published keys, as JSON Web Keys.

    Raises:
        UnknownKey: signed with a key that is not among them.
        SigninRefused: anything else that is not as it must be; the sentence is for the log.
    """
    if not isinstance(token, str) or not token.isascii() or len(token) > LONGEST_TOKEN:
        raise SigninRefused("no ID token, or too long a one")
    key = _key(_header(token), keys)
    try:
        claims = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
    except (JoseError, ValueError, RecursionError) as failure:
        raise SigninRefused(f"signature: {type(failure).__name__}") from failure
    _check(claims, issuer, client_id, nonce)
    _check_times(claims, now)
    shown = next((claims[n] for n in ("preferred_username", "email", "name") if _is_text(claims.get(n))), "")
    return Account(issuer=issuer, subject=claims["sub"], shown=shown[:LONGEST_SUBJECT])


def _header(token: str) -> dict[str, Any]:
    """The header, before anything is believed; what names keys or extensions of its own is refused."""
    first = token.partition(".")[0]
    try:
        header = json.loads(_decoded(first))
    except (ValueError, RecursionError) as failure:
        raise SigninRefused("header is no JSON") from failure
    if token.count(".") != 2 or not isinstance(header, dict):
        raise SigninRefused("not three parts with a header")
    if header.get("alg") != ALGORITHM:
        raise SigninRefused(f"algorithm {str(header.get('alg'))[:20]!r}")
    if header.get("typ", "JWT") != "JWT" or not header.keys().isdisjoint({"crit", "b64", "jwk", "jku"}):
        raise SigninRefused("header asks for more than a signed token")
    return header


def _key(header: Mapping[str, Any], keys: Sequence[Mapping[str, Any]]) -> RSAKey:
    wanted = header.get("kid")
    if not _is_text(wanted):
        raise SigninRefused("no key id")
    named = [key for key in keys if isinstance(key, Mapping) and key.get("kid") == wanted]
    if not named:
        raise UnknownKey("unknown key id")
    found = named[0]
    fits = (
        found.get("kty") == "RSA"
        and found.get("use", "sig") == "sig"
        and found.get("alg", ALGORITHM) == ALGORITHM
    )
    if not fits or len(named) > 1:
        raise SigninRefused("the key is not one for RS256 signatures")
    try:
        bits = int.from_bytes(_decoded(found["n"])).bit_length()
        if bits < LEAST_BITS:
            raise SigninRefused(f"the key has {bits} bits")
        return RSAKey.import_key({name: found[name] for name in ("kty", "n", "e")})
    except (JoseError, KeyError, ValueError, TypeError, AttributeError) as failure:
        raise SigninRefused("the key cannot be read") from failure


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _check(claims: Mapping[str, Any], issuer: str, client_id: str, nonce: str) -> None:
    if claims.get("iss") != issuer:
        raise SigninRefused("another issuer")
    if claims.get("aud") not in (client_id, [client_id]):
        raise SigninRefused("another audience")
    if claims.get("azp", client_id) != client_id:
        raise SigninRefused("another authorized party")
    said = claims.get("nonce")
    if not _is_text(said) or not hmac.compare_digest(said.encode(), nonce.encode()):
        raise SigninRefused("another nonce")
    if not _is_text(claims.get("sub")) or len(claims["sub"]) > LONGEST_SUBJECT:
        raise SigninRefused("no subject")


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    at, slack = now.timestamp(), SLACK.total_seconds()
    ends, begins, made = claims.get("exp"), claims.get("nbf", 0), claims.get("iat")
    if not all(_is_number(moment) for moment in (ends, begins, made)):
        raise SigninRefused("times are no numbers")
    if ends <= at - slack:
        raise SigninRefused("expired")
    if begins > at + slack or made > at + slack:
        raise SigninRefused("not yet valid")
    if made < at - OLDEST.total_seconds():
        raise SigninRefused("made too long ago")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12
