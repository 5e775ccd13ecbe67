"""When an address has bounced so that letters to it stop (`reliability.md` C6).

Two hard bounces in two different weeks, within sixty days of each other, or one complaint. At most one point a day.
A fault that hits many addresses on one day is the relay's, so that day's points do not count (M-59).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from notifier.statuses import BounceKind
from notifier.weeks import STOCKHOLM, week_of
from texts import N_

APART_AT_MOST = timedelta(days=60)
MANY_ADDRESSES = 5
SHARE_OF_READERS = 0.2
RESUMED = "resumed"


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to an address: a bounce that counts, or a person's word that it is good again.

    Attributes:
        kind: a `BounceKind`, or "resumed".
    """

    address: str
    kind: str
    at: datetime


class Cause(StrEnum):
    """Why letters to an address stopped."""

    UNKNOWN_ADDRESS = "unknown_address"
    COMPLAINT = "complaint"


CAUSE_LABELS = {
    Cause.UNKNOWN_ADDRESS: N_("adressen finns inte, två olika veckor"),
    Cause.COMPLAINT: N_("mottagaren anmälde brevet som skräp"),
}


@dataclass(frozen=True, kw_only=True)
class Paused:
    """An address that gets no letters until a person says otherwise."""

    address: str
    cause: Cause
    since: datetime


def paused(events: Iterable[Event], readers: int) -> dict[str, Paused]:
    """The addresses that get no letters, from everything that happened to all of them.

    Args:
        readers: how many people get letters.
    """
    history: dict[str, list[Event]] = defaultdict(list)
    told = sorted(events, key=lambda event: event.at)
    faulty = days_of_faults(told, readers)
    for event in told:
        if event.kind != BounceKind.HARD or _day(event) not in faulty:
            history[event.address].append(event)
    found = {address: _standing(address, of_one) for address, of_one in history.items()}
    return {address: one for address, one in found.items() if one is not None}


def days_of_faults(events: Iterable[Event], readers: int) -> set[date]:
    """Days on which so many addresses failed for good that something else is wrong."""
    hit: dict[date, set[str]] = defaultdict(set)
    for event in events:
        if event.kind == BounceKind.HARD:
            hit[_day(event)].add(event.address)
    many = max(MANY_ADDRESSES, SHARE_OF_READERS * readers)
    return {day for day, addresses in hit.items() if len(addresses) >= many}


def _standing(address: str, events: Iterable[Event]) -> Paused | None:
    hard: list[datetime] = []
    standing: Paused | None = None
    for event in events:
        if event.kind == RESUMED:
            hard, standing = [], None
        elif standing is not None:
            continue
        elif event.kind == BounceKind.COMPLAINT:
            standing = Paused(address=address, cause=Cause.COMPLAINT, since=event.at)
        elif event.kind == BounceKind.HARD:
            if any(_in_another_week(before, event.at) for before in hard):
                standing = Paused(address=address, cause=Cause.UNKNOWN_ADDRESS, since=event.at)
            hard.append(event.at)
    return standing


def _in_another_week(before: datetime, at: datetime) -> bool:
    return week_of(before) != week_of(at) and at - before <= APART_AT_MOST


def _day(event: Event) -> date:
    return event.at.astimezone(STOCKHOLM).date()
