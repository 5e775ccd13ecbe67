"""Whether every letter that was planned has come to something (`reliability.md` C8).

A stopped mail is an incident: two hours after a letter was made it has been sent, has failed, or is held, and two hours
after its slot the week's planning is over. Anything else needs a person, also when no program complains.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from storage import outbox, slots
from storage.database import reading
from storage.outbox import LetterLine
from texts import N_, Message

WITHIN = timedelta(hours=2)
PLANNING = "digest"


@dataclass(frozen=True, kw_only=True)
class Unaccounted:
    """What should have come to an end by now.

    Attributes:
        letters: made two hours ago or earlier; neither sent, failed, held nor cancelled.
        slot: when the week's letters were due, where their planning began and never ended; None otherwise.
    """

    letters: Sequence[LetterLine] = ()
    slot: datetime | None = None

    def __bool__(self) -> bool:
        return bool(self.letters) or self.slot is not None

    @property
    def alarm(self) -> Message | None:
        """What the operator should read; None when everything is accounted for."""
        if self.letters:
            text = N_(
                "{number} brev har varken gått ut, misslyckats eller hållits två timmar efter att de gjordes; "
                "det äldsta är brev {oldest}. Se fondvakt letters list."
            )
            return Message(text=text, values={"number": len(self.letters), "oldest": self.letters[0].id})
        if self.slot is not None:
            text = N_("Veckans brev skulle göras {at} och har inte blivit klara.")
            return Message(text=text, values={"at": self.slot.isoformat(timespec="minutes")})
        return None


def unaccounted(engine: Engine, tenant: str, now: datetime) -> Unaccounted:
    """Planned minus sent, failed and held, two hours after the slot."""
    with reading(engine) as conn:
        overdue = outbox.unfinished(conn, tenant, made_before=now - WITHIN)
        newest = slots.last(conn, tenant, PLANNING)
    is_stuck = newest is not None and newest.state == slots.RUNNING and newest.at <= now - WITHIN
    return Unaccounted(letters=tuple(overdue), slot=newest.at if newest and is_stuck else None)
