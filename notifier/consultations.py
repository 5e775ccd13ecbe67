"""Consultations in a letter (`ux.md` 1.2, section 5): which ones, and in which order.

They have a section and a cap of their own, so that they never take a call's place. Those that do not fit have not
been told, so they come in the next letter.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from notifier.model import Digest, DigestItem

FULL_CONSULTATIONS = 3
_FAR = 10_000


def capped(
    items: Sequence[DigestItem], now: datetime
) -> tuple[tuple[DigestItem, ...], tuple[DigestItem, ...]]:
    """Three in full, and the rest: first what concerns children and young people, then what closes first.

    The cap never cuts what concerns children and young people.
    """
    found = sorted(items, key=lambda item: _place(item, now))
    children = sum(item.children_and_youth for item in found)
    most = max(FULL_CONSULTATIONS, children)
    return tuple(found[:most]), tuple(found[most:])


def one_less(digest: Digest) -> Digest | None:
    """The same letter with one consultation less, None when there are no more than the usual three."""
    if len(digest.consultations) <= FULL_CONSULTATIONS:
        return None
    *kept, leaving = digest.consultations
    return replace(
        digest, consultations=tuple(kept), more_consultations=(leaving, *digest.more_consultations)
    )


def _place(item: DigestItem, now: datetime) -> tuple:
    days = item.call.days_left(now)
    return (
        not item.children_and_youth,
        _FAR if days is None else days,
        item.best.band.rank,
        item.call.id,
    )
