"""Dates as the index writes them, and moving them.

The index stamps every instant `+0000` though its clock is Brussels time (`eu-portal.md` section 7).
"""

import re
from datetime import UTC, date, datetime, timedelta

INDEX_FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}")


def index_day(day: date) -> str:
    """A day as the index writes it: midnight, `+0000`."""
    return f"{day.isoformat()}T00:00:00.000+0000"


def index_instant(iso: str) -> str:
    """A feed's `2026-09-01T17:00:00.000Z` (or bare day) as the index writes it."""
    if len(iso) == 10:
        return index_day(date.fromisoformat(iso))
    return iso.replace("Z", "+0000")


def instant(text: str) -> datetime:
    """An instant in the index's form, aware."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")


def day_of(text: str) -> date:
    """The day of an instant or day, as it is written."""
    return date.fromisoformat(text[:10])


def shifted(text: str, by: timedelta) -> str:
    """A day or instant moved; what stands after the day stays."""
    return (day_of(text) + by).isoformat() + text[10:]


def epoch_ms(day: date) -> int:
    """Milliseconds since 1970 at the start of a day."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
