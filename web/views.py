"""Views of the queue that a person has saved: a name for a filter, theirs alone."""

from urllib.parse import parse_qsl

from starlette.responses import RedirectResponse, Response

from storage import audit, choices
from storage.audit import Event
from storage.database import writing
from texts import N_, Message
from web.flash import Flash, leave
from web.selection import selection
from web.visit import Fields, Here, Refused, Visit, own_path, text_of

NAME = "views"
MOST = 20
LONGEST = 60
NAMELESS = Message(text=N_("Ge vyn ett namn. Inget har sparats."))
TOO_MANY = Message(text=N_("Högst {most} vyer kan sparas. Ta bort någon först."), values={"most": MOST})


def saved(visit: Visit, conn) -> list[tuple[str, str]]:
    """Name and address of each, in the order of their names."""
    kept = choices.of_person(conn, visit.context.tenant, visit.person.key, NAME)
    return sorted((str(name), own_path(path)) for name, path in (kept or {}).items())


def keep(visit: Here, fields: Fields) -> Response:
    """Save the view that an address shows, or take a saved one away."""
    name = text_of(fields.get("namn"))[:LONGEST]
    path, _, query = own_path(fields.get("back")).partition("?")
    if not name:
        raise Refused(422, NAMELESS)
    asked = dict(parse_qsl(query))
    chosen = selection(asked, [asked.get("enhet", "")], [asked.get("program", "")], [asked.get("kalla", "")])
    with writing(visit.context.engine) as conn:
        views = dict(saved(visit, conn))
        if fields.get("gor") == "ta-bort":
            views.pop(name, None)
        else:
            views[name] = chosen.address(page=1)
        if len(views) > MOST:
            raise Refused(422, TOO_MANY)
        tenant, person = visit.context.tenant, visit.person.key
        choices.choose_for_person(conn, tenant, person, NAME, views, visit.now)
        event = Event(
            actor=person,
            channel="web",
            kind="choice",
            key=f"{person}/{NAME}",
            action="choose",
            after={"views": sorted(views)},
        )
        audit.record(conn, tenant, event, visit.now)
    response = RedirectResponse(chosen.address() if path == "/" else "/", status_code=303)
    leave(visit, response, Flash(deed="saved", units=()))
    return response
