"""What the unit was told before this reader was: for who is newly appointed, or comes back from a pause.

It is still current, but no news: one line each under a heading of its own, a few a week, so that a first letter can be
read in two minutes (`ux.md` 1.1). What does not fit has not been told, so it comes in the next letter.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from notifier.model import DigestItem

EARLIER_LINES = 10
_FAR = 10_000

Place = tuple[int, str, str]


def parted(
    items: Iterable[DigestItem], received: Mapping[int, int], told: Collection[Place]
) -> tuple[list[DigestItem], list[DigestItem]]:
    """What is news to the reader's unit too, and what it was told earlier.

    Args:
        received: call id to the newest version that the reader has had.
        told: call, unit and need of what was told the units before.
    """
    news, earlier, told = [], [], frozenset(told)
    for item in items:
        places = {(item.call.id, match.unit, match.need) for match in item.matches}
        is_earlier = item.call.id not in received and places <= told
        (earlier if is_earlier else news).append(item)
    return news, earlier


def capped(
    items: Sequence[DigestItem], asked: Collection[int], now: datetime
) -> tuple[tuple[DigestItem, ...], tuple[DigestItem, ...]]:
    """Ten lines, and the rest: first what concerns children and young people, then the strongest, then by deadline.

    The cap never cuts what concerns children and young people.

    Args:
        asked: calls that the letter asks about already; they are not told twice in it.
    """
    found = sorted((item for item in items if item.call.id not in asked), key=lambda item: _place(item, now))
    most = max(EARLIER_LINES, sum(item.children_and_youth for item in found))
    return tuple(found[:most]), tuple(found[most:])


def _place(item: DigestItem, now: datetime) -> tuple:
    days = item.call.days_left(now)
    return (
        not item.children_and_youth,
        item.best.band.rank,
        _FAR if days is None else days,
        item.call.id,
    )
