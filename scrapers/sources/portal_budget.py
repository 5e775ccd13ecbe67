"""The portal's money: `budgetOverview` of a topic (`eu-portal.md` §5), `budget` and `currency` of the others."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from scrapers.sources.portal_records import Row
from scrapers.values import whole_euro
from texts import N_

BROKEN = N_("Budgettabellen gick inte att läsa – se utlysningen")
TOO_LARGE = N_("Stödet per projekt är större än hela budgeten – kontrollera hos källan")
BEYOND_BELIEF = N_("Beloppet är ovanligt stort – kontrollera hos källan")
MOST_BELIEVED = 10_000_000_000


@dataclass(frozen=True, kw_only=True)
class Money:
    """What a record says of its money. Whole units of `currency`; None is "not given".

    Attributes:
        shared: several topics draw on one pot; then `total` is the pot.
        deadline_model, opening, deadlines: as the table's row writes them, for records that lack their own.
    """

    total: int | None = None
    shared: bool | None = None
    grant_min: int | None = None
    grant_max: int | None = None
    expected_grants: int | None = None
    currency: str = "EUR"
    deadline_model: str | None = None
    opening: str | None = None
    deadlines: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def topic_money(row: Row, identifier: str) -> Money:
    """The topic's own rows of its call's table; a table that cannot be read gives a note, never half a sum."""
    try:
        table = row.json("budgetOverview")
        own = list(_own_rows(table, identifier)) if table else []
        return _judged(_summed(own)) if own else Money()
    except ValueError:
        return Money(notes=(BROKEN,))


def plain_money(row: Row) -> Money:
    """The sum and currency of a cascade or external-action call; the currency is kept, never converted."""
    written = row.text("budget")
    if written is None:
        return Money()
    currency = (row.text("currency") or "EUR").strip().upper()
    try:
        if not re.fullmatch(r"[A-Z]{3}", currency):
            raise ValueError(f"{currency[:20]!r} is not a currency")
        return _judged(Money(total=whole_euro(written), currency=currency))
    except ValueError:
        return Money(notes=(BROKEN,))


@dataclass(frozen=True, kw_only=True)
class _OwnRow:
    """One row of this topic, with the pot it draws on."""

    pot: tuple[str, tuple[tuple[str, str], ...]]
    shared: bool
    entry: Mapping[str, Any]


def _own_rows(table: Any, identifier: str) -> Iterator[_OwnRow]:
    """The rows whose action starts with the identifier and a space: plain "contains" catches `-1` in `-10`."""
    actions = table.get("budgetTopicActionMap") if isinstance(table, Mapping) else None
    if not isinstance(actions, Mapping):
        raise ValueError("the table has no budgetTopicActionMap")
    for key, entries in actions.items():
        if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
            raise ValueError(f"the table's {key} is not a list of rows")
        for entry in entries:
            if _is_of(entry, identifier):
                years = _years(entry)
                shared = any(
                    _years(other) == years and not _is_of(other, identifier) for other in entries if years
                )
                yield _OwnRow(pot=(str(key), years), shared=shared, entry=entry)


def _is_of(entry: Mapping[str, Any], identifier: str) -> bool:
    return str(entry.get("action", "")).strip().startswith(identifier + " ")


def _years(entry: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    years = entry.get("budgetYearMap") or {}
    if not isinstance(years, Mapping):
        raise ValueError("budgetYearMap is not a table of years")
    return tuple(sorted((str(year), str(sum_)) for year, sum_ in years.items()))


def _summed(own: list[_OwnRow]) -> Money:
    """Distinct pots added up, the least of the least and the most of the most contributions."""
    pots = {row.pot for row in own}
    total = sum(whole_euro(sum_) or 0 for _, years in pots for _, sum_ in years)
    least = [value for row in own if (value := whole_euro(row.entry.get("minContribution") or 0))]
    most = [value for row in own if (value := whole_euro(row.entry.get("maxContribution") or 0))]
    grants = [value for row in own if (value := whole_euro(row.entry.get("expectedGrants") or 0))]
    first = own[0].entry
    days = first.get("deadlineDates")
    return Money(
        total=total or None,
        shared=any(row.shared for row in own) if total else None,
        grant_min=min(least, default=None),
        grant_max=max(most, default=None),
        expected_grants=sum(grants) or None,
        deadline_model=_word(first.get("deadlineModel")),
        opening=_word(first.get("plannedOpeningDate")),
        deadlines=tuple(day for day in days if isinstance(day, str)) if isinstance(days, list) else (),
    )


def _judged(money: Money) -> Money:
    """The same with notes on sums that cannot all be true; they are kept as written (S-86)."""
    notes = []
    if money.total and money.grant_max and money.grant_max > money.total:
        notes.append(TOO_LARGE)
    if max(money.grant_max or 0, money.total or 0) > MOST_BELIEVED:
        notes.append(BEYOND_BELIEF)
    return replace(money, notes=tuple(notes))


def _word(value: Any) -> str | None:
    return value.strip() if isinstance(value, str) and value.strip() else None
