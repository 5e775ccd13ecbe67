"""The queue is no dam: what nobody had time to look at goes out as each unit has chosen, marked (`ux.md` 2.3)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import NOW, a_match, a_need, a_profile, a_scraped_call, a_unit
from matcher.model import SYSTEM, Band, Decision, MatchState, RejectReason, Verdict
from matcher.review import ReviewRule
from pipeline import digest
from pipeline.match import match_all
from pipeline.week import week_facts
from storage import audit, calls, choices, learning, letters, matches
from storage.database import open_database, reading, writing

WEEK = "2026-W35"
HOUR = timedelta(hours=1)


@pytest.fixture
def engine(tmp_path):
    """A strong, a likely and a possible match for the schools that nobody has looked at: calls 1 to 3."""
    made = open_database(f"sqlite:///{tmp_path / 'x.sqlite'}")
    bands = enumerate((Band.STRONG, Band.LIKELY, Band.POSSIBLE), start=1)
    with writing(made) as conn:
        calls.save_harvest(conn, "t", "eu-portal", [a_page(n) for n in (1, 2, 3)], {"eu-portal": 0}, NOW)
        proposed = [a_match(call_id=number, band=band, score=0.9 - number / 10) for number, band in bands]
        matches.propose(conn, "t", proposed, 1, NOW)
    yield made
    made.dispose()


def a_page(number: int, **facts):
    return a_scraped_call(reference=str(number), identifier=f"X-{number}", title=f"Call {number}", **facts)


def letters_of(engine, now=NOW):
    context = digest.letter_context(
        "t", a_profile(), now, public_url="https://fondvakt.exempelstad.example", key="k" * 32
    )
    digest.plan(engine, context, WEEK)
    with reading(engine) as conn:
        return [stored.letter for stored in letters.find(conn, "t")]


def told(made) -> set[int]:
    return {call_id for letter in made for call_id, _ in letter.calls}


def states(engine) -> dict[int, MatchState]:
    with reading(engine) as conn:
        return {one.match.call_id: one.state for one in matches.find(conn, "t")}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param(None, {1}, id="by default the strong one goes"),
        pytest.param(ReviewRule.STRONG, {1}, id="the strong one goes"),
        pytest.param(ReviewRule.EVERYTHING, set(), id="everything is reviewed first"),
        pytest.param(ReviewRule.NOTHING, {1, 2}, id="all goes, but for what lies below the line"),
    ],
)
def test_what_goes_out_unreviewed_follows_the_units_choice(engine, rule, expected):
    if rule is not None:
        with writing(engine) as conn:
            choices.choose_rule(conn, "t", "skola", rule, "samordnare", NOW)
    assert told(letters_of(engine)) == expected
    assert {call for call, state in states(engine).items() if state is MatchState.ACCEPTED} == expected


def test_it_is_marked_in_both_parts_written_into_the_history_and_teaches_nothing(engine):
    (letter,) = letters_of(engine)
    assert letter.content.decode("utf-8", "replace").count("ogranskad") >= 2
    with reading(engine) as conn:
        (decision,) = matches.history(conn, "t", 1)
        assert (decision.by, decision.verdict) == (SYSTEM, Verdict.ACCEPT)
        (event,) = audit.events(conn, "t", action="accept-unreviewed")
        assert (event.event.actor, event.event.key) == (SYSTEM, "1")
        assert learning.answers(conn, "t") == {}


def test_what_the_coordinator_accepted_is_not_marked(engine):
    with writing(engine) as conn:
        matches.decide(conn, "t", 1, Decision(verdict=Verdict.ACCEPT, by="samordnare", at=NOW))
    (letter,) = letters_of(engine)
    assert "ogranskad" not in letter.content.decode("utf-8", "replace")


def test_what_was_rejected_or_put_off_in_time_does_not_go(engine):
    for verdict in (Verdict.REJECT, Verdict.LATER, Verdict.REFER):
        with writing(engine) as conn:
            matches.decide(conn, "t", 1, Decision(verdict=verdict, by="samordnare", at=NOW, until=NOW + HOUR))
        assert letters_of(engine) == []


def test_a_preview_accepts_nothing(engine):
    context = digest.letter_context(
        "t", a_profile(), NOW, public_url="https://fondvakt.exempelstad.example", key="k" * 32
    )
    assert told(digest.preview(engine, context, WEEK)) == {1}
    assert set(states(engine).values()) == {MatchState.NEW}


def test_an_approval_does_not_cover_a_call_that_changed_before_the_letter(engine):
    with writing(engine) as conn:
        choices.choose_rule(conn, "t", "skola", ReviewRule.EVERYTHING, "samordnare", NOW)
        matches.decide(conn, "t", 2, Decision(verdict=Verdict.ACCEPT, by="samordnare", at=NOW))
        pages = [a_page(1), replace(a_page(2), budget=9), a_page(3)]
        calls.save_harvest(conn, "t", "eu-portal", pages, {"eu-portal": 0}, NOW + HOUR)
    assert letters_of(engine, NOW + 2 * HOUR) == []
    with writing(engine) as conn:
        matches.propose(conn, "t", [a_match(call_id=2, call_version=2)], 1, NOW + 3 * HOUR)
    assert states(engine)[2] is MatchState.NEW, "it waits for a new approval"


def test_what_is_rejected_while_the_letters_are_being_made_is_in_none_of_them(engine):
    """The coordinator presses reject between the reading of the week and the writing of the letter."""
    context = digest.letter_context(
        "t", a_profile(), NOW, public_url="https://fondvakt.exempelstad.example", key="k" * 32
    )
    facts = week_facts(engine, context, WEEK, [], ())
    with writing(engine) as conn:
        no = Decision(verdict=Verdict.REJECT, by="samordnare", at=NOW, reason=RejectReason.NOT_OUR_NEED)
        matches.decide(conn, "t", 1, no)
    for reader in facts.readers:
        with pytest.raises(digest.Overtaken):
            digest.plan_one(engine, context, reader, WEEK, facts)
    digest.plan(engine, context, WEEK)
    with reading(engine) as conn:
        assert told(stored.letter for stored in letters.find(conn, "t")) == set()
    assert states(engine)[1] is MatchState.REJECTED


def test_an_accepted_call_that_changed_waits_again_though_nothing_proposes_it_any_more(engine):
    with writing(engine) as conn:
        yes = Decision(verdict=Verdict.ACCEPT, by="samordnare", at=NOW)
        matches.decide(conn, "t", 2, yes)
        calls.save_harvest(
            conn,
            "t",
            "eu-portal",
            [a_page(n, budget=n * 1_000_000) for n in (1, 2, 3)],
            {"eu-portal": 0},
            NOW + HOUR,
        )
    other = a_profile(units=(a_unit(needs=(a_need(key="annat"),)),))
    match_all(engine, "t", None, other, 2, NOW + HOUR)
    assert states(engine)[2] is MatchState.NEW
