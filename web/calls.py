"""All calls, and one call with everything that is known of it (`ux.md` 2.2)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fastapi import Request
from markupsafe import Markup
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from calls.addresses import page_in
from calls.kinds import spoken
from calls.model import Call
from calls.vocabulary import SECTION_LABELS
from matcher import gates
from matcher.gates import GATE_LABELS, answer_said
from matcher.model import REJECT_REASON_LABELS, Check, Decision, StoredMatch
from profiles.model import Unit
from storage import assignments, decided, referrals
from storage import calls as stored_calls
from storage import matches as stored_matches
from storage.answers_given import KIND_LABELS
from storage.assignments import Assignment
from storage.database import reading
from storage.decided import Decided
from web import answers, presentation, queue, search
from web.board import Board
from web.choices.following import is_following
from web.filters import chosen_by, filter_choices
from web.flash import flash_page
from web.forms import DECIDE
from web.names import Names
from web.people.events import of_call
from web.queue import UnitMatches
from web.queue_page import TOKEN_BLANK
from web.render import page, piece
from web.selection import Order
from web.series import other_rounds
from web.unchanged import unchanged
from web.views import CALLS, saved
from web.visit import Here, Visit, number_of


def one(visit: Here, call_id: str, request: Request) -> Response:
    """One call: its facts, its text, its changes, and why it concerns whom."""
    number = number_of(call_id)
    asked = presentation.unit_of(visit.profile, request.query_params.get("enhet", ""))
    blank, about = replace(visit, csrf=TOKEN_BLANK), ("call", number, visit.path, asked and asked.key)
    with reading(visit.context.engine) as conn:
        title, body = unchanged(
            visit, conn, about, visit.units_seen, lambda: _body(blank, conn, number, asked)
        )
    return flash_page(
        visit,
        "calls/one.html",
        names=Names(visit),
        title=title,
        body=Markup(body.replace(TOKEN_BLANK, visit.csrf)),
        number=number,
        follows=is_following(visit, number),
    )


def _body(visit: Visit, conn: Connection, number: int, asked: Unit | None) -> tuple[str, str]:
    """The call's title, and everything of the page that is about it. Raises HTTPException(404) when there is none."""
    board = visit.context.memory.board(conn, visit.context.tenant, visit.now, visit.units_seen)
    if number not in board.calls:
        raise HTTPException(404)
    tenant, call = visit.context.tenant, stored_calls.get(conn, visit.context.tenant, number)
    versions = stored_calls.versions(conn, tenant, number)
    found = stored_matches.find(conn, tenant, call_id=number)
    matches = [match for match in found if visit.may_see_unit(match.match.unit)]
    history = {m.id: stored_matches.history(conn, tenant, m.id) for m in matches}
    rows = queue.rows_of([call], matches, visit.now)
    body = piece(
        visit,
        "calls/body.html",
        names=Names(visit),
        call=call,
        row=rows[0] if rows else None,
        facts=presentation.facts(call, visit.wording, visit.now),
        sections=[(visit.wording.gettext(SECTION_LABELS[s.kind]), s.text) for s in call.sections],
        links=[(link, presentation.safe_link(page_in(link.url, visit.language))) for link in call.sources],
        link=presentation.safe_link(page_in(call.url, visit.language)),
        versions=[
            (v, presentation.past_changes(v.changes, visit.wording, spoken(call))) for v in reversed(versions)
        ],
        cards=[_card(unit, history) for unit in (rows[0].units if rows else ())],
        events=of_call(visit, conn, number, [(match.id, match.match.unit) for match in matches]),
        answer_said=answer_said,
        given=answers.of_call(visit, conn, number),
        rounds=_rounds(visit, conn, call),
        asked=_seen(visit, assignments.of_call(conn, tenant, number)),
        referred=referrals.of_call(conn, tenant, number) if visit.is_coordinator else [],
        kinds=KIND_LABELS,
        reason_labels=REJECT_REASON_LABELS,
        why_not=_why_not(visit, call, matches, asked),
        gates=GATE_LABELS,
        decide=DECIDE,
    )
    return call.title, body


