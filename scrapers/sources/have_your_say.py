"""Have your say: the Commission's consultations, from the service behind its own site.

A consultation is answered, not applied to: its deadline is the last day for feedback. Known of the service from
those who have read it in 2026 (`sources.md` §3.3, `eu-portal.md` §14; nothing was recorded):

- some forty of more than four thousand initiatives receive feedback at a time (45 on 21 August, 41 on 1 September).
  `feedbackStatus=OPEN` is the filter that works, but others have seen every filter ignored, so what comes is sorted
  out here once more. `sort` is answered with 406; a page holds 100 at most, whatever is asked for;
- the list moves while it is paged: newcomers arrive at its top, and rows then come twice or not at all;
- some pages fail with 500 now and then and come the next time;
- the list stood in `_embedded` before it stood in `initiativeResultDtoPage`; `id` arrives as 12970.0;
- the neighbouring path `/api/` answers with the site's HTML shell and status 200;
- the summary stands on a page of each initiative, so only those that are kept are asked for it. A page that cannot
  be read costs a new initiative its summary; a known one keeps the summary that is stored.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from calls.model import CallSection, ScrapedCall
from calls.vocabulary import SectionKind
from scrapers.errors import ScraperError, SourceBlocked, SourceChanged, SourceUnreachable
from scrapers.markup import text_of
from scrapers.source import Fetch, Skipped, Source
from scrapers.sources.initiatives import KEY, parse_initiative, reference_of
from texts import N_

API = "/info/law/better-regulation/brpapi"
SEARCH = f"{API}/searchInitiatives"
LANGUAGE = {"language": "EN"}
PAGE_SIZE = 100
MOST_ROWS = 10_000
MOST_PAGES = 200
READINGS = 3
UNREAD_SUMMARY = N_("Sammanfattningen gick inte att läsa – se samrådets sida")


@dataclass(frozen=True, kw_only=True)
class _Page:
    """One page of the list, in its envelope."""

    total: int
    rows: tuple[Any, ...]

    @property
    def keys(self) -> list[str]:
        """Which initiatives it shows, in order; rows without an id stand for themselves."""
        return [reference_of(row) or f"row {id(row)}" for row in self.rows]


def crawl(fetch: Fetch, options: Mapping[str, str]) -> Iterator[ScrapedCall | Skipped]:
    """Read the initiatives that receive feedback, or will from a known day, each with its summary.

    One whose last day has passed while the service still says OPEN is yielded too: a source reads no clock.

    Raises:
        SourceChanged: when the list is not in the known form, or cannot be read whole.
    """
    summaries = _Summaries(fetch)
    for row in _initiatives(fetch):
        found = parse_initiative(row)
        if isinstance(found, ScrapedCall):
            yield summaries.added_to(found)
        elif found is not None:
            yield found


class _Summaries:
    """Reads an initiative's own page; when the service is down or refuses us, no further page is asked for."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._is_closed = False

    def added_to(self, call: ScrapedCall) -> ScrapedCall:
        """The call with its summary; marked as unread, with a note, where its page could not be read."""
        try:
            text = self._of(call.reference)
        except ScraperError:  # the list said all that an answer needs: subject, last day, address
            return replace(call, notes=(*call.notes, UNREAD_SUMMARY), unread=("sections", "notes"))
        return replace(call, sections=(CallSection(kind=SectionKind.SUMMARY, text=text),)) if text else call

    def _of(self, reference: str) -> str:
        if self._is_closed:
            raise SourceChanged.of(N_("Initiativens sidor går inte att läsa nu."))
        try:
            return parse_summary(self._fetch.get_json(f"{API}/groupInitiatives/{reference}", params=LANGUAGE))
        except (SourceUnreachable, SourceBlocked):
            self._is_closed = True
            raise


def parse_summary(answer: Any) -> str:
    """The summary on an initiative's own page as plain text; empty when there is none.

    Raises:
        SourceChanged: when the answer is no such page.
    """
    if not isinstance(answer, Mapping) or not isinstance(answer.get("dossierSummary") or "", str):
        raise SourceChanged.of(N_("Svaret är ingen sida om ett initiativ."))
    return text_of(answer.get("dossierSummary") or "")


def _initiatives(fetch: Fetch) -> list[Any]:
    """Every row of the list, each initiative once; read again when something moved while it was read."""
    known: dict[str, Any] = {}
    for _ in range(READINGS):
        total, rows = _whole(fetch)
        known |= rows
        if len(rows) >= total:
            return list(rows.values())
    if len(known) < total:
        raise SourceChanged.of(
            N_("{count} initiativ kom där {total} utlovades, fast listan lästes {times} gånger."),
            count=len(known),
            total=total,
            times=READINGS,
        )
    return list(known.values())


def _whole(fetch: Fetch) -> tuple[int, dict[str, Any]]:
    """One reading, page by page: how many were promised, and the rows by initiative.

    Pages are counted by what comes: the service counts them by what was asked for.
    """
    rows: dict[str, Any] = {}
    total, read, number, before = 0, 0, 0, None
    while number == 0 or read < total:
        page = _page(fetch, number)
        total = page.total
        if total > MOST_ROWS:
            raise SourceChanged.of(
                N_("Listan säger sig ha {total} initiativ; högst {most} tros."), total=total, most=MOST_ROWS
            )
        if page.keys == before or number > MOST_PAGES:
            raise SourceChanged.of(
                N_("Sida {number} upprepar sidan före, eller tar inte slut."), number=number
            )
        if not page.rows:
            break
        rows |= zip(page.keys, page.rows, strict=True)
        before, read, number = page.keys, read + len(page.rows), number + 1
    return total, rows


def _page(fetch: Fetch, number: int) -> _Page:
    asked = LANGUAGE | {"page": str(number), "size": str(PAGE_SIZE), "feedbackStatus": "OPEN"}
    return parse_page(fetch.get_json(SEARCH, params=asked))


def parse_page(answer: Any) -> _Page:
    """The envelope of one answer, the present one or the former.

    Raises:
        SourceChanged: when it is neither.
    """
    outer = answer if isinstance(answer, Mapping) else {}
    if isinstance(outer.get("initiativeResultDtoPage"), Mapping):
        about = inner = outer["initiativeResultDtoPage"]
        rows = inner.get("content")
    else:
        inner = outer.get("_embedded") if isinstance(outer.get("_embedded"), Mapping) else {}
        about = outer.get("page") if isinstance(outer.get("page"), Mapping) else {}
        rows = inner.get("initiativeResultDtoes")
    total = about.get("totalElements")
    if not isinstance(rows, list) or isinstance(total, bool) or not isinstance(total, int) or total < 0:
        raise SourceChanged.of(N_("Svaret är ingen lista med initiativ."))
    return _Page(total=total, rows=tuple(rows))


HAVE_YOUR_SAY = Source(
    key=KEY,
    title="Have your say, EU-kommissionens samråd",
    publisher="Europeiska kommissionen",
    base_url="https://ec.europa.eu",
    hosts=("ec.europa.eu",),
    crawl=crawl,
    rank=20,
    pause=1.0,
    min_calls=10,
    fill_rates={"deadlines": 0.9, "opening_date": 0.8, "keywords": 0.5},
    credit="© Europeiska unionen, CC BY 4.0",
    things=N_("EU-samråd"),
)
