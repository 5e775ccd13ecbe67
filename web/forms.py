"""What the forms of decisions need on any page: lists of words, and stamps of what was seen."""

from calls.model import Call
from matcher.model import REJECT_REASON_LABELS, StoredMatch
from web import queue
from web.decisions import WAIT_LABELS, stamp
from web.queue import Row, Tab, UnitMatches


class _Decide:
    """Handed to templates as `decide`."""

    units_in = staticmethod(queue.units_in)
    folded = staticmethod(queue.folded)
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
    def all_waiting(row: Row, tab: Tab = Tab.REVIEW) -> list[str]:
        """What "accept all" decides in a tab."""
        return [f"{m.id}:{stamp(m, row.call)}" for unit in row.deciding(tab) for m in unit.undecided]


DECIDE = _Decide()
