"""The job that collects: each source is crawled, judged and stored on its own; none stops another (D7).

Crawling touches no database. A sound harvest is stored whole, in one transaction; a refused one is kept as a
file for the repair and changes nothing.
"""

import gzip
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import structlog
from pydantic import TypeAdapter
from sqlalchemy import Engine

from calls.model import BRUSSELS, ScrapedCall
from scrapers.errors import HarvestRefused, ScraperError, SourceChanged
from scrapers.run import HarvestedCalls, crawl, judge
from scrapers.source import Fetch, Source
from storage import harvests, runs
from storage.database import reading, writing
from storage.runs import HarvestOutcome
from texts import N_, Message, translate

SCRAPED = TypeAdapter(ScrapedCall)
DOUBLED = N_("samma referens står två gånger med olika uppgifter")
log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class CollectResult:
    """What came of one source.

    Attributes:
        unseen: calls that the last sound harvest had and this one lacks; they are kept, not closed (D2).
        refused: nothing was stored; `reason` says why.
        skipped: single calls that were left out of a sound harvest.
    """

    source: str
    calls: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    unseen: int = 0
    skipped: int = 0
    refused: bool = False
    reason: Message | str | None = None


@dataclass(frozen=True, kw_only=True)
class Order:
    """One source to collect, with the tools for it.

    Attributes:
        may_be_smaller: somebody knows that the source has fewer calls now than it usually has.
    """

    source: Source
    fetch: Fetch
    options: Mapping[str, str]
    may_be_smaller: bool = False

    @property
    def expected(self) -> Source:
        """The source as its harvest is judged: another address named by a setting may hold a handful of calls."""
        return replace(self.source, min_calls=1) if self.options.get("url") else self.source


def collect(
    engine: Engine,
    tenant: str,
    orders: Sequence[Order],
    now: datetime,
    *,
    kept_folder: Path,
    on_call: Callable[[str, int], None] = lambda source, count: None,
    on_done: Callable[[CollectResult], None] = lambda result: None,
) -> list[CollectResult]:
    """Collect the sources, side by side, and store what is sound.

    Args:
        kept_folder: where refused harvests are kept.
        on_call: told source and number of calls read so far.
        on_done: told each source's result as it comes.
    """
    ranks = {order.source.key: order.source.rank for order in orders}

    def read(order: Order) -> HarvestedCalls | ScraperError:
        key = order.source.key
        try:
            return crawl(order.source, order.fetch, order.options, lambda count: on_call(key, count))
        except ScraperError as failure:
            return failure
        except Exception as failure:  # a fault in one source's reader must cost the others nothing (D7)
            log.exception("reader failed", source=key)
            text = N_("Fondvakts läsare av källan har ett fel ({cause}); se loggen.")
            return SourceChanged.of(text, cause=type(failure).__name__)

    results = []
    with ThreadPoolExecutor(max_workers=max(1, len(orders))) as pool:
        begun = [
            (order, _begin(engine, tenant, order.source, now), pool.submit(read, order)) for order in orders
        ]
        for order, harvest_id, reading_of_it in begun:
            result = _store(
                engine, tenant, order, harvest_id, reading_of_it.result(), ranks, now, kept_folder
            )
            results.append(result)
            on_done(result)
    return results


def _begin(engine: Engine, tenant: str, source: Source, now: datetime) -> int:
    with writing(engine) as conn:
        return runs.start_harvest(conn, tenant, source.key, now)


def _store(
    engine: Engine,
    tenant: str,
    order: Order,
    harvest_id: int,
    found: HarvestedCalls | ScraperError,
    ranks: Mapping[str, int],
    now: datetime,
    kept_folder: Path,
) -> CollectResult:
    """Judge what was read, then store all of it or none."""
    source = order.expected
    if isinstance(found, ScraperError):
        return _refuse(engine, tenant, source, harvest_id, found, HarvestOutcome.FAILED, now)
    with reading(engine) as conn:
        usual = None if order.may_be_smaller else runs.usual_calls(conn, tenant, source.key)
    try:
        judge(source, found, usual, now.astimezone(BRUSSELS).date())
    except HarvestRefused as refusal:
        kept = _keep(found, kept_folder / f"{source.key}-{harvest_id}.jsonl.gz")
        return _refuse(engine, tenant, source, harvest_id, refusal, HarvestOutcome.REFUSED, now, kept)
    with writing(engine) as conn:
        saved = harvests.save_harvest(conn, tenant, source.key, found.calls, ranks, now)
        runs.end_harvest(
            conn,
            tenant,
            harvest_id,
            outcome=HarvestOutcome.SOUND,
            now=now,
            calls=len(found.calls),
            saved=saved,
            skipped=_left_out(found, saved),
        )
    return CollectResult(
        source=source.key,
        calls=len(found.calls),
        new=saved.new,
        changed=saved.changed,
        unchanged=saved.unchanged,
        unseen=saved.unseen,
        skipped=len(found.skipped) + len(saved.conflicts),
    )


def _left_out(found: HarvestedCalls, saved: harvests.Saved) -> list[dict[str, str]]:
    """What of a sound harvest was not stored, as it is kept: in Swedish."""
    odd = [(one.reference, one.reason) for one in found.skipped]
    odd += [(reference, Message(text=DOUBLED)) for reference in saved.conflicts]
    return [{"reference": reference, "reason": translate(reason, "sv")} for reference, reason in odd]


def _refuse(
    engine: Engine,
    tenant: str,
    source: Source,
    harvest_id: int,
    failure: ScraperError,
    outcome: HarvestOutcome,
    now: datetime,
    kept: Path | None = None,
) -> CollectResult:
    with writing(engine) as conn:
        runs.end_harvest(
            conn,
            tenant,
            harvest_id,
            outcome=outcome,
            now=now,
            reason=str(failure),
            kept_path=str(kept) if kept else None,
        )
    return CollectResult(source=source.key, refused=True, reason=failure.message)


def _keep(found: HarvestedCalls, path: Path) -> Path | None:
    """Keep a refused harvest for the repair; None when there is no room for it, which stops nothing."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with gzip.open(path, "wb") as file:
            for call in found.calls:
                file.write(SCRAPED.dump_json(call) + b"\n")
    except OSError as failure:
        log.warning("refused harvest not kept", file=path.name, reason=str(failure))
        return None
    return path
