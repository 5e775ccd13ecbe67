"""The job that matches: embeds once, saves as it goes, proposes in one transaction."""

import pytest
from small_model import a_weight_file
from sqlalchemy import func, select

from builders import NOW, a_need, a_profile, a_scraped_call, a_unit
from calls.model import CallSection
from calls.vocabulary import SectionKind
from fakes import WordEmbedder
from matcher.embedder import load_embedder
from matcher.expand import expanded
from pipeline.match import SAVE_EVERY, match_all
from storage import active_model, matches
from storage import calls as stored_calls
from storage.database import open_database, reading, writing
from storage.tables import embedding

TENANT = "prov"


class Killed(Exception):
    """What happens to a process in the middle of its work."""


class DyingEmbedder(WordEmbedder):
    """Dies when it has been asked for more than so many texts."""

    def __init__(self, lives: int):
        super().__init__()
        self.lives = lives

    def embed(self, texts, *, kind, batch_size=16, progress=None):
        if len(self.embedded) + len(texts) > self.lives:
            raise Killed
        return super().embed(texts, kind=kind, batch_size=batch_size, progress=progress)


@pytest.fixture
def engine(tmp_path):
    found = open_database(f"sqlite:///{tmp_path / 'prov.sqlite'}")
    harvest(found, "pupil exchanges between schools", "wastewater treatment", "port electrification")
    yield found
    found.dispose()


def harvest(engine, *topics):
    calls = [
        a_scraped_call(
            reference=f"{number}TOPICSen",
            identifier=f"X-2026-{number}",
            title=topic.title(),
            sections=(
                CallSection(kind=SectionKind.SCOPE, text=f"The call funds {topic} in towns and schools."),
            ),
        )
        for number, topic in enumerate(topics)
    ]
    with writing(engine) as conn:
        stored_calls.save_harvest(conn, TENANT, "eu-portal", calls, {"eu-portal": 1}, NOW)


def harvest_one_that_fits(engine):
    """A call that meets the need of `MEETING`, among so many others that it stands out."""
    calls = [
        a_scraped_call(
            reference=f"{number}TOPICSen",
            identifier=f"X-2026-{number}",
            title=f"Machine w{number}",
            sections=(CallSection(kind=SectionKind.SCOPE, text=f"The call funds machines w{number}."),),
        )
        for number in range(40)
    ]
    fits = a_scraped_call(
        reference="99TOPICSen",
        identifier="ERASMUS-EDU-2026-X",
        action_type="ERASMUS Project Grants",
        title="Pupil Exchanges Between Schools",
        sections=(CallSection(kind=SectionKind.SCOPE, text="Pupils meet peers in schools abroad."),),
    )
    with writing(engine) as conn:
        stored_calls.save_harvest(conn, TENANT, "eu-portal", [*calls, fits], {"eu-portal": 1}, NOW)


MEETING = a_profile(units=(a_unit(needs=(a_need(title_en="Pupil exchanges between schools"),)),))


def run(engine, embedder, profile=None):
    return match_all(engine, TENANT, embedder, profile or a_profile(), 1, NOW)


def test_every_text_is_embedded_once(engine):
    embedder = WordEmbedder()
    first, second = run(engine, embedder), run(engine, embedder)
    assert first.embedded == len(embedder.embedded) > 0
    assert second.embedded == 0
    assert (first.calls, first.needs) == (3, 1)


def test_only_what_is_new_is_embedded_when_a_need_is_added(engine):
    embedder = WordEmbedder()
    run(engine, embedder)
    need = a_need(key="ny", title="Ny", title_en="", text="Fler cykelvägar", text_en="")
    profile = a_profile(units=(a_unit(needs=(a_need(), need)),))
    assert run(engine, embedder, profile).embedded == 2  # in Swedish, and in the vocabulary's English


def test_l05_a_kill_half_way_loses_at_most_one_batch(engine):
    dying = DyingEmbedder(lives=SAVE_EVERY + 5)
    with pytest.raises(Killed):
        run(engine, dying)
    again = WordEmbedder()
    run(engine, again)
    assert set(dying.embedded[:SAVE_EVERY]).isdisjoint(again.embedded)


