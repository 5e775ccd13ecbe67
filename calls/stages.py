"""A call's deadlines as they are followed through time: which one is which, when one moves or is taken away.

A calendar keeps an event by its identity. The publisher gives deadlines none, so theirs follows from the history:
a deadline that stays on its day stays itself, and one that is gone when another has come has moved. What RFC 5546
(2.1.4) calls a significant change, another start or another status, is counted; other words are not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from calls.model import CallFacts, Deadline
from calls.vocabulary import Status


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a publisher said of a call at one time."""

    at: datetime
    facts: CallFacts


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One deadline with its identity.

    Attributes:
        number: 1 for the first that was published; never used for another one.
        deadline: as it reads now, or as it last read.
        sequence: how many times it has moved, to another day or hour, been taken away or come back.
        changed_at: when it last did, or when it was first read.
        is_withdrawn: the publisher has taken it away, or closed the call before its day.
        is_unsaid: the publisher no longer says when; the last known day stays (S-79).
    """

    number: int
    deadline: Deadline
    sequence: int
    changed_at: datetime
    is_withdrawn: bool = False
    is_unsaid: bool = False


def stages(history: Sequence[Reading]) -> tuple[Stage, ...]:
    """Every deadline that a call has had and that has not passed unchanged, in the order of its numbers.

    Args:
        history: the oldest reading first.
    """
    found: list[Stage] = []
    for reading in history:
        found = _after(found, reading)
    return tuple(found)


def _after(before: list[Stage], reading: Reading) -> list[Stage]:
    """The stages when one more reading is known."""
    deadlines = reading.facts.deadlines
    if deadlines is None:
        return [_unsaid(stage, reading) for stage in before]
    new_of = _pairs(before, deadlines, reading.at)
    closed = _is_closed_early(reading)
    there = [_read_again(stage, new_of.get(stage.number), reading, closed=closed) for stage in before]
    taken = {id(deadline) for deadline in new_of.values()}
    number = max((stage.number for stage in before), default=0)
    for deadline in deadlines:
        if id(deadline) not in taken:
            number += 1
            withdrawn = closed and deadline.at > reading.at
            there.append(
                Stage(
                    number=number,
                    deadline=deadline,
                    sequence=0,
                    changed_at=reading.at,
                    is_withdrawn=withdrawn,
                )
            )
    return there


def _pairs(before: list[Stage], deadlines: Sequence[Deadline], at: datetime) -> dict[int, Deadline]:
    """Stage number to its deadline in the new reading: first by moment, then by day, then what is left in order."""
    left, found = list(deadlines), {}
    for is_same in (_is_same_start, _is_same_day):
        for stage in sorted(before, key=lambda stage: stage.is_withdrawn):
            same = next((deadline for deadline in left if is_same(stage.deadline, deadline)), None)
            if same is not None and stage.number not in found:
                found[stage.number] = same
                left = [deadline for deadline in left if deadline is not same]
    is_only = len(before) == 1  # a cut-off that has passed is left out of later lists; it has not moved
    movable = [s for s in before if s.number not in found and (is_only or s.deadline.at >= at)]
    movable.sort(key=lambda stage: (stage.is_withdrawn, stage.deadline.at))
    return found | {stage.number: deadline for stage, deadline in zip(movable, left, strict=False)}


def _unsaid(stage: Stage, reading: Reading) -> Stage:
    is_settled = stage.is_withdrawn or stage.is_unsaid or stage.deadline.at < reading.at
    return stage if is_settled else _changed(stage, reading, unsaid=True)


def _read_again(stage: Stage, deadline: Deadline | None, reading: Reading, *, closed: bool) -> Stage:
    if deadline is None:
        is_past = stage.deadline.at < reading.at
        return stage if is_past or stage.is_withdrawn else _changed(stage, reading, withdrawn=True)
    withdrawn = closed and deadline.at > reading.at
    moved = not _is_same_start(stage.deadline, deadline)
    if not moved and withdrawn == stage.is_withdrawn and not stage.is_unsaid:
        return replace(stage, deadline=deadline)
    return replace(_changed(stage, reading, withdrawn=withdrawn), deadline=deadline)


def _changed(stage: Stage, reading: Reading, *, withdrawn: bool = False, unsaid: bool = False) -> Stage:
    return replace(
        stage,
        sequence=stage.sequence + 1,
        changed_at=reading.at,
        is_withdrawn=withdrawn,
        is_unsaid=unsaid,
    )


def _is_closed_early(reading: Reading) -> bool:
    """The publisher says closed although a day is still to come."""
    deadlines = reading.facts.deadlines or ()
    return reading.facts.announced is Status.CLOSED and any(one.at > reading.at for one in deadlines)


def _is_same_day(old: Deadline, new: Deadline) -> bool:
    return old.day == new.day


def _is_same_start(old: Deadline, new: Deadline) -> bool:
    """The same minute, or the same day where both give only that; the publisher's seconds differ from hour to hour."""
    if old.by_day or new.by_day:
        return old.by_day and new.by_day and old.day == new.day
    return _minute(old) == _minute(new)


def _minute(deadline: Deadline) -> datetime:
    return deadline.at.astimezone(UTC).replace(second=0, microsecond=0)
