"""A need that is being written finds what the nightly matching would find; and who does the sums."""

from datetime import timedelta
from importlib.util import find_spec

import pytest

from builders import NOW, a_call, a_need, a_profile, a_scraped_call, a_unit
from calls.model import CallSection
from calls.vocabulary import CONSULTATION, SectionKind
from fakes import WordEmbedder
from matcher.indexed import IndexedCalls
from matcher.model import Decision, Verdict
from matcher.score import look, scores_of
from pipeline import wiring
from pipeline.desk import Desk
from pipeline.match import match_all
from pipeline.settings import Settings, SettingsError
from pipeline.trying import try_call
from storage import calls as stored_calls
from storage import learning, matches
from storage.database import open_database, reading, writing

TENANT = "prov"
NEED = a_need(title_en="Pupil exchanges between schools")
PROFILE = a_profile(units=(a_unit(needs=(NEED,)),))


@pytest.fixture
def engine(tmp_path):
    found = open_database(f"sqlite:///{tmp_path / 'prov.sqlite'}")
    calls = [
        a_scraped_call(
            reference=f"{number}TOPICSen",
            identifier=f"ERASMUS-EDU-2026-{number}" if number < 2 else f"X-2026-{number}",
            action_type="ERASMUS Project Grants",
            title="Pupil Exchanges Between Schools" if number < 2 else f"Machine w{number}",
            sections=(CallSection(kind=SectionKind.SCOPE, text=f"The call funds w{number}."),),
        )
        for number in range(60)
    ]
    with writing(found) as conn:
        stored_calls.save_harvest(conn, TENANT, "eu-portal", calls, {"eu-portal": 1}, NOW)
    yield found
    found.dispose()


def rank_one_need(engine, need, embedder):
    """As the profile editor does it."""
    desk = Desk(lambda: embedder)
    indexed = desk.open_calls(engine, TENANT, NOW)
    with reading(engine) as conn:
        answers = learning.answers(conn, TENANT)
    vectors = desk.vectors(engine, TENANT, indexed, PROFILE, (need,))
    return look(indexed, PROFILE, need, vectors, NOW, answers=answers).proposed


@pytest.mark.parametrize("embedder", [WordEmbedder(), None], ids=["model", "words"])
def test_the_need_as_it_stands_finds_what_the_job_found(engine, embedder):
    match_all(engine, TENANT, embedder, PROFILE, 1, NOW)
    found = rank_one_need(engine, NEED, embedder)
    with reading(engine) as conn:
        stored = [one.match for one in matches.find(conn, TENANT)]
    assert [(m.call_id, m.score, m.model) for m in found] == [(m.call_id, m.score, m.model) for m in stored]
    assert found


def test_an_edited_need_is_ranked_anew_and_only_its_own_texts_are_embedded(engine):
    match_all(engine, TENANT, WordEmbedder(), PROFILE, 1, NOW)
    embedder = WordEmbedder()
    edited = a_need(title="Maskin", title_en="Machine w7", text="w7", text_en="Machine w7")
    found = rank_one_need(engine, edited, embedder)
    assert found[0].call_id != rank_one_need(engine, NEED, embedder)[0].call_id
    assert all("Machine w9" not in text for text in embedder.embedded)


@pytest.mark.parametrize("embedder", [WordEmbedder(), None], ids=["model", "words"])
def test_what_answers_taught_counts_while_the_need_is_edited_too(engine, embedder):
    match_all(engine, TENANT, embedder, PROFILE, 1, NOW)
    with writing(engine) as conn:
        first = matches.find(conn, TENANT)[0]
        matches.decide(conn, TENANT, first.id, Decision(verdict=Verdict.ACCEPT, by="cli", at=NOW))
    match_all(engine, TENANT, embedder, PROFILE, 1, NOW + timedelta(days=1))
    with reading(engine) as conn:
        stored = {one.match.call_id: one.match.score for one in matches.find(conn, TENANT)}
    found = {one.call_id: one.score for one in rank_one_need(engine, NEED, embedder)}
    other = next(call for call in found if call != first.match.call_id)
    assert found[other] == stored[other]
    assert found[first.match.call_id] > first.match.score


def test_h1_a_model_other_than_the_one_that_serves_is_not_compared(engine):
    match_all(engine, TENANT, WordEmbedder(), PROFILE, 1, NOW)
    found = rank_one_need(engine, NEED, WordEmbedder(name="another-2"))
    assert {match.model for match in found} == {"words"}


def test_without_a_scheduler_the_sums_are_done_here(tmp_path):
    with wiring.executor(Settings(data_dir=tmp_path)) as executor:
        assert executor is None


@pytest.mark.skipif(find_spec("distributed") is not None, reason="Dask is installed here")
def test_a_scheduler_without_dask_installed_is_one_clear_sentence(tmp_path):
    with (
        pytest.raises(SettingsError, match=r"fondvakt\[dask\]"),
        wiring.executor(Settings(data_dir=tmp_path, dask="tcp://127.0.0.1:8786")),
    ):
        pass


def test_where_nobody_is_asked_anything_no_calls_are_indexed_beside_consultations(engine):
    desk = Desk()
    assert desk.open_consultations(engine, TENANT, NOW).calls == []
    assert len(desk.ready(engine, TENANT, NOW)) == 1
    assert len(desk.open_calls(engine, TENANT, NOW).calls) == 60


def test_a_consultation_that_is_closed_is_still_measured_against_the_calls(engine):
    closed = a_call(id=999, kind=CONSULTATION, title="Pupil exchanges between schools")
    desk = Desk()
    tried = try_call(desk, engine, TENANT, PROFILE, PROFILE.units, closed, NOW).units[0].needs[0].score
    beside, alone = ([*desk.open_calls(engine, TENANT, NOW).calls, closed], [closed])
    by_calls, by_itself = (
        scores_of(IndexedCalls(pool), PROFILE, closed.id, None)[NEED.id] for pool in (beside, alone)
    )
    assert tried == by_calls != by_itself
