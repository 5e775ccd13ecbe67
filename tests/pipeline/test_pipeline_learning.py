"""Answers move what the next run proposes; a reset moves it back."""

from datetime import date, timedelta

import pytest

from builders import NOW, a_need, a_profile, a_scraped_call, a_unit
from calls.model import CallSection, Deadline
from calls.vocabulary import SectionKind
from fakes import WordEmbedder
from matcher.model import Decision, RejectReason, Verdict
from pipeline.match import match_all
from storage import calls as stored_calls
from storage import learning, matches
from storage.database import open_database, reading, writing

TENANT = "prov"
FITTING = ("pupil exchanges between schools", "school pupil exchanges")
PROFILE = a_profile(
    units=(a_unit(needs=(a_need(title_en="Pupil exchanges between schools", text_en="Pupil exchanges"),)),)
)


def harvest(engine, *, closed=()):
    topics = [*FITTING, *(f"machine w{number}" for number in range(40))]
    calls = [
        a_scraped_call(
            reference=f"{number}TOPICSen",
            identifier=f"X-2026-{number}",
            title=topic.title(),
            sections=(CallSection(kind=SectionKind.SCOPE, text=f"The call funds {topic}."),),
            deadlines=(Deadline.on(date(2026, 8, 1)),) if number in closed else None,
        )
        for number, topic in enumerate(topics, start=1)
    ]
    with writing(engine) as conn:
        stored_calls.save_harvest(conn, TENANT, "eu-portal", calls, {"eu-portal": 1}, NOW)


def run(engine):
    match_all(engine, TENANT, WordEmbedder(), PROFILE, 1, NOW)
    with reading(engine) as conn:
        return {one.match.call_id: one.match.score for one in matches.find(conn, TENANT)}


def refuse(engine, call_id, reason):
    with writing(engine) as conn:
        (stored,) = [one for one in matches.find(conn, TENANT) if one.match.call_id == call_id]
        decided = Decision(verdict=Verdict.REJECT, by="s", at=NOW, reason=reason)
        matches.decide(conn, TENANT, stored.id, decided)


@pytest.fixture
def engine(tmp_path):
    found = open_database(f"sqlite:///{tmp_path / 'prov.sqlite'}")
    harvest(found)
    yield found
    found.dispose()


def test_a_refusal_lowers_calls_like_it_and_a_reset_gives_the_same_scores_as_before(engine):
    before = run(engine)
    refuse(engine, 1, RejectReason.NOT_OUR_NEED)
    assert run(engine).get(2, 0) < before[2]
    with writing(engine) as conn:
        learning.reset(conn, TENANT, "skola", "utbyten", "s", NOW + timedelta(hours=1))
    assert run(engine) == before


def test_a_refusal_of_a_call_that_has_closed_since_still_teaches(engine):
    run(engine)
    with reading(engine) as conn:
        (first,) = [one.id for one in matches.find(conn, TENANT) if one.match.call_id == 1]
    harvest(engine, closed=[1])
    before = run(engine)
    refused = Decision(verdict=Verdict.REJECT, by="s", at=NOW, reason=RejectReason.NOT_OUR_NEED)
    with writing(engine) as conn:
        matches.decide(conn, TENANT, first, refused)
    after = run(engine)
    assert 1 not in after
    assert after.get(2, 0) < before[2]


def test_a_refusal_for_want_of_staff_moves_nothing(engine):
    before = run(engine)
    refuse(engine, 1, RejectReason.NO_STAFF)
    assert run(engine) == before