def _rounds(visit: Visit, conn: Connection, call: Call) -> list[tuple[Call, list[Decided]]]:
    """Other rounds of the same series, and what was decided of them; what the reader may not see is left out."""
    board = visit.context.memory.board(conn, visit.context.tenant, visit.now, visit.units_seen)
    others = other_rounds(call, board.series)
    said = decided.latest(conn, visit.context.tenant, [other.id for other in others]) if others else []
    return [
        (other, [one for one in said if one.call_id == other.id and visit.may_see_unit(one.unit)])
        for other in others
    ]


def _seen(visit: Visit, asked: Sequence[Assignment]) -> list[Assignment]:
    return [one for one in asked if visit.may_see_unit(one.unit)]


@dataclass(frozen=True, kw_only=True)
class WhyNot:
    """Why a call is not proposed to a unit.

    Attributes:
        bar: the check that keeps it out, None when none does and only the score did.
        checks: all of them, as of today.
        is_proposed: it lies in the queue for that unit.
    """

    unit: str
    bar: Check | None
    checks: tuple[Check, ...]
    is_proposed: bool


def _why_not(visit: Visit, call: Call, matches: Sequence[StoredMatch], unit: Unit | None) -> WhyNot | None:
    """What keeps the call from the unit that was asked for; None when none was."""
    if unit is None or not visit.is_coordinator:
        return None
    return WhyNot(
        unit=unit.key,
        bar=gates.why_not(call, unit, visit.now, visit.profile.nuts3),
        checks=gates.checks(call, unit, visit.now, visit.profile.nuts3),
        is_proposed=any(match.match.unit == unit.key for match in matches),
    )


def short(call_id: str) -> Response:
    """The address that letters use."""
    return RedirectResponse(f"/utlysning/{number_of(call_id)}", status_code=308)


def every_short() -> Response:
    """The list's address in letters."""
    return RedirectResponse("/utlysningar", status_code=308)


def every(visit: Here, request: Request) -> Response:
    """The calls that one can apply to now or soon, with a search."""
    asked, memory, tenant = request.query_params, visit.context.memory, visit.context.tenant
    ours = asked.get("visa", "") == "vara" or ("visa" not in asked and not visit.is_coordinator)
    with reading(visit.context.engine) as conn:
        board = memory.board(conn, tenant, visit.now, visit.units_seen)
        chosen = chosen_by(visit, asked, board)
        answer = search.found(memory, conn, tenant, board, chosen.words, visit.context.nearness)
        views = saved(visit, conn, CALLS)
    wanted = [
        call
        for call in board.open_calls
        if queue.call_fits(call, call.days_left(visit.now), chosen, answer.near)
        and queue.is_of(board.rows.get(call.id), chosen, ours=ours)
    ]
    if chosen.order is Order.MEANING and chosen.words:
        wanted.sort(key=lambda call: (-answer.near[call.id], call.id))
    last = queue.last_page(len(wanted))
    return page(
        visit,
        "calls/every.html",
        names=Names(visit),
        chosen=chosen,
        only_ours=ours,
        views=views,
        choices=filter_choices(visit, chosen, calls_programmes(board), board.sources),
        calls=queue.paged(wanted, chosen.page),
        ours=board.rows,
        found=len(wanted),
        found_things=wanted,
        total=board.open_calls,
        page_number=min(chosen.page, last),
        last_page=last,
        by_meaning=visit.context.nearness is not None,
        awaits_meaning=answer.awaits_meaning,
    )


def calls_programmes(board: Board) -> list[str]:
    """Keys of the programmes of the calls one can apply to."""
    return sorted({call.programme for call in board.open_calls if call.programme})


def _card(unit: UnitMatches, history: dict[int, list[Decision]]) -> tuple[UnitMatches, list[Decision]]:
    """A unit with every decision about it, the newest first; one click on several matches is one decision."""
    decisions = {(d.at, d.by, d.verdict): d for match in unit.matches for d in history[match.id]}
    return unit, [decisions[key] for key in sorted(decisions, key=lambda key: key[0], reverse=True)]
