"""Three recorded days in a row, judged against an independent comparison of the snapshots themselves.

The stand-in serves the portal as it was each day; what `collect` counts must be what a plain reading of the
recorded files gives. Recorded data is judged as of its own day.
"""

import gzip
import json
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from calls.vocabulary import Status
from pipeline.collect import CollectResult, Order, collect
from scrapers.fetch import Fetcher
from scrapers.sources import SOURCES
from scrapers.standin.server import serve
from storage import calls as stored_calls
from storage.database import open_database, reading

DAYS = (date(2026, 8, 20), date(2026, 8, 21), date(2026, 8, 22))
COLLECTED_KINDS = {"1", "8"}
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def snapshot(shared: Path, day: date) -> dict[str, dict]:
    """The snapshot's own records of the kinds that are collected, by reference."""
    with gzip.open(shared / "data/eu-portal" / f"grants-feed-{day.isoformat()}.json.gz") as file:
        return {row["id"]: row for row in json.load(file)["grants"] if row["kind"]["id"] in COLLECTED_KINDS}


def matters(row: dict) -> tuple:
    """What people would notice: days, not seconds; status; money; words without their white space."""
    budget = row["budget"] or {}
    return (
        " ".join((row["callTitle"] if row["kind"]["id"] == "8" else row["title"] or "").split()),
        (row["startDate"] or "")[:10],
        (row["deadlineDate"] or "")[:10],
        row["status"]["id"],
        tuple(budget.get(key) for key in ("totalBudgetEur", "minContributionEur", "maxContributionEur")),
        " ".join((row["abstract"] or "").split()),
    )


def morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 6, tzinfo=STOCKHOLM)


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    folder = tmp_path_factory.mktemp("days")
    return open_database(f"sqlite:///{folder / 'days.sqlite'}"), folder


def collect_on(installation, shared: Path, day: date) -> CollectResult:
    engine, folder = installation
    portal = SOURCES[0]
    with serve(shared / "data/eu-portal", 0, today=day) as standin:
        fetch = Fetcher(portal, user_agent="Test/1", base_url=standin.url)
        try:
            order = Order(source=portal, fetch=fetch, options={})
            return collect(engine, "default", [order], morning(day), kept_folder=folder)[0]
        finally:
            fetch.close()


@pytest.mark.recorded
def test_three_recorded_days_are_counted_as_an_independent_comparison_counts_them(installation, shared):
    engine, _folder = installation
    known: dict[str, dict] = {}
    before: dict[str, dict] = {}
    for day in DAYS:
        today = snapshot(shared, day)
        result = collect_on(installation, shared, day)
        both = today.keys() & before.keys()
        assert (result.refused, result.skipped) == (False, 0)
        assert result.new == len(today.keys() - known.keys()), day
        assert result.unseen == len(before.keys() - today.keys()), day
        assert result.changed == sum(matters(today[key]) != matters(before[key]) for key in both), day
        known |= today
        before = today
    with reading(engine) as conn:
        stored = stored_calls.find(conn, "default")
    references = [link.reference for call in stored for link in call.sources]
    assert sorted(references) == sorted(known), "each distinct opportunity is stored once"
    assert all(link.is_seen for call in stored for link in call.sources), (
        "absence for a day is not closure (D2)"
    )


@pytest.mark.recorded
def test_a_second_collection_on_the_same_day_finds_nothing_new_or_changed(installation, shared):
    again = collect_on(installation, shared, DAYS[-1])
    assert (again.new, again.changed, again.unseen) == (0, 0, 0)
    assert again.unchanged == len(snapshot(shared, DAYS[-1]))


@pytest.mark.recorded
def test_what_the_last_snapshot_offers_is_open_or_forthcoming_on_its_own_morning(installation, shared):
    engine, _folder = installation
    offered = snapshot(shared, DAYS[-1])
    with reading(engine) as conn:
        stored = {
            link.reference: call for call in stored_calls.find(conn, "default") for link in call.sources
        }
    closed = [key for key in offered if stored[key].status(morning(DAYS[-1])) is Status.CLOSED]
    assert closed == []
