"""Stopping letters, or one kind of them, from the letter itself, without signing in (reliability C4, RFC 8058).

Opening the address changes nothing; the button, or a mail program's one click, does. An address of somebody who
is no longer in the profile gets the same pages and changes nothing (W-09).
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import Connection
from starlette.responses import Response

from notifier.errors import BadLink
from notifier.links import Links
from notifier.model import OPERATOR, LetterKind
from storage import subscriptions, wishes
from storage.database import writing
from storage.wishes import Rhythm
from texts import N_, Message
from web.context import WebContext
from web.mail_kinds import KIND_SENTENCES
from web.mail_language import as_in_letters
from web.names import Names
from web.render import page
from web.selection import UNKNOWN_CHOICE, word
from web.visit import Fields, Here, Refused, Visit

ONE_CLICK = ("List-Unsubscribe", "One-Click")
PAUSE = timedelta(weeks=4)
BAD_LINK = Message(
    text=N_(
        "Länken är inte hel. Använd länken i det senaste brevet, eller svara på brevet så hjälper vi till."
    )
)


class Choice(StrEnum):
    """What a reader can ask for on the page."""

    PAUSE = "pause"
    MONTHLY = "monthly"
    WEEKLY = "weekly"
    RESUME = "resume"


RHYTHMS = {Choice.MONTHLY: Rhythm.MONTHLY, Choice.WEEKLY: Rhythm.WEEKLY}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Whose address it is, and which kind of mail it stops; None for all letters.

    Attributes:
        key: None for somebody the profile no longer has.
    """

    key: str | None
    kind: LetterKind | None = None


def ask_page(visit: Here, token: str) -> Response:
    """A button; looking changes nothing (W-01)."""
    return _page(visit, _asked(visit, token), token, "ask")


def one_click(visit: Here, token: str, fields: Fields) -> Response:
    """Stop the letters, pause them, or take that back. Asking again changes nothing (W-04)."""
    asked = _asked(visit, token)
    choice = word(Choice, fields.get("choice"))
    name, value = ONE_CLICK
    if fields.getlist(name) != [value] and choice is None:
        raise Refused(400, UNKNOWN_CHOICE)
    if asked.key is not None:
        with writing(visit.context.engine) as conn:
            if asked.kind is None:
                _change_all(conn, visit, asked.key, choice)
            else:
                _change_kind(conn, visit, asked.key, asked.kind, choice)
    return _page(visit, asked, token, choice.value if choice else "stopped")


def _change_all(conn: Connection, visit: Visit, key: str, choice: Choice | None) -> None:
    """All letters: stopped, paused, in another rhythm, or as before."""
    tenant, now = visit.context.tenant, visit.now
    if choice is Choice.PAUSE:
        subscriptions.pause(conn, tenant, key, now + PAUSE, now)
    elif choice is None:
        subscriptions.stop(conn, tenant, key, now)
    else:
        subscriptions.resume(conn, tenant, key, now)
    if choice in RHYTHMS:
        chosen = replace(wishes.of(conn, tenant, key), rhythm=RHYTHMS[choice])
        wishes.choose(conn, tenant, key, chosen, now, channel=subscriptions.FROM_LETTER)


def _change_kind(conn: Connection, visit: Visit, key: str, kind: LetterKind, choice: Choice | None) -> None:
    """One kind: switched off, or on again; a pause or another rhythm is not about one kind."""
    if choice not in (None, Choice.RESUME):
        raise Refused(400, UNKNOWN_CHOICE)
    before = wishes.of(conn, visit.context.tenant, key)
    without = before.without - {kind} if choice else before.without | {kind}
    chosen = replace(before, without=frozenset(without))
    wishes.choose(conn, visit.context.tenant, key, chosen, visit.now, channel=subscriptions.FROM_LETTER)


def _page(visit: Visit, asked: Asked, token: str, step: str) -> Response:
    people = visit.profile.people if visit.profile else ()
    visit = as_in_letters(visit, next((one for one in people if one.key == asked.key), None))
    return page(
        visit,
        "unsubscribe/unsubscribe.html",
        names=Names(visit),
        token=token,
        step=step,
        kind=asked.kind,
        kinds=KIND_SENTENCES,
        until=visit.now + PAUSE,
    )


def _asked(visit: Visit, token: str) -> Asked:
    """Whose address it is, and what it stops.

    Raises:
        Refused: 404, when the address was altered or is for something else (W-06, W-07).
    """
    try:
        key, kind = links(visit.context).read_stop(token)
    except BadLink as failure:
        raise Refused(404, BAD_LINK) from failure
    people = visit.profile.people if visit.profile else ()
    known = key in {person.key for person in people} or (key == OPERATOR and kind is LetterKind.ALARM)
    return Asked(key=key if known else None, kind=kind)


def links(context: WebContext) -> Links:
    """The signed links of letters, as this installation makes them."""
    return Links(context.public_url, context.keys, context.tenant)
