"""The reference group by name, views of the calls, and a queue that says when it is filled again."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from web_world import TENANT, World, call_with_two_units

from matcher.model import MatchState
from notifier.wording import Wording
from storage import audit, referrals, runs
from storage.database import reading, writing
from web import presentation


def refer(world: World, browser, **said):
    link = next(form for form in browser.forms("/") if form["verdict"] == "referensgrupp")
    return browser.post("/beslut", {"match": link["match"], "verdict": "refer", **said})


def test_the_reference_group_is_invited_by_name_and_history_keeps_who(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    refer(world, browser, invited="kontakt-kultur", note="Vad tycker du?")
    with reading(world.engine) as conn:
        (asked,) = referrals.open_referrals(conn, TENANT)
        (event,) = [one.event for one in audit.events(conn, TENANT) if one.event.kind == "referral"]
    assert asked.invited == ("kontakt-kultur",)
    assert event.after["invited"] == ["kontakt-kultur"]
    assert "till Kontaktperson, Kultur" in browser.get("/utlysning/1").text


def test_nobody_chosen_invites_every_contact_person(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    refer(world, browser)
    with reading(world.engine) as conn:
        (asked,) = referrals.open_referrals(conn, TENANT)
    assert asked.invited == ()
    assert "till alla kontaktpersoner" in browser.get("/utlysning/1").text


@pytest.mark.parametrize("somebody", ["samordnare", "ingen", "kontakt-kultur\x00x"])
def test_nobody_outside_the_group_can_be_invited(world: World, somebody: str):
    call_with_two_units(world)
    answer = refer(world, world.signed_in(), invited=somebody)
    assert answer.status_code == 422
    with reading(world.engine) as conn:
        assert referrals.open_referrals(conn, TENANT) == []


def test_a_contact_person_saves_views_of_the_calls_and_never_of_the_queue(world: World):
    call_with_two_units(world)
    browser = world.signed_in("kontakt.kultur@exempelstad.example")
    back = "/utlysningar?visa=vara&program=CERV&sida=2"
    answer = browser.post("/vyer", {"namn": "Vänorter", "back": back, "gor": "spara"})
    assert answer.headers["location"] == "/utlysningar?visa=vara&program=CERV"
    shown = unescape(browser.get("/utlysningar").text)
    assert '<a href="/utlysningar?visa=vara&program=CERV">Vänorter</a>' in shown
    browser.post("/vyer", {"namn": "Kön", "back": "/?enhet=kultur", "gor": "spara"})
    assert "/utlysningar?visa=alla&enhet=kultur" in unescape(browser.get("/utlysningar").text)


def test_views_of_the_calls_are_not_views_of_the_queue(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    browser.post("/vyer", {"namn": "Vänorter", "back": "/utlysningar?program=CERV", "gor": "spara"})
    assert "Vänorter</a>" in browser.get("/utlysningar").text
    assert "Vänorter</a>" not in browser.get("/").text


@pytest.mark.parametrize(
    ("hours", "said"),
    [(4, "i dag kl. 10.00"), (22.5, "i natt kl. 04.30"), (30, "söndag 23 augusti 2026 kl. 12.00")],
)
def test_a_moment_to_come_is_said_as_people_say_it(world: World, hours: float, said: str):
    at = world.now + timedelta(hours=hours)
    assert presentation.soon(at, world.now, Wording("sv")) == said


def test_the_first_run_shows_three_steps_what_is_done_and_where_to_look_first(world: World):
    page = unescape(world.signed_in().get("/").text)
    assert "Tre steg till den första kön" in page
    assert "Klart: 2 enheter." in page
    assert "2 behov finns." in page
    assert "Exempelstad" in page
    assert "fondvakt demo" in page


def test_calls_without_a_need_to_match_them_are_no_finished_queue(world: World):
    with writing(world.engine) as conn:
        harvest = runs.start_harvest(conn, TENANT, "eu-portal", world.now)
        runs.end_harvest(conn, TENANT, harvest, outcome="sound", now=world.now, calls=5)
    assert "Allt är granskat" in world.signed_in().get("/").text
    world.profile = replace(world.profile, units=(), people=world.profile.people[:1])
    page = world.signed_in().get("/").text
    assert "Tre steg till den första kön" in page
    assert "<b>Klart.</b>" in page


def asked_about(world: World) -> list[tuple]:
    """What the reference group is asked about, whole."""
    with reading(world.engine) as conn:
        return [
            (one.call_id, one.units, one.note, one.closed_at)
            for one in referrals.open_referrals(conn, TENANT)
        ]


def undo(world: World, browser) -> None:
    """Press "undo" in the message of the next page."""
    world.now += timedelta(minutes=1)
    page = browser.get("/").text
    form = re.search(r'action="(/beslut/(?:flera/\d+/)?angra)">(.*?)</form>', page, re.S)
    answer = browser.post(
        form[1], {"match": re.findall(r'name="match" value="([^"]+)"', form[2]), "back": "/"}
    )
    assert answer.status_code == 303, answer.text


def test_undoing_the_decision_that_freed_the_reference_group_asks_it_again_about_the_same(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    refer(world, browser, note="Vad tycker ni?")
    before, stood = asked_about(world), {one.id: one.state for one in world.matches()}
    assert len(before) == 1
    world.now += timedelta(minutes=1)
    forms = browser.forms("/?flik=referens")
    all_of_it = [number for form in forms if form["verdict"] == "accept" for number in form["match"]]
    browser.post("/beslut", {"match": all_of_it, "verdict": "accept"})
    assert asked_about(world) == []
    undo(world, browser)
    assert asked_about(world) == before
    assert {one.id: one.state for one in world.matches()} == stood


def test_undoing_what_asked_the_reference_group_frees_it_and_the_matches_are_new_again(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    refer(world, browser)
    undo(world, browser)
    assert asked_about(world) == []
    assert {one.state for one in world.matches()} == {MatchState.NEW}


def test_the_tabs_of_what_has_been_dealt_with_are_folded_and_the_one_shown_is_named(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    folded = r"<details><summary{}>(.*?)</summary>"
    waiting = re.search(folded.format(""), tabs(browser, "/"), re.S)
    assert waiting[1] == "Behandlade"
    shown = tabs(browser, "/?flik=avvisade")
    here = re.search(folded.format(' aria-current="true"'), shown, re.S)
    assert "Avvisade" in here[1]
    assert re.search(r'href="/\?flik=avvisade" aria-current="page"', shown)
    assert shown.count("<li>") == 11, "ten tabs and the answers"


def tabs(browser, path: str) -> str:
    """The tabs of a page."""
    return re.search(r'<nav class="tabs".*?</nav>', browser.get(path).text, re.S)[0]
