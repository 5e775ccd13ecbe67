"""D1: how small a harvest may be follows what the source usually has, not one odd day."""

from datetime import timedelta

import pytest

from builders import NOW, a_scraped_call
from pipeline.collect import Order, collect
from scrapers.source import Source
from storage.database import open_database


@pytest.fixture
def engine(tmp_path):
    made = open_database(f"sqlite:///{tmp_path / 'x.sqlite'}")
    yield made
    made.dispose()


def harvested(engine, folder, counts: list[int], accepted: frozenset[int] = frozenset()) -> list[bool]:
    """Whether each day's harvest was taken; `accepted` are the days that somebody let pass."""

    def source(count: int) -> Source:
        def crawl(fetch, options):
            for n in range(count):
                yield a_scraped_call(source="s", reference=str(n), identifier=f"ID-{n}", title=f"Call {n}")

        return Source(
            key="s", title="S", publisher="S", base_url="https://s.example", hosts=(), crawl=crawl, rank=0
        )

    taken = []
    for day, count in enumerate(counts):
        order = Order(source=source(count), fetch=None, options={}, may_be_smaller=day in accepted)
        when = NOW + timedelta(days=day)
        [result] = collect(engine, "t", [order], when, kept_folder=folder)
        taken.append(not result.refused)
    return taken


@pytest.mark.parametrize(
    ("counts", "taken"),
    [
        pytest.param([40, 20], [True, False], id="half of the only one before it"),
        pytest.param([20, 20, 90, 20, 21], [True] * 5, id="one far too large changes nothing"),
        pytest.param([90, 20, 90], [True, False, True], id="the very first one is all there is to go by"),
        pytest.param(
            [10, 20, 40, 80, 90, 40], [True] * 5 + [True], id="what has grown fast may fall a little"
        ),
        pytest.param([10, 20, 40, 80, 90, 20], [True] * 5 + [False], id="and not a lot"),
        pytest.param(
            [40, 40, 40, 5, 5, 40], [True] * 3 + [False] * 2 + [True], id="a collapse is never usual"
        ),
    ],
)
def test_d1_a_harvest_is_measured_by_what_is_usual(engine, tmp_path, counts, taken):
    assert harvested(engine, tmp_path, counts) == taken


def test_a_source_that_has_shrunk_is_accepted_once_and_is_then_the_rule(engine, tmp_path):
    days = [40, 40, 40, 40, 10, 10, 10, 5]
    assert harvested(engine, tmp_path, days, accepted=frozenset({4})) == [True] * 7 + [False]
