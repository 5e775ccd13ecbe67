"""Views of the queue or of the calls that a person has saved: a name for a filter, theirs alone."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from sqlalchemy import Connection
from starlette.responses import Response

from storage import audit, choices
from storage.audit import Event
from storage.database import writing
from texts import N_, Message, alphabetical
from web.flash import Flash, go_on
from web.selection import all_calls, selection
from web.visit import Fields, Here, Refused, Visit, own_path, text_of

QUEUE, CALLS = "/", "/utlysningar"
NAMES = {QUEUE: "views", CALLS: "call-views"}  # what is kept of each page
MOST = 20
LONGEST = 60
NAMELESS = Message(text=N_("Ge vyn ett namn. Inget har sparats."))
TOO_MANY = Message(text=N_("Högst {most} vyer kan sparas. Ta bort någon först."), values={"most": MOST})


def saved(visit: Visit, conn: Connection, of: str = QUEUE) -> list[tuple[str, str]]:
    """Name and address of each view of a page, in the order of their names."""
    kept = choices.of_person(conn, visit.context.tenant, visit.person.key, NAMES[of])
    views = [(str(name), own_path(path)) for name, path in (kept or {}).items()]
    return sorted(views, key=lambda view: alphabetical(view[0]))


def keep(visit: Here, fields: Fields) -> Response:
    """Save the view that an address shows, or take a saved one away."""
    name = text_of(fields.get("namn"))[:LONGEST]
    path, _, query = own_path(fields.get("back")).partition("?")
    of = CALLS if path == CALLS or not visit.is_coordinator else QUEUE
    if not name:
        raise Refused(422, NAMELESS)
    asked = dict(parse_qsl(query))
    address = _address(of, asked)
    with writing(visit.context.engine) as conn:
        views = dict(saved(visit, conn, of))
        if fields.get("gor") == "ta-bort":
            views.pop(name, None)
        else:
            views[name] = address
        if len(views) > MOST:
            raise Refused(422, TOO_MANY)
        tenant, person = visit.context.tenant, visit.person.key
        choices.choose_for_person(conn, tenant, person, NAMES[of], views, visit.now)
        event = Event(
            actor=person,
            channel="web",
            kind="choice",
            key=f"{person}/{NAMES[of]}",
            action="choose",
            after={"views": sorted(views)},
        )
        audit.record(conn, tenant, event, visit.now)
    return go_on(visit, address if path == of else of, Flash(deed="saved"))


def _address(of: str, asked: Mapping[str, str]) -> str:
    """The address of a view, its first page, without anything that is no filter."""
    chosen = selection(asked, [asked.get("enhet", "")], [asked.get("program", "")], [asked.get("kalla", "")])
    if of == QUEUE:
        return chosen.address(page=1)
    return all_calls(chosen.at(1), ours=asked.get("visa") == "vara")
