"""What counts as a change of a call: only what matters to people.

Clock seconds, check sums and white space are not news: of 141 changes of a clock in one recorded season 137 were
only seconds (`eu-portal.md` §7), so deadlines are compared by day, their hours by the minute and only while the days
stand, and texts without their white space.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from calls.model import BRUSSELS, CallFacts


@dataclass(frozen=True, kw_only=True)
class Change:
    """One field of a call that says something else than before; values as they are shown, JSON-ready."""

    field: str
    old: Any
    new: Any


def _deadline_days(call: CallFacts) -> list[str] | None:
    return None if call.deadlines is None else [deadline.day.isoformat() for deadline in call.deadlines]


def _deadline_hours(call: CallFacts) -> list[str | None] | None:
    """The moment in Brussels by the minute; None where only the day is known."""
    if call.deadlines is None:
        return None
    return [
        None if one.by_day else one.at.astimezone(BRUSSELS).strftime("%Y-%m-%dT%H:%M")
        for one in call.deadlines
    ]


def _sorted_codes(codes: frozenset[str] | None) -> list[str] | None:
    return None if codes is None else sorted(codes)


def _section_texts(call: CallFacts) -> dict[str, str]:
    return {section.kind.value: " ".join(section.text.split()) for section in call.sections}


WATCHED: dict[str, Callable[[CallFacts], Any]] = {
    "title": lambda call: " ".join(call.title.split()),
    "opening_date": lambda call: call.opening_date.isoformat() if call.opening_date else None,
    "deadlines": _deadline_days,
    "deadline_hours": _deadline_hours,
    "announced": lambda call: call.announced.value if call.announced else None,
    "budget": lambda call: call.budget,
    "grant_min": lambda call: call.grant_min,
    "grant_max": lambda call: call.grant_max,
    "cofinancing_rate": lambda call: call.cofinancing_rate,
    "eligible_applicants": lambda call: _sorted_codes(call.eligible_applicants),
    "eligible_countries": lambda call: _sorted_codes(call.eligible_countries),
    "sections": _section_texts,
}


def differences(old: CallFacts, new: CallFacts) -> tuple[Change, ...]:
    """The changes that matter between two readings of the same call, in the order of `WATCHED`."""
    return tuple(
        Change(field=field, old=before, new=after)
        for field, shown in WATCHED.items()
        if (before := shown(old)) != (after := shown(new))
        and (field != "deadline_hours" or _is_only_the_hour(old, new))
    )


def _is_only_the_hour(old: CallFacts, new: CallFacts) -> bool:
    """The days stand, and an hour that was known is another; an hour told for the first time is no news."""
    if _deadline_days(old) != _deadline_days(new):
        return False
    pairs = zip(_deadline_hours(old) or (), _deadline_hours(new) or (), strict=True)
    return any(before and after and before != after for before, after in pairs)
