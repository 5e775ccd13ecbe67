"""Every source reads its recorded pages to the calls that a person has read beside them."""

import dataclasses
import json
from enum import Enum
from typing import Any

import pytest
from recorded import PAGES, recorded

from scrapers.source import Skipped
from scrapers.sources import SOURCES, source
from texts import Message, translate

EVERY_TYPE = {"types": "1,8,2"}


def plain(value: Any) -> Any:
    """A call as JSON, in an order that does not vary, without what no publisher stated."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Message):
        return translate(value, "sv")
    if dataclasses.is_dataclass(value):
        stated = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return {name: plain(part) for name, part in stated.items() if part is not None}
    if isinstance(value, frozenset):
        return sorted(plain(part) for part in value)
    if isinstance(value, tuple):
        return [plain(part) for part in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


@pytest.mark.parametrize("key", [known.key for known in SOURCES])
def test_a_source_reads_its_recorded_pages_as_a_person_has_read_them(key):
    expected = PAGES / key / "calls.json"
    found = list(source(key).crawl(recorded(key), EVERY_TYPE))
    read = [plain(one) | ({"skipped": True} if isinstance(one, Skipped) else {}) for one in found]
    if not expected.exists():
        expected.write_text(json.dumps(read, indent=1, ensure_ascii=False) + "\n")
        pytest.fail(f"{expected} was written; read it against the pages, then run this test again")
    assert read == json.loads(expected.read_text())


def test_every_source_has_recorded_pages_and_a_key_of_its_own():
    keys = [known.key for known in SOURCES]
    assert len(set(keys)) == len(keys)
    assert all((PAGES / key).is_dir() for key in keys)


def test_an_unknown_source_is_refused_by_name_with_those_there_are():
    with pytest.raises(KeyError, match=r"nowhere.*eu-portal, euroaccess, have-your-say"):
        source("nowhere")


def test_the_public_addresses_of_every_source_are_on_its_own_hosts():
    for known in SOURCES:
        assert known.base_url.removeprefix("https://") in known.hosts