def test_l05_another_model_makes_its_own_vectors_and_says_its_name(engine):
    run(engine, WordEmbedder())
    other = WordEmbedder(name="another-model-2")
    assert run(engine, other).embedded == len(other.embedded) > 0
    with reading(engine) as conn:
        assert {stored.match.model for stored in matches.find(conn, TENANT)} <= {"another-model-2"}


def models_in_queue(engine):
    with reading(engine) as conn:
        return {stored.match.model for stored in matches.find(conn, TENANT)}


def serving(engine):
    with reading(engine) as conn:
        return active_model.find(conn, TENANT).model


def test_l05_the_old_model_serves_over_kills_until_the_new_one_is_complete_H2(engine):
    harvest_one_that_fits(engine)
    run(engine, WordEmbedder(name="old-1"), MEETING)
    made = []
    for _ in range(2):
        dying = DyingEmbedder(lives=SAVE_EVERY + 5)
        dying.name = "new-2"
        with pytest.raises(Killed):
            run(engine, dying, MEETING)
        assert serving(engine) == "old-1"
        assert models_in_queue(engine) == {"old-1"}
        made += dying.embedded[:SAVE_EVERY]
    last = WordEmbedder(name="new-2")
    summary = run(engine, last, MEETING)
    assert summary.replaced == "old-1"
    assert set(made).isdisjoint(last.embedded)
    assert serving(engine) == "new-2"
    assert models_in_queue(engine) == {"new-2"}
    assert run(engine, last, MEETING).replaced is None


def test_h1_vectors_of_another_recipe_serve_nothing_and_the_queue_waits(engine):
    harvest_one_that_fits(engine)
    with writing(engine) as conn:
        active_model.serve(conn, TENANT, "words-as-vectors-1", "sections-0", NOW)
    dying = DyingEmbedder(lives=SAVE_EVERY + 5)
    with pytest.raises(Killed):
        run(engine, dying, MEETING)
    assert models_in_queue(engine) == set()
    assert run(engine, WordEmbedder(), MEETING).replaced == "words-as-vectors-1"


def test_h4_a_lost_model_leaves_words_and_comes_back_without_matching_twice(engine):
    harvest_one_that_fits(engine)
    first = run(engine, WordEmbedder(), MEETING)
    assert run(engine, None, MEETING).model == "words"
    assert models_in_queue(engine) == {"words"}
    again = run(engine, WordEmbedder(), MEETING)
    assert (again.embedded, again.total) == (0, first.total)
    with reading(engine) as conn:
        pairs = [(m.match.call_id, m.match.need) for m in matches.find(conn, TENANT)]
    assert len(pairs) == len(set(pairs))


def test_another_folder_is_another_model_and_both_sets_of_vectors_are_kept(engine, tmp_path):
    for seed in (1, 2):
        (tmp_path / str(seed)).mkdir()
        folder = expanded(a_weight_file(tmp_path / f"{seed}.bin", seed), tmp_path / str(seed))
        model = load_embedder(str(folder), tmp_path)
        summary = run(engine, model)
        assert summary.embedded > 0
        assert serving(engine) == model.name == summary.model
    with reading(engine) as conn:
        rows = conn.execute(select(embedding.c.model, func.count()).group_by(embedding.c.model)).all()
    assert len(rows) == 2
    assert rows[0][1] == rows[1][1]


def test_l01_without_a_model_the_queue_is_filled_by_words(engine):
    summary = run(engine, None)
    assert summary.model == "words"
    assert summary.embedded == 0


def test_a_second_run_proposes_nothing_new(engine):
    profile = a_profile(
        units=(
            a_unit(
                needs=(
                    a_need(title_en="Pupil exchanges between schools", text_en="Pupil exchanges, schools"),
                )
            ),
        )
    )
    first = run(engine, WordEmbedder(), profile)
    second = run(engine, WordEmbedder(), profile)
    assert first.total == second.total
    assert second.new == 0


def test_progress_is_told_after_every_saved_batch(engine):
    told = []
    match_all(
        engine, TENANT, WordEmbedder(), a_profile(), 1, NOW, lambda done, total: told.append((done, total))
    )
    assert told[-1][0] == told[-1][1]
    assert [done for done, _ in told] == sorted(done for done, _ in told)
