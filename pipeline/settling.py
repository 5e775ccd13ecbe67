"""What people say of letters that wait for them: arrived after all, send again, let go."""

from datetime import datetime

from sqlalchemy import Connection, Engine

from notifier.errors import NotifierError
from notifier.model import LETTER_STATE_LABELS, LetterState, StoredLetter
from profiles.model import Profile
from storage import bounces, holds, letters, matches, outbox
from storage.audit import Event, channel_of, record
from storage.database import writing
from texts import N_, Message

NOT_SETTLED = N_(
    "Brev {number} går inte att avgöra, för det är i läget ”{state}”; "
    "väntade ett som är ovisst, hålls eller inte gick."
)
NOT_WAITING = N_("Brev {number} väntar inte längre: läget är nu ”{state}”.")
CHANGED = N_("Brev {number} har ändrats sedan du såg det: läget är nu ”{state}”.")


class NotToBeSettled(NotifierError):
    """A letter whose fate is known, or not yet in anybody's hands."""


def settle(
    engine: Engine,
    tenant: str,
    profile: Profile,
    letter_id: int,
    *,
    arrived: bool,
    now: datetime,
    by: str = "cli",
    seen: str | None = None,
) -> None:
    """A person's word on a letter in doubt, held or failed: it arrived, or the same bytes are sent again (B3).

    Args:
        seen: the letter's `stamp` when the person looked at it; None asks nothing.

    Raises:
        NotToBeSettled: the letter is in another state, so there is nothing to say of it, or not as it was seen.
        UnknownLetter: there is no letter with that number.
    """
    with writing(engine) as conn:
        stored = letters.get(conn, tenant, letter_id)
        if stored is not None and stored.state not in outbox.UNSETTLED:
            raise _refusal(stored, NOT_SETTLED)
        if stored is not None and seen not in (None, stamp(stored)):
            raise _refusal(stored, CHANGED)
        state = LetterState.SENT if arrived else LetterState.RETRY
        letters.record(conn, tenant, letter_id, state, now)
        _tell(conn, tenant, by, "arrived" if arrived else "resend", stored, state, now)
        if arrived and stored is not None:
            told, units = dict(stored.letter.calls), _units_of(profile, stored.letter.person)
            matches.mark_told(conn, tenant, units, told, now)


def stamp(stored: StoredLetter) -> str:
    """What a letter looked like: another one when it has been tried or settled since."""
    return f"{stored.state.value}.{stored.attempts}"


def hold(engine: Engine, tenant: str, letter_id: int, now: datetime, *, by: str) -> None:
    """Hold one letter that waits to be sent.

    Raises:
        NotToBeSettled: it does not wait any more.
        UnknownLetter: there is no letter with that number.
    """
    with writing(engine) as conn:
        stored = letters.get(conn, tenant, letter_id)
        if stored is not None and stored.state not in outbox.WAITING:
            raise _refusal(stored, NOT_WAITING)
        letters.record(conn, tenant, letter_id, LetterState.HELD, now)
        _tell(conn, tenant, by, "hold", stored, LetterState.HELD, now)


def hold_week(engine: Engine, tenant: str, week: str, person: str, now: datetime, *, by: str) -> int:
    """Hold a week's letters before they are made; how many that wait already are held with them.

    Args:
        person: whose letter; `holds.EVERYBODY` for everybody's, and for every letter that waits now.
    """
    with writing(engine) as conn:
        is_new = holds.hold(conn, tenant, week, person, by, now)
        held = outbox.hold_waiting(conn, tenant, None, now) if person == holds.EVERYBODY else 0
        if is_new or held:
            _tell_of_week(conn, tenant, by, "hold", week, person, now, held)
    return held


def release_hold(engine: Engine, tenant: str, week: str, person: str, now: datetime, *, by: str) -> None:
    """Let a letter that is not made yet go out as usual."""
    with writing(engine) as conn:
        if holds.release(conn, tenant, week, person, now):
            _tell_of_week(conn, tenant, by, "release", week, person, now)


def use_again(engine: Engine, tenant: str, address: str, now: datetime, *, by: str) -> None:
    """An address is good again: what came back before does not count any more."""
    with writing(engine) as conn:
        bounces.resume(conn, tenant, address, now)
        event = Event(actor=by, channel=channel_of(by), kind="address", key=address, action="resume")
        record(conn, tenant, event, now)


def release(
    engine: Engine,
    tenant: str,
    now: datetime,
    *,
    host: str | None = None,
    by: str = "cli",
    week: str | None = None,
    also_by_people: bool = True,
) -> int:
    """Let go of every held letter, when the operator has mended what was wrong; how many there were.

    Args:
        host: the machine that is to send from now on, also when another one sent before or a copy was put back.
        also_by_people: those too that a coordinator holds; the operator's word is not about them.
        week: letters of this week that are held before they are made are let go too.
    """
    with writing(engine) as conn:
        if host is not None:
            outbox.take_over(conn, tenant, host, now)
        released = outbox.release(conn, tenant, now, also_by_people=also_by_people)
        if week is not None:
            holds.release_week(conn, tenant, week, now)
        after = {"released": released, "host": host}
        event = Event(actor=by, channel=channel_of(by), kind="sending", key="", action="release", after=after)
        record(conn, tenant, event, now)
    return released


def _refusal(stored: StoredLetter, text: str) -> NotToBeSettled:
    label = Message(text=LETTER_STATE_LABELS[stored.state])
    return NotToBeSettled.of(text, number=stored.id, state=label)


def _tell_of_week(
    conn: Connection, tenant: str, by: str, action: str, week: str, person: str, now: datetime, held: int = 0
) -> None:
    event = Event(
        actor=by,
        channel=channel_of(by),
        kind="sending",
        key=f"{week}/{person}" if person else week,
        action=action,
        after={"week": week, "held": held},
    )
    record(conn, tenant, event, now)


def _tell(
    conn: Connection,
    tenant: str,
    by: str,
    action: str,
    stored: StoredLetter | None,
    state: LetterState,
    now: datetime,
) -> None:
    """Note what a person said of a letter."""
    if stored is not None:
        event = Event(
            actor=by,
            channel=channel_of(by),
            kind="letter",
            key=str(stored.id),
            action=action,
            before={"state": stored.state.value},
            after={"state": state.value},
        )
        record(conn, tenant, event, now)


def _units_of(profile: Profile, key: str) -> set[str]:
    """The units that the person's address answers for, in all its roles (M-10)."""
    address = next((one.address for one in profile.people if one.key == key), None)
    return {unit for one in profile.people if one.address == address for unit in one.units}
