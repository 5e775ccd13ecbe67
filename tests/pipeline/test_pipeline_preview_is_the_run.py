"""What the editor says of a need that is being written is what the nightly run says of it, remarks and all."""

import json
from dataclasses import replace

import pytest

from builders import NOW, a_scraped_call
from calls.model import CallSection
from calls.vocabulary import SectionKind
from fakes import WordEmbedder
from matcher.model import Decision, RejectReason, Verdict
from matcher.policy import POLICY
from matcher.score import look
from pipeline.comparing import Comparison, Fate, compare, make_ready
from pipeline.desk import Desk
from pipeline.match import match_all
from profiles.load import load_profile, preset_path
from profiles.model import Need, Profile
from profiles.parts import with_part
from scrapers.standin.sample import sample_folder
from storage import calls as stored_calls
from storage import matches
from storage.database import open_database, reading, writing

TENANT = "prov"
CALLS = 140
PROFILE = load_profile(preset_path("exempelstad"))
EDITED = ("energirad", "vald-i-nara-relationer", "idrott-for-alla")


def a_recorded_call(number: int, record: dict):
    return a_scraped_call(
        reference=f"{number}TOPICSen",
        identifier=record["identifier"],
        title=record["title"],
        programme=record.get("programme"),
        action_type=record.get("action"),
        sections=tuple(
            CallSection(kind=kind, text=record[name])
            for name, kind in (("objective", SectionKind.OBJECTIVE), ("scope", SectionKind.SCOPE))
            if record.get(name)
        ),
    )


@pytest.fixture
def engine(tmp_path):
    found = open_database(f"sqlite:///{tmp_path / 'prov.sqlite'}")
    parts = sorted((sample_folder() / "eu-portal").glob("*.jsonl"))
    lines = [line for part in parts for line in part.read_text(encoding="utf-8").splitlines()]
    records = [one for one in map(json.loads, lines) if one["type"] == "1"][:CALLS]
    calls = [a_recorded_call(number, record) for number, record in enumerate(records)]
    with writing(found) as conn:
        stored_calls.save_harvest(conn, TENANT, "eu-portal", calls, {"eu-portal": 1}, NOW)
    yield found
    found.dispose()


def edited(key: str) -> tuple[Profile, Need]:
    """The profile with this need in other words and in the area of another need."""
    held = next(need for need in PROFILE.needs if need.key == key)
    need = replace(held, text=f"{held.text} Också för unga.", text_en=f"{held.text_en} Young people too.")
    unit = PROFILE.unit(need.unit)
    needs = tuple(need if one.id == need.id else one for one in unit.needs)
    return with_part(PROFILE, unit.key, replace(unit, needs=needs)), need


def previewed(comparison: Comparison):
    rows = comparison.of(Fate.COMES) + comparison.of(Fate.STAYS)
    return sorted((row.match for row in rows), key=lambda match: match.call_id)


def proposed(engine, need: Need):
    with reading(engine) as conn:
        found = [one.match for one in matches.find(conn, TENANT)]
    return sorted(
        (one for one in found if (one.unit, one.need) == (need.unit, need.key)), key=lambda m: m.call_id
    )


def remarks(found) -> list:
    return [piece.reason for match in found for piece in match.evidence if piece.signal == POLICY]


@pytest.mark.parametrize("embedder", [WordEmbedder(), None], ids=["model", "words"])
@pytest.mark.parametrize("key", EDITED)
def test_the_preview_says_what_the_run_says_of_the_same_profile(engine, key, embedder):
    match_all(engine, TENANT, embedder, PROFILE, 1, NOW)
    after, need = edited(key)
    seen = previewed(compare(Desk(lambda: embedder), engine, TENANT, PROFILE, after, need, NOW))
    match_all(engine, TENANT, embedder, after, 2, NOW)
    assert seen == proposed(engine, need)
    assert remarks(seen)


def test_the_remark_is_another_than_that_of_the_need_alone(engine):
    """Without the needs beside it the tests above would pass on nothing."""
    match_all(engine, TENANT, None, PROFILE, 1, NOW)
    desk, differs = Desk(), 0
    for key in EDITED:
        after, need = edited(key)
        seen = previewed(compare(desk, engine, TENANT, PROFILE, after, need, NOW))
        alone = look(desk.open_calls(engine, TENANT, NOW), after, need, None, NOW).proposed
        differs += remarks(seen) != remarks(sorted(alone, key=lambda match: match.call_id))
    assert differs


def test_a_refusal_of_the_units_other_need_counts_in_the_preview_too(engine):
    match_all(engine, TENANT, None, PROFILE, 1, NOW)
    after, need = edited("renovering")
    before = previewed(compare(Desk(), engine, TENANT, PROFILE, after, need, NOW))
    with writing(engine) as conn:
        other = next(one for one in matches.find(conn, TENANT) if one.match.need == "solel-ihop")
        refusal = Decision(verdict=Verdict.REJECT, by="cli", at=NOW, reason=RejectReason.NOT_ELIGIBLE)
        matches.decide(conn, TENANT, other.id, refusal)
    seen = previewed(compare(Desk(), engine, TENANT, PROFILE, after, need, NOW))
    assert seen != before
    match_all(engine, TENANT, None, after, 2, NOW)
    assert seen == proposed(engine, need)


def test_what_opening_the_page_makes_ready_is_what_the_preview_starts_from(engine):
    embedder = WordEmbedder()
    match_all(engine, TENANT, embedder, PROFILE, 1, NOW)
    after, need = edited("energirad")
    ours, started = WordEmbedder(), []
    desk = Desk(lambda: ours)
    desk.warm = lambda *about: started.append(about[-1])
    make_ready(desk, engine, TENANT, PROFILE, NOW, next(one for one in PROFILE.needs if one.id == need.id))
    started[0]()
    assert ours.embedded == []
    compare(desk, engine, TENANT, PROFILE, after, need, NOW)
    assert len(ours.embedded) == 2


def test_another_name_of_a_unit_beside_is_another_start(engine):
    """A need is asked for with what its unit is there for, so what is kept of it is kept under that name too."""
    match_all(engine, TENANT, None, PROFILE, 1, NOW)
    desk, need = Desk(), next(one for one in PROFILE.needs if one.key == "energirad")
    indexed = desk.open_calls(engine, TENANT, NOW)
    for name in ("Hamnbolaget", "Skogsförvaltningen"):
        named = replace(PROFILE, units=tuple(replace(unit, name=name) for unit in PROFILE.units))
        fresh = Desk().beside(engine, TENANT, indexed, named, need)
        assert (desk.beside(engine, TENANT, indexed, named, need) == fresh).all()
