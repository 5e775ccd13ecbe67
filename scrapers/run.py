"""Crawl one source and judge the harvest as a whole. A harvest is a claim, not a fact (`reliability.md` D1)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from calls.model import ScrapedCall
from scrapers.errors import HarvestRefused
from scrapers.source import Fetch, Skipped, Source

LEAST_OF_LAST = 0.6
MOST_SKIPPED = 0.1
MOST_ALIKE = 0.5


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


def judge(source: Source, harvest: HarvestedCalls, last_count: int | None) -> None:
    """Refuse a harvest that is empty, far smaller than the last sound one, or thin in its fields.

    Args:
        last_count: calls in the last sound harvest; None when there was none.

    Raises:
        HarvestRefused: with the first expectation that was not met.
    """
    calls = harvest.calls
    _enough(source, calls, last_count)
    share_skipped = len(harvest.skipped) / (len(calls) + len(harvest.skipped))
    if share_skipped > MOST_SKIPPED:
        raise HarvestRefused(
            f"{source.key}: {len(harvest.skipped)} calls could not be understood, "
            f"first {harvest.skipped[0].reference}: {harvest.skipped[0].reason}"
        )
    for field, least in source.fill_rates.items():
        stated = sum(getattr(call, field) not in (None, ()) for call in calls) / len(calls)
        if field == "deadlines":
            stated = sum(call.deadlines is not None for call in calls) / len(calls)
        if stated < least:
            raise HarvestRefused(
                f"{source.key}: only {stated:.0%} of {len(calls)} calls state {field}, at least {least:.0%} expected"
            )
    _varied(source, calls)


def _enough(source: Source, calls: Sequence[ScrapedCall], last_count: int | None) -> None:
    if len(calls) < max(1, source.min_calls):
        raise HarvestRefused(f"{source.key}: {len(calls)} calls, at least {source.min_calls} expected")
    if last_count is not None and len(calls) < LEAST_OF_LAST * last_count:
        raise HarvestRefused(
            f"{source.key}: {len(calls)} calls, the last sound harvest had {last_count}; "
            f"fewer than {LEAST_OF_LAST:.0%} of it is not believed"
        )


def _varied(source: Source, calls: Sequence[ScrapedCall]) -> None:
    """A list where every row says the same is a broken list (S-40, S-78)."""
    if len(calls) < 10:
        return
    titles = {call.title for call in calls}
    if len(titles) < (1 - MOST_ALIKE) * len(calls):
        raise HarvestRefused(f"{source.key}: {len(calls)} calls share {len(titles)} titles")
    days = [call.deadlines[-1].day for call in calls if call.deadlines]
    if len(days) >= 10 and len(set(days)) == 1:
        raise HarvestRefused(f"{source.key}: every deadline is {days[0].isoformat()}")
