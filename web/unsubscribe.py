"""Stopping the weekly letter from the letter itself, without signing in (reliability C4, RFC 8058).

Opening the address changes nothing; the button, or a mail program's one click, does. An address of somebody who
is no longer in the profile gets the same pages and changes nothing (W-09).
"""

from datetime import timedelta
from enum import StrEnum

from starlette.responses import Response

from notifier.errors import BadLink
from notifier.links import Links
from profiles.model import ContactPerson
from storage import subscriptions
from storage.database import writing
from texts import N_, Message
from web.context import WebContext
from web.names import Names
from web.queue import word
from web.render import page
from web.visit import Fields, Here, Refused, Visit

ONE_CLICK = ("List-Unsubscribe", "One-Click")
PAUSE = timedelta(weeks=4)
BAD_LINK = Message(
    text=N_(
        "Länken är inte hel. Använd länken i det senaste brevet, eller svara på brevet så hjälper vi till."
    )
)
UNKNOWN_CHOICE = Message(text=N_("Det gick inte att förstå vad som skulle göras. Inget har ändrats."))


class Choice(StrEnum):
    """What a reader can ask for on the page."""

    PAUSE = "pause"
    RESUME = "resume"


def ask_page(visit: Here, token: str) -> Response:
    """A button; looking changes nothing (W-01)."""
    person = _person(visit, token)
    return _page(visit, person, token, "ask")


def one_click(visit: Here, token: str, fields: Fields) -> Response:
    """Stop the letters, pause them, or take that back. Asking again changes nothing (W-04)."""
    person = _person(visit, token)
    choice = word(Choice, fields.get("choice"))
    name, value = ONE_CLICK
    if fields.getlist(name) != [value] and choice is None:
        raise Refused(400, UNKNOWN_CHOICE)
    if person is not None:
        with writing(visit.context.engine) as conn:
            if choice is Choice.RESUME:
                subscriptions.resume(conn, visit.context.tenant, person.key, visit.now)
            elif choice is Choice.PAUSE:
                subscriptions.pause(conn, visit.context.tenant, person.key, visit.now + PAUSE, visit.now)
            else:
                subscriptions.stop(conn, visit.context.tenant, person.key, visit.now)
    return _page(visit, person, token, choice.value if choice else "stopped")


def _page(visit: Visit, person: ContactPerson | None, token: str, step: str) -> Response:
    return page(
        visit,
        "unsubscribe/unsubscribe.html",
        names=Names(visit),
        token=token,
        step=step,
        until=visit.now + PAUSE,
        flash=None,
    )


def _person(visit: Visit, token: str) -> ContactPerson | None:
    """Whose address it is; None for somebody the profile no longer has.

    Raises:
        Refused: 404, when the address was altered or is for something else (W-06, W-07).
    """
    try:
        key = links(visit.context).read_unsubscribe(token)
    except BadLink as failure:
        raise Refused(404, BAD_LINK) from failure
    people = visit.profile.people if visit.profile else ()
    return next((person for person in people if person.key == key), None)


def links(context: WebContext) -> Links:
    """The signed links of letters, as this installation makes them."""
    return Links(context.public_url, context.keys, context.tenant)
