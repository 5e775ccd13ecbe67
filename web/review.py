"""The queue: what waits, and the decisions of it (`ux.md` part 2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from calls.model import Call
from matcher.model import (
    BAND_LABELS,
    REJECT_REASON_LABELS,
    Decision,
    MatchState,
    RejectReason,
    StoredMatch,
    Verdict,
)
from notifier.weeks import STOCKHOLM
from storage import calls as stored_calls
from storage import matches as stored_matches
from storage import runs, subscriptions
from storage.database import reading, writing
from texts import N_, Message
from web import presentation, queue
from web.decisions import (
    WAIT_LABELS,
    Intent,
    Wait,
    back_to_queue,
    restored,
    saw_another_call,
    stamp,
)
from web.flash import Flash, forget, leave, pick_up
from web.names import Names
from web.queue import Order, Row, Tab, UnitMatches, word
from web.render import page
from web.visit import Fields, Here, Refused, Visit, number_of, own_path, text_of

MOST_MATCHES = 200
ANY_ROW = "rad-"
TAB_LABELS = {
    Tab.REVIEW: N_("Att granska"),
    Tab.URGENT: N_("Brådskar"),
    Tab.SEVERAL: N_("Flera förvaltningar"),
    Tab.CHILDREN: N_("Barn och unga"),
    Tab.CHANGED: N_("Ändrade"),
    Tab.LATER: N_("Uppskjutna"),
    Tab.ACCEPTED: N_("Godkända"),
    Tab.REJECTED: N_("Avvisade"),
}
ORDER_LABELS = {Order.URGENT: N_("Brådskande först"), Order.STRONGEST: N_("Starkast först")}
UNKNOWN_WORD = Message(text=N_("Formuläret innehöll ett okänt val. Inget har sparats."))
UNKNOWN_MATCH = Message(text=N_("Träffen finns inte längre. Inget har sparats."))


def front(visit: Here, request: Request) -> Response:
    """The first page: the queue for the coordinator, the calls for others."""
    if not visit.is_coordinator:
        return RedirectResponse("/utlysningar", status_code=303)
    return show_queue(visit, request.query_params)


def show_queue(visit: Visit, asked: Mapping[str, str]) -> Response:
    """The queue as chosen by an address."""
    with reading(visit.context.engine) as conn:
        rows = all_rows(visit, conn)
        silent = subscriptions.stopped(conn, visit.context.tenant, visit.now)
        troubled = _troubled_sources(visit, conn)
        anything = bool(rows) or any(s.calls for s in runs.latest(conn, visit.context.tenant))
    chosen = queue.selection(asked, _units(visit), _programmes(rows))
    found = queue.visible(rows, chosen)
    last = queue.last_page(len(found))
    shown = queue.paged(found, chosen.page)
    response = page(
        visit,
        "review/queue.html",
        names=Names(visit),
        chosen=chosen,
        tabs=[(tab, TAB_LABELS[tab], count) for tab, count in queue.counts(rows).items()],
        rows=shown,
        next_row=_next_rows(shown),
        found=len(found),
        page_number=min(chosen.page, last),
        last_page=last,
        choices=_choices(visit, rows),
        flash=pick_up(visit),
        unheard=_unheard_units(visit, silent),
        troubled=troubled,
        has_anything=anything,
        decide=DECIDE,
    )
    forget(visit, response)
    return response


def decide(visit: Here, fields: Fields) -> Response:
    """Decide one or several matches of a call."""
    intent = read_intent(fields)
    wanted = _wanted(fields)
    faults = intent.faults(visit.now)
    with writing(visit.context.engine) as conn:
        before = _before(visit, conn, wanted)
        stale = [known for known in before if known.is_stale]
        if not faults and not stale:
            after = [
                stored_matches.decide(
                    conn, visit.context.tenant, known.stored.id, intent.decision(visit.person.key, visit.now)
                )
                for known in before
            ]
    if faults or stale:
        return _again(visit, fields, intent, before, faults)
    until = intent.decision(visit.person.key, visit.now).until
    flash = Flash(
        deed=intent.verdict.value,
        units=tuple(dict.fromkeys(known.stored.match.unit for known in before)),
        undo=tuple(
            f"{known.stored.id}:{stamp(new, known.call)}:{known.stored.state}"
            for known, new in zip(before, after, strict=True)
        ),
        until=until.astimezone(STOCKHOLM).date().isoformat() if until else "",
    )
    return _onwards(visit, fields, flash)


def undo(visit: Here, fields: Fields) -> Response:
    """Undo the last decision of some matches, by deciding as it was before."""
    wanted = _wanted(fields)
    with writing(visit.context.engine) as conn:
        before = _before(visit, conn, wanted)
        stale = [known for known in before if known.is_stale]
        if not stale:
            for known in before:
                history = stored_matches.history(conn, visit.context.tenant, known.stored.id)
                _undo_one(visit, conn, known, history)
    if stale:
        return _again(visit, fields, None, before, [])
    return _onwards(visit, fields, Flash(deed="undo", units=tuple(dict.fromkeys(k.unit for k in before))))


def _undo_one(visit: Visit, conn: Connection, known: "Known", history: Sequence[Decision]) -> None:
    by, now = visit.person.key, visit.now
    again = back_to_queue(by, now) if known.was is None else restored(known.was, history, by, now)
    stored_matches.decide(conn, visit.context.tenant, known.stored.id, again)


@dataclass(frozen=True, kw_only=True)
class Known:
    """A match that a form names, as it stands now.

    Attributes:
        seen: the stamp of what the form had seen.
        was: the state before the decision that an undo takes back; None sends it to the queue.
    """

    stored: StoredMatch
    call: Call
    seen: str
    was: MatchState | None

    @property
    def unit(self) -> str:
        """Key of the unit."""
        return self.stored.match.unit

    @property
    def is_stale(self) -> bool:
        """Something has happened since the form was made."""
        return self.seen != stamp(self.stored, self.call) or self.stored.state is MatchState.SENT

    @property
    def call_changed(self) -> bool:
        """It is the call that changed."""
        return saw_another_call(self.seen, self.stored, self.call)


def all_rows(visit: Visit, conn: Connection) -> list[Row]:
    """Every call with matches that this person may see."""
    tenant = visit.context.tenant
    matches = [m for m in stored_matches.find(conn, tenant) if visit.may_see_unit(m.match.unit)]
    calls = stored_calls.find(conn, tenant, {match.match.call_id for match in matches})
    return queue.rows_of(calls, matches, visit.now)


def read_intent(fields: FormData) -> Intent:
    """What a form says. Raises Refused(422) for a word that is not in its list."""
    verdict = word(Verdict, fields.get("verdict"))
    reason = word(RejectReason, fields.get("reason"))
    wait = word(Wait, fields.get("wait"))
    odd_reason = reason is None and fields.get("reason") not in (None, "")
    odd_wait = wait is None and fields.get("wait") not in (None, "")
    if verdict is None or odd_reason or odd_wait:
        raise Refused(422, UNKNOWN_WORD)
    return Intent(
        verdict=verdict,
        reason=reason,
        note=text_of(fields.get("note")),
        wait=wait,
        day=text_of(fields.get("day"))[:20],
    )


def _wanted(fields: FormData) -> list[tuple[int, str, MatchState | None]]:
    """The matches a form names, each once: number, stamp seen, state before."""
    found = {}
    for text in fields.getlist("match"):
        number, _, rest = str(text).partition(":")
        seen, _, was = rest.partition(":")
        if was and word(MatchState, was) is None:
            raise Refused(422, UNKNOWN_WORD)
        found[number_of(number)] = (number_of(number), seen, word(MatchState, was))
    if not found or len(found) > MOST_MATCHES:
        raise Refused(422, UNKNOWN_WORD)
    return list(found.values())


def _before(visit: Visit, conn: Connection, wanted: Sequence[tuple]) -> list[Known]:
    known = []
    for number, seen, was in wanted:
        stored = stored_matches.get(conn, visit.context.tenant, number)
        call = stored_calls.get(conn, visit.context.tenant, stored.match.call_id) if stored else None
        if stored is None or call is None:
            raise Refused(404, UNKNOWN_MATCH)
        known.append(Known(stored=stored, call=call, seen=seen, was=was))
    return known


def _again(
    visit: Visit, fields: FormData, intent: Intent | None, known: list[Known], faults: list
) -> Response:
    """The form once more: what is missing, or what others did meanwhile, with all that was typed."""
    (call, *others) = {item.call.id: item.call for item in known}.values()
    if others:
        raise Refused(422, UNKNOWN_WORD)
    with reading(visit.context.engine) as conn:
        changes = stored_calls.versions(conn, visit.context.tenant, call.id)[-1].changes
    return page(
        visit,
        "review/decide.html",
        status=422 if faults else 409,
        names=Names(visit),
        call=call,
        known=known,
        intent=intent,
        faults=faults,
        changes=presentation.past_changes(changes, visit.wording),
        back=own_path(fields.get("back")),
        flash=None,
        decide=DECIDE,
    )


def _onwards(visit: Visit, fields: FormData, flash: Flash) -> Response:
    """Back to where the form stood, at the next row."""
    back = own_path(fields.get("back")).partition("#")[0]
    onto = str(fields.get("next") or "")
    anchor = f"#{ANY_ROW}{onto}" if onto.isascii() and onto.isdecimal() and len(onto) < 10 else ""
    response = RedirectResponse(back + anchor, status_code=303)
    leave(visit, response, flash)
    return response


def _next_rows(rows: Sequence[Row]) -> dict[int, int | str]:
    """Where to go on after each row: the next one, after the last the one before."""
    ids = [row.call.id for row in rows]
    before = ["", *ids[:-1]]
    return {
        call_id: ids[place + 1] if place + 1 < len(ids) else before[place]
        for place, call_id in enumerate(ids)
    }


def _units(visit: Visit) -> list[str]:
    return [unit.key for unit in visit.profile.units] if visit.profile else []


def _programmes(rows: Sequence[Row]) -> list[str]:
    return sorted({row.call.programme for row in rows if row.call.programme})


def _choices(visit: Visit, rows: Sequence[Row]) -> dict[str, Any]:
    """What the filters offer: value and words."""
    _ = visit.wording.gettext
    programmes = [(key, presentation.programme_name(key, visit.language) or key) for key in _programmes(rows)]
    return {
        "units": [(key, Names(visit).unit(key)) for key in _units(visit)],
        "programmes": sorted(programmes, key=lambda choice: choice[1]),
        "bands": [(band.value, _(BAND_LABELS[band])) for band in queue.STRENGTHS],
        "orders": [(order.value, _(label)) for order, label in ORDER_LABELS.items()],
    }


def _unheard_units(visit: Visit, silent: set[str]) -> list[str]:
    """Keys of the units whose letters nobody gets (`ux.md` 1.4)."""
    if visit.profile is None:
        return []
    return [
        unit.key
        for unit in visit.profile.units
        if all(person.key in silent for person in visit.profile.contacts_of(unit.key))
    ]


def _troubled_sources(visit: Visit, conn: Connection) -> list[tuple[str, Any]]:
    """Sources whose last try failed: title, and the last sound harvest or None."""
    titles = {source.key: source.title for source in visit.context.sources}
    return [
        (titles.get(tried.source, tried.source), runs.last_sound(conn, visit.context.tenant, tried.source))
        for tried in runs.latest(conn, visit.context.tenant)
        if tried.outcome not in (runs.SOUND, runs.RUNNING)
    ]


class _Decide:
    """What the forms of the pages need: lists and stamps."""

    units_in = staticmethod(queue.units_in)
    reasons = tuple(REJECT_REASON_LABELS.items())
    waits = tuple(WAIT_LABELS.items())

    @staticmethod
    def match(stored: StoredMatch, call: Call) -> str:
        """One match with its stamp."""
        return f"{stored.id}:{stamp(stored, call)}"

    @staticmethod
    def matches(unit: UnitMatches, row: Row) -> list[str]:
        """What a unit's buttons decide."""
        return [f"{stored.id}:{stamp(stored, row.call)}" for stored in unit.open_to_decide]

    @staticmethod
    def all_waiting(row: Row) -> list[str]:
        """What "accept all" decides."""
        return [f"{m.id}:{stamp(m, row.call)}" for unit in row.waiting for m in unit.undecided]


DECIDE = _Decide()
