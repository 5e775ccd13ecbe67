"""Making, renewing and revoking private calendar addresses. An address is shown once: only its hash is kept."""

import secrets
from dataclasses import dataclass
from enum import StrEnum

from starlette.responses import Response

from storage import calendars
from storage.audit import Event, record
from storage.calendars import Feed, FeedOf
from storage.database import reading, writing
from texts import N_, Message
from web.names import Names
from web.render import page
from web.selection import UNKNOWN_CHOICE, word
from web.visit import Fields, Here, Refused, Visit, hashed

NOT_YOURS = Message(text=N_("Den enhetens kalender sköts av enhetens egna personer och av samordnaren."))


class Deed(StrEnum):
    """What the page's buttons say."""

    RENEW = "renew"
    REVOKE = "revoke"


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """One calendar that the reader looks after; `feed` None while it has no address.

    Attributes:
        unit: key of the unit, empty for the reader's own.
        address: the new address, only right after it was made.
    """

    unit: str
    feed: Feed | None
    address: str = ""


def own(visit: Here) -> Response:
    """The reader's own calendar, and those of their units."""
    return _page(visit)


def change(visit: Here, fields: Fields) -> Response:
    """Give a calendar a new address, which is shown this once, or take its address away."""
    deed, unit = word(Deed, fields.get("deed")), str(fields.get("unit") or "")
    if deed is None:
        raise Refused(422, UNKNOWN_CHOICE)
    if unit and unit not in _units(visit):
        raise Refused(403, NOT_YOURS)
    of, owner = (FeedOf.UNIT, unit) if unit else (FeedOf.PERSON, visit.person.key)
    token = secrets.token_urlsafe(24)
    tenant, context = visit.context.tenant, visit.context
    with writing(context.engine) as conn:
        if deed is Deed.RENEW:
            had_one = calendars.renew(conn, tenant, of, owner, hashed(token), visit.person.key, visit.now)
            _note(visit, conn, of, owner, "renew" if had_one else "make")
        elif calendars.revoke(conn, tenant, of, owner, visit.now):
            _note(visit, conn, of, owner, "revoke")
    if deed is Deed.REVOKE:
        return _page(visit, gone=unit or visit.person.key)
    return _page(visit, new={unit: f"{context.public_url.rstrip('/')}/kalender/{token}.ics"})


def _note(visit: Visit, conn, of: FeedOf, owner: str, action: str) -> None:
    event = Event(
        actor=visit.person.key, channel="web", kind="calendar", key=f"{of.value}:{owner}", action=action
    )
    record(conn, visit.context.tenant, event, visit.now)


def _units(visit: Visit) -> list[str]:
    """Keys of the units whose calendar the reader looks after."""
    units = visit.profile.units if visit.profile else ()
    return [unit.key for unit in units if visit.may_see_unit(unit.key)]


def _page(visit: Visit, *, new: dict[str, str] | None = None, gone: str = "") -> Response:
    new = new or {}
    with reading(visit.context.engine) as conn:
        there = {(feed.of, feed.owner): feed for feed in calendars.feeds(conn, visit.context.tenant)}
    mine = Calendar(unit="", feed=there.get((FeedOf.PERSON, visit.person.key)), address=new.get("", ""))
    units = [
        Calendar(unit=key, feed=there.get((FeedOf.UNIT, key)), address=new.get(key, ""))
        for key in _units(visit)
    ]
    return page(
        visit,
        "calendars/own.html",
        names=Names(visit),
        calendars=[mine, *units],
        new=next(iter(new.values()), ""),
        gone=gone,
    )
