"""`fondvakt judged export`: a municipality's own judgements, measured by the real `fondvakt evaluate`."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from command_line import begun, ended, fondvakt

from matcher.consultations import apart
from matcher.model import Match
from matcher.programmes import action_of, programme_of
from pipeline.judged import read_judged
from pipeline.judging import CALLS, NEEDS, QRELS
from profiles.load import load_profile, preset_path
from storage import calls as stored_calls
from storage import judgements, matches
from storage.database import open_database, reading, writing
from storage.judgements import Judgement

TENANT = "default"
AT = datetime.fromisoformat("2026-11-23T07:05:00+01:00")
FIRST = Judgement(
    unit="barn-och-utbildning",
    need="skolnarvaro",
    need_text="Närvaro. Alla elever\tska vara\ni skolan.",
    call_id=1,
    call_version=1,
    grade=0,
    matcher_said="below",
    by="samordnare",
    at=AT,
)


def measured(folder: Path, settings) -> dict:
    files = {"--calls": CALLS, "--needs": NEEDS, "--qrels": QRELS}
    asked = [part for option, name in files.items() for part in (option, folder / name)]
    done = fondvakt("evaluate", *asked, "--json", settings=settings)
    assert done.code == 0, done.err
    return done.json()


@pytest.fixture(scope="module")
def engine(settings):
    """The installation's calls; with judgements of the best match, of a call that was missed, and one corrected."""
    for job in (("init", "--municipality", "exempelstad"), ("collect",), ("match",)):
        fondvakt(*job, "--json", settings=settings)
    found = open_database(f"sqlite:///{settings['FONDVAKT_DATA_DIR'] / 'fondvakt.sqlite'}")
    yield found
    found.dispose()


@pytest.fixture(scope="module")
def judged(engine) -> list[Match]:
    """The first matches of three needs; each is judged useful, after a first no, and another call irrelevant."""
    with reading(engine) as conn:
        calls, _ = apart(stored_calls.find(conn, TENANT))
        found = [one.match for one in matches.find(conn, TENANT, call_ids=[call.id for call in calls])]
    chosen = list({one.need: one for one in {one.call_id: one for one in found}.values()}.values())[:3]
    with writing(engine) as conn:
        for number, one in enumerate(chosen):
            said = replace(FIRST, unit=one.unit, need=one.need, call_id=one.call_id, matcher_said="likely")
            for later, grade in enumerate((0, 3)):
                judgements.add(conn, TENANT, replace(said, grade=grade, at=AT + timedelta(minutes=later)))
            other = chosen[number - 1].call_id
            judgements.add(conn, TENANT, replace(said, call_id=other, at=AT + timedelta(hours=number)))
    return chosen


def test_nothing_judged_yet_is_said_in_a_sentence_in_both_languages(engine, settings, tmp_path):
    refused = fondvakt("judged", "export", "--out", tmp_path / "ut", settings=settings)
    assert refused.code == 1
    assert refused.sentence().startswith("Inget är bedömt än.")
    assert not (tmp_path / "ut").exists()
    english = ended(begun("judged", "export", "--out", tmp_path / "ut", "--lang", "en", settings=settings))
    assert english.sentence().startswith("Nothing is judged yet.")
    shown = ended(begun("--lang", "en", "judged", "export", "--help", settings=settings))
    assert not set("åäöÅÄÖ") & set(shown.out), shown.out


def test_own_judgements_are_measured_by_the_real_command(engine, judged, settings, tmp_path):
    done = fondvakt("judged", "export", "--out", tmp_path, "--json", settings=settings).json()
    assert (done["needs"], done["pairs"], done["relevant"]) == (3, 6, 3)
    figures = measured(tmp_path, settings)
    assert figures["needs"] == 3
    assert {one["need"] for one in figures["by_need"]} == {f"{one.unit}/{one.need}" for one in judged}
    assert [one["relevant"] for one in figures["by_need"]] == [1, 1, 1]


def test_the_words_for_people_name_the_command_to_measure_with(engine, judged, settings, tmp_path):
    shown = fondvakt("judged", "export", "--out", tmp_path, settings=settings).out
    assert "6 omdömen om 3 behov (3 relevanta)" in shown
    assert f"fondvakt evaluate --calls {tmp_path / CALLS} --needs {tmp_path / NEEDS}" in shown


def test_the_newest_grade_of_a_pair_counts_and_a_need_is_one_line(engine, judged, settings, tmp_path):
    fondvakt("judged", "export", "--out", tmp_path, settings=settings)
    needs = [line.split("\t") for line in (tmp_path / NEEDS).read_text(encoding="utf-8").splitlines()]
    assert {row[2] for row in needs} == {"Närvaro. Alla elever ska vara i skolan."}
    assert {row[1] for row in needs} <= {unit.name for unit in load_profile(preset_path("exempelstad")).units}
    grades = [line.split("\t") for line in (tmp_path / QRELS).read_text(encoding="utf-8").splitlines()]
    assert len({(need, call) for need, call, _ in grades}) == len(grades) == 6
    assert sorted(grade for *_, grade in grades) == ["0", "0", "0", "3", "3", "3"]
    assert "samordnare" not in (tmp_path / NEEDS).read_text(encoding="utf-8")


def test_what_the_matcher_knows_of_a_call_survives_the_files(engine, judged, settings, tmp_path):
    fondvakt("judged", "export", "--out", tmp_path, settings=settings)
    back = read_judged(tmp_path / CALLS, tmp_path / NEEDS, tmp_path / QRELS)
    with reading(engine) as conn:
        stored, consultations = apart(stored_calls.find(conn, TENANT))
    assert consultations, "the sample has some, and they are not ranked among the calls"
    assert len(set(back.names.values())) == len(back.calls) == len(stored)
    for read, call in zip(back.calls, stored, strict=True):
        assert read.title == call.title
        assert programme_of(read) == programme_of(call), call.identifier
        assert action_of(read) == action_of(call), call.identifier


def test_the_same_judgements_give_the_same_bytes(engine, judged, settings, tmp_path):
    for name in ("a", "b"):
        fondvakt("judged", "export", "--out", tmp_path / name, settings=settings)
    for file in (CALLS, NEEDS, QRELS):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_a_folder_that_cannot_be_made_is_one_sentence(engine, judged, settings, tmp_path):
    (tmp_path / "fil").write_text("x")
    refused = fondvakt("judged", "export", "--out", tmp_path / "fil" / "ut", settings=settings)
    assert refused.code == 1
    assert "en fil står där en mapp väntades" in refused.sentence()
