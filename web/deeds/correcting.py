"""A correction of what has gone out: asked for on a page that says who gets it, sent by a press."""

from fastapi import Request
from sqlalchemy import Connection
from starlette.responses import Response

from calls.model import Call
from matcher.model import MatchState, StoredMatch
from pipeline import correcting
from pipeline.correcting import NothingToCorrect
from storage import calls as stored_calls
from storage import matches as stored_matches
from storage.database import reading, writing
from storage.errors import SentTwice
from texts import N_, Message
from web.decisions import Fault
from web.flash import Flash, flash_page, go_on
from web.letters.desk import letter_context, silence
from web.names import Names
from web.review import UNKNOWN_MATCH
from web.visit import Fields, Here, Refused, Visit, number_of, text_of

NO_WORDS = Message(text=N_("Skriv vad som blev fel. Inget har skickats."))


def ask(visit: Here, request: Request) -> Response:
    """What was sent, who got it, and a field for what was wrong."""
    return _page(visit, number_of(request.query_params.get("traff")), "", [])


def send(visit: Here, fields: Fields) -> Response:
    """Send the correction to everybody who was told."""
    number, note = number_of(fields.get("traff")), text_of(fields.get("note"))
    if not note:
        return _page(visit, number, note, [Fault(field="note", message=NO_WORDS)])
    try:
        with writing(visit.context.engine) as conn:
            match, call = _known(visit, conn, number)
            correcting.correct(
                conn,
                letter_context(visit),
                match,
                call,
                by=visit.person.key,
                note=note,
                stopped=silence(visit, conn).persons,
                profile_version=visit.profile_version or None,
            )
    except (NothingToCorrect, SentTwice) as failure:
        return _page(visit, number, note, [Fault(field="note", message=failure.message)], status=409)
    return go_on(visit, f"/utlysning/{call.id}", Flash(deed="corrected"))


def _known(visit: Visit, conn: Connection, number: int) -> tuple[StoredMatch, Call]:
    match = stored_matches.get(conn, visit.context.tenant, number)
    call = stored_calls.get(conn, visit.context.tenant, match.match.call_id) if match else None
    if match is None or call is None or visit.profile is None:
        raise Refused(404, UNKNOWN_MATCH)
    return match, call


def _page(visit: Visit, number: int, note: str, faults: list[Fault], status: int = 0) -> Response:
    with reading(visit.context.engine) as conn:
        match, call = _known(visit, conn, number)
        told = correcting.told(conn, letter_context(visit), match, silence(visit, conn).persons)
    return flash_page(
        visit,
        "deeds/correct.html",
        status=status or (422 if faults else 200),
        names=Names(visit),
        match=match,
        call=call,
        told=told,
        can_be_sent=match.state is MatchState.SENT and bool(told.reached),
        note=note,
        faults=faults,
    )
