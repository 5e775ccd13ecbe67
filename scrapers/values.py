"""Strict readers of the values that publishers print: days, instants, sums, shares.

Each reads one written form and raises ValueError with what was seen; none guesses (`threats.md` S-70 to S-87).
Which form a publisher uses is said by the source that calls.
"""

import json
import math
import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal

from calls.model import BRUSSELS, END_OF_DAY, Deadline
from scrapers.errors import OddValue
from texts import N_

PORTAL_INSTANT = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:\s+(\d{1,2}):(\d{2}))?")
SLASHED = re.compile(r"(\d{4})/(\d{2})/(\d{2})(?:\s+(\d{2}):(\d{2})(?::(\d{2}))?)?")
CURRENCIES = {
    "€": "EUR",
    "eur": "EUR",
    "euro": "EUR",
    "sek": "SEK",
    "kr": "SEK",
    "kronor": "SEK",
    "nok": "NOK",
}
UNITS = {
    **dict.fromkeys(("k", "t", "tkr", "kkr"), 10**3),
    **dict.fromkeys(("m", "mn", "million", "millions", "miljon", "miljoner", "mnkr", "mkr"), 10**6),
    **dict.fromkeys(("bn", "billion", "miljard", "miljarder", "mdkr"), 10**9),
}
GLUED = {"meur": "m€", "keur": "k€", "msek": "m sek", "m€": "m €", "t€": "t €", "k€": "k €"}
SWEDISH_UNITS = frozenset({"tkr", "kkr", "mnkr", "mkr", "mdkr"})
SPACES = re.compile(r"[\s\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
NUMBER = re.compile(r"\d[\d .,']*\d|\d")
MOST_EURO = 10**13
FIRST_YEAR, LAST_YEAR = 2010, 2050
ODD_YEAR = N_("Ett datum ser orimligt ut – kontrollera hos källan")


@dataclass(frozen=True, kw_only=True)
class Sum:
    """A sum in whole units of its currency; `currency` is None when none was written."""

    amount: int
    currency: str | None = None


def portal_instant(words: str) -> datetime:
    """The clock on the wall in Brussels, from the portal's `2026-05-05T17:00:00.000+0000`; without a zone.

    Whatever offset is written is ignored: the clock is Brussels time (`eu-portal.md` §7).

    Raises:
        ValueError: for any other form, and for days and hours that do not exist.
    """
    found = PORTAL_INSTANT.fullmatch(words.strip())
    if found is None:
        raise OddValue(N_("{value} är ingen tidpunkt i portalens form"), value=repr(words[:60]))
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the caller names the zone
    except ValueError as failure:
        raise _no_such_time(words) from failure


def portal_day(words: str) -> date:
    """The day of a portal instant or of `2026-05-05`."""
    return portal_instant(words).date()


def portal_deadline(words: str) -> Deadline:
    """A deadline of the portal: midnight means that only the day is known; seconds are left out as noise."""
    wall = portal_instant(words).replace(second=0)
    if wall.time() == time(0, 0):
        return Deadline.on(wall.date())
    return Deadline(at=wall.replace(tzinfo=BRUSSELS))


def dotted_deadline(words: str) -> Deadline:
    """A deadline in Brussels, written `27.01.2026 17:00` or `27.01.2026`; 24:00 is the last minute of its day.

    Raises:
        ValueError: for any other form, and for days and hours that do not exist.
    """
    found = DOTTED.fullmatch(words.strip())
    if found is None:
        raise OddValue(N_("{value} är inte av formen dd.mm.åååå tt:mm"), value=repr(words[:60]))
    day_of_month, month, year, hour, minute = found.groups()
    try:
        day = date(int(year), int(month), int(day_of_month))
        if hour is None:
            return Deadline.on(day, BRUSSELS)
        clock = time(23, 59) if (hour, minute) == ("24", "00") else time(int(hour), int(minute))
    except ValueError as failure:
        raise _no_such_time(words) from failure
    return Deadline(at=datetime.combine(day, clock, tzinfo=BRUSSELS))


def dotted_day(words: str) -> date:
    """A day written `23.02.2022`; an hour after it is left out."""
    return dotted_deadline(words).at.date()


def slashed_deadline(words: str) -> Deadline:
    """An instant in Brussels, written `2026/09/09 23:59:59`.

    A bare day, the last second of a day and its midnight say no more than the day.

    Raises:
        ValueError: for any other form, and for days and hours that do not exist.
    """
    found = SLASHED.fullmatch(words.strip())
    if found is None:
        raise OddValue(N_("{value} är inte av formen åååå/mm/dd tt:mm:ss"), value=repr(words[:60]))
    year, month, day_of_month, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        day, clock = date(year, month, day_of_month), time(hour, minute, second)
    except ValueError as failure:
        raise _no_such_time(words) from failure
    if clock in (time(), END_OF_DAY):
        return Deadline.on(day, BRUSSELS)
    return Deadline(at=datetime.combine(day, clock, tzinfo=BRUSSELS))


def slashed_day(words: str) -> date:
    """The day of an instant written `2026/05/13 15:08:21`.

    Raises:
        ValueError: as `slashed_deadline`.
    """
    slashed_deadline(words)
    return date(*(int(part) for part in words.strip()[:10].split("/")))


def _no_such_time(words: str) -> OddValue:
    return OddValue(N_("{value} är en dag eller timme som inte finns"), value=repr(words[:60]))


def checked_dates(opening: date | None, deadlines: tuple[Deadline, ...] | None) -> tuple[str, ...]:
    """Notes on dates that are kept but look wrong: a year in which no call of our time opens or closes (S-77).

    Raises:
        ValueError: when the call opens after its last deadline (S-80).
    """
    days = [deadline.day for deadline in deadlines or ()]
    if opening and days and opening > max(days):
        raise OddValue(
            N_("öppnar {opening}, efter sista dagen {last}"),
            opening=opening.isoformat(),
            last=max(days).isoformat(),
        )
    all_days = [*days, *([opening] if opening else [])]
    return () if all(FIRST_YEAR <= day.year <= LAST_YEAR for day in all_days) else (ODD_YEAR,)


def whole_euro(value: Any) -> int | None:
    """Whole euro from a number or its digits, as in the portal's JSON; 0 is "not given" and gives None.

    Raises:
        ValueError: for anything else: signs, words, groups of digits, sums beyond belief.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"{str(value)[:60]!r} is not a sum")
    if isinstance(value, str):
        if not re.fullmatch(r"\d{1,15}(?:\.\d{1,4})?", value.strip()):
            raise ValueError(f"{value[:60]!r} is not a sum")
        value = float(value)
    if not math.isfinite(value) or not 0 <= value <= MOST_EURO:
        raise ValueError(f"{str(value)[:60]} is not a sum")
    return round(value) or None


def amount(words: str, decimal: Literal[",", "."]) -> Sum:
    """One sum as people write it: `EUR 1.500.000`, `1 500 000 €`, `1,5 M€`, `€1.5 million`, `60 miljoner kronor`.

    Args:
        decimal: what the publisher writes before decimals; it decides what a lone `1.500` is (S-83).

    Raises:
        ValueError: when the words hold anything but one number, a unit and a currency.
    """
    text = SPACES.sub(" ", words).strip().lower()
    numbers = NUMBER.findall(text)
    if len(numbers) != 1 or text.startswith("-"):
        raise ValueError(f"{words[:60]!r} is not one sum")
    rest = text.replace(numbers[0], " ", 1)
    for glued, apart in GLUED.items():
        rest = re.sub(rf"(?<![a-zå-ö]){glued}(?![a-zå-ö])", f" {apart} ", rest)
    currency, factor = None, 1
    for word in rest.split():
        name = word.rstrip(".")
        if name in UNITS and factor == 1:
            factor = UNITS[name]
            currency = "SEK" if name in SWEDISH_UNITS else currency
        elif name in CURRENCIES and currency in (None, CURRENCIES[name]):
            currency = CURRENCIES[name]
        else:
            raise ValueError(f"{words[:60]!r}: {word!r} is not part of a sum")
    value = round(_number(numbers[0], decimal) * factor)
    if value > MOST_EURO:
        raise ValueError(f"{words[:60]!r} is beyond belief")
    return Sum(amount=value, currency=currency)


def _number(digits: str, decimal: str) -> float:
    """The number in a group of digits; groups must be of three."""
    separators = [sign for sign in digits if not sign.isdigit()]
    kinds = set(separators)
    point = None
    if kinds & {",", "."}:
        last = next(sign for sign in reversed(separators) if sign in ",.")
        alone = separators.count(last) == 1 and separators[-1] == last
        if alone and (len(kinds) > 1 or last == decimal or not re.search(r"[.,]\d{3}$", digits)):
            point = last
    whole, _, fraction = digits.rpartition(point) if point else (digits, "", "")
    grouping = kinds - {point}
    if len(grouping) > 1 or (not fraction.isdigit() and fraction):
        raise ValueError(f"{digits[:40]!r} mixes separators")
    if grouping and not re.fullmatch(r"\d{1,3}(?:\D\d{3})+", whole):
        raise ValueError(f"{digits[:40]!r} is not grouped by three")
    return float(re.sub(r"\D", "", whole) + "." + (fraction or "0"))


def share(words: str) -> float:
    """A share from 0 to 1, written as one percentage: `80%`, `90 %`, `46 procent`.

    Raises:
        ValueError: for ranges, several percentages, and percentages over 100.
    """
    found = re.fullmatch(
        r"(\d{1,3}(?:[.,]\d{1,2})?)\s?(?:%|procent|per ?cent)", SPACES.sub(" ", words).strip()
    )
    if found is None:
        raise ValueError(f"{words[:60]!r} is not one percentage")
    value = float(found[1].replace(",", ".")) / 100
    if not 0 < value <= 1:
        raise ValueError(f"{words[:60]!r} is not a share of the costs")
    return round(value, 4)


def json_in(text: str) -> Any:
    """The value in a JSON text; NaN, Infinity and nesting without end are refused (S-44, S-45).

    Raises:
        ValueError: when the text is not JSON, is cut, or holds numbers that are none.
    """

    def refuse(word: str) -> None:
        raise ValueError(f"{word} is not a number")

    try:
        return json.loads(text, parse_constant=refuse)
    except RecursionError as failure:
        raise ValueError("JSON nested too deep") from failure
