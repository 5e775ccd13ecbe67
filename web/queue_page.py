"""The queue as a page: tabs, filters, and a page of rows (`ux.md` 2.1).

Rows are chosen from what `web/board.py` keeps; only those shown are read in full, and a row that nothing has
happened to since it was last shown is not made again.
"""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from fastapi import Request
from markupsafe import Markup
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from calls.vocabulary import Status
from matcher.model import MatchState
from matcher.review import DEFAULT_RULE, ReviewRule, goes_unreviewed
from storage import answers_given, choices, runs
from storage import calls as stored_calls
from storage import matches as stored_matches
from storage.database import reading
from storage.errors import StorageError
from texts import N_, alphabetical
from web import former, presentation, queue, search
from web.access import Access
from web.board import Board
from web.context import WebContext
from web.elsewhere import elsewhere
from web.filters import chosen_by, filter_choices, filters_said
from web.flash import flash_page
from web.forms import DECIDE
from web.letters.desk import dispatch
from web.names import Names
from web.queue import Row
from web.render import piece
from web.selection import Selection, Tab, search_words
from web.shortcuts import keys_of
from web.unchanged import unchanged
from web.views import saved
from web.visit import Here, Visit

TAB_LABELS = {
    Tab.REVIEW: N_("Att granska"),
    Tab.URGENT: N_("Brådskar"),
    Tab.SEVERAL: N_("Flera enheter"),
    Tab.CHILDREN: N_("Barn och unga"),
    Tab.CHANGED: N_("Ändrade"),
    Tab.BELOW: N_("Strax under gränsen"),
    Tab.LATER: N_("Uppskjutna"),
    Tab.REFERRED: N_("Hos referensgruppen"),
    Tab.ACCEPTED: N_("Godkända"),
    Tab.REJECTED: N_("Avvisade"),
}
TOKEN_BLANK = secrets.token_hex(32)  # stands for the form token in rows that are kept; nobody can guess it
AT_BLANK = secrets.token_hex(32)  # stands for the moment that the page is made


def front(visit: Here, request: Request) -> Response:
    """The first page: the queue for the coordinator, the calls for others, the sources for the operator."""
    if not visit.may(Access.READER):
        return RedirectResponse("/kallor", status_code=303)
    if not visit.is_coordinator:
        return RedirectResponse("/utlysningar", status_code=303)
    return show_queue(visit, request.query_params)


def read_ahead(context: WebContext) -> None:
    """Make the queue once before anybody asks for it; what fails now is told by the first page."""
    with suppress(StorageError):
        version, profile = context.profile() or (0, None)
        for person in profile.coordinators[:1] if profile else ():
            visit = Visit(
                context=context,
                now=context.now(),
                language=person.language,
                profile=profile,
                profile_version=version,
                person=person,
                cookies={},
            )
            _body(visit, {})


def show_queue(visit: Visit, asked: Mapping[str, str]) -> Response:
    """The queue as chosen by an address."""
    body = _body(visit, asked).replace(TOKEN_BLANK, visit.csrf)
    body = body.replace(AT_BLANK, str(int(visit.now.timestamp())))
    return flash_page(visit, "review/queue.html", names=Names(visit), body=Markup(body))


def _body(visit: Visit, asked: Mapping[str, str]) -> str:
    """Everything of the page that is about the queue; made anew only when something has changed."""
    with reading(visit.context.engine) as conn:
        if search_words(asked.get("sok", "")):  # what is near by meaning changes with the vectors too
            return _made(visit, conn, asked)
        about = ("queue", visit.path, *sorted(asked.items()))
        return unchanged(visit, conn, about, None, lambda: _made(visit, conn, asked))


def _made(visit: Visit, conn: Connection, asked: Mapping[str, str]) -> str:
    tenant, (board, chosen, found, answer) = visit.context.tenant, choose(visit, conn, asked)
    rules, letters = choices.rules(conn, tenant, ReviewRule), dispatch(visit, conn)
    harvests, goes_at = runs.latest(conn, tenant, visit.now), goes_unreviewed_text(visit)
    has_calls = any(harvest.calls for harvest in harvests)
    blank = replace(visit, csrf=TOKEN_BLANK)
    rows = _pieces(blank, conn, board, chosen, queue.paged(found, chosen.page), rules, goes_at)
    last = queue.last_page(len(found))
    offered = filter_choices(visit, chosen, board.programmes, board.sources)
    return piece(
        blank,
        "review/body.html",
        names=Names(blank),
        chosen=chosen,
        tabs=tab_row(board),
        answers=len(answers_given.newest(conn, tenant)),
        rows=rows,
        found=len(found),
        found_things=[row.call for row in found] if chosen.is_filtered else [],
        in_all=chosen.tab not in queue.STATES_OF,
        revision=board.revision,
        at_blank=AT_BLANK,
        keys=keys_of(visit, conn),
        views=saved(visit, conn),
        page_number=min(chosen.page, last),
        last_page=last,
        choices=offered,
        filters=filters_said(visit, chosen, offered),
        elsewhere=[] if found else elsewhere(visit, board, chosen, answer.near, TAB_LABELS),
        awaits_meaning=answer.awaits_meaning,
        unheard=letters.unreachable,
        ownerless=_ownerless(visit, board),
        dispatch=letters,
        collected=_next_collection(visit),
        troubled=_troubled_sources(visit, conn, harvests),
        words_only=board.rests_on_words,
        has_anything=bool(board.rows) or (has_calls and bool(visit.profile and visit.profile.needs)),
        has_calls=has_calls,
        below=board.counts[Tab.BELOW],
        by_meaning=visit.context.nearness is not None,
    )


