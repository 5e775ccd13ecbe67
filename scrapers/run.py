"""Crawl one source and judge the harvest as a whole. A harvest is a claim, not a fact (`reliability.md` D1)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from calls.model import ScrapedCall
from calls.vocabulary import CONSULTATION
from scrapers.errors import HarvestRefused
from scrapers.markup import is_garbled
from scrapers.source import Fetch, Skipped, Source
from texts import N_, Message

LEAST_OF_USUAL = 0.6
MOST_SKIPPED = 0.1
MOST_ALIKE = 0.5
FULLY_STATED = ("1", CONSULTATION)
BROKEN_LETTERS = N_("Källans text innehåller sönderkodade tecken – läs hos källan")


@dataclass(frozen=True, kw_only=True)
class HarvestedCalls:
    """What a source gave: the calls, and those that were left out."""

    calls: tuple[ScrapedCall, ...]
    skipped: tuple[Skipped, ...]


def crawl(
    source: Source,
    fetch: Fetch,
    options: Mapping[str, str],
    on_call: Callable[[int], None] = lambda count: None,
) -> HarvestedCalls:
    """Read everything that a source has now.

    Args:
        on_call: told the number of calls read so far.

    Raises:
        ScraperError: when the source cannot be read whole; nothing of it is then used (S-25).
    """
    calls: list[ScrapedCall] = []
    skipped: list[Skipped] = []
    for found in source.crawl(fetch, options):
        if isinstance(found, Skipped):
            skipped.append(found)
        else:
            calls.append(_marked(found))
            on_call(len(calls))
    return HarvestedCalls(calls=tuple(calls), skipped=tuple(skipped))


def _marked(call: ScrapedCall) -> ScrapedCall:
    """The call with a note when the publisher's letters are broken beyond repair (S-34)."""
    if not any(map(is_garbled, (call.title, *(section.text for section in call.sections)))):
        return call
    return replace(call, notes=(*call.notes, BROKEN_LETTERS))


def judge(source: Source, harvest: HarvestedCalls, usual: int | None, today: date | None = None) -> None:
    """Refuse a harvest that is empty, far smaller than is usual, or thin in its fields.

    Args:
        usual: how many calls the source usually has; None when that is not known, or not to be asked for.
        today: the day in Brussels; None leaves out what only that day can tell.

    Raises:
        HarvestRefused: with the first expectation that was not met.
    """
    calls = harvest.calls
    _enough(source, calls, usual)
    share_skipped = len(harvest.skipped) / (len(calls) + len(harvest.skipped))
    if share_skipped > MOST_SKIPPED:
        first = harvest.skipped[0]
        raise _refused(
            N_("{count} {things} kunde inte tolkas, den första {reference} ({cause})."),
            source,
            count=len(harvest.skipped),
            reference=first.reference,
            cause=first.reason,
        )
    for field, least in source.fill_rates.items():
        _filled(source, field, least, calls)
    _varied(source, calls, today)


def _refused(text: str, source: Source, **values: object) -> HarvestRefused:
    return HarvestRefused(Message(text=text, values={"things": Message(text=source.things)} | values))


def _enough(source: Source, calls: Sequence[ScrapedCall], usual: int | None) -> None:
    if len(calls) < max(1, source.min_calls):
        raise _refused(
            N_("{count} {things} kom; minst {least} väntades."),
            source,
            count=len(calls),
            least=max(1, source.min_calls),
        )
    if usual is not None and len(calls) < LEAST_OF_USUAL * usual:
        raise _refused(
            N_("{count} {things} kom, vanligen {usual}; färre än {least} av det tros inte."),
            source,
            count=len(calls),
            usual=usual,
            least=f"{LEAST_OF_USUAL:.0%}",
        )


def _filled(source: Source, field: str, least: float, calls: Sequence[ScrapedCall]) -> None:
    """Enough calls state the field. Cascade calls and external action often state no more than a deadline."""
    asked = [call for call in calls if field == "deadlines" or call.kind in FULLY_STATED]
    if not asked:
        return
    silence = (None,) if field == "deadlines" else (None, ())  # no deadlines at all is a statement
    stated = sum(getattr(call, field) not in silence for call in asked) / len(asked)
    if stated < least:
        raise _refused(
            N_("Bara {stated} av {count} {things} anger fältet {field}; minst {least} väntades."),
            source,
            stated=f"{stated:.0%}",
            count=len(asked),
            field=field,
            least=f"{least:.0%}",
        )


def _varied(source: Source, calls: Sequence[ScrapedCall], today: date | None) -> None:
    """A list where every row has one title, or closes today or earlier on one day, is broken (S-40, S-78)."""
    if len(calls) < 10:
        return
    titles = {call.title for call in calls}
    if len(titles) < (1 - MOST_ALIKE) * len(calls):
        raise _refused(
            N_("{count} {things} delar på {titles} rubriker."), source, count=len(calls), titles=len(titles)
        )
    days = [call.deadlines[-1].day for call in calls if call.deadlines]
    if len(days) >= 10 and len(set(days)) == 1 and today is not None and days[0] <= today:
        raise _refused(N_("Alla {things} har samma sista dag, {day}."), source, day=days[0].isoformat())
