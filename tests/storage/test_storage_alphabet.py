"""Letters beyond a to z are sorted and found alike on both engines (D-16)."""

import unicodedata

import pytest
from sqlalchemy import Engine

from builders import NOW, a_scraped_call
from calls.programmes import PROGRAMMES
from scrapers.markup import one_line
from storage import calls
from storage.audit import Event, record, values_of
from storage.database import reading, writing
from web.search import contains
from web.selection import search_words

TITLES = ("Östersjön", "öppna data", "oestersjoen", "Écoles", "ecoles", "Oslo", "ZÜRICH", "Straße")


@pytest.fixture
def named(engine: Engine) -> Engine:
    """Calls with such titles, and a history written by people with such names."""
    harvest = [
        a_scraped_call(reference=str(n), identifier=f"X-{n}", title=one_line(title))
        for n, title in enumerate(TITLES)
    ]
    with writing(engine) as conn:
        calls.save_harvest(conn, "t", "eu-portal", harvest, {"eu-portal": 0}, NOW)
        for actor in ("öberg", "Öberg", "oeberg", "o-berg", "o_berg", "ob", "ékström", "ekström"):
            told = {"channel": "web", "kind": "match", "key": "1", "action": "accept"}
            record(conn, "t", Event(actor=actor, **told), NOW)
    return engine


FOUND = [
    ("Ö", {"Östersjön", "öppna data"}),
    ("ö", {"Östersjön", "öppna data"}),
    (unicodedata.normalize("NFD", "ö"), {"Östersjön", "öppna data"}),
    ("oe", {"oestersjoen"}),
    ("É", {"Écoles"}),
    ("écoles", {"Écoles"}),
    ("ecoles", {"ecoles"}),
    ("zürich", {"ZÜRICH"}),
    ("STRASSE", {"Straße"}),
    ("%", set()),
    ("_", set()),
]


@pytest.mark.parametrize(("asked", "expected"), FOUND, ids=[f"D-16 {asked}" for asked, _ in FOUND])
def test_a_search_finds_the_same_letters_on_both_engines(asked, expected, named):
    with reading(named) as conn:
        texts = calls.search_texts(conn, "t")
        stored = calls.find(conn, "t")
    assert {one.title for one in stored if contains(one, texts[one.id], search_words(asked))} == expected
    assert all(one.programme not in PROGRAMMES for one in stored), "no name of a programme helps"


def test_d_16_what_can_be_chosen_among_stands_in_the_same_order_on_both_engines(named):
    with reading(named) as conn:
        found = values_of(conn, "t", "actor")
    assert found == ["ekström", "o-berg", "o_berg", "ob", "oeberg", "Öberg", "ékström", "öberg"]
