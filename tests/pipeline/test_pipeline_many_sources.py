"""Twenty-five sources due in the same minute: side by side, each within its host's limits, none in another's way."""

import threading
from collections.abc import Mapping
from dataclasses import replace

import pytest
import structlog
from test_pipeline_unreviewed import a_page

from builders import NOW
from pipeline.collect import Order, collect
from scrapers.errors import SourceUnreachable
from scrapers.source import Page, Source
from storage import calls
from storage.database import open_database, reading
from texts import Message, translate

MANY = 25
PAGES = 4
TOGETHER = 6  # so many must be asked at the same time before the first of them answers


class AtOnce:
    """Counts how many are inside, and how many were at most; nobody leaves before `least` have met."""

    def __init__(self, least: int = 1) -> None:
        self.inside = self.most = 0
        self._least = least
        self._lock = threading.Condition()

    def __enter__(self) -> None:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
            self._lock.notify_all()
            self._lock.wait_for(lambda: self.most >= self._least, timeout=300)

    def __exit__(self, *_failure: object) -> None:
        with self._lock:
            self.inside -= 1


class Host:
    """A publisher that may be down."""

    def __init__(self, key: str, at_once: AtOnce, is_down: bool) -> None:
        self.key, self.is_down = key, is_down
        self.own, self.all = AtOnce(), at_once
        self.answers = 0

    def get(self, path: str, *, params: Mapping[str, str] | None = None) -> Page:
        with self.own, self.all:
            self.answers += 1
        if self.is_down:
            raise SourceUnreachable(Message(text=f"{self.key}: down"))
        return Page(url=path, text=path)


def crawl(fetch, options):
    """A list, then one page a call."""
    for number in range(PAGES):
        fetch.get(f"/{number}")
        one = a_page(number)
        name = f"{fetch.key}-{number}"
        yield replace(one, source=fetch.key, reference=name, identifier=name, title=name)


def test_d7_a_fault_in_one_reader_costs_the_others_nothing_and_is_told(engine, tmp_path):
    def broken(fetch, options):
        yield from crawl(fetch, options)
        raise TypeError("of our own making")

    hosts = [Host(key, AtOnce(), is_down=False) for key in ("broken", "sound")]
    orders = [Order(source=source(host.key), fetch=host, options={}) for host in hosts]
    orders[0] = replace(orders[0], source=replace(orders[0].source, crawl=broken))
    with structlog.testing.capture_logs() as logged:
        first, second = collect(engine, "t", orders, NOW, kept_folder=tmp_path / "kept")
    assert first.refused
    assert "har ett fel (TypeError)" in str(translate(first.reason, "sv"))
    assert (second.refused, second.new) == (False, PAGES)
    assert [(one["event"], one["source"]) for one in logged] == [("reader failed", "broken")]


def source(key: str) -> Source:
    return Source(
        key=key, title=key, publisher=key, base_url=f"https://{key}.example", hosts=(), crawl=crawl, rank=0
    )


@pytest.fixture
def engine(tmp_path):
    made = open_database(f"sqlite:///{tmp_path / 'x.sqlite'}")
    yield made
    made.dispose()


def test_t_16_many_sources_are_read_side_by_side_one_question_at_a_time_each(engine, tmp_path):
    at_once = AtOnce(least=TOGETHER)
    hosts = [Host(f"s{n:02}", at_once, is_down=n == 7) for n in range(MANY)]
    orders = [Order(source=source(host.key), fetch=host, options={}) for host in hosts]
    done = []
    results = collect(
        engine, "t", orders, NOW, kept_folder=tmp_path / "kept", on_done=lambda one: done.append(one.source)
    )
    assert [one.source for one in results if one.refused] == ["s07"]
    assert sorted(done) == [host.key for host in hosts]
    assert {host.own.most for host in hosts} == {1}
    assert sum(host.answers for host in hosts) == PAGES * (MANY - 1) + 1
    with reading(engine) as conn:
        assert len(calls.find(conn, "t")) == PAGES * (MANY - 1)
    assert at_once.most >= TOGETHER, "they wait for each other"