def choose(
    visit: Visit, conn: Connection, asked: Mapping[str, str]
) -> tuple[Board, Selection, list[Row], search.Found]:
    """The queue as it stands, what an address chooses of it, the rows of that, and what its words find."""
    tenant, memory = visit.context.tenant, visit.context.memory
    board = memory.board(conn, tenant, visit.now)
    chosen = chosen_by(visit, asked, board)
    answer = search.found(memory, conn, tenant, board, chosen.words, visit.context.nearness)
    return board, chosen, board.listed(chosen, answer.near), answer


def _next_collection(visit: Visit) -> str:
    """When the sources are read next: "i natt kl. 04.30", empty when no clock says so."""
    at = visit.context.next_collection(visit.now)
    return presentation.soon(at, visit.now, visit.wording) if at else ""


def _ownerless(visit: Visit, board: Board) -> list[tuple[str, int, str]]:
    """Units that the profile has no more, each with how many matches wait for it all the same, and where (P-07)."""
    known = {unit.key for unit in visit.profile.units} if visit.profile else set()
    waiting = [unit for row in board.rows.values() if row.status is not Status.CLOSED for unit in row.waiting]
    counted = Counter()
    for unit in waiting:
        if unit.unit not in known:
            counted[unit.unit] += len(unit.undecided)
    return sorted(
        (
            (former.unit_name(visit, key), number, Selection(unit=key).address())
            for key, number in counted.items()
        ),
        key=lambda one: alphabetical(one[0]),
    )


def tab_row(board: Board) -> dict[str, list[tuple[Tab, str, int]]]:
    """The tabs of what waits and of what has been dealt with: label, not yet translated, and count."""
    row = [(tab, label, board.counts[tab]) for tab, label in TAB_LABELS.items()]
    return {
        "waiting": [one for one in row if one[0] not in queue.STATES_OF],
        "done": [one for one in row if one[0] in queue.STATES_OF],
    }


def goes_unreviewed_text(visit: Visit) -> str:
    """What is said of a match that nobody has looked at and that goes out all the same."""
    at = visit.context.next_letters(visit.now)
    if at is None:
        return visit.wording.gettext("Går ut ogranskad med nästa brev")
    shown = presentation.weekday_clock(at, visit.wording)
    return visit.wording.gettext("Går ut ogranskad {when}", when=shown)


def _pieces(
    visit: Visit,
    conn: Connection,
    board: Board,
    chosen: Selection,
    rows: Sequence[Row],
    rules: Mapping[str, ReviewRule],
    goes_at: str,
) -> list[Markup]:
    """The rows of a page as HTML; those not kept are read in full and made."""
    memory, onto = visit.context.memory, _next_rows(rows)
    dam = (goes_at, tuple(sorted(rules.items())))
    keys = {row.call.id: _key(visit, board, chosen, row, onto[row.call.id], dam) for row in rows}
    made = {number: memory.kept(key) for number, key in keys.items()}
    missing = [number for number, text in made.items() if text is None]
    names = Names(visit)
    for row in _whole_rows(visit, conn, missing):
        number = row.call.id
        made[number] = piece(
            visit,
            "review/row.html",
            names=names,
            row=row,
            chosen=chosen,
            onto=onto[number],
            decide=DECIDE,
            goes=lambda unit: _goes(unit, rules),
            goes_at=goes_at,
        )
        memory.keep(keys[number], made[number])
    return [Markup(text) for text in made.values() if text]


def _goes(unit: queue.UnitMatches, rules: Mapping[str, ReviewRule]) -> bool:
    rule = rules.get(unit.unit, DEFAULT_RULE)
    new = [match for match in unit.undecided if match.state is MatchState.NEW]
    return any(goes_unreviewed(match.match.band, rule) for match in new)


def _key(visit: Visit, board: Board, chosen: Selection, row: Row, onto: int | str, dam: tuple) -> tuple:
    """Everything that a row's HTML depends on."""
    number = row.call.id
    seen = (board.mark, board.made_at, board.touched.get(number), visit.profile_version)
    return (number, visit.language, chosen, onto, dam, *seen)


def _whole_rows(visit: Visit, conn: Connection, numbers: Sequence[int]) -> list[Row]:
    if not numbers:
        return []
    matches = stored_matches.find(conn, visit.context.tenant, call_ids=numbers)
    return queue.rows_of(stored_calls.find(conn, visit.context.tenant, numbers), matches, visit.now)


def _next_rows(rows: Sequence[Row]) -> dict[int, int | str]:
    """Where to go on after each row: the next one, after the last the one before."""
    ids = [row.call.id for row in rows]
    before = ["", *ids[:-1]]
    return {
        call_id: ids[place + 1] if place + 1 < len(ids) else before[place]
        for place, call_id in enumerate(ids)
    }


def _troubled_sources(
    visit: Visit, conn: Connection, harvests: Sequence[runs.Harvest]
) -> list[tuple[str, Any]]:
    """Sources whose last try failed: title, and the last sound harvest or None."""
    names = Names(visit)
    return [
        (names.source(tried.source), runs.last_sound(conn, visit.context.tenant, tried.source))
        for tried in harvests
        if tried.went_wrong
    ]
