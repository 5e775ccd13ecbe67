"""The overview: pictures with the numbers they were drawn from."""

import re
from datetime import timedelta
from html import unescape

import pytest
from web_world import NOW, TENANT, World, a_full_match, call_with_two_units, in_days

from builders import a_scraped_call
from matcher.model import Band, Decision, RejectReason, Verdict
from storage import answers_given
from storage import matches as stored_matches
from storage.answers_given import Answer, AnswerKind
from storage.database import reading, writing
from storage.tallies import need_hits, unit_answers
from web.overview.coverage import coverage
from web.overview.geometry import scale_of, stacked, ticks
from web.overview.weeks import by_week, weeks_until


def the_table(page: str, heading: str) -> str:
    """The section under a heading."""
    return page.split(f'id="{heading}"', 1)[1].split("</section>", 1)[0]


def test_an_empty_installation_says_so_in_words(world: World):
    page = world.signed_in().get("/oversikt").text
    assert "stänger de närmaste 16 veckorna" in page
    assert "Inget har skickats ut än." in page
    assert '<svg class="timeline"' not in page


def test_what_closes_ahead_stands_in_the_picture_and_in_its_table(world: World):
    call_with_two_units(world)
    page = world.signed_in().get("/oversikt").text
    ahead = the_table(page, "ahead")
    assert ahead.count("<circle") == 2
    assert "Town-Twinning" in ahead
    assert "5 september 2026" in ahead
    assert "mark-waiting" in ahead
    assert "mark-promised" not in ahead


def test_an_accepted_call_is_drawn_filled(world: World):
    call_with_two_units(world)
    match = world.matches()[0]
    with writing(world.engine) as conn:
        stored_matches.decide(
            conn, TENANT, match.id, Decision(verdict=Verdict.ACCEPT, by="samordnare", at=NOW)
        )
    ahead = the_table(world.signed_in().get("/oversikt").text, "ahead")
    assert ahead.count("mark mark-promised") == 1
    assert ahead.count("mark mark-waiting") == 1
    decided = the_table(world.signed_in().get("/oversikt").text, "decided")
    assert "<title>Vecka 34: 1</title>" in decided


def test_a_contact_person_sees_the_own_unit_only(world: World):
    call_with_two_units(world)
    page = world.signed_in("kontakt.kultur@exempelstad.example").get("/oversikt").text
    assert "Kulturförvaltningen" in page
    assert "Barn- och utbildning" not in page


def test_a_need_without_any_match_is_named(world: World):
    world.add_calls(a_scraped_call(deadlines=(in_days(30),)))
    page = world.signed_in().get("/oversikt").text
    assert "2 behov har inte fått någon stark eller trolig träff på 90 dagar" in page


def test_sent_and_answered_are_counted_once_a_call(world: World):
    call_id = call_with_two_units(world)
    given = Answer(
        person="kontakt-kultur",
        unit="kultur",
        call_id=call_id,
        call_version=1,
        kind=AnswerKind.NO,
        reason=RejectReason.NOT_OUR_NEED,
        at=NOW,
    )
    with writing(world.engine) as conn:
        for match in stored_matches.find(conn, TENANT):
            stored_matches.decide(
                conn, TENANT, match.id, Decision(verdict=Verdict.ACCEPT, by="samordnare", at=NOW)
            )
        stored_matches.mark_told(conn, TENANT, ["kultur"], {call_id: 1}, NOW)
        answers_given.give(conn, TENANT, given)
    with reading(world.engine) as conn:
        (told,) = unit_answers(conn, TENANT, NOW - timedelta(days=1)).values()
    assert (told.unit, told.sent, told.answered, told.interested, told.beside_need) == ("kultur", 1, 1, 0, 1)


def test_the_english_page_has_no_swedish_headings(world: World):
    call_with_two_units(world)
    page = world.signed_in().get("/oversikt?lang=en").text
    assert "Deadlines ahead" in page
    assert "Översikt" not in page


def test_weeks_follow_the_clock_in_sweden_also_over_the_new_year():
    weeks = weeks_until(NOW.replace(year=2027, month=1, day=5), 3)
    assert [str(week) for week in weeks] == ["2026-12-21", "2026-12-28", "2027-01-04"]
    assert by_week([NOW.replace(year=2027, month=1, day=3, hour=23)], weeks) == [0, 1, 0]


@pytest.mark.parametrize(
    ("totals", "most"), [([], 1), ([0, 0], 1), ([1368, 13, 8], 15), ([5, 4, 3], 5), ([7], 7)]
)
def test_one_towering_week_does_not_flatten_the_others(totals, most):
    assert scale_of(totals) == most


def test_a_cut_bar_keeps_its_true_number_and_stays_inside():
    chart = stacked(["1", "2"], ["new"], [(1368,), (13,)])
    assert [bar.is_cut for bar in chart.bars] == [True, False]
    assert chart.bars[0].total == 1368
    assert all(0 <= piece.y <= chart.height for bar in chart.bars for piece in bar.pieces)


@pytest.mark.parametrize("most", [1, 3, 9, 47, 480, 99_999])
def test_a_chart_has_one_to_four_lines_to_read_by(most):
    assert 1 <= len(ticks(most)) <= 4
    assert ticks(most)[-1] <= most


def test_a_need_met_today_has_an_empty_gauge_and_one_never_met_a_full_one(world: World):
    call_with_two_units(world)
    with reading(world.engine) as conn:
        hits = need_hits(conn, TENANT, NOW - timedelta(days=90))
    covered = [need for unit in coverage(world.profile.units, hits, NOW) for need in unit.needs]
    assert [need.fill for need in covered] == [0, 0]
    assert all(need.is_silent for unit in coverage(world.profile.units, {}, NOW) for need in unit.needs)


def test_possible_matches_do_not_count_as_hits(world: World):
    (call_id,) = world.add_calls(a_scraped_call())
    school = world.profile.needs[0]
    world.propose(a_full_match(call_id, school, band=Band.POSSIBLE))
    page = world.signed_in().get("/oversikt").text
    assert re.search(r"<th scope=\"row\">Elevutbyten</th>\s*<td class=\"number\">0</td>", page)


def test_needs_are_folded_by_unit_with_how_many_nothing_has_met(world: World):
    call_with_two_units(world)
    page = unescape(world.signed_in().get("/oversikt").text)
    assert page.count('<details class="covered">') == 2
    assert page.count("1 behov, alla med träff") == 2
    own = world.signed_in("kontakt.skola@exempelstad.example").get("/oversikt").text
    assert own.count('<details class="covered" open>') == 1, "who has one unit sees it at once"
