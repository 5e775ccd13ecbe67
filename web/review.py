"""The queue: what waits, and the decisions of it (`ux.md` part 2)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from calls.model import Call
from matcher.model import (
    Decision,
    MatchState,
    RejectReason,
    StoredMatch,
    Verdict,
)
from notifier.weeks import STOCKHOLM
from storage import calls as stored_calls
from storage import matches as stored_matches
from storage.database import reading, writing
from texts import N_, Message
from web import presentation
from web.decisions import (
    Intent,
    Wait,
    back_to_queue,
    restored,
    saw_another_call,
    stamp,
)
from web.flash import Flash, leave
from web.forms import DECIDE
from web.names import Names
from web.queue import word
from web.render import page
from web.visit import Fields, Here, Refused, Visit, number_of, own_path, text_of

MOST_MATCHES = 200
ANY_ROW = "rad-"
UNKNOWN_WORD = Message(text=N_("Formuläret innehöll ett okänt val. Inget har sparats."))
UNKNOWN_MATCH = Message(text=N_("Träffen finns inte längre. Inget har sparats."))


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
