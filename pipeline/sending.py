"""Empty the outbox: recover, then claim one, deliver it, record what came of it (`reliability.md` B).

A crash leaves a visible claim, never a second letter: before the letter itself is handed over it is tried again,
afterwards it is in doubt until a person has decided.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine

from notifier.channel import Channel
from notifier.errors import DeliveryError, NotifierError
from notifier.headers import ascii_address
from notifier.model import TO_COORDINATORS, LetterKind, LetterState, StoredLetter
from notifier.weeks import local_day
from pipeline.limiter import WINDOW, Limiter
from pipeline.turns import alone
from profiles.model import Profile, Role
from storage import letters, matches, outbox, wishes
from storage.database import reading, writing
from storage.errors import DatabaseBusy
from storage.wishes import NOTHING_CHOSEN
from texts import N_, Message

# Twelve tries within 24 hours (B4): the waits between them, in minutes.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (5, 10, 15, 30, 60, 90, 120, 180, 240, 300, 360))
FAILURES_IN_A_ROW = 10
# A run stops when more than one letter in twenty has been refused; fewer than ten say nothing of the relay (B5).
REFUSED_SHARE = 0.05
REFUSED_AT_LEAST = 10
# Longer than a greeting, six commands and the answer to the dot may take together (B8).
LONGEST_CONVERSATION = timedelta(hours=1)
# How often an outcome is written anew when others keep the database busy: what is known must not become doubt.
PATIENCE = 5


@dataclass(frozen=True, kw_only=True)
class SendSummary:
    """What one run of sending came to.

    Attributes:
        sent, failed, skipped: letters of this run; skipped are those cancelled because nobody wants them now.
        in_doubt: letters of the week that may have arrived and wait for a person.
        waiting: letters of this run that will be tried again.
        held: letters that wait for the operator.
        stopped: why the run ended early; None when the outbox was emptied.
    """

    week: str
    sent: int = 0
    failed: int = 0
    in_doubt: int = 0
    skipped: int = 0
    waiting: int = 0
    held: int = 0
    stopped: Message | None = None


@dataclass
class _Run:
    """The tools of one run and what has come of it so far."""

    engine: Engine
    tenant: str
    profile: Profile
    channel: Channel
    owner: str
    now_fn: Callable[[], datetime]
    limiter: Limiter
    stopped_persons: Collection[str]
    on_refusal: Callable[[Connection, StoredLetter, DeliveryError], None]
    operator: str | None = None
    stopping: Callable[[], bool] = lambda: False
    counts: dict[LetterState, int] = field(default_factory=dict)
    tries: int = 0
    in_a_row: int = 0
    refused: list[int] = field(default_factory=list)
    stop: Message | None = None

    def __post_init__(self) -> None:
        self.people = {person.key: person for person in self.profile.people}
        self.today = local_day(self.now_fn())
        with reading(self.engine) as conn:
            self.wishes = wishes.everybodys(conn, self.tenant)
        self.units_of: dict[str, set[str]] = {}
        for unit in {unit for person in self.profile.people for unit in person.units}:
            for person in self.profile.contacts_of(unit, self.today, self.stopped_persons):
                self.units_of.setdefault(person.address, set()).add(unit)

    def count(self, state: LetterState) -> None:
        """One more letter came to this state."""
        self.counts[state] = self.counts.get(state, 0) + 1


def send(
    engine: Engine,
    tenant: str,
    profile: Profile,
    channel: Channel,
    *,
    week: str,
    owner: str,
    now_fn: Callable[[], datetime],
    limiter: Limiter,
    stopped: Collection[str] = (),
    stopping: Callable[[], bool] = lambda: False,
    lock: Path | None = None,
    host: str | None = None,
    on_refusal: Callable[[Connection, StoredLetter, DeliveryError], None] = lambda *_: None,
    operator: str | None = None,
    renew: Callable[[], object] = lambda: None,
) -> SendSummary:
    """Send what waits in the outbox.

    Args:
        week: which week the summary speaks of; everything that waits is sent.
        owner: this machine. Letters that it left half-sent are settled first, so no two runs of one owner may
            overlap: `lock` sees to that.
        stopped: keys of persons who have stopped the letter since it was planned (M-38).
        stopping: asked between letters; True ends the run after the present one (A7).
        lock: a file that one run at a time holds; the system lets go of it when the process dies.
        host: the machine's name. When another one sent last, or a copy has been put back, nothing is sent until a
            person says that this is the one (M-41, M-42); None asks nothing.
        on_refusal: told of each failed try, in the transaction that records it.
        operator: the address that alarms go to now.
        renew: writes anew what is no longer true, once it is known that this machine may send.
    """
    run = _Run(
        engine, tenant, profile, channel, owner, now_fn, limiter, stopped, on_refusal, operator, stopping
    )
    with alone(lock) as is_alone:
        if not is_alone:
            busy = Message(text=N_("Ett annat utskick pågår redan."))
            return SendSummary(week=week, stopped=busy)
        try:
            _empty(run, host, renew)
        finally:
            channel.close()
        return _summary(run, week)


def _empty(run: _Run, host: str | None, renew: Callable[[], object]) -> None:
    """Send one after the other until nothing waits, or something ends the run."""
    now = run.now_fn()
    if host is not None and (refusal := _not_ours(run.engine, run.tenant, host, now)) is not None:
        run.stop = refusal
        return
    recover(run.engine, run.tenant, run.owner, now)
    renew()
    _remember_recent(run)
    while run.stop is None and not run.stopping() and send_one(run):
        pass


def recover(engine: Engine, tenant: str, owner: str, now: datetime) -> int:
    """Settle the letters that a dead run of this owner left being sent (M-34); how many there were.

    Those of a machine that is no more are settled too, once no conversation could still be going on.
    """
    with writing(engine) as conn:
        return letters.recover(conn, tenant, now, owner=owner, stale_since=now - LONGEST_CONVERSATION)


def send_one(run: _Run) -> bool:
    """Claim, deliver, record; False when nothing waits."""
    stored = _claim(run)
    if stored is None:
        return False
    if not _is_wanted(stored, run):
        _record(run, stored, LetterState.CANCELLED)
        return True
    if not run.limiter.wait(run.stopping):
        _give_back(run, stored)
        return False
    run.tries += 1
    try:
        answer = run.channel.deliver(stored.letter, before_data=lambda: _mark_data_started(run, stored))
    except DeliveryError as failure:
        _record_failure(run, stored, failure)
    else:
        _record(run, stored, LetterState.SENT, note=answer)
        run.in_a_row = 0
    return True


def outcome(
    stored: StoredLetter, failure: DeliveryError, now: datetime
) -> tuple[LetterState, datetime | None]:
    """What a failed try makes of a letter, and when it may be tried again."""
    if failure.uncertain:
        return LetterState.IN_DOUBT, None
    if failure.held:
        return LetterState.HELD, None
    if failure.permanent or stored.attempts > len(WAITS):
        return LetterState.FAILED, None
    wait = WAITS[max(0, stored.attempts - 1)]
    return LetterState.RETRY, now + max(wait, failure.retry_after or timedelta(0))


def _claim(run: _Run) -> StoredLetter | None:
    with writing(run.engine) as conn:
        return letters.claim_next(conn, run.tenant, run.owner, run.now_fn())


def _give_back(run: _Run, stored: StoredLetter) -> None:
    with writing(run.engine) as conn:
        letters.give_back(conn, run.tenant, stored, run.now_fn())


def _mark_data_started(run: _Run, stored: StoredLetter) -> None:
    run.limiter.moved()
    with writing(run.engine) as conn:
        letters.mark_data_started(conn, run.tenant, stored.id, run.now_fn())


def _record(
    run: _Run,
    stored: StoredLetter,
    state: LetterState,
    *,
    note: str | None = None,
    not_before: datetime | None = None,
    failure: DeliveryError | None = None,
) -> None:
    """The state, the answer, and the matches that have thereby reached their unit, in one transaction."""
    now = run.now_fn()

    def write() -> None:
        with writing(run.engine) as conn:
            letters.record(conn, run.tenant, stored.id, state, now, error=note, not_before=not_before)
            if state is LetterState.SENT:
                person = run.people.get(stored.letter.person)
                units = run.units_of.get(person.address, set()) if person else set()
                _mark_matches(conn, run.tenant, units, stored, now)
            if failure is not None:
                run.on_refusal(conn, stored, failure)

    _patiently(write)
    run.count(state)


def _patiently(write: Callable[[], None]) -> None:
    """Once more, and once more, when others keep the database longer than a writer waits (D-02)."""
    for _ in range(PATIENCE - 1):
        try:
            return write()
        except DatabaseBusy:
            continue
    return write()


def _record_failure(run: _Run, stored: StoredLetter, failure: DeliveryError) -> None:
    state, not_before = outcome(stored, failure, run.now_fn())
    _record(run, stored, state, note=str(failure), not_before=not_before, failure=failure)
    run.in_a_row += 1
    if failure.permanent or failure.held:
        run.refused.append(stored.id)
    if failure.ends_run:
        run.stop = failure.message
        if failure.held:
            _hold_the_rest(run, failure)
    elif (said := _too_many(run, failure)) is not None:
        run.stop = said
        _blame_the_relay(run, failure)


def _too_many(run: _Run, failure: DeliveryError) -> Message | None:
    """Ten failures in a row, or one letter in twenty refused, are the relay's and not the readers' (B5)."""
    if run.in_a_row >= FAILURES_IN_A_ROW:
        text = N_("Utskicket avbröts efter {number} fel i rad. Det sista: {cause}")
        return Message(text=text, values={"number": run.in_a_row, "cause": failure.message})
    refused = len(run.refused)
    if refused >= REFUSED_AT_LEAST and refused > REFUSED_SHARE * run.tries:
        text = N_("Utskicket avbröts: {number} av {tries} brev vägrades. Det sista: {cause}")
        return Message(text=text, values={"number": refused, "tries": run.tries, "cause": failure.message})
    return None


def _blame_the_relay(run: _Run, failure: DeliveryError) -> None:
    """What was refused for good is held instead, and so is the rest when waiting alone will not help."""
    with writing(run.engine) as conn:
        held = outbox.hold_failed(conn, run.tenant, run.refused, run.now_fn())
    if held:
        run.counts[LetterState.FAILED] -= held
        run.counts[LetterState.HELD] = run.counts.get(LetterState.HELD, 0) + held
    if failure.permanent or failure.held:
        _hold_the_rest(run, failure)


def _hold_the_rest(run: _Run, failure: DeliveryError) -> None:
    """No letter can leave before somebody has looked, and none is to blame (M-23)."""
    with writing(run.engine) as conn:
        held = outbox.hold_waiting(conn, run.tenant, str(failure), run.now_fn())
    run.counts[LetterState.HELD] = run.counts.get(LetterState.HELD, 0) + held


def _not_ours(engine: Engine, tenant: str, host: str, now: datetime) -> Message | None:
    """Why this machine must not send; None when it may, which is then noted for others to see."""
    with writing(engine) as conn:
        refusal = refusal_of(outbox.sending_of(conn, tenant), host)
        if refusal is None:
            outbox.take_over(conn, tenant, host, now)
    return refusal


def refusal_of(known: outbox.Sending, host: str) -> Message | None:
    """Why the machine of that name must not send, None when it may (B7)."""
    if known.is_held:
        text = N_(
            "En säkerhetskopia har lagts tillbaka: inget skickas förrän någon har sett efter vad som redan gått "
            "ut (fondvakt letters list) och släppt breven (fondvakt letters release)."
        )
        return Message(text=text)
    if known.host not in ("", host):
        text = N_(
            "Breven skickas från {other}, inte från {host}. Ska den här datorn ta över: fondvakt letters release"
        )
        return Message(text=text, values={"other": known.host, "host": host})
    return None


def _is_wanted(stored: StoredLetter, run: _Run) -> bool:
    """Whether the reader is still in office, at this address, and wants this kind of letter (M-38, M-39)."""
    kind, key = stored.letter.kind, stored.letter.person
    if not run.wishes.get(key, NOTHING_CHOSEN).wants(kind):
        return False
    if kind is LetterKind.ALARM:
        return _is_at(run.operator, stored)
    person = run.people.get(key)
    role = Role.COORDINATOR if kind in TO_COORDINATORS else Role.CONTACT
    if person is None or person.role is not role or person.key in run.stopped_persons:
        return False
    return person.is_in_office(run.today) and _is_at(person.email, stored)


def _is_at(address: str | None, stored: StoredLetter) -> bool:
    try:
        return address is not None and ascii_address(address).casefold() == stored.letter.to.casefold()
    except NotifierError:
        return False


def _mark_matches(
    conn: Connection, tenant: str, units: Collection[str], stored: StoredLetter, now: datetime
) -> None:
    """The accepted matches of the letter's calls, for the units that its address answers for."""
    if stored.letter.calls and units:
        matches.mark_told(conn, tenant, units, dict(stored.letter.calls), now)


def _remember_recent(run: _Run) -> None:
    """What left within the last minute counts, also when another process sent it (M-37)."""
    now = run.now_fn()
    with reading(run.engine) as conn:
        started = outbox.started_since(conn, run.tenant, now - WINDOW)
    run.limiter.remember(now - at for at in started)


def _summary(run: _Run, week: str) -> SendSummary:
    with reading(run.engine) as conn:
        in_doubt = outbox.count(conn, run.tenant, [LetterState.IN_DOUBT], week=week)
    return SendSummary(
        week=week,
        sent=run.counts.get(LetterState.SENT, 0),
        failed=run.counts.get(LetterState.FAILED, 0),
        in_doubt=in_doubt,
        skipped=run.counts.get(LetterState.CANCELLED, 0),
        waiting=run.counts.get(LetterState.RETRY, 0),
        held=run.counts.get(LetterState.HELD, 0),
        stopped=run.stop,
    )
