"""From a stored consultation to the letter, beside the calls: matched, told once, tried, answered."""

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import NOW, a_person, a_profile, a_scraped_call, a_unit
from calls.model import CallSection, Deadline
from calls.vocabulary import CONSULTATION, SectionKind
from fakes import WordEmbedder
from matcher.model import Band, Decision, MatchState, Verdict
from matcher.review import DEFAULT_RULE, goes_unreviewed
from notifier.wording import Wording
from pipeline.asking import asking
from pipeline.comparing import Fate, compare
from pipeline.desk import Desk
from pipeline.digest import letter_context, plan
from pipeline.hook_news import week_news
from pipeline.match import match_all
from pipeline.trying import try_call
from storage import calls as stored_calls
from storage import letters, matches, tallies
from storage.database import open_database, reading, writing

TENANT = "prov"
WEEK = "2026-W34"
THINGS = ("bridge", "ferry", "museum", "orchard", "quarry", "tunnel", "forest", "copper", "opera", "ceramic")
DEEDS = ("repair", "mapping", "insurance", "design", "trading", "heating", "storage", "cleaning", "history")
SUBJECTS = [f"{thing} {deed}" for thing in THINGS for deed in DEEDS]


@pytest.fixture
def engine(tmp_path):
    found = open_database(f"sqlite:///{tmp_path / 'prov.sqlite'}")
    yield found
    found.dispose()


def a_topic(number: int, about: str):
    section = CallSection(kind=SectionKind.SCOPE, text=f"The call funds {about} in towns.")
    return a_scraped_call(
        reference=f"{number}TOPICSen", identifier=f"X-{number}", title=about.title(), sections=(section,)
    )


def asked(reference: str = "12970", about: str = "pupil exchanges between schools", **facts):
    text = f"More {about}: should pupils in primary school meet peers in other countries?"
    given = {
        "source": "have-your-say",
        "reference": reference,
        "identifier": f"Ares(2026){reference}",
        "kind": CONSULTATION,
        "title": f"Rules on {about}",
        "sections": (CallSection(kind=SectionKind.SUMMARY, text=text),),
        "deadlines": (Deadline(at=NOW + timedelta(days=20)),),
    }
    return a_scraped_call(**(given | facts))


def harvest(engine, source: str, *found, now=NOW):
    with writing(engine) as conn:
        stored_calls.save_harvest(conn, TENANT, source, found, {"eu-portal": 1, "have-your-say": 2}, now)


def harvest_calls(engine):
    exchange = a_topic(999, "pupil exchanges between schools")
    harvest(engine, "eu-portal", *(a_topic(n, about) for n, about in enumerate(SUBJECTS)), exchange)


def matched(engine, now=NOW):
    return match_all(engine, TENANT, WordEmbedder(), a_profile(), 1, now)


def proposed(engine) -> dict[str, tuple]:
    """Title to score, band and place in the queue of everything proposed."""
    with reading(engine) as conn:
        titles = {call.id: call.title for call in stored_calls.find(conn, TENANT)}
        found = matches.find(conn, TENANT)
    return {titles[one.match.call_id]: (one.match.score, one.match.band, one.match.evidence) for one in found}


def accept_all(engine):
    with writing(engine) as conn:
        for one in matches.find(conn, TENANT, states=[MatchState.NEW]):
            matches.decide(conn, TENANT, one.id, Decision(verdict=Verdict.ACCEPT, by="samordnare", at=NOW))


def planned(engine, week=WEEK, now=NOW, profile=None):
    context = letter_context(
        TENANT, profile or a_profile(), now, public_url="https://fondvakt.example", key="x" * 32
    )
    return plan(engine, context, week)


def test_consultations_change_nothing_of_what_the_calls_get(engine, tmp_path):
    harvest_calls(engine)
    matched(engine)
    alone = proposed(engine)
    harvest(engine, "have-your-say", *(asked(str(n)) for n in range(1, 9)))
    assert matched(engine).calls == len(SUBJECTS) + 1 + 8
    together = proposed(engine)
    assert alone
    assert {title: said for title, said in together.items() if title in alone} == alone


def test_a_consultation_that_fits_is_proposed_and_never_as_stark(engine):
    harvest_calls(engine)
    harvest(engine, "have-your-say", asked(), asked("2", "steel tariffs", title="Steel tariffs", sections=()))
    matched(engine)
    found = proposed(engine)
    assert found["Rules on pupil exchanges between schools"][1] in (Band.LIKELY, Band.POSSIBLE)
    assert "Steel tariffs" not in found


