"""A unit that gets a call for one need is not asked about the same call for a need that is just below the line."""

from dataclasses import replace
from html import unescape

import pytest
from web_world import NOW, TENANT, World, a_full_match, in_days

from builders import a_scraped_call
from matcher.model import Band, Decision, Match, Verdict
from storage import matches as stored_matches
from storage.database import writing


@pytest.fixture
def two_needs(world: World) -> int:
    """A call that is strong for one of the school's needs and just possible for another; its id."""
    (call_id,) = world.add_calls(a_scraped_call(deadlines=(in_days(14),)))
    strong: Match = a_full_match(call_id, world.profile.needs[0])
    weak = replace(strong, need="elevutbyten", band=Band.POSSIBLE, score=0.42)
    world.propose(strong, weak)
    return call_id


def decide(world: World, band: Band, verdict: Verdict) -> None:
    (found,) = (one for one in world.matches() if one.match.band is band)
    with writing(world.engine) as conn:
        stored_matches.decide(conn, TENANT, found.id, Decision(verdict=verdict, by="samordnare", at=NOW))


def test_what_goes_out_for_the_strong_need_stands_as_that_everywhere(world: World, two_needs):
    browser = world.signed_in()
    decide(world, Band.STRONG, Verdict.ACCEPT)
    assert f"/utlysning/{two_needs}" not in browser.get("/?flik=under-gransen").text
    page = unescape(browser.get(f"/utlysning/{two_needs}").text)
    assert 'href="#dot-strong"' in page.split("Vem berörs?")[1].split("</header>")[0]
    assert "mark mark-promised" in browser.get("/oversikt").text, "it is among the last days ahead"


def test_while_nothing_goes_out_the_weaker_need_waits_just_below_the_line(world: World, two_needs):
    decide(world, Band.STRONG, Verdict.REJECT)
    assert f"/utlysning/{two_needs}" in world.signed_in().get("/?flik=under-gransen").text


def test_a_need_that_waits_hides_no_last_day_of_what_goes_out(world: World, two_needs):
    strong = a_full_match(two_needs, world.profile.needs[0])
    world.propose(strong, replace(strong, need="skolmat", band=Band.LIKELY, score=0.6))
    decide(world, Band.STRONG, Verdict.ACCEPT)
    browser = world.signed_in()
    assert f"/utlysning/{two_needs}" in browser.get("/").text, "what is above the line is asked about"
    assert "mark mark-promised" in browser.get("/oversikt").text
