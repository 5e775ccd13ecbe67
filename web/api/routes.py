"""The paths of the API. Each asks for one scope; storage writes the history of what is changed."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import AwareDatetime
from sqlalchemy import Connection

from calls.model import Call
from matcher.model import Band, MatchState, StoredMatch, Verdict
from notifier.weeks import local_day
from pipeline import deciding
from pipeline.deciding import AlreadySent
from profiles.model import Profile
from storage import answers_given
from storage import calls as stored_calls
from storage import matches as stored_matches
from storage.answers_given import Answer, AnswerKind
from storage.api_tokens import Scope
from storage.database import reading, writing
from texts import N_, Message
from web.api import said, shapes
from web.api.entry import Caller, caller
from web.api.errors import SENTENCES, ApiRefusal, language_of
from web.api.shapes import LARGEST, MOST_ROWS, One, Page, Pagination
from web.decisions import Intent, Wait, stamp
from web.queue import last_page

router = APIRouter()
CHANNEL = "api"
STALE = N_("Träffen har ändrats sedan du läste den. Läs den igen.")
UNKNOWN_UNIT = N_("Profilen har ingen enhet {unit}.")
UNKNOWN_PERSON = N_("{person} är inte kontaktperson för {unit}.")
REASON_NEEDED = N_("Ett nej behöver ett skäl.")
SAME_UNIT = N_("Ange en annan enhet i toUnit.")

Item = TypeVar("Item")
Reads = Annotated[Caller, Depends(caller(Scope.CALLS))]
ReadsMatches = Annotated[Caller, Depends(caller(Scope.MATCHES))]
ReadsProfile = Annotated[Caller, Depends(caller(Scope.PROFILE))]
Decides = Annotated[Caller, Depends(caller(Scope.DECIDE))]
Answers = Annotated[Caller, Depends(caller(Scope.ANSWER))]
PageNumber = Annotated[int, Query(ge=1, le=100_000, description="Which page; past the last one it is empty.")]
PageSize = Annotated[int, Query(alias="pageSize", ge=1, le=MOST_ROWS, description="How many on a page.")]
Since = Annotated[
    AwareDatetime | None, Query(description="Only what has come or changed at this instant or later.")
]
CallId = Annotated[int, Path(alias="callId", ge=1, le=LARGEST, description="A call's `id`.")]
MatchId = Annotated[int, Path(alias="matchId", ge=1, le=LARGEST, description="A match's `id`.")]


class StatusFilter(StrEnum):
    """CommonGrants' words for a status."""

    FORECASTED = "forecasted"
    OPEN = "open"
    CLOSED = "closed"


@router.get("/calls", tags=["calls"])
def calls(
    by: Reads,
    status: StatusFilter | None = None,
    programme: Annotated[str | None, Query(max_length=60, description="A call's `programme`.")] = None,
    kind: shapes.OpportunityKind | None = None,
    since: Since = None,
    page: PageNumber = 1,
    page_size: PageSize = 50,
) -> Page[shapes.Opportunity]:
    """Calls and consultations, the newest first; with `since`, those whose `lastModifiedAt` is not before it."""
    with reading(by.context.engine) as conn:
        known = by.context.memory.board(conn, by.tenant, by.now).calls
    found = [
        call
        for call in known.values()
        if (status is None or said.STATUSES[call.status(by.now)] == status)
        and (programme is None or call.programme == programme)
        and (kind is None or said.kind_of(call) is kind)
        and (since is None or call.changed_at >= since)
    ]
    found.sort(key=lambda call: (call.first_seen_at, call.id), reverse=True)
    shown, pagination = _part(found, page, page_size)
    return Page(items=[said.opportunity(call, by) for call in shown], pagination_info=pagination)


@router.get("/calls/{callId}", tags=["calls"])
def call(by: Reads, call_id: CallId) -> One[shapes.OpportunityDetail]:
    """One call with its text."""
    with reading(by.context.engine) as conn:
        return One(data=said.opportunity_detail(_call(conn, by, call_id), by))


@router.get("/calls/{callId}/versions", tags=["calls"])
def versions(by: Reads, call_id: CallId) -> One[list[shapes.OpportunityVersion]]:
    """How a call has changed, the first version first."""
    with reading(by.context.engine) as conn:
        _call(conn, by, call_id)
        found = stored_calls.versions(conn, by.tenant, call_id)
    return One(data=[said.opportunity_version(version) for version in found])


@router.get("/matches", tags=["matches"])
def matches(
    by: ReadsMatches,
    state: MatchState | None = None,
    band: Band | None = None,
    unit: Annotated[str | None, Query(max_length=100, description="A unit's `key`.")] = None,
    call_id: Annotated[
        int | None, Query(alias="callId", ge=1, le=LARGEST, description="A call's `id`.")
    ] = None,
    page: PageNumber = 1,
    page_size: PageSize = 50,
) -> Page[shapes.MatchBrief]:
    """Matches in the queue, the strongest first."""
    with reading(by.context.engine) as conn:
        board = by.context.memory.board(conn, by.tenant, by.now)
    found = [
        (stored, row.call)
        for row in board.rows.values()
        for stored in row.matches
        if (state is None or stored.state is state)
        and (band is None or stored.match.band is band)
        and (unit is None or stored.match.unit == unit)
        and (call_id is None or stored.match.call_id == call_id)
    ]
    found.sort(key=lambda pair: (-pair[0].match.score, pair[0].id))
    shown, pagination = _part(found, page, page_size)
    return Page(items=[said.match_brief(*pair) for pair in shown], pagination_info=pagination)


