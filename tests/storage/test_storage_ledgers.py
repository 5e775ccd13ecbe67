"""Slots, harvest tries, embeddings and profile files."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import Engine, insert
from sqlalchemy.exc import IntegrityError

from builders import NOW
from scheduler import JOBS
from storage import embeddings, profiles, runs, slots
from storage.database import reading, writing
from storage.errors import BadVector
from storage.harvests import Saved
from storage.tables import embedding

LEASE = timedelta(minutes=1)
UNIT = np.array([0.6, 0.8], dtype=np.float32)


def claim(engine: Engine, owner: str, now=NOW, at=NOW) -> bool:
    with writing(engine) as conn:
        return slots.claim(conn, "t", "collect", at, owner, now, LEASE)


def test_the_first_to_claim_a_slot_runs_it_A1(engine: Engine):
    assert [claim(engine, "a"), claim(engine, "b"), claim(engine, "a")] == [True, False, False]
    assert claim(engine, "b", at=NOW + LEASE)


def test_a_slot_is_taken_over_when_its_lease_has_run_out_E8(engine: Engine):
    claim(engine, "a")
    assert not claim(engine, "b", now=NOW + LEASE - timedelta(seconds=1))
    assert claim(engine, "b", now=NOW + LEASE)
    with reading(engine) as conn:
        taken = slots.last(conn, "t", "collect")
    assert (taken.owner, taken.attempts, taken.state) == ("b", 2, "running")


def test_an_extended_lease_is_not_taken_over(engine: Engine):
    claim(engine, "a")
    with writing(engine) as conn:
        slots.extend(conn, "t", "collect", NOW, NOW + LEASE / 2, LEASE)
    assert not claim(engine, "b", now=NOW + LEASE)


@pytest.mark.parametrize("state", ["done", "failed", "skipped", "held"])
def test_an_ended_slot_is_never_given_out_again(engine: Engine, state):
    claim(engine, "a")
    with writing(engine) as conn:
        slots.finish(conn, "t", "collect", NOW, NOW + LEASE, state=state, note="x")
    assert not claim(engine, "b", now=NOW + 9 * LEASE)
    with reading(engine) as conn:
        ended = slots.last(conn, "t", "collect")
    assert (ended.state, ended.note, ended.finished_at, ended.at) == (state, "x", NOW + LEASE, NOW)


def test_a_slot_can_only_end_in_a_known_state(engine: Engine):
    with (
        pytest.raises(ValueError, match="expected one of done, failed, skipped, held"),
        writing(engine) as conn,
    ):
        slots.finish(conn, "t", "collect", NOW, NOW, state="ended")


def test_the_newest_slot_of_a_job_is_its_last(engine: Engine):
    for hours in (2, 5, 1):
        claim(engine, "a", at=NOW + timedelta(hours=hours))
    with reading(engine) as conn:
        assert slots.last(conn, "t", "collect").at == NOW + timedelta(hours=5)
        assert slots.last(conn, "t", "match") is None
        assert slots.last(conn, "other", "collect") is None


@dataclass(frozen=True, kw_only=True)
class Odd:
    reference: str
    reason: str


def test_a_try_is_kept_with_its_outcome(engine: Engine):
    saved = Saved(new=1, changed=2, unchanged=3, unseen=4)
    with writing(engine) as conn:
        number = runs.start_harvest(conn, "t", "eu-portal", NOW)
        assert runs.latest(conn, "t", NOW)[0].outcome == "running"
        runs.end_harvest(
            conn,
            "t",
            number,
            outcome="sound",
            now=NOW + LEASE,
            calls=6,
            saved=saved,
            skipped=[Odd(reference="1", reason="no title")],
        )
        found = runs.last_sound(conn, "t", "eu-portal")
    assert (found.id, found.calls, found.new, found.changed, found.unchanged, found.unseen) == (
        number,
        6,
        1,
        2,
        3,
        4,
    )
    assert found.skipped == ({"reference": "1", "reason": "no title"},)
    assert (found.started_at, found.ended_at, found.reason, found.kept_path) == (NOW, NOW + LEASE, None, None)


@pytest.mark.parametrize(
    ("age", "told"), [(runs.LONGEST, "running"), (runs.LONGEST + timedelta(seconds=1), "interrupted")]
)
def test_a_try_whose_process_died_is_told_as_interrupted_when_none_goes_on_so_long(engine: Engine, age, told):
    with writing(engine) as conn:
        number = runs.start_harvest(conn, "t", "eu-portal", NOW)
        found = runs.latest(conn, "t", NOW + age)[0]
        assert (found.outcome, found.went_wrong) == (told, told == "interrupted")
        runs.end_harvest(conn, "t", number, outcome="sound", now=NOW + age)
        assert runs.latest(conn, "t", NOW + age)[0].outcome == "sound"


def test_no_collection_goes_on_for_longer_than_the_clock_lets_it():
    assert next(job for job in JOBS if job.key == "collect").limit == runs.LONGEST


def test_a_refused_try_is_the_latest_and_not_the_last_sound(engine: Engine):
    with writing(engine) as conn:
        for outcome in ("sound", "refused"):
            number = runs.start_harvest(conn, "t", "eu-portal", NOW)
            runs.end_harvest(conn, "t", number, outcome=outcome, now=NOW, reason="tom", kept_path="raw/1")
        runs.start_harvest(conn, "t", "euroaccess", NOW)
        assert runs.last_sound(conn, "t", "eu-portal").id == 1
        assert runs.last_sound(conn, "t", "euroaccess") is None
        assert [(tried.source, tried.outcome, tried.new) for tried in runs.latest(conn, "t", NOW)] == [
            ("eu-portal", "refused", None),
            ("euroaccess", "running", None),
        ]


def test_vectors_come_back_by_model_recipe_and_text_H1(engine: Engine):
    with writing(engine) as conn:
        embeddings.save(conn, "t", "e5", "r1", {"a": UNIT, "b": UNIT[::-1]})
        embeddings.save(conn, "t", "e5", "r1", {"a": UNIT[::-1]})
        embeddings.save(conn, "t", "e5", "r2", {"a": np.ones(4) / 2})
        found = embeddings.find(conn, "t", "e5", "r1", ["a", "b", "c"])
        assert embeddings.find(conn, "t", "other", "r1", ["a"]) == {}
        assert embeddings.find(conn, "other", "e5", "r1", ["a"]) == {}
        assert embeddings.find(conn, "t", "e5", "r2", ["a"])["a"].shape == (4,)
    assert set(found) == {"a", "b"}
    assert found["a"].dtype == np.float32
    np.testing.assert_array_equal(found["a"], UNIT)


def test_many_vectors_are_found_at_once(engine: Engine):
    with writing(engine) as conn:
        embeddings.save(conn, "t", "e5", "r1", {f"{n:064}": UNIT for n in range(1200)})
        assert len(embeddings.find(conn, "t", "e5", "r1", (f"{n:064}" for n in range(1200)))) == 1200
        embeddings.save(conn, "t", "e5", "r1", {})


@pytest.mark.parametrize(
    "vector",
    [
        pytest.param([0.6, float("nan")], id="D-15 NaN"),
        pytest.param([float("inf"), 0], id="D-15 infinite"),
        pytest.param([0.0, 0.0], id="D-15 zero"),
        pytest.param([1.0, 1.0], id="D-15 not of unit length"),
        pytest.param([1.0, 0.0, 0.0], id="D-15 wrong length"),
        pytest.param([[0.6, 0.8]], id="D-15 a table"),
    ],
)
def test_a_bad_vector_is_refused_and_nothing_kept(engine: Engine, vector):
    with writing(engine) as conn:
        embeddings.save(conn, "t", "e5", "r1", {"a": UNIT})
        with pytest.raises(BadVector, match="e5"):
            embeddings.save(conn, "t", "e5", "r1", {"b": UNIT, "c": np.array(vector)})
        assert set(embeddings.find(conn, "t", "e5", "r1", ["a", "b", "c"])) == {"a"}


def test_the_database_itself_refuses_a_cut_vector_D_15(engine: Engine):
    row = {"tenant": "t", "model": "m", "recipe": "r", "text_hash": "a", "dimension": 2, "vector": b"\0" * 7}
    with pytest.raises(IntegrityError), writing(engine) as conn:
        conn.execute(insert(embedding).values(**row))


def test_profile_files_are_kept_version_by_version(engine: Engine):
    with writing(engine) as conn:
        assert profiles.latest(conn, "t") is None
        given = ["format = 1\r\n# å", "format = 1\r\n# å", "format = 1", "format = 1\r\n# å"]
        assert [profiles.save(conn, "t", "varberg", text, "cli", NOW) for text in given] == [1, 1, 2, 3]
        latest = profiles.latest(conn, "t")
        assert (latest.key, latest.version, latest.document, latest.by, latest.at) == (
            "varberg",
            3,
            given[0],
            "cli",
            NOW,
        )
        assert [stored.version for stored in profiles.versions(conn, "t")] == [1, 2, 3]
        assert profiles.save(conn, "other", "mellerud", "x", "cli", NOW) == 1
