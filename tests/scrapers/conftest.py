"""A scripted server for each test that asks, and a list for the waits of who asks it."""

from collections.abc import Iterator

import pytest
from scripted_server import Script, a_source, serving

from builders import NOW
from scrapers.fetch import Fetcher


@pytest.fixture
def script() -> Iterator[Script]:
    with serving() as script:
        yield script


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def fetcher(script: Script, waits: list[float]) -> Iterator[Fetcher]:
    """A reader of the scripted server that notes its pauses instead of making them."""
    made = Fetcher(
        a_source(), user_agent="Test/1", base_url=script.url, sleep=waits.append, now=NOW.timestamp
    )
    yield made
    made.close()
