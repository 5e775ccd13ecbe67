"""A publication that looks at new calls only leaves the queue as it was; a run does the matchings asked for."""

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import NOW, a_need, a_profile, a_scraped_call, a_unit
from calls.model import CallSection
from calls.vocabulary import SectionKind
from pipeline.match import match_all
from storage import calls as stored_calls
from storage import matches, reach, rematches
from storage.database import open_database, reading, writing

TENANT = "prov"
PROFILE = a_profile(units=(a_unit(needs=(a_need(title_en="Pupil exchanges between schools"),)),))
NARROWED = replace(
    PROFILE, units=(a_unit(needs=(a_need(title_en="Pupil exchanges between schools", never=("schools",)),)),)
)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def engine(tmp_path):
    found = open_database(f"sqlite:///{tmp_path / 'prov.sqlite'}")
    add(found, range(60), NOW)
    yield found
    found.dispose()


def add(engine, numbers, now):
    calls = [
        a_scraped_call(
            reference=f"{number}TOPICSen",
            identifier=f"ERASMUS-EDU-2026-{number}" if number in (0, 100) else f"X-2026-{number}",
            action_type="ERASMUS Project Grants",
            title="Pupil Exchanges Between Schools" if number in (0, 100) else f"Machine w{number}",
            sections=(CallSection(kind=SectionKind.SCOPE, text=f"The call funds w{number}."),),
        )
        for number in numbers
    ]
    with writing(engine) as conn:
        stored_calls.save_harvest(conn, TENANT, "eu-portal", calls, {"eu-portal": 1}, now)


def queue(engine) -> int:
    with reading(engine) as conn:
        return len(matches.find(conn, TENANT))


def narrowed_to_new_calls(engine):
    with writing(engine) as conn:
        reach.note(conn, TENANT, [("skola", "utbyten")], LATER, "samordnare", LATER)


def test_a_published_narrowing_empties_the_queue_when_it_reaches_open_calls(engine):
    match_all(engine, TENANT, None, PROFILE, 1, NOW)
    assert queue(engine) > 0
    match_all(engine, TENANT, None, NARROWED, 2, LATER)
    assert queue(engine) == 0


def test_only_new_calls_leaves_what_was_proposed_and_lets_nothing_old_in(engine):
    match_all(engine, TENANT, None, PROFILE, 1, NOW)
    before = queue(engine)
    narrowed_to_new_calls(engine)
    match_all(engine, TENANT, None, NARROWED, 2, LATER)
    assert queue(engine) == before


def test_a_widening_for_new_calls_finds_the_new_ones_only(engine):
    match_all(engine, TENANT, None, NARROWED, 1, NOW)
    narrowed_to_new_calls(engine)
    add(engine, range(100, 101), LATER)
    match_all(engine, TENANT, None, PROFILE, 2, LATER + timedelta(hours=1))
    with reading(engine) as conn:
        titles = [found.match.call_id for found in matches.find(conn, TENANT)]
        assert [call.identifier for call in stored_calls.find(conn, TENANT, titles)] == [
            "ERASMUS-EDU-2026-100"
        ]


def test_any_run_by_that_version_does_the_matching_that_was_asked_for(engine):
    with writing(engine) as conn:
        rematches.ask(conn, TENANT, 2, "samordnare", NOW)
    match_all(engine, TENANT, None, PROFILE, 1, NOW)
    with reading(engine) as conn:
        assert rematches.is_wanted(conn, TENANT)
    match_all(engine, TENANT, None, NARROWED, 2, LATER)
    with reading(engine) as conn:
        assert not rematches.is_wanted(conn, TENANT)
        done = rematches.newest(conn, TENANT)
    assert (done.ended_at, done.new, done.total) == (LATER, 0, 0)
    assert done.gone > 0
