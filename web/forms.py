"""What the buttons of decisions need on any page: what they decide, as it stood when the page was made.

A page has one form for all its buttons, `beslut`; each button carries what it is about as its value, so a page of
the queue says nothing twice. What needs more than a press is a link to a page that asks (`web/deeds/`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from calls.model import Call
from matcher.model import REASONS_OF_MONEY, REJECT_REASON_LABELS, RejectReason, StoredMatch
from web import queue
from web.decisions import WAIT_LABELS, stamp
from web.queue import Row, UnitMatches
from web.selection import Tab

MOST_MATCHES = 200
MOST_UNITS = 8  # so many of a row stand open; the rest are behind a disclosure


class Asked(StrEnum):
    """The pages that ask for more than a press; the words stand in addresses."""

    ACCEPT = "godkann"
    REJECT = "avvisa"
    LATER = "skjut-upp"
    REFER = "referensgrupp"
    FORWARD = "till-enhet"


@dataclass(frozen=True)
class Named:
    """What a button is about: matches as "number:stamp", and the row to go on to."""

    matches: tuple[str, ...]
    onto: str = ""

    def __str__(self) -> str:
        return ",".join(self.matches) + (f"@{self.onto}" if self.onto else "")


def named(text: str) -> Named:
    """What a button's value names; odd parts are left for whoever looks the matches up."""
    matches, _, onto = text.partition("@")
    return Named(tuple(part for part in matches.split(",") if part), onto)


class _Decide:
    """Handed to templates as `decide`."""

    units_in = staticmethod(queue.units_in)
    folded = staticmethod(queue.folded)
    most_units = MOST_UNITS
    reasons = tuple(REJECT_REASON_LABELS.items())
    waits = tuple(WAIT_LABELS.items())

    @staticmethod
    def reasons_for(call: Call) -> tuple[tuple[RejectReason, str], ...]:
        """The reasons that fit a call; what only money can make a reason of is none for a consultation."""
        left_out = REASONS_OF_MONEY if call.is_consultation else ()
        return tuple((code, label) for code, label in REJECT_REASON_LABELS.items() if code not in left_out)

    @staticmethod
    def match(stored: StoredMatch, call: Call) -> str:
        """One match with its stamp."""
        return f"{stored.id}:{stamp(stored, call)}"

    @staticmethod
    def unit(unit: UnitMatches, row: Row, onto: object = "") -> Named:
        """What a unit's buttons decide."""
        return Named(_stamped(unit.open_to_decide, row), str(onto))

    @staticmethod
    def row(row: Row, tab: Tab = Tab.REVIEW, onto: object = "") -> Named:
        """What a row's buttons decide in a tab."""
        return Named(_stamped([m for unit in row.deciding(tab) for m in unit.undecided], row), str(onto))

    @staticmethod
    def waiting(row: Row | None) -> Named:
        """Everything of a row that waits, the possible ones too; nothing without a row."""
        return Named(_stamped([m for unit in row.waiting for m in unit.undecided], row)) if row else Named(())

    @staticmethod
    def ask(deed: str, about: Named, back: str, **more: str) -> str:
        """The page that asks."""
        said = {"m": ",".join(about.matches), "nasta": about.onto, "back": "" if back == "/" else back}
        return f"/beslut/{deed}?" + urlencode({key: value for key, value in (said | more).items() if value})


def _stamped(matches: Sequence[StoredMatch], row: Row) -> tuple[str, ...]:
    return tuple(f"{stored.id}:{stamp(stored, row.call)}" for stored in matches)


DECIDE = _Decide()
