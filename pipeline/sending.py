"""Empty the outbox: recover, then claim one, deliver it, record what came of it (`reliability.md` B).

A crash leaves a visible claim, never a second letter: before the letter itself is handed over it is tried again,
afterwards it is in doubt until a person has decided.
"""

import fcntl
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine

from matcher.model import MatchState
from notifier.channel import Channel
from notifier.errors import DeliveryError, NotifierError
from notifier.headers import ascii_address
from notifier.model import LetterState, StoredLetter
from profiles.model import Profile, Role
from storage import letters, matches
from storage.database import reading, writing
from texts import N_, Message

# Twelve tries within 24 hours (B4): the waits between them, in minutes.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (5, 10, 15, 30, 60, 90, 120, 180, 240, 300, 360))
FAILURES_IN_A_ROW = 10
WINDOW = timedelta(seconds=60)
WAITING = frozenset({LetterState.RENDERED, LetterState.RETRY, LetterState.HELD})


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


class Limiter:
    """At most so many letters in any 60 seconds (B6)."""

    def __init__(
        self,
        per_minute: int,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._per_minute = per_minute
        self._monotonic = monotonic
        self._sleep = sleep
        self._started: deque[float] = deque(maxlen=per_minute)

    def remember(self, ages: Iterable[timedelta]) -> None:
        """Letters that were handed over so long ago, before this run."""
        recent = sorted((age for age in ages if abs(age) < WINDOW), reverse=True)
        now = self._monotonic()
        self._started.extend(now - max(age, timedelta(0)).total_seconds() for age in recent)

    def wait(self) -> None:
        """Sleep until one more letter may leave, and count it."""
        if len(self._started) == self._per_minute:
            left = self._started[0] + WINDOW.total_seconds() - self._monotonic()
            if left > 0:
                self._sleep(left)
        self._started.append(self._monotonic())


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
    counts: dict[LetterState, int] = field(default_factory=dict)
    in_a_row: list[int] = field(default_factory=list)
    stop: Message | None = None

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
) -> SendSummary:
    """Send what waits in the outbox.

    Args:
        week: which week the summary speaks of; everything that waits is sent.
        owner: this machine. Letters that it left half-sent are settled first, so no two runs of one owner may
            overlap: `lock` sees to that.
        stopped: keys of persons who have stopped the letter since it was planned (M-38).
        stopping: asked between letters; True ends the run after the present one (A7).
        lock: a file that one run at a time holds; the system lets go of it when the process dies.
    """
    run = _Run(engine, tenant, profile, channel, owner, now_fn, limiter, stopped)
    with _alone(lock) as is_alone:
        if not is_alone:
            busy = Message(text=N_("Ett annat utskick pågår redan."))
            return SendSummary(week=week, stopped=busy)
        try:
            recover(engine, tenant, owner, now_fn())
            _remember_recent(run, week)
            while run.stop is None and not stopping() and send_one(run):
                pass
        finally:
            channel.close()
        return _summary(run, week)


def recover(engine: Engine, tenant: str, owner: str, now: datetime) -> int:
    """Settle the letters that a dead run of this owner left being sent (M-34); how many there were."""
    with writing(engine) as conn:
        return letters.recover(conn, tenant, now, owner=owner)


def send_one(run: _Run) -> bool:
    """Claim, deliver, record; False when nothing waits."""
    stored = _claim(run)
    if stored is None:
        return False
    if not _is_wanted(stored, run):
        _record(run, stored, LetterState.CANCELLED)
        return True
    run.limiter.wait()
    try:
        answer = run.channel.deliver(stored.letter, before_data=lambda: _mark_data_started(run, stored))
    except DeliveryError as failure:
        _record_failure(run, stored, failure)
    else:
        _record(run, stored, LetterState.SENT, note=answer)
        run.in_a_row.clear()
    return True


def settle(
    engine: Engine, tenant: str, profile: Profile, letter_id: int, *, arrived: bool, now: datetime
) -> None:
    """A person's word on a letter in doubt, held or failed: it arrived, or the same bytes are sent again (B3)."""
    with writing(engine) as conn:
        stored = letters.get(conn, tenant, letter_id)
        state = LetterState.SENT if arrived else LetterState.RETRY
        letters.record(conn, tenant, letter_id, state, now)
        if arrived and stored is not None:
            _mark_matches(conn, tenant, profile, stored, now)


def release(engine: Engine, tenant: str, now: datetime) -> int:
    """Let go of every held letter, when the operator has mended what was wrong; how many there were."""
    with writing(engine) as conn:
        held = letters.find(conn, tenant, states=[LetterState.HELD])
        for stored in held:
            letters.record(conn, tenant, stored.id, LetterState.RETRY, now)
    return len(held)


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


def _mark_data_started(run: _Run, stored: StoredLetter) -> None:
    with writing(run.engine) as conn:
        letters.mark_data_started(conn, run.tenant, stored.id, run.now_fn())


