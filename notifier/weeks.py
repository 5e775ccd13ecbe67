"""ISO weeks as letters name them: 2026-W35, Monday first, by the clock in Sweden."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")
_WEEK = re.compile(r"(\d{4})-W(\d{2})")


def week_of(now: datetime) -> str:
    """The ISO week in Sweden at this moment, such as 2026-W35. `now` is aware."""
    year, week, _ = now.astimezone(STOCKHOLM).isocalendar()
    return f"{year}-W{week:02}"


def days_of(week: str) -> tuple[date, date]:
    """Monday and Sunday of an ISO week.

    Raises:
        ValueError: when the text is not an ISO week that exists.
    """
    found = _WEEK.fullmatch(week)
    if found is None:
        raise ValueError(f"week {week!r}: expected an ISO week such as 2026-W35")
    year, number = int(found[1]), int(found[2])
    try:
        return date.fromisocalendar(year, number, 1), date.fromisocalendar(year, number, 7)
    except ValueError as failure:
        raise ValueError(f"week {week!r}: {year} has no such week") from failure


def week_number(week: str) -> int:
    """The number of the week within its year."""
    return days_of(week)[0].isocalendar().week


def local_day(now: datetime) -> date:
    """Which day it is in Sweden."""
    return now.astimezone(STOCKHOLM).date()
