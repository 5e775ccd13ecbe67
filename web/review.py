"""The queue: what waits, and the decisions of it (`ux.md` part 2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection
from starlette.datastructures import FormData, QueryParams
from starlette.responses import Response

from calls.kinds import spoken
from calls.model import Call
from matcher.model import (
    Decision,
    MatchState,
    RejectReason,
    StoredMatch,
    Verdict,
)
from matcher.review import back_to_queue, restored
from notifier.weeks import STOCKHOLM
from pipeline import deciding
from storage import calls as stored_calls
from storage import matches as stored_matches
from storage.database import reading, writing
from texts import N_, Message
from web import presentation
from web.decisions import (
    Fault,
    Intent,
    Wait,
    saw_another_call,
    stamp,
)
from web.flash import Flash, go_on
from web.forms import DECIDE, MOST_MATCHES, named
from web.names import Names
from web.render import page
from web.selection import word
from web.visit import Fields, Here, Refused, Visit, number_of, own_path, text_of

ANY_ROW, ANY_MATCH = "rad-", "traff-"
TWICE_WITHIN = timedelta(minutes=2)
UNKNOWN_WORD = Message(text=N_("Formuläret innehöll ett okänt val. Inget har sparats."))
UNKNOWN_MATCH = Message(text=N_("Träffen finns inte längre. Inget har sparats."))
UNKNOWN_CALL = Message(text=N_("Det finns ingen utlysning med det numret."))


def decide(visit: Here, fields: Fields) -> Response:
    """Decide one or several matches of a call."""
    intent = read_intent(fields)
    wanted = wanted_matches(fields)
    faults = intent.faults(visit.now)
    with writing(visit.context.engine) as conn:
        before = known_matches(visit, conn, wanted)
        faults += _other_call_faults(visit, conn, intent, faults)
        stale = [known for known in before if known.is_stale]
        is_twice = bool(stale) and all(_is_done_already(visit, known, intent) for known in before)
        if not faults and not stale:
            after = decide_each(visit, conn, before, intent)
    if faults or (stale and not is_twice):
        return again(visit, fields, intent, before, faults)
    if is_twice:
        return onwards(visit, fields, None)
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
    return onwards(visit, fields, flash)


def undo(visit: Here, fields: Fields) -> Response:
    """Undo the last decision of some matches, by deciding as it was before."""
    wanted = wanted_matches(fields)
    with writing(visit.context.engine) as conn:
        before = known_matches(visit, conn, wanted)
        stale = [known for known in before if known.is_stale]
        if not stale:
            for known in before:
                history = stored_matches.history(conn, visit.context.tenant, known.stored.id)
                _undo_one(visit, conn, known, history)
            freed = [known.stored for known in before]
            deciding.settle(conn, visit.context.tenant, freed, visit.person.key, visit.now)
    if stale:
        return again(visit, fields, None, before, [])
    return onwards(visit, fields, Flash(deed="undo", units=tuple(dict.fromkeys(k.unit for k in before))))


def decide_each(
    visit: Visit, conn: Connection, before: Sequence["Known"], intent: Intent
) -> list[StoredMatch]:
    """Decide every match as intended, and write it down; the matches as they stand afterwards."""
    decision = intent.decision(visit.person.key, visit.now)
    stored, seen = [known.stored for known in before], visit.profile_version or None
    return deciding.decide(
        conn, visit.context.tenant, stored, decision, profile_version=seen, invited=invited(visit, intent)
    )


def invited(visit: Visit, intent: Intent) -> tuple[str, ...]:
    """Keys of those who are asked in the reference group. Raises Refused(422) for somebody who is not in it."""
    group = {person.key for person in Names(visit).reference_group}
    if intent.verdict is not Verdict.REFER:
        return ()
    if not group.issuperset(intent.invited):
        raise Refused(422, UNKNOWN_WORD)
    return intent.invited


def _undo_one(visit: Visit, conn: Connection, known: "Known", history: Sequence[Decision]) -> None:
    by, now = visit.person.key, visit.now
    decision = back_to_queue(by, now) if known.was is None else restored(known.was, history, by, now)
    seen = {"profile_version": visit.profile_version or None}
    stored_matches.decide(conn, visit.context.tenant, known.stored.id, decision, action="undo", **seen)


def _other_call_faults(
    visit: Visit, conn: Connection, intent: Intent, faults: Sequence[Fault]
) -> list[Fault]:
    """A duplicate is a duplicate of a call that there is."""
    if faults or intent.verdict is not Verdict.REJECT or intent.other_call is None:
        return []
    if stored_calls.get(conn, visit.context.tenant, intent.other_call) is not None:
        return []
    return [Fault(field="duplicate_of", message=UNKNOWN_CALL)]


def _is_done_already(visit: Visit, known: "Known", intent: Intent) -> bool:
    """Whether the same person has just decided the same: a second click does no harm."""
    last = known.stored.decision
    if known.stored.state is MatchState.SENT:
        return False
    if last is None or last.by != visit.person.key or visit.now - last.at > TWICE_WITHIN:
        return False
    return (last.verdict, last.reason, last.note) == (
        intent.verdict,
        intent.reason if intent.verdict is Verdict.REJECT else None,
        intent.note,
    )


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


def read_intent(fields: FormData | QueryParams, verdict: Verdict | None = None) -> Intent:
    """What a form says. Raises Refused(422) for a word that is not in its list.

    Args:
        verdict: what is to be decided, where the page itself says so and not the form.
    """
    verdict = verdict or (Verdict.ACCEPT if "accept" in fields else word(Verdict, fields.get("verdict")))
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
        duplicate_of=text_of(fields.get("duplicate_of"))[:200],
        invited=tuple(dict.fromkeys(text_of(key) for key in fields.getlist("invited"))),
    )


def wanted_matches(fields: FormData | QueryParams) -> list[tuple[int, str, MatchState | None]]:
    """The matches a form or a button names, each once: number, stamp seen, state before.

    Raises:
        Refused: for a state that is none, for no match, and for too many.
    """
    found = {}
    for text in _named_matches(fields):
        number, _, rest = text.partition(":")
        seen, _, was = rest.partition(":")
        if was and word(MatchState, was) is None:
            raise Refused(422, UNKNOWN_WORD)
        found[number_of(number)] = (number_of(number), seen, word(MatchState, was))
    if not found or len(found) > MOST_MATCHES:
        raise Refused(422, UNKNOWN_WORD)
    return list(found.values())


def _named_matches(fields: FormData | QueryParams) -> list[str]:
    """What a form or a button names, as "number:stamp"."""
    said = [str(text) for text in fields.getlist("match")]
    for name in ("accept", "undo", "m"):
        said += named(str(fields.get(name) or "")).matches
    return said


def known_matches(visit: Visit, conn: Connection, wanted: Sequence[tuple]) -> list[Known]:
    """The matches that are named, as they stand. Raises Refused(404) for one that there is not."""
    known = []
    for number, seen, was in wanted:
        stored = stored_matches.get(conn, visit.context.tenant, number)
        call = stored_calls.get(conn, visit.context.tenant, stored.match.call_id) if stored else None
        if stored is None or call is None:
            raise Refused(404, UNKNOWN_MATCH)
        known.append(Known(stored=stored, call=call, seen=seen, was=was))
    return known


def again(
    visit: Visit, fields: FormData, intent: Intent | None, known: list[Known], faults: Sequence[Fault]
) -> Response:
    """The form once more: what is missing, or what others did meanwhile, with all that was typed."""
    return ask(visit, fields, intent, known, faults, status=422 if faults else 409)


def ask(
    visit: Visit,
    fields: Mapping[str, object],
    intent: Intent | None,
    known: Sequence[Known],
    faults: Sequence[Fault] = (),
    status: int = 200,
) -> Response:
    """A page that asks what is needed for a decision about one call."""
    (call, *others) = {item.call.id: item.call for item in known}.values()
    if others:
        raise Refused(422, UNKNOWN_WORD)
    with reading(visit.context.engine) as conn:
        changes = stored_calls.versions(conn, visit.context.tenant, call.id)[-1].changes
    return page(
        visit,
        "review/decide.html",
        status=status,
        names=Names(visit),
        call=call,
        known=known,
        intent=intent,
        faults=faults,
        changes=presentation.past_changes(changes, visit.wording, spoken(call)),
        back=own_path(fields.get("back") or "/"),
        onto=onto_of(fields),
        decide=DECIDE,
    )


def onto_of(fields: Mapping[str, object]) -> str:
    """The row to go on to, empty for none."""
    said = [named(str(fields.get(name) or "")).onto for name in ("accept", "undo")]
    said += [str(fields.get(name) or "") for name in ("next", "nasta")]
    onto = next((text for text in said if text), "")
    return onto if onto.isascii() and onto.isdecimal() and len(onto) < 10 else ""


def onwards(visit: Visit, fields: FormData, flash: Flash | None) -> Response:
    """Back to where the form stood: at the next row of the queue, at the match itself on the page of its call."""
    back = own_path(fields.get("back")).partition("#")[0]
    onto = onto_of(fields)
    if onto:
        back += f"#{ANY_ROW}{onto}"
    elif back.startswith("/utlysning/") and (said := _named_matches(fields)):
        back += f"#{ANY_MATCH}{said[0].partition(':')[0]}"
    return go_on(visit, back, flash)
