"""The rows as the service holds them: searched, sorted and cut into pages; each row written out once."""

import json
import random
import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from scrapers.standin.codes import PROSPECT
from scrapers.standin.query import sort_fields, test_of, text_test
from scrapers.standin.records import language_of
from scrapers.standin.shape import API_VERSION, Result

MOST_ON_A_PAGE = 100
WINDOW = 10_000
TIE_JITTER = 4.0
LEFT_OUT_WITH_FIELDS = "topicConditions"
CURRENT = re.compile(r"(TOPICS|COMPETITIVE_CALL|PROSPECTS)\w*[A-Za-z]{2}$")


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One search, read from the request.

    Attributes:
        query: the JSON of the `query` part; None asks for everything.
        languages: None when the part was left out: every language then.
        sort: the JSON of the `sort` part.
        fields: the metadata wanted; None for all.
    """

    query: Any = None
    text: str = "***"
    languages: Sequence[str] | None = None
    sort: Any = None
    fields: Sequence[str] | None = None
    page: int = 1
    size: int = MOST_ON_A_PAGE


@dataclass(frozen=True, kw_only=True)
class Row:
    """One document: what is filtered by, and what is answered."""

    record: Result
    fields: Mapping[str, Sequence[Any]]
    language: str
    written: bytes
    restless: bool
    words: str = field(repr=False)


class Index:
    """All documents.

    Args:
        records: in the service's form.
    """

    def __init__(self, records: Iterable[Result]) -> None:
        self.rows = tuple(_row(record) for record in records)
        self._random = random.Random(0)  # ties come in another order on every request, the same in every run
        self._requests = 0
        self._lock = threading.Lock()
        self._filtered = lru_cache(maxsize=32)(self._filter)

    def matching(self, ask: Ask) -> tuple[Row, ...]:
        """The rows that a search finds, in the index's own order.

        Raises:
            InvalidQuery: when the service would refuse the query.
        """
        languages = None if ask.languages is None else tuple(ask.languages)
        return self._filtered(json.dumps(ask.query, sort_keys=True), ask.text, languages)

    def _filter(self, query: str, text: str, languages: tuple[str, ...] | None) -> tuple[Row, ...]:
        asked = json.loads(query)
        holds = (lambda fields: True) if asked is None else test_of(asked)
        says = text_test(text)
        return tuple(
            row
            for row in self.rows
            if (languages is None or row.language in languages) and holds(row.fields) and says(row.words)
        )

    def sorted(self, rows: Iterable[Row], sort: Any) -> list[Row]:
        """Sorted rows; those that lack a field of the sort vanish, and ties change places on every request.

        Ties lie near each other in the index, so they move by a few places, as between two copies of a real
        index: a reader of pages sees some rows twice and misses others.
        """
        fields = sort_fields(sort)
        kept = [row for row in rows if all(row.fields.get(name) for name, _ in fields)]
        with self._lock:
            places = [place + self._random.uniform(0, TIE_JITTER) for place in range(len(kept))]
        ordered = [row for _, row in sorted(zip(places, kept, strict=True), key=lambda pair: pair[0])]
        for name, descending in reversed(fields):
            ordered.sort(key=_first_value(name), reverse=descending)
        return ordered

    def restless_second(self) -> int:
        """A second of the clock, another on every request, for the deadlines of external-action calls (13.13)."""
        with self._lock:
            self._requests += 1
            return self._requests * 7 % 60


def _first_value(name: str) -> Callable[[Row], str]:
    return lambda row: str(row.fields[name][0])


def _row(record: Result) -> Row:
    metadata = record["metadata"]
    language = language_of(record)
    return Row(
        record=record,
        fields=_implied(record, language) | metadata,
        language=language,
        written=dumped(record),
        restless=metadata.get("type") == [PROSPECT] and bool(metadata.get("deadlineDate")),
        words=_words(record),
    )


def _implied(record: Result, language: str) -> dict[str, list[str]]:
    """What the index knows of a record whose recording was cut: it is found by these, but they are not shown."""
    known = {"language": [language]}
    if CURRENT.search(record["reference"]) and "database" not in record:
        known["DATASOURCE"] = ["SEDIA"]
    return known


def _words(record: Result) -> str:
    metadata = record["metadata"]
    names = (
        "identifier",
        "title",
        "callIdentifier",
        "callTitle",
        "descriptionByte",
        "keywords",
        "furtherInformation",
    )
    return " ".join(str(value) for name in names for value in metadata.get(name, ())).lower()


def dumped(value: Any) -> bytes:
    """JSON as the service writes it, in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def page(index: Index, found: Sequence[Row], ask: Ask, *, total_shift: int = 0, change=None) -> bytes:
    """The page that was asked for, of rows that were found, written out.

    Args:
        total_shift: added to `totalResults`, for a total that moves between pages.
        change: made to each record on the page, for faults; None when there are none.
    """
    size = min(max(ask.size, 1), MOST_ON_A_PAGE)
    number = max(ask.page, 1)
    shown = found[:WINDOW][(number - 1) * size : number * size]
    head = _envelope(ask, total=len(found) + total_shift, number=number, size=size)
    second = index.restless_second()
    rows = b",".join(_written(row, ask.fields, second, change) for row in shown)
    return dumped(head)[:-1] + b',"results":[' + rows + b"]}"


def _written(row: Row, fields: Sequence[str] | None, second: int, change) -> bytes:
    if fields is None and change is None and not row.restless:
        return row.written
    record = row.record
    if row.restless:
        record = _with_other_seconds(record, second)
    if fields is not None:
        wanted = set(fields) - {LEFT_OUT_WITH_FIELDS}
        record = record | {
            "metadata": {name: value for name, value in record["metadata"].items() if name in wanted}
        }
    return dumped(change(record) if change else record)


def _with_other_seconds(record: Result, second: int) -> Result:
    deadlines = [f"{at[:17]}{second:02}{at[19:]}" for at in record["metadata"]["deadlineDate"]]
    return record | {"metadata": record["metadata"] | {"deadlineDate": deadlines}}


def _envelope(ask: Ask, *, total: int, number: int, size: int) -> dict[str, Any]:
    fields = sort_fields(ask.sort)
    return {
        "apiVersion": API_VERSION,
        "terms": ask.text,
        "responseTime": 65,
        "totalResults": total,
        "pageNumber": number,
        "pageSize": size,
        "sort": fields[0][0] if fields else "relevance",
        "groupByField": "sortStatus",
        "queryLanguage": {"language": "en", "probability": 0.0},
        "bestBets": [],
        "warnings": [],
    }
