"""Which of a match's reasons a reader is told, in what order; no more than the nouns is needed for it."""

from matcher.model import Match
from texts import Message

AREA = "area"  # the signal of a match that a priority area made, not a need
SHOWN_REASONS = 3
REMARKS = frozenset({"policy", "learned"})


def told(match: Match) -> tuple[Message, ...]:
    """The reasons to show of a match: the first few, and after them what is remarked: whether need and priority
    area are both met, and what answers did. Each once."""
    given = [item for item in match.evidence if item.signal not in REMARKS][:SHOWN_REASONS]
    given += [item for item in match.evidence if item.signal in REMARKS]
    return tuple({repr(item.reason): item.reason for item in given}.values())


def is_of_area(match: Match) -> bool:
    """Whether a priority area was met, and none of its needs in particular."""
    return any(reason.signal == AREA for reason in match.evidence)
