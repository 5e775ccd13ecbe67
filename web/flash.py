"""A message carried over one redirect: what was just decided, and what an undo would need.

Signed, so that nobody else can put words on the page; kept ten minutes, shown once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.responses import RedirectResponse, Response

from texts import N_
from web.context import WebContext
from web.render import drop_cookie, page, set_cookie
from web.visit import Visit

TEN_MINUTES = 600
COOKIE_BYTES = 3500


# Deeds that are about nothing but themselves.
TOLD = {
    "saved": N_("Sparat."),
    "corrected": N_("Rättelsen ligger i utkorgen och går vid nästa sändning."),
    "draft-saved": N_("Utkastet är sparat."),
    "draft-on-top": N_("Dina ändringar ligger nu ovanpå det som gäller. Granska dem igen."),
    "proposed": N_("Föreslaget för samordnaren."),
    "published": N_("Publicerat. Utlysningarna matchas om nu."),
    "restored": N_("Den äldre versionen gäller igen. Utlysningarna matchas om nu."),
    "taken-back-version": N_("Ändringen är ångrad. Utlysningarna matchas om nu."),
    "returned": N_("Skickat tillbaka med dina ord."),
    "withdrawn": N_("Utkastet är kastat."),
    "taken-back": N_("Förslaget är ett utkast igen."),
    "judged": N_("Sparat bland de bedömda paren."),
    "learning-changed": N_("Sparat. Det märks vid nästa matchning."),
}
# Deeds about one call, for some units.
DONE = {
    "accept": N_("Godkänd för {units}."),
    "refer": N_("Skickad till referensgruppen för {units}."),
    "forward": N_("Skickad till {units}."),
    "reject": N_("Avvisad för {units}."),
    "later": N_("Uppskjuten till {day} för {units}."),
    "undo": N_("Ångrat för {units}."),
}


@dataclass(frozen=True, kw_only=True)
class Flash:
    """What was just done.

    Attributes:
        deed: accept, reject, later or undo.
        units: keys of the units it was done for.
        undo: "match:stamp:state before" of each match; empty when it cannot be undone.
        until: ISO day that something was put off to, empty otherwise.
        calls: how many calls were decided together, 0 for a decision about one.
        bulk: the number that takes all of them back, 0 for none.
        left: how many were left as somebody else decided them meanwhile.
    """

    deed: str
    units: tuple[str, ...] = ()
    undo: tuple[str, ...] = ()
    until: str = ""
    calls: int = 0
    bulk: int = 0
    left: int = 0


def go_on(visit: Visit, path: str, message: Flash | None) -> Response:
    """After a form: on to a page of ours, which shows the message; None for nothing to say."""
    response = RedirectResponse(path, status_code=303)
    if message is not None:
        text = _written(visit, message)
        set_cookie(visit, response, "fondvakt-flash", text, max_age=TEN_MINUTES)
    return response


def flash_page(visit: Visit, template: str, **values: Any) -> Response:
    """A page that shows, once, the message that the last one left. Arguments as for `page`."""
    response = page(visit, template, flash=_picked_up(visit), **values)
    if visit.cookies.get("fondvakt-flash"):
        drop_cookie(visit, response, "fondvakt-flash")
    return response


def _picked_up(visit: Visit) -> Flash | None:
    """The message that the last page left, None when there is none."""
    text = visit.cookies.get("fondvakt-flash")
    if not text or visit.person is None:
        return None
    try:
        deed, units, undo, until, *numbers = _signer(visit.context).loads(text, max_age=TEN_MINUTES)
        calls, bulk, left = (int(number) for number in numbers)
    except (BadSignature, TypeError, ValueError):
        return None
    return Flash(
        deed=deed,
        units=_texts(units),
        undo=_texts(undo),
        until=str(until),
        calls=calls,
        bulk=bulk,
        left=left,
    )


def _written(visit: Visit, message: Flash) -> str:
    signer = _signer(visit.context)
    numbers = [message.calls, message.bulk, message.left]
    text = signer.dumps([message.deed, message.units, message.undo, message.until, *numbers])
    if len(text) > COOKIE_BYTES:  # too much to carry: the deed is told, and undone on the calls' own pages
        text = signer.dumps([message.deed, message.units[:20], [], message.until, *numbers])
    return text


def _signer(context: WebContext) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(context.keys, salt="fondvakt/flash")


def _texts(values: Sequence[Any]) -> tuple[str, ...]:
    return tuple(str(value) for value in values)
