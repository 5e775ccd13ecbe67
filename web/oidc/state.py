"""What a browser keeps while its owner is away at the provider, and afterwards, until an account is linked.

Signed cookies of ten minutes. State, nonce and verifier are keyed hashes of a random token: the browser holds
the token, only we hold the key, and nothing is stored.
"""

from dataclasses import dataclass
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.responses import Response

from web.context import WebContext
from web.oidc.provider import Secrets
from web.oidc.tokens import Account
from web.render import drop_cookie, set_cookie
from web.visit import Visit, new_token, own_path, sealed

TEN_MINUTES = 600
AWAY, TO_LINK = "oidc", "account"


@dataclass(frozen=True, kw_only=True)
class Away:
    """Somebody is at the provider; `onto` is where they want to go afterwards."""

    secrets: Secrets
    onto: str


def begin(context: WebContext, onto: str) -> tuple[Away, str]:
    """A new sign-in, and what its browser keeps of it."""
    token = new_token()
    return Away(secrets=_secrets(context, token), onto=onto), _signer(context, AWAY).dumps([token, onto])


def returned(visit: Visit) -> Away | None:
    """The sign-in that this browser began, None when it began none or more than ten minutes ago."""
    kept = _kept(visit, AWAY)
    if not isinstance(kept, list) or len(kept) != 2 or not isinstance(kept[0], str):
        return None
    return Away(secrets=_secrets(visit.context, kept[0]), onto=own_path(kept[1]))


def account_to_link(visit: Visit) -> Account | None:
    """The account that this browser's owner has shown to be theirs, and that is nobody's here yet."""
    kept = _kept(visit, TO_LINK)
    if not isinstance(kept, list) or len(kept) != 3 or not all(isinstance(part, str) for part in kept):
        return None
    return Account(issuer=kept[0], subject=kept[1], shown=kept[2])


def keep_away(visit: Visit, response: Response, text: str) -> None:
    """Have the browser remember that it is away."""
    set_cookie(visit, response, visit.context.cookie(AWAY), text, max_age=TEN_MINUTES)


def keep_account(visit: Visit, response: Response, account: Account) -> None:
    """Have the browser remember an account until it is linked."""
    text = _signer(visit.context, TO_LINK).dumps([account.issuer, account.subject, account.shown])
    set_cookie(visit, response, visit.context.cookie(TO_LINK), text, max_age=TEN_MINUTES)


def forget_away(visit: Visit, response: Response) -> None:
    """A sign-in is answered once."""
    drop_cookie(visit, response, visit.context.cookie(AWAY))


def forget_account(visit: Visit, response: Response) -> None:
    """The account is linked, or is not to be."""
    drop_cookie(visit, response, visit.context.cookie(TO_LINK))


def _secrets(context: WebContext, token: str) -> Secrets:
    state, nonce, verifier = (
        sealed(context, f"oidc-{part}", token) for part in ("state", "nonce", "verifier")
    )
    return Secrets(state=state, nonce=nonce, verifier=verifier)


def _kept(visit: Visit, name: str) -> Any:
    text = visit.cookies.get(visit.context.cookie(name))
    if not text:
        return None
    try:
        return _signer(visit.context, name).loads(text, max_age=TEN_MINUTES)
    except BadSignature:
        return None


def _signer(context: WebContext, name: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(context.keys, salt=f"fondvakt/{name}")
