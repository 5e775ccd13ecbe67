"""Things sorted into ISO weeks by the clock in Sweden."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from notifier.weeks import STOCKHOLM


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def weeks_until(now: datetime, number: int) -> list[date]:
    """The Mondays of the last weeks, this week's last."""
    this = monday_of(now.astimezone(STOCKHOLM).date())
    return [this - timedelta(weeks=back) for back in range(number - 1, -1, -1)]


def weeks_from(now: datetime, number: int) -> list[date]:
    """The Mondays of the coming weeks, this week's first."""
    this = monday_of(now.astimezone(STOCKHOLM).date())
    return [this + timedelta(weeks=ahead) for ahead in range(number)]


def by_week(instants: Iterable[datetime], weeks: Sequence[date]) -> list[int]:
    """How many instants fall in each of these weeks."""
    counted = Counter(monday_of(at.astimezone(STOCKHOLM).date()) for at in instants)
    return [counted[week] for week in weeks]