def _record(
    run: _Run,
    stored: StoredLetter,
    state: LetterState,
    *,
    note: str | None = None,
    not_before: datetime | None = None,
) -> None:
    """The state, the answer, and the matches that have thereby reached their unit, in one transaction."""
    now = run.now_fn()
    with writing(run.engine) as conn:
        letters.record(conn, run.tenant, stored.id, state, now, error=note, not_before=not_before)
        if state is LetterState.SENT:
            _mark_matches(conn, run.tenant, run.profile, stored, now)
    run.count(state)


def _record_failure(run: _Run, stored: StoredLetter, failure: DeliveryError) -> None:
    state, not_before = outcome(stored, failure, run.now_fn())
    _record(run, stored, state, note=str(failure), not_before=not_before)
    run.in_a_row.append(stored.id)
    if failure.ends_run:
        run.stop = failure.message
        if failure.held:
            _hold_the_rest(run, failure)
    elif len(run.in_a_row) >= FAILURES_IN_A_ROW:
        _stop_after_many(run, failure)


def _hold_the_rest(run: _Run, failure: DeliveryError) -> None:
    """Login, certificate or encryption: no letter can leave, and none is to blame (M-23)."""
    with writing(run.engine) as conn:
        for stored in letters.find(conn, run.tenant, states=[LetterState.RENDERED, LetterState.RETRY]):
            letters.record(conn, run.tenant, stored.id, LetterState.HELD, run.now_fn(), error=str(failure))
            run.count(LetterState.HELD)


def _stop_after_many(run: _Run, failure: DeliveryError) -> None:
    """Ten failures in a row are the relay's, not ten readers': what it refused for good is held instead (B5)."""
    text = N_("Utskicket avbröts efter {number} fel i rad. Det sista: {cause}")
    run.stop = Message(text=text, values={"number": len(run.in_a_row), "cause": failure.message})
    with writing(run.engine) as conn:
        for letter_id in run.in_a_row:
            stored = letters.get(conn, run.tenant, letter_id)
            if stored is not None and stored.state is LetterState.FAILED:
                letters.record(
                    conn, run.tenant, letter_id, LetterState.HELD, run.now_fn(), error=stored.error
                )
                run.count(LetterState.HELD)
                run.counts[LetterState.FAILED] -= 1


def _is_wanted(stored: StoredLetter, run: _Run) -> bool:
    """Whether the person is still there, at this address, and has not stopped the letter (M-38, M-39)."""
    person = next((one for one in run.profile.people if one.key == stored.letter.person), None)
    if person is None or person.role is not Role.CONTACT or person.key in run.stopped_persons:
        return False
    try:
        return ascii_address(person.email).casefold() == stored.letter.to.casefold()
    except NotifierError:
        return False


def _mark_matches(
    conn: Connection, tenant: str, profile: Profile, stored: StoredLetter, now: datetime
) -> None:
    """The accepted matches of the letter's calls, for the units that its address answers for."""
    told = dict(stored.letter.calls)
    units = {
        unit
        for person in profile.people
        if person.email.strip().casefold() == _address_of(profile, stored.letter.person)
        for unit in person.units
    }
    accepted = matches.find(conn, tenant, states=[MatchState.ACCEPTED])
    reached = [
        one.id
        for one in accepted
        if one.match.unit in units and told.get(one.match.call_id, 0) >= one.match.call_version
    ]
    matches.mark_sent(conn, tenant, reached, now)


def _address_of(profile: Profile, key: str) -> str:
    return next((one.email.strip().casefold() for one in profile.people if one.key == key), "")


def _remember_recent(run: _Run, week: str) -> None:
    """What left within the last minute counts, also when another process sent it."""
    now = run.now_fn()
    with reading(run.engine) as conn:
        found = letters.find(conn, run.tenant, slot=week, states=set(LetterState) - {LetterState.RENDERED})
    run.limiter.remember(now - stored.data_started_at for stored in found if stored.data_started_at)


def _summary(run: _Run, week: str) -> SendSummary:
    with reading(run.engine) as conn:
        in_doubt = letters.find(conn, run.tenant, slot=week, states=[LetterState.IN_DOUBT])
    return SendSummary(
        week=week,
        sent=run.counts.get(LetterState.SENT, 0),
        failed=run.counts.get(LetterState.FAILED, 0),
        in_doubt=len(in_doubt),
        skipped=run.counts.get(LetterState.CANCELLED, 0),
        waiting=run.counts.get(LetterState.RETRY, 0),
        held=run.counts.get(LetterState.HELD, 0),
        stopped=run.stop,
    )


@contextmanager
def _alone(lock: Path | None) -> Iterator[bool]:
    """Whether this process is the only one that holds the file; without a file it always is."""
    if lock is None:
        yield True
        return
    lock.parent.mkdir(parents=True, exist_ok=True)
    with open(lock, "a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
