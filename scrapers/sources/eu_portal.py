"""EU Funding & Tenders portal: the search service behind the Commission's own page, a hundred records a page.

Format, codes and traps: `eu-portal.md`. Each type is read on its own, sorted by a field that is unique to it, for
other orders lose rows between pages (§2). The service repeats rows, moves its totals while it is read, and has
answered "nothing" to a good question; so a reading counts only when every row came and nothing moved.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from calls.model import ScrapedCall
from scrapers.errors import SourceChanged, reason_of
from scrapers.source import Fetch, Skipped, Source
from scrapers.sources.portal_calls import KEY, parse_record
from scrapers.sources.portal_records import CASCADE, PROSPECT, TOPIC, Row, current_rows, harvest_day, row_of
from texts import N_, MessageError

SEARCH = "/search-api/prod/rest/search"
PAGE_SIZE = 100
WINDOW = 10_000
RESTARTS = 3
SORTS = {TOPIC: "identifier", CASCADE: "callccm2Id", PROSPECT: "callIdentifier"}
OPEN_OR_FORTHCOMING = ("31094501", "31094502")


class _Moved(MessageError):
    """The answer changed while it was read: worth another reading from the first page."""


class _Empty(_Moved):
    """The service said that there is nothing."""


@dataclass(frozen=True, kw_only=True)
class _Page:
    """One page of the answer, in its envelope."""

    number: int
    size: int
    total: int
    results: Sequence[Any]

    @property
    def references(self) -> list[str]:
        """Which rows it shows, in order; rows without a reference stand for themselves."""
        return [_reference(result) for result in self.results]


def crawl(fetch: Fetch, options: Mapping[str, str]) -> Iterator[ScrapedCall | Skipped]:
    """Read every open and forthcoming call of the asked types.

    Args:
        options: "types", the portal's types with commas between; topics and cascade calls when it is missing.

    Raises:
        SourceChanged: when an answer is not in the known form, or moves for as often as it is read.
    """
    for kind in chosen_types(options):
        rows, odd = _rows(_read(fetch, kind))
        as_of = harvest_day(rows)
        yield from odd
        for row in current_rows(rows, kind):
            yield parse_record(row, as_of)


def chosen_types(options: Mapping[str, str]) -> tuple[str, ...]:
    """The types to read, in the order given.

    Raises:
        SourceChanged: for a type that the portal has no calls of.
    """
    types = tuple(
        dict.fromkeys(part.strip() for part in options.get("types", "1,8").split(",") if part.strip())
    )
    unknown = [kind for kind in types if kind not in SORTS]
    if unknown or not types:
        raise SourceChanged.of(
            N_("Inställningen FONDVAKT_SOURCE_EU_PORTAL_TYPES är {given}; väntade några av {known}."),
            given=repr(options.get("types")),
            known=", ".join(SORTS),
        )
    return types


def _rows(results: Sequence[Any]) -> tuple[list[Row], list[Skipped]]:
    rows, odd = [], []
    for position, result in enumerate(results, start=1):
        try:
            rows.append(row_of(result, position))
        except ValueError as failure:
            odd.append(Skipped(reference=f"row {position}", reason=reason_of(failure)))
    return rows, odd


def _read(fetch: Fetch, kind: str) -> list[Any]:
    """Every result of one type; read once more, and both readings kept, when a row stood on two pages.

    Rows that change places between two pages come twice and leave others out, though the count is right (§2).
    """
    results, straddle = _steady(fetch, kind)
    return [*results, *_steady(fetch, kind)[0]] if straddle else results


def _steady(fetch: Fetch, kind: str) -> tuple[list[Any], bool]:
    """One whole reading of one type, begun again from the first page when something moved."""
    for _ in range(1 + RESTARTS):
        try:
            return _whole(fetch, kind)
        except _Moved as moved:
            last = moved
    if isinstance(last, _Empty) and kind != TOPIC:
        return [], False
    raise SourceChanged.of(
        N_("Typ {kind} gick inte att läsa hel på {count} försök: {cause}."),
        kind=kind,
        count=1 + RESTARTS,
        cause=last.message,
    )


def _whole(fetch: Fetch, kind: str) -> tuple[list[Any], bool]:
    """One reading of one type, page by page, doubles and all; and whether a row stood on two pages."""
    pages = [_page(fetch, kind, 1)]
    total = pages[0].total
    if total == 0:
        raise _Empty.of(N_("inga resultat kom"))
    if total > WINDOW:
        raise SourceChanged.of(
            N_("Typ {kind} har {total} resultat; tjänsten visar högst {most}."),
            kind=kind,
            total=total,
            most=WINDOW,
        )
    _check_page(pages[0], 1, total)
    for number in range(2, 1 + ceil(total / PAGE_SIZE)):
        page = _page(fetch, kind, number)
        _check_page(page, number, total)
        if page.references and page.references == pages[-1].references:
            raise _Moved.of(N_("sida {number} upprepar sidan före"), number=number)
        pages.append(page)
    results = [result for page in pages for result in page.results]
    times = Counter(reference for page in pages for reference in set(page.references))
    # Some answers show a row twice without counting it twice.
    if total not in (len(results), len(times)):
        raise _Moved.of(N_("{count} rader kom där {total} utlovades"), count=len(results), total=total)
    return results, max(times.values()) > 1


def _check_page(page: _Page, number: int, total: int) -> None:
    if page.total != total:
        raise _Moved.of(
            N_("antalet gick från {total} till {now} på sida {number}"),
            total=total,
            now=page.total,
            number=number,
        )
    if (page.number, page.size) != (number, PAGE_SIZE):
        raise _Moved.of(
            N_("sida {came} med {size} rader kom när sida {number} med {due} rader efterfrågades"),
            came=page.number,
            size=page.size,
            number=number,
            due=PAGE_SIZE,
        )


def _page(fetch: Fetch, kind: str, number: int) -> _Page:
    answer = fetch.post_parts(
        SEARCH,
        params={"apiKey": "SEDIA", "text": "***", "pageSize": str(PAGE_SIZE), "pageNumber": str(number)},
        parts={
            "query": {
                "bool": {
                    "must": [
                        {"terms": {"type": [kind]}},
                        {"terms": {"status": list(OPEN_OR_FORTHCOMING)}},
                        {"terms": {"DATASOURCE": ["SEDIA"]}},
                    ]
                }
            },
            "languages": ["en"],
            "sort": {"field": SORTS[kind], "order": "ASC"},
        },
    )
    return parse_page(answer)


def parse_page(answer: Any) -> _Page:
    """The envelope of one answer.

    Raises:
        SourceChanged: when it is not the envelope that the service gives.
    """
    if not isinstance(answer, Mapping) or not isinstance(answer.get("results"), list):
        raise SourceChanged.of(N_("Svaret är ingen lista med resultat."))
    numbers = {name: answer.get(name) for name in ("pageNumber", "pageSize", "totalResults")}
    for name, number in numbers.items():
        if not isinstance(number, int) or isinstance(number, bool) or number < 0:
            raise SourceChanged.of(
                N_("Svarets {name} är {value} där ett tal väntades."), name=name, value=repr(str(number)[:40])
            )
    return _Page(
        number=numbers["pageNumber"],
        size=numbers["pageSize"],
        total=numbers["totalResults"],
        results=answer["results"],
    )


def _reference(result: Any) -> str:
    reference = result.get("reference") if isinstance(result, Mapping) else None
    return str(reference if reference else id(result))


EU_PORTAL = Source(
    key=KEY,
    title="EU Funding & Tenders Portal",
    publisher="Europeiska kommissionen",
    base_url="https://api.tech.ec.europa.eu",
    hosts=("api.tech.ec.europa.eu",),
    crawl=crawl,
    rank=0,
    pause=1.0,
    min_calls=50,
    fill_rates={"deadlines": 0.75, "opening_date": 0.6, "sections": 0.5},
    credit="© Europeiska unionen, CC BY 4.0",
    options=("types",),
)
