"""Random sequences of sound harvests: nothing is ever deleted or closed, and D2 holds."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select

from builders import NOW, a_scraped_call
from calls.model import Deadline
from storage import calls
from storage.database import open_database, writing
from storage.tables import call, call_source, call_version

RANKS = {"eu-portal": 0, "euroaccess": 5}
GONE_AFTER = timedelta(hours=48)
EXAMPLES = int(os.environ.get("FONDVAKT_TEST_SEQUENCES", "200"))  # `make soak` has more

# Two sources show some of four opportunities, with one of two deadlines each, some hours after the last time.
SHOWN = st.dictionaries(st.integers(0, 3), st.integers(0, 1), max_size=4)
HARVEST = st.tuples(st.sampled_from(sorted(RANKS)), st.integers(1, 60), SHOWN)
SEQUENCES = st.lists(HARVEST, min_size=1, max_size=7)


def scraped(source: str, shown: dict[int, int]) -> list:
    return [
        a_scraped_call(
            source=source,
            reference=f"{source} {number}",
            identifier=f"X-{number}",
            deadlines=(Deadline(at=NOW + timedelta(days=100 + later)),),
        )
        for number, later in shown.items()
    ]


class Expected:
    """What rule D2 says, kept by hand: when each page was first missed, and whether it counts as gone."""

    def __init__(self) -> None:
        self.missing: dict[str, object] = {}
        self.gone: set[str] = set()
        self.known: dict[str, set[str]] = {source: set() for source in RANKS}

    def harvest(self, source: str, references: set[str], now) -> None:
        self.known[source] |= references
        for reference in references:
            self.missing.pop(reference, None)
            self.gone.discard(reference)
        for reference in self.known[source] - references:
            if now - self.missing.setdefault(reference, now) >= GONE_AFTER:
                self.gone.add(reference)


def rows(conn: Connection, table) -> int:
    return conn.execute(select(func.count()).select_from(table)).scalar_one()


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """One long transaction, so that the disk is waited for once."""
    engine = open_database(f"sqlite:///{tmp_path_factory.mktemp('sequences') / 'x.sqlite'}")
    with writing(engine) as conn:
        yield conn
    engine.dispose()


@settings(max_examples=EXAMPLES)
@given(SEQUENCES)
def test_nothing_is_deleted_or_closed_and_absence_counts_only_after_48_hours_D2(connection, sequence):
    trial = connection.begin_nested()
    try:
        keeps_d2(connection, sequence)
    finally:
        trial.rollback()


def keeps_d2(conn: Connection, sequence: list[tuple[str, int, dict[int, int]]]) -> None:
    now, expected, counts = NOW, Expected(), (0, 0, 0)
    for source, hours, shown in sequence:
        now += timedelta(hours=hours)
        harvest = scraped(source, shown)
        calls.save_harvest(conn, "t", source, harvest, RANKS, now)
        expected.harvest(source, {page.reference for page in harvest}, now)
        grown = tuple(rows(conn, table) for table in (call, call_source, call_version))
        assert all(after >= before for before, after in zip(counts, grown, strict=True))
        counts = grown
    stored = calls.find(conn, "t")
    gone = {link.reference for found in stored for link in found.sources if not link.is_seen}
    assert gone == expected.gone
    assert all(found.deadlines and found.announced is None for found in stored)
    assert {found.identifier for found in stored} == {f"X-{n}" for _, _, shown in sequence for n in shown}
    assert sum(found.version for found in stored) == counts[2]
