"""Decisions in the queue: given, asked for again, undone, and made by two at once."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from review_forms import decide, form_of, state_of
from web_world import NOW, TENANT, World, a_full_match, call_with_two_units, in_days

from builders import a_need, a_scraped_call, a_unit
from matcher.model import MatchState, RejectReason, Verdict
from storage import matches as stored_matches
from storage.database import writing
from storage.errors import DatabaseBusy
from texts import Message


def test_accepting_one_unit_leaves_the_other(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    answer = decide(browser, "accept")
    assert answer.status_code == 303
    assert state_of(world, "skola") is MatchState.ACCEPTED
    assert state_of(world, "kultur") is MatchState.NEW
    (decision,) = world.history(world.matches()[0].id)
    assert (decision.verdict, decision.by, decision.at) == (Verdict.ACCEPT, "samordnare", NOW)
    assert "Godkänd för Barn- och utbildningsförvaltningen." in browser.get("/").text
    assert "Godkänd för" not in browser.get("/").text, "a message is shown once"


def test_accepting_all_accepts_every_unit_that_waits(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    decide(browser, "accept", place=2)
    assert {stored.state for stored in world.matches()} == {MatchState.ACCEPTED}
    assert "Allt är granskat" in browser.get("/").text


def test_rejecting_keeps_reason_and_note(world: World):
    call_with_two_units(world)
    decide(world.signed_in(), "reject", reason="no_partner", note="Ingen i Polen\r\nsvarade.\x00")
    (decision,) = world.history(world.matches()[0].id)
    assert decision.reason is RejectReason.NO_PARTNER
    assert decision.note == "Ingen i Polen\nsvarade."


def test_rejecting_without_a_reason_asks_again_and_keeps_the_note(world: World):
    call_with_two_units(world)
    answer = decide(world.signed_in(), "reject", note="Skrev jag långt.")
    assert answer.status_code == 422
    assert "Skrev jag långt." in answer.text
    assert "Välj ett skäl" in answer.text
    assert state_of(world, "skola") is MatchState.NEW


@pytest.mark.parametrize(
    ("fields", "until"),
    [
        ({"wait": "1"}, date(2026, 8, 29)),
        ({"wait": "2"}, date(2026, 9, 5)),
        ({"wait": "dag", "day": "2026-10-26"}, date(2026, 10, 26)),
    ],
    ids=["1 week", "2 weeks", "a day after the clock change"],
)
def test_postponing_lasts_until_a_morning_in_sweden(world: World, fields, until):
    call_with_two_units(world)
    browser = world.signed_in()
    decide(browser, "later", **fields)
    (decision,) = world.history(world.matches()[0].id)
    assert decision.until == datetime.combine(until, time(), tzinfo=ZoneInfo("Europe/Stockholm"))
    assert "Uppskjuten till" in browser.get("/?flik=uppskjutna").text


@pytest.mark.parametrize("day", ["", "2026-08-22", "2020-01-01", "9999-99-99", "2028-01-01", "fredag"])
def test_postponing_to_a_day_that_cannot_be_asks_again(world: World, day):
    call_with_two_units(world)
    answer = decide(world.signed_in(), "later", wait="dag", day=day)
    assert answer.status_code == 422
    assert state_of(world, "skola") is MatchState.NEW


def test_what_was_postponed_comes_back_when_its_day_has_come(world: World):
    call_with_two_units(world)
    decide(world.signed_in(), "later", wait="1")
    world.now += timedelta(days=7)
    forms = world.signed_in().forms("/")
    assert len([form for form in forms if form["verdict"] == "accept"]) == 3


@pytest.mark.parametrize(
    "fields",
    [
        {"verdict": "delete"},
        {"verdict": ""},
        {"verdict": "reject", "reason": "because"},
        {"verdict": "later", "wait": "9"},
        {"verdict": "accept", "match": ""},
    ],
    ids=str,
)
def test_a_word_outside_its_list_is_refused(world: World, fields):
    call_with_two_units(world)
    browser = world.signed_in()
    form = form_of(browser, "accept")
    answer = browser.post("/beslut", {"match": form["match"]} | fields)
    assert answer.status_code in (404, 422)
    assert all(stored.decision is None for stored in world.matches())


@pytest.mark.parametrize("match", ["999:x", "0:x", "-1:x", "abc", "1" * 30 + ":x"], ids=lambda m: f"W33 {m}")
def test_a_match_that_does_not_exist_is_not_found(world: World, match):
    call_with_two_units(world)
    assert world.signed_in().post("/beslut", {"match": match, "verdict": "accept"}).status_code == 404


def undo_shown(browser) -> dict:
    """The undo form of the message on the next page."""
    page = browser.get("/").text
    body = re.search(r'<form method="post" action="/beslut/angra">(.*?)</form>', page, re.S)[1]
    return {"match": re.findall(r'name="match" value="([^"]+)"', body), "back": "/"}


def test_undo_brings_a_new_match_back_and_adds_to_history(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    decide(browser, "accept")
    answer = browser.post("/beslut/angra", undo_shown(browser))
    assert answer.status_code == 303
    first = world.matches()[0]
    assert [decision.verdict for decision in world.history(first.id)] == [Verdict.ACCEPT, Verdict.LATER]
    assert len([f for f in browser.forms("/") if f["verdict"] == "accept"]) == 3
    assert "Ångrad, tillbaka i kön" in browser.get(f"/utlysning/{first.match.call_id}").text


def test_undo_restores_the_decision_that_was_there_before(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    decide(browser, "reject", reason="no_staff", note="Ingen tid")
    decide(browser, "accept", path="/?flik=avvisade")
    assert state_of(world, "skola") is MatchState.ACCEPTED
    browser.post("/beslut/angra", undo_shown(browser))
    assert state_of(world, "skola") is MatchState.REJECTED
    *_, last = world.history(world.matches()[0].id)
    assert (last.reason, last.note) == (RejectReason.NO_STAFF, "Ingen tid")


def test_undo_after_a_colleagues_decision_shows_it_and_changes_nothing__W38(world: World):
    call_with_two_units(world)
    mine, theirs = world.signed_in(), world.signed_in("eu2@exempelstad.example")
    decide(mine, "accept")
    undo = undo_shown(mine)
    world.now += timedelta(minutes=1)
    decide(theirs, "reject", path="/?flik=godkanda", reason="duplicate")
    answer = mine.post("/beslut/angra", undo)
    assert answer.status_code == 409
    assert "Andra samordnaren" in answer.text
    assert state_of(world, "skola") is MatchState.REJECTED


def test_two_coordinators_at_once_the_second_sees_what_the_first_did__W38(world: World):
    call_with_two_units(world)
    mine, theirs = world.signed_in(), world.signed_in("eu2@exempelstad.example")
    form = form_of(mine, "reject")
    decide(theirs, "accept")
    fields = {"match": form["match"], "verdict": "reject", "reason": "no_partner", "note": "Min text"}
    answer = mine.post("/beslut", fields)
    assert answer.status_code == 409
    assert "Andra samordnaren" in answer.text
    assert "Min text" in answer.text
    assert state_of(world, "skola") is MatchState.ACCEPTED
    again = re.findall(r'name="match" value="([^"]+)"', answer.text)
    assert mine.post("/beslut", fields | {"match": again}).status_code == 303
    assert state_of(world, "skola") is MatchState.REJECTED


def test_a_decision_on_a_call_that_has_changed_must_be_confirmed__W39(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    form = form_of(browser, "accept")
    world.now += timedelta(minutes=1)
    world.add_calls(a_scraped_call(deadlines=(in_days(30),), budget=4_000_000))
    answer = browser.post("/beslut", {"match": form["match"], "verdict": "accept"})
    assert answer.status_code == 409
    assert "Utlysningen har ändrats" in answer.text
    assert "5 september 2026" in answer.text
    assert "21 september 2026" in answer.text
    assert state_of(world, "skola") is MatchState.NEW
    again = re.findall(r'name="match" value="([^"]+)"', answer.text)
    assert browser.post("/beslut", {"match": again, "verdict": "accept"}).status_code == 303
    assert state_of(world, "skola") is MatchState.ACCEPTED


def test_what_has_been_sent_cannot_be_decided(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    decide(browser, "accept")
    with writing(world.engine) as conn:
        stored_matches.mark_sent(conn, TENANT, [world.matches()[0].id], world.now)
    page = browser.get("/?flik=godkanda").text
    assert "Utskickad" in page
    answer = browser.post("/beslut", {"match": f"{world.matches()[0].id}:x", "verdict": "accept"})
    assert answer.status_code == 409
    assert state_of(world, "skola") is MatchState.SENT


def test_after_a_decision_one_lands_on_the_next_row(world: World):
    (first, second) = world.add_calls(
        a_scraped_call(deadlines=(in_days(5),)),
        a_scraped_call(reference="2", identifier="X-2", title="Second", deadlines=(in_days(9),)),
    )
    need = world.profile.needs[0]
    world.propose(a_full_match(first, need), a_full_match(second, need))
    answer = decide(world.signed_in(), "accept", next=str(second))
    assert answer.headers["location"] == f"/#rad-{second}"


def test_after_a_decision_on_a_calls_page_one_lands_on_the_match_again(world: World):
    path = f"/utlysning/{call_with_two_units(world)}"
    browser = world.signed_in()
    number = form_of(browser, "accept", 1, path)["match"][0].partition(":")[0]
    assert decide(browser, "accept", path, 1).headers["location"] == f"{path}#traff-{number}"
    assert f'id="traff-{number}"' in browser.get(path).text


@pytest.mark.parametrize(
    "back", ["//evil.example", "https://evil.example", "/\\evil"], ids=lambda b: f"W29 {b}"
)
def test_a_decision_leads_back_to_own_pages_only(world: World, back):
    call_with_two_units(world)
    assert decide(world.signed_in(), "accept", back=back).headers["location"] == "/"


def test_a_signed_out_coordinator_keeps_what_they_typed(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    form = form_of(browser, "reject")
    token = browser.token("/")
    world.now += timedelta(hours=2)
    fields = {"csrf": token, "match": form["match"], "verdict": "reject", "note": "Lång motivering"}
    answer = browser.client.post("/beslut", data=fields)
    assert answer.status_code in (401, 403)
    assert "Lång motivering" in answer.text
    assert "Logga in" in answer.text


def test_a_busy_database_keeps_what_was_typed(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    form = form_of(browser, "reject")
    token = browser.token("/")

    def busy():
        raise DatabaseBusy(Message(text="upptagen"))

    object.__setattr__(browser.client.app.state.context, "profile", busy)
    fields = {
        "csrf": token,
        "match": form["match"],
        "verdict": "reject",
        "reason": "other",
        "note": "Min text",
    }
    answer = browser.client.post("/beslut", data=fields)
    assert answer.status_code == 503
    assert "Min text" in answer.text
    assert "Försök igen" in answer.text


def test_several_needs_of_a_unit_are_decided_together(world: World):
    other = a_need(key="sprak", title="Språk", title_en="Languages")
    school = a_unit(needs=(a_need(), other))
    object.__setattr__(world.profile, "units", (school, *world.profile.units[1:]))
    (call_id,) = world.add_calls(a_scraped_call(deadlines=(in_days(14),)))
    world.propose(a_full_match(call_id, school.needs[0]), a_full_match(call_id, other, 1))
    browser = world.signed_in()
    assert "och 1 behov till" in browser.get("/").text
    decide(browser, "accept")
    assert {stored.state for stored in world.matches()} == {MatchState.ACCEPTED}
