"""Calendar files: a private feed by its address, one call for those signed in, one call from a letter.

A feed names nobody: a person's holds what they follow and their own notes, a unit's what the unit follows and what
was accepted for it, without notes, since its address is passed around (W-44).
"""

import hashlib
from collections.abc import Mapping

from fastapi import Request
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from matcher.model import MatchState
from notifier.calendars import Entry, calendar_file
from notifier.errors import BadLink
from profiles.model import Role
from storage import answers_given, calendars, follows
from storage import calls as stored_calls
from storage import matches as stored_matches
from storage.calendars import Feed, FeedOf
from storage.database import reading
from texts import LANGUAGES
from web import presentation
from web.unsubscribe import links
from web.visit import Here, Visit, hashed, number_of, person_in_office

MEDIA_TYPE = "text/calendar; charset=utf-8"
LEFT_BY_MAIL_PROGRAMS = ">.,;:)=' \""
# Calendar programs keep the file and ask whether it has changed; shared caches keep nothing.
KEPT = {"Cache-Control": "private, no-cache"}


def feed(visit: Here, request: Request, token: str) -> Response:
    """A private calendar; 404 for an address that was never made, was revoked, or whose owner has left."""
    tenant = visit.context.tenant
    with reading(visit.context.engine) as conn:
        found = calendars.by_token(conn, tenant, hashed(token))
        if found is None:
            raise HTTPException(404)
        language, name, notes = _contents(visit, conn, found)
        entries = _entries(visit, conn, notes)
    content = calendar_file(entries, links(visit.context), language, visit.now, name=name)
    return _answer(request, content, "fondvakt")


def of_call(visit: Here, request: Request, call_id: str) -> Response:
    """One call's deadlines, for whoever may read the call."""
    return _one(visit, request, number_of(call_id), visit.language)


def from_letter(visit: Here, request: Request, token: str) -> Response:
    """One call's deadlines, from a signed link: nobody is named, nothing is changed by opening it."""
    try:
        bare = token.rstrip(LEFT_BY_MAIL_PROGRAMS).removesuffix(".ics")
        call_id, language = links(visit.context).read_calendar(bare)
    except BadLink as failure:
        raise HTTPException(404) from failure
    return _one(visit, request, call_id, language if language in LANGUAGES else LANGUAGES[0])


def _contents(visit: Visit, conn: Connection, found: Feed) -> tuple[str, str, Mapping[int, str]]:
    """The language and name of a feed, and the calls in it with the owner's notes."""
    if found.of is FeedOf.UNIT:
        unit = presentation.unit_of(visit.profile, found.owner)
        if unit is None:
            raise HTTPException(404)
        return LANGUAGES[0], f"Fondvakt – {unit.name}", dict.fromkeys(_of_unit(visit, conn, unit.key), "")
    person = person_in_office(visit.profile, found.owner, visit.now)
    if person is None:
        raise HTTPException(404)
    language = person.language if person.language in LANGUAGES else LANGUAGES[0]
    everybodys = person.role is Role.COORDINATOR
    return language, "Fondvakt", _of_person(visit, conn, person.key, everybodys=everybodys)


def _of_unit(visit: Visit, conn: Connection, unit: str) -> set[int]:
    """What the unit follows, and what was accepted for it."""
    tenant = visit.context.tenant
    followed = {one.call_id for one in follows.standing(conn, tenant) if one.unit == unit}
    accepted = stored_matches.find(conn, tenant, states=[MatchState.ACCEPTED])
    answered = {call_id for call_id, _note, of, _by in _interesting(visit, conn) if of == unit}
    return followed | answered | {one.match.call_id for one in accepted if one.match.unit == unit}


def _of_person(visit: Visit, conn: Connection, person: str, *, everybodys: bool) -> dict[int, str]:
    """What the person follows with their own notes; the coordinator has what any unit follows."""
    followed = follows.standing(conn, visit.context.tenant)
    found = {one.call_id: "" for one in followed if everybodys or one.person == person}
    for call_id, note, _unit, by in _interesting(visit, conn):
        if by == person:
            found[call_id] = found.get(call_id) or note
        elif everybodys:
            found.setdefault(call_id, "")
    return found


def _interesting(visit: Visit, conn: Connection) -> list[tuple[int, str, str, str]]:
    """Call, note, unit and person of every answer that says interesting or perhaps, the newest first."""
    given = [one.answer for one in answers_given.newest(conn, visit.context.tenant)]
    return [(a.call_id, a.note, a.unit, a.person) for a in given if a.kind in answers_given.FOLLOWED]


def _one(visit: Visit, request: Request, call_id: int, language: str) -> Response:
    with reading(visit.context.engine) as conn:
        entries = _entries(visit, conn, {call_id: ""})
    if not any(entry.stages for entry in entries):
        raise HTTPException(404)
    content = calendar_file(entries, links(visit.context), language, visit.now, name="Fondvakt")
    return _answer(request, content, f"utlysning-{call_id}")


def _entries(visit: Visit, conn: Connection, notes: Mapping[int, str]) -> list[Entry]:
    """The calls with everything that was read of them, and the notes."""
    found = stored_calls.find(conn, visit.context.tenant, notes)
    history = calendars.readings(conn, visit.context.tenant, notes)
    return [Entry(call=call, history=history.get(call.id, ()), note=notes[call.id]) for call in found]


def _answer(request: Request, content: bytes, name: str) -> Response:
    """The file, or word that the asker's copy is the same."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = KEPT | {"ETag": tag}
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    named = {"Content-Disposition": f'inline; filename="{name}.ics"'}
    return Response(content, media_type=MEDIA_TYPE, headers=headers | named)
