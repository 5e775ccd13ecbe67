"""What people say of letters that wait for them: arrived after all, send again, let go."""

from datetime import datetime

from sqlalchemy import Connection, Engine

from notifier.errors import NotifierError
from notifier.model import LETTER_STATE_LABELS, LetterState, StoredLetter
from profiles.model import Profile
from storage import letters, matches, outbox
from storage.audit import Event, channel_of, record
from storage.database import writing
from texts import N_, Message

TO_BE_SETTLED = frozenset({LetterState.IN_DOUBT, LetterState.HELD, LetterState.FAILED})


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
) -> None:
    """A person's word on a letter in doubt, held or failed: it arrived, or the same bytes are sent again (B3).

    Raises:
        NotToBeSettled: the letter is in another state, so there is nothing to say of it.
        UnknownLetter: there is no letter with that number.
    """
    with writing(engine) as conn:
        stored = letters.get(conn, tenant, letter_id)
        if stored is not None and stored.state not in TO_BE_SETTLED:
            raise NotToBeSettled(
                Message(
                    text=N_(
                        "Brev {number} går inte att avgöra, för det är i läget ”{state}”; "
                        "väntade ett som är ovisst, hålls eller inte gick."
                    ),
                    values={"number": letter_id, "state": Message(text=LETTER_STATE_LABELS[stored.state])},
                )
            )
        state = LetterState.SENT if arrived else LetterState.RETRY
        letters.record(conn, tenant, letter_id, state, now)
        _tell(conn, tenant, by, "arrived" if arrived else "resend", stored, state, now)
        if arrived and stored is not None:
            told, units = dict(stored.letter.calls), _units_of(profile, stored.letter.person)
            matches.mark_told(conn, tenant, units, told, now)


def release(engine: Engine, tenant: str, now: datetime, *, host: str | None = None, by: str = "cli") -> int:
    """Let go of every held letter, when the operator has mended what was wrong; how many there were.

    Args:
        host: the machine that is to send from now on, also when another one sent before or a copy was put back.
    """
    with writing(engine) as conn:
        if host is not None:
            outbox.take_over(conn, tenant, host, now)
        released = outbox.release(conn, tenant, now)
        after = {"released": released, "host": host}
        event = Event(actor=by, channel=channel_of(by), kind="sending", key="", action="release", after=after)
        record(conn, tenant, event, now)
    return released


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
    address = next((one.email.strip().casefold() for one in profile.people if one.key == key), None)
    return {unit for one in profile.people if one.email.strip().casefold() == address for unit in one.units}
