"""Collecting: all recorded calls into an empty database, and three recorded days in a row."""

import tempfile
import time
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from bench.figures import Figure, shared_folder
from notifier.weeks import STOCKHOLM
from pipeline.collect import CollectResult, Order, collect
from scrapers.fetch import Fetcher
from scrapers.run import crawl
from scrapers.source import Source
from scrapers.sources import SOURCES
from scrapers.standin.server import serve
from storage.database import open_database

RECORDED_CALLS = 1276
SECONDS_ASKED = 30
EVERY_KIND = {"types": "1,2,8"}


def measure() -> Iterator[Figure]:
    """Collecting and storing every recorded call, without embedding."""
    shared = shared_folder()
    if shared is None:
        print("collect: skipped, no recorded data beside the repository")
        return
    portal = SOURCES[0]
    day = date(2026, 8, 22)
    started = time.perf_counter()
    with serve(shared / "data/eu-portal", 0, today=day, all_days=True) as standin:
        yield Figure(what="stand-in over every recorded call: start", value=_since(started), unit="s")
        started = time.perf_counter()
        read = len(crawl(portal, _fetcher(portal, standin.url), EVERY_KIND).calls)
        yield Figure(what=f"crawling and parsing {read} calls alone", value=_since(started), unit="s")
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            result = _collect(portal, standin.url, day, Path(folder), EVERY_KIND)
            yield Figure(
                what=f"collecting and storing {result.calls} recorded calls (>= {RECORDED_CALLS})",
                value=_since(started),
                unit="s",
                limit=SECONDS_ASKED,
            )
            started = time.perf_counter()
            again = _collect(portal, standin.url, day, Path(folder), EVERY_KIND)
            yield Figure(
                what=f"again: {again.new} new, {again.changed} changed", value=_since(started), unit="s"
            )


def measure_days() -> Iterator[Figure]:
    """New, changed and vanished calls over three recorded days; the test compares them with the snapshots."""
    shared = shared_folder()
    if shared is None:
        print("days: skipped, no recorded data beside the repository")
        return
    with tempfile.TemporaryDirectory() as folder:
        for number in (20, 21, 22, 22):
            day = date(2026, 8, number)
            with serve(shared / "data/eu-portal", 0, today=day) as standin:
                result = _collect(SOURCES[0], standin.url, day, Path(folder))
            for what in ("calls", "new", "changed", "unseen"):
                yield Figure(what=f"{day.isoformat()} {what}", value=getattr(result, what), unit="calls")


def _collect(source: Source, url: str, day: date, folder: Path, options: dict | None = None) -> CollectResult:
    engine = open_database(f"sqlite:///{folder / 'bench.sqlite'}")
    fetch = _fetcher(source, url)
    now = datetime(day.year, day.month, day.day, 6, tzinfo=STOCKHOLM)
    try:
        return collect(
            engine,
            "default",
            [Order(source=source, fetch=fetch, options=options or {})],
            now,
            kept_folder=folder,
        )[0]
    finally:
        fetch.close()
        engine.dispose()


def _fetcher(source: Source, url: str) -> Fetcher:
    return Fetcher(source, user_agent="Fondvakt bench", base_url=url)


def _since(started: float) -> float:
    return time.perf_counter() - started