def test_it_is_told_once_and_again_when_its_last_day_moves(engine):
    harvest_calls(engine)
    harvest(engine, "have-your-say", asked())
    matched(engine)
    accept_all(engine)
    assert len(planned(engine).letters) == 1
    later = NOW + timedelta(days=7)
    assert planned(engine, "2026-W35", later).letters == ()
    moved = asked(deadlines=(Deadline(at=NOW + timedelta(days=40)),))
    harvest(engine, "have-your-say", moved, now=later)
    matched(engine, later)
    accept_all(engine)
    assert len(planned(engine, "2026-W35", later).letters) == 1
    with reading(engine) as conn:
        (_, newest) = letters.find(conn, TENANT)
    assert b"Sista dag att svara" in newest.letter.content


def test_two_people_of_a_unit_get_it_once_each(engine):
    harvest(engine, "have-your-say", asked())
    harvest_calls(engine)
    matched(engine)
    accept_all(engine)
    two = a_profile(
        people=(*a_profile().people, a_person(key="andra", email="andra@exempelstad.example")),
        units=(a_unit(),),
    )
    assert len(planned(engine, profile=two).letters) == 2
    assert planned(engine, profile=two).letters == ()


def test_a_tried_consultation_is_measured_as_the_nightly_run_does(engine):
    harvest_calls(engine)
    harvest(engine, "have-your-say", asked())
    matched(engine)
    profile, score = a_profile(), proposed(engine)["Rules on pupil exchanges between schools"][0]
    with reading(engine) as conn:
        (call,) = (one for one in stored_calls.find(conn, TENANT) if one.is_consultation)
    desk = Desk(lambda: WordEmbedder())
    tried = try_call(desk, engine, TENANT, profile, profile.units, call, NOW)
    (need,) = tried.units[0].needs
    assert need.is_proposed
    assert need.score == pytest.approx(score)
    assert desk.open_calls(engine, TENANT, NOW).calls == [
        one for one in desk.open_calls(engine, TENANT, NOW).calls if not one.is_consultation
    ]


def test_a_need_being_written_shows_its_consultations_as_the_nightly_run_will_tell_them(engine):
    harvest_calls(engine)
    harvest(engine, "have-your-say", asked())
    matched(engine)
    held, desk = a_profile(), Desk(lambda: WordEmbedder())
    (need,) = held.needs
    score = proposed(engine)["Rules on pupil exchanges between schools"][0]
    same = compare(desk, engine, TENANT, held, held, need, NOW)
    (row,) = same.consultations
    assert (row.fate, row.match.score) == (Fate.STAYS, pytest.approx(score))
    assert not any(one.call.is_consultation for one in same.rows)
    other = replace(
        need, title="Broar", text="Broar och färjor ska lagas.", title_en="", text_en="Bridge repair."
    )
    changed = replace(held, units=(a_unit(needs=(other,)),))
    (row,) = compare(desk, engine, TENANT, held, changed, other, NOW).consultations
    assert row.fate is Fate.GOES


def test_a_question_finds_consultations_by_meaning_too(engine):
    harvest_calls(engine)
    harvest(engine, "have-your-say", asked(), asked("2", "steel tariffs", title="Steel tariffs", sections=()))
    matched(engine)
    desk = Desk(lambda: WordEmbedder())
    desk.model()
    desk.open_calls(engine, TENANT, NOW)
    desk.open_consultations(engine, TENANT, NOW)
    near = asking(desk, engine, TENANT, lambda: NOW)("steel tariffs")
    with reading(engine) as conn:
        best = stored_calls.get(conn, TENANT, max(near, key=near.get))
    assert best.title == "Steel tariffs"


def test_what_came_in_counts_calls_alone(engine):
    harvest(engine, "have-your-say", asked())
    harvest(engine, "eu-portal", a_topic(1, "bridges"))
    with reading(engine) as conn:
        assert len(tallies.calls_first_seen(conn, TENANT, NOW - timedelta(days=1))) == 1


def test_the_weeks_news_for_teams_counts_by_kind_and_says_reply_by(engine):
    harvest_calls(engine)
    harvest(engine, "have-your-say", asked())
    matched(engine)
    accept_all(engine)
    planned(engine)
    context = letter_context(TENANT, a_profile(), NOW, public_url="https://fondvakt.example", key="x" * 32)
    with reading(engine) as conn:
        (news,) = week_news(conn, context, Wording("sv"), NOW)
    assert "1 utlysning och 1 samråd, 1 mottagare" in news.lines
    assert "Rules on pupil exchanges between schools: besvaras senast 11 september 2026" in news.lines
    assert {call["kind"] for call in news.data["calls"]} == {"1", CONSULTATION}


def test_what_goes_unreviewed_follows_the_units_rule(engine):
    harvest(engine, "have-your-say", asked())
    harvest_calls(engine)
    matched(engine)
    with reading(engine) as conn:
        (of_consultation,) = (
            one.match
            for one in matches.find(conn, TENANT)
            if stored_calls.get(conn, TENANT, one.match.call_id).is_consultation
        )
    assert not goes_unreviewed(of_consultation.band, DEFAULT_RULE)
