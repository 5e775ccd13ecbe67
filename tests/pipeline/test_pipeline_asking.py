"""A question finds calls by what it means, and never waits for the model."""

import pytest

from builders import NOW, a_need, a_profile, a_scraped_call, a_unit
from calls.model import CallSection
from calls.vocabulary import SectionKind
from fakes import WordEmbedder
from pipeline.asking import asking
from pipeline.desk import Desk
from pipeline.match import match_all
from storage import calls as stored_calls
from storage.database import open_database, writing

TENANT = "prov"
PROFILE = a_profile(units=(a_unit(needs=(a_need(),)),))


@pytest.fixture
def engine(tmp_path):
    found = open_database(f"sqlite:///{tmp_path / 'prov.sqlite'}")
    calls = [
        a_scraped_call(
            reference=str(number),
            identifier=f"X-2026-{number}",
            title=title,
            sections=(CallSection(kind=SectionKind.SCOPE, text=f"{title} in every town."),),
        )
        for number, title in enumerate(("Clean water pipes", "Theatre for schools", "Roads and bridges"))
    ]
    with writing(found) as conn:
        stored_calls.save_harvest(conn, TENANT, "eu-portal", calls, {"eu-portal": 1}, NOW)
    yield found
    found.dispose()


def ready(engine, embedder) -> Desk:
    desk = Desk(lambda: embedder)
    desk.open_calls(engine, TENANT, NOW)
    desk.model()
    return desk


def test_the_nearest_call_is_the_one_that_means_the_same(engine):
    embedder = WordEmbedder()
    match_all(engine, TENANT, embedder, PROFILE, 1, NOW)
    near = asking(ready(engine, embedder), engine, TENANT, lambda: NOW)("theatre schools")
    assert max(near, key=near.get) == 2
    assert set(near) == {1, 2, 3}


def test_a_question_does_not_wait_until_the_model_is_loaded(engine):
    asked = []
    desk = Desk(lambda: WordEmbedder())
    desk.warm = lambda *about: asked.append(about)
    assert asking(desk, engine, TENANT, lambda: NOW)("theatre") == {}
    assert len(asked) == 1


def test_vectors_of_another_model_are_not_asked(engine):
    match_all(engine, TENANT, WordEmbedder(), PROFILE, 1, NOW)
    desk = ready(engine, WordEmbedder(name="another"))
    assert asking(desk, engine, TENANT, lambda: NOW)("theatre") == {}


@pytest.mark.parametrize("embedder", [None], ids=["no model"])
def test_without_a_model_words_alone_decide(engine, embedder):
    assert asking(ready(engine, embedder), engine, TENANT, lambda: NOW)("theatre") == {}
