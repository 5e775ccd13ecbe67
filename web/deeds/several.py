"""Several calls decided at once: those marked, those on the page, or all that fit the filter (`ux.md` 2.5).

What is to be decided is shown with its number before it is done, and taken back as a whole afterwards.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from sqlalchemy import Connection
from starlette.responses import Response

from matcher.model import RejectReason, StoredMatch, Verdict
from notifier.weeks import STOCKHOLM
from pipeline import deciding
from storage import audit, bulk, referrals
from storage import calls as stored_calls
from storage.audit import Event
from storage.database import reading, writing
from texts import N_, Message
from web import queue
from web.decisions import Fault, Intent, stamp
from web.flash import Flash, go_on
from web.forms import DECIDE
from web.names import Names
from web.queue import Row
from web.queue_page import choose
from web.render import page
from web.review import UNKNOWN_WORD, invited, read_intent
from web.selection import Selection, word
from web.visit import Fields, Here, Refused, Visit, number_of

SHOWN = 25
GONE = Message(text=N_("Det finns inget sådant beslut att ångra."))
CHANGED = Message(text=N_("Kön har ändrats sedan du valde. Se efter att urvalet stämmer och tryck igen."))
NOTHING = Message(text=N_("Ingen rad är markerad. Markera rader i kön och försök igen."))


class Which(StrEnum):
    """Which rows; the words stand in addresses."""

    MARKED = "markerade"
    PAGE = "sida"
    ALL = "alla"


@dataclass(frozen=True, kw_only=True)
class Several:
    """Rows to decide together.

    Attributes:
        matches: what waits in them, in the tab that they were chosen in.
        seal: stands for all of it as it was when it was shown.
    """

    which: Which
    chosen: Selection
    rows: Sequence[Row]
    matches: tuple[StoredMatch, ...]
    seal: str


def ask(visit: Here, request: Request) -> Response:
    """Show what was chosen, with its number, and what can be done with it."""
    with reading(visit.context.engine) as conn:
        several = _several(visit, conn, request.query_params, request.query_params.getlist("rad"))
    return _page(visit, several, [] if several.rows else [Fault(field="tillbaka", message=NOTHING)])


def decide(visit: Here, fields: Fields) -> Response:
    """Decide all of them, when they are still what was shown."""
    intent = read_intent(fields)
    faults = intent.faults(visit.now)
    with writing(visit.context.engine) as conn:
        several = _several(visit, conn, fields, fields.getlist("rad"))
        if several.seal != fields.get("seal"):
            faults.append(Fault(field="urval", message=CHANGED))
        if not several.matches:
            faults.append(Fault(field="tillbaka", message=NOTHING))
        if not faults:
            decision = intent.decision(visit.person.key, visit.now)
            number = bulk.decide(conn, visit.context.tenant, several.matches, decision)
            _refer(visit, conn, several, intent)
            _record(visit, conn, several, number, intent.verdict, intent.reason, intent.note)
    if faults:
        status = 409 if any(fault.message is CHANGED for fault in faults) else 422
        return _page(visit, several, faults, intent=intent, status=status)
    day = decision.until.astimezone(STOCKHOLM).date().isoformat() if decision.until else ""
    flash = Flash(
        deed=intent.verdict.value,
        units=(),
        until=day,
        calls=len(several.rows),
        bulk=number,
    )
    return go_on(visit, several.chosen.address(page=1), flash)


def undo(visit: Here, number: str) -> Response:
    """Take back everything that was decided together, but for what somebody has decided since."""
    tenant = visit.context.tenant
    with writing(visit.context.engine) as conn:
        together = bulk.get(conn, tenant, number_of(number))
        if together is None or together.undone_at is not None:
            raise Refused(404, GONE)
        done = bulk.take_back(conn, tenant, together, visit.person.key, visit.now)
        calls = {one.match.call_id for one in done.matches}
        deciding.settle(conn, tenant, done.matches, visit.person.key, visit.now)
        event = _event(visit, together.id, "undo") | {"after": {"matches": [one.id for one in done.matches]}}
        audit.record(conn, tenant, Event(**event), visit.now)
    return go_on(visit, "/", Flash(deed="undo", calls=len(calls), left=len(done.left)))


def _several(visit: Visit, conn: Connection, asked: Mapping[str, Any], marked: Sequence[Any]) -> Several:
    which = word(Which, asked.get("urval"))
    if which is None:
        raise Refused(422, UNKNOWN_WORD)
    _, chosen, found, _answer = choose(visit, conn, asked)
    wanted = {number_of(text) for text in marked} if which is Which.MARKED else None
    rows = queue.paged(found, chosen.page) if which is Which.PAGE else found
    rows = [row for row in rows if row.deciding(chosen.tab) and (wanted is None or row.call.id in wanted)]
    matches = tuple(m for row in rows for unit in row.deciding(chosen.tab) for m in unit.undecided)
    return Several(
        which=which, chosen=chosen, rows=rows, matches=matches, seal=_seal(rows, {m.id: m for m in matches})
    )


def _seal(rows: Sequence[Row], matches: Mapping[int, StoredMatch]) -> str:
    calls = {row.call.id: row.call for row in rows}
    seen = sorted(f"{m.id}:{stamp(m, calls[m.match.call_id])}" for m in matches.values())
    return hashlib.sha256("\n".join(seen).encode()).hexdigest()[:32]


def _address(several: Several) -> str:
    """The queue as it was chosen, with what was marked."""
    marked = [("rad", row.call.id) for row in several.rows] if several.which is Which.MARKED else []
    query = urlencode([*several.chosen.said(), *marked])
    return f"/?{query}" if query else "/"


def _refer(visit: Visit, conn: Connection, several: Several, intent: Intent) -> None:
    if intent.verdict is not Verdict.REFER:
        return
    asked = invited(visit, intent)
    for row in several.rows:
        units = [unit.unit for unit in row.deciding(several.chosen.tab)]
        referrals.refer(
            conn,
            visit.context.tenant,
            call_id=row.call.id,
            units=units,
            by=visit.person.key,
            now=visit.now,
            note=intent.note,
            invited=asked,
        )


def _record(
    visit: Visit,
    conn: Connection,
    several: Several,
    number: int,
    verdict: Verdict,
    reason: RejectReason | None,
    note: str,
) -> None:
    """One event for the whole; which matches, stands in it, and in the history of each match."""
    told = {"matches": [one.id for one in several.matches], "calls": [row.call.id for row in several.rows]}
    told |= {"reason": reason.value} if reason and verdict is Verdict.REJECT else {}
    event = _event(visit, number, verdict.value) | {"after": told, "reason": note}
    audit.record(conn, visit.context.tenant, Event(**event), visit.now)


def _event(visit: Visit, number: int, action: str) -> dict[str, Any]:
    return {
        "actor": visit.person.key,
        "channel": "web",
        "kind": "bulk",
        "key": str(number),
        "action": action,
        "profile_version": visit.profile_version or None,
    }


def _page(
    visit: Visit, several: Several, faults: Sequence[Fault], intent: Any = None, status: int = 200
) -> Response:
    with reading(visit.context.engine) as conn:
        shown = stored_calls.find(conn, visit.context.tenant, [row.call.id for row in several.rows[:SHOWN]])
    by_id = {call.id: call for call in shown}
    return page(
        visit,
        "deeds/several.html",
        status=status,
        names=Names(visit),
        several=several,
        shown=[(by_id[row.call.id], row.deciding(several.chosen.tab)) for row in several.rows[:SHOWN]],
        more=max(0, len(several.rows) - SHOWN),
        verdict=intent.verdict if intent else None,
        intent=intent,
        faults=faults,
        back=_address(several),
        decide=DECIDE,
    )