@router.get("/matches/{matchId}", tags=["matches"])
def match(request: Request, by: ReadsMatches, match_id: MatchId) -> One[shapes.MatchDetail]:
    """One match with its reasons."""
    with reading(by.context.engine) as conn:
        stored = _match(conn, by, match_id)
        return One(data=said.match_detail(stored, _call_of(conn, by, stored), language_of(request)))


@router.get("/matches/{matchId}/decisions", tags=["decisions"])
def decisions(by: ReadsMatches, match_id: MatchId) -> One[list[shapes.DecisionShape]]:
    """Every decision of a match, the first one first."""
    with reading(by.context.engine) as conn:
        _match(conn, by, match_id)
        found = stored_matches.history(conn, by.tenant, match_id)
    return One(data=[said.decision(made) for made in found])


@router.post("/matches/{matchId}/decisions", status_code=201, tags=["decisions"])
def decide(by: Decides, match_id: MatchId, given: shapes.DecisionIn) -> One[shapes.MatchBrief]:
    """Add a decision. With `seen`, refused with 409 when the match no longer reads as it did then.

    What has been sent is settled: 409 too.
    """
    intent = Intent(
        verdict=given.verdict,
        reason=given.reason,
        note=given.note,
        wait=Wait.DAY if given.verdict is Verdict.LATER else None,
        day=given.until.isoformat() if given.until else "",
    )
    for fault in intent.faults(by.now):
        raise ApiRefusal(422, fault.message)
    with writing(by.context.engine) as conn:
        before = _match(conn, by, match_id)
        call = _call_of(conn, by, before)
        if given.seen is not None and given.seen != stamp(before, call):
            raise ApiRefusal(409, Message(text=STALE))
        try:
            (after,) = deciding.decide(conn, by.tenant, [before], intent.decision(by.token.actor, by.now))
        except AlreadySent as failure:
            raise ApiRefusal(409, failure.message) from failure
    return One(status=201, data=said.match_brief(after, call))


@router.get("/answers", tags=["answers"])
def answers(
    by: ReadsMatches, since: Since = None, page: PageNumber = 1, page_size: PageSize = 50
) -> Page[shapes.AnswerShape]:
    """What departments and companies have answered, the newest first."""
    with reading(by.context.engine) as conn:
        found = answers_given.newest(conn, by.tenant)
    found = [given for given in found if since is None or given.answer.at >= since]
    shown, pagination = _part(found, page, page_size)
    return Page(items=[said.answer(given) for given in shown], pagination_info=pagination)


@router.post("/calls/{callId}/answers", status_code=201, tags=["answers"])
def answer(by: Answers, call_id: CallId, given: shapes.AnswerIn) -> One[shapes.AnswerShape]:
    """Answer about a call for a unit. The same again changes nothing."""
    _check_answer(given, by.published()[1], local_day(by.now))
    with writing(by.context.engine) as conn:
        call = _call(conn, by, call_id)
        stored = answers_given.give(conn, by.tenant, _answer(given, call, by))
    return One(status=201, data=said.answer(stored))


@router.get("/profile", tags=["profile"])
def profile(by: ReadsProfile) -> One[shapes.ProfileShape]:
    """The published profile: priority areas, units and their needs."""
    return One(data=said.profile(*by.published()))


def _check_answer(given: shapes.AnswerIn, published: Profile, today: date) -> None:
    units = {unit.key for unit in published.units}
    for unit in (given.unit, given.to_unit):
        if unit is not None and unit not in units:
            raise ApiRefusal(422, Message(text=UNKNOWN_UNIT, values={"unit": unit}))
    if not any(p.key == given.person and given.unit in p.units for p in published.in_office(today)):
        raise ApiRefusal(
            422, Message(text=UNKNOWN_PERSON, values={"person": given.person, "unit": given.unit})
        )
    if given.kind is AnswerKind.NO and given.reason is None:
        raise ApiRefusal(422, Message(text=REASON_NEEDED))
    if given.kind is AnswerKind.FORWARD and given.to_unit in (None, given.unit):
        raise ApiRefusal(422, Message(text=SAME_UNIT))


def _answer(given: shapes.AnswerIn, call: Call, by: Caller) -> Answer:
    return Answer(
        person=given.person,
        unit=given.unit,
        call_id=call.id,
        call_version=call.version,
        kind=given.kind,
        at=by.now,
        reason=given.reason if given.kind is AnswerKind.NO else None,
        note=given.note,
        to_unit=given.to_unit if given.kind is AnswerKind.FORWARD else None,
        channel=CHANNEL,
        by=by.token.actor,
    )


def _part(found: Sequence[Item], page: int, size: int) -> tuple[Sequence[Item], Pagination]:
    start = (page - 1) * size
    pages = last_page(len(found), size)
    pagination = Pagination(page=page, page_size=size, total_items=len(found), total_pages=pages)
    return found[start : start + size], pagination


def _call(conn: Connection, by: Caller, call_id: int) -> Call:
    found = stored_calls.get(conn, by.tenant, call_id)
    if found is None:
        raise ApiRefusal(404, Message(text=SENTENCES[404]))
    return found


def _call_of(conn: Connection, by: Caller, stored: StoredMatch) -> Call:
    return _call(conn, by, stored.match.call_id)


def _match(conn: Connection, by: Caller, match_id: int) -> StoredMatch:
    found = stored_matches.get(conn, by.tenant, match_id)
    if found is None:
        raise ApiRefusal(404, Message(text=SENTENCES[404]))
    return found
