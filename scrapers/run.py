"""Crawl one source and judge the harvest as a whole. A harvest is a claim, not a fact (`reliability.md` D1)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from calls.model import ScrapedCall
from scrapers.errors import HarvestRefused
from scrapers.source import Fetch, Skipped, Source
from texts import N_, Message

LEAST_OF_LAST = 0.6
MOST_SKIPPED = 0.1
MOST_ALIKE = 0.5
TOPIC = "1"


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
            calls.append(found)
            on_call(len(calls))
    return HarvestedCalls(calls=tuple(calls), skipped=tuple(skipped))


def judge(source: Source, harvest: HarvestedCalls, last_count: int | None, today: date | None = None) -> None:
    """Refuse a harvest that is empty, far smaller than the last sound one, or thin in its fields.

    Args:
        last_count: calls in the last sound harvest; None when there was none.
        today: the day in Brussels; None leaves out what only that day can tell.

    Raises:
        HarvestRefused: with the first expectation that was not met.
    """
    calls = harvest.calls
    _enough(source, calls, last_count)
    share_skipped = len(harvest.skipped) / (len(calls) + len(harvest.skipped))
    if share_skipped > MOST_SKIPPED:
        first = harvest.skipped[0]
        raise _refused(
            N_("{count} utlysningar kunde inte tolkas, den första {reference} ({cause})."),
            count=len(harvest.skipped),
            reference=first.reference,
            cause=first.reason,
        )
    for field, least in source.fill_rates.items():
        _filled(field, least, calls)
    _varied(calls, today)


def _refused(text: str, **values: object) -> HarvestRefused:
    return HarvestRefused(Message(text=text, values=values))


def _enough(source: Source, calls: Sequence[ScrapedCall], last_count: int | None) -> None:
    if len(calls) < max(1, source.min_calls):
        raise _refused(
            N_("{count} utlysningar kom; minst {least} väntades."),
            count=len(calls),
            least=max(1, source.min_calls),
        )
    if last_count is not None and len(calls) < LEAST_OF_LAST * last_count:
        raise _refused(
            N_("{count} utlysningar kom, förra gången {last}; färre än {least} av det tros inte."),
            count=len(calls),
            last=last_count,
            least=f"{LEAST_OF_LAST:.0%}",
        )


def _filled(field: str, least: float, calls: Sequence[ScrapedCall]) -> None:
    """Enough calls state the field. Calls of other kinds than topics often state no more than a deadline."""
    asked = [call for call in calls if field == "deadlines" or call.kind == TOPIC]
    if not asked:
        return
    silence = (None,) if field == "deadlines" else (None, ())  # no deadlines at all is a statement
    stated = sum(getattr(call, field) not in silence for call in asked) / len(asked)
    if stated < least:
        raise _refused(
            N_("Bara {stated} av {count} utlysningar anger fältet {field}; minst {least} väntades."),
            stated=f"{stated:.0%}",
            count=len(asked),
            field=field,
            least=f"{least:.0%}",
        )


def _varied(calls: Sequence[ScrapedCall], today: date | None) -> None:
    """A list where every row has one title, or closes today or earlier on one day, is broken (S-40, S-78)."""
    if len(calls) < 10:
        return
    titles = {call.title for call in calls}
    if len(titles) < (1 - MOST_ALIKE) * len(calls):
        raise _refused(
            N_("{count} utlysningar delar på {titles} rubriker."), count=len(calls), titles=len(titles)
        )
    days = [call.deadlines[-1].day for call in calls if call.deadlines]
    if len(days) >= 10 and len(set(days)) == 1 and today is not None and days[0] <= today:
        raise _refused(N_("Alla utlysningar har samma sista dag, {day}."), day=days[0].isoformat())
