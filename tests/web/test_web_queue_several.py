"""Several calls at once: accepted, rejected, and taken back as a whole."""

import re
from datetime import timedelta

import pytest
from queue_forms import events, hidden, rows, states
from web_world import World

from matcher.model import MatchState, RejectReason


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        pytest.param("urval=sida", 25, id="the page"),
        pytest.param("urval=sida&sida=2", 5, id="the second page"),
        pytest.param("urval=alla", 30, id="all of the tab"),
        pytest.param("urval=alla&sok=X-2", 11, id="all that fit the filter"),
        pytest.param("urval=markerade&rad=2&rad=3", 2, id="those marked"),
    ],
)
def test_several_are_accepted_at_once_and_taken_back_as_a_whole(world: World, asked, number):
    rows(world, 30)
    browser = world.signed_in()
    page = browser.get(f"/beslut/flera?{asked}").text
    assert f"Godkänn {number} utlysningar" in page
    answer = browser.post("/beslut/flera", hidden(page) | {"verdict": "accept"})
    assert answer.status_code == 303, answer.text
    assert states(world).count(MatchState.ACCEPTED) == number
    after = browser.get("/").text
    assert f"{number} utlysningar godkända." in after
    (undo,) = re.findall(r'action="(/beslut/flera/\d+/angra)"', after)
    assert browser.post(undo, {}).status_code == 303
    assert states(world).count(MatchState.NEW) == 30
    assert [event.event.action for event in events(world, kind="bulk")] == ["undo", "accept"]
    assert browser.post(undo, {}).status_code == 404, "once"


def test_the_number_stands_in_every_button_of_the_queue(world: World):
    rows(world, 30)
    page = world.signed_in().get("/").text
    assert "Alla 25 på sidan …" in page
    assert "Alla 30 i fliken …" in page


def test_several_are_rejected_with_one_reason(world: World):
    rows(world, 3)
    browser = world.signed_in()
    fields = hidden(browser.get("/beslut/flera?urval=sida").text)
    assert browser.post("/beslut/flera", fields | {"verdict": "reject", "note": "x"}).status_code == 422
    assert set(states(world)) == {MatchState.NEW}
    browser.post("/beslut/flera", fields | {"verdict": "reject", "reason": "no_staff", "note": "x"})
    assert set(states(world)) == {MatchState.REJECTED}
    assert world.history(1)[0].reason is RejectReason.NO_STAFF


def test_several_that_somebody_else_has_touched_are_shown_again_with_the_new_number__W38(world: World):
    rows(world, 3)
    mine, theirs = world.signed_in(), world.signed_in("eu2@exempelstad.example")
    fields = hidden(mine.get("/beslut/flera?urval=alla").text)
    form = theirs.forms("/")[0]
    theirs.post("/beslut", {"match": form["match"], "verdict": "accept"})
    answer = mine.post("/beslut/flera", fields | {"verdict": "accept"})
    assert answer.status_code == 409
    assert "Godkänn 2 utlysningar" in answer.text
    assert states(world).count(MatchState.ACCEPTED) == 1


def test_taking_back_leaves_what_a_colleague_has_decided_since(world: World):
    rows(world, 3)
    mine, theirs = world.signed_in(), world.signed_in("eu2@exempelstad.example")
    mine.post("/beslut/flera", hidden(mine.get("/beslut/flera?urval=alla").text) | {"verdict": "accept"})
    world.now += timedelta(minutes=1)
    form = next(f for f in theirs.forms("/?flik=godkanda") if f["verdict"] == "reject")
    theirs.post("/beslut", {"match": form["match"], "verdict": "reject", "reason": "other"})
    mine.post("/beslut/flera/1/angra", {})
    assert sorted(states(world)) == [MatchState.NEW, MatchState.NEW, MatchState.REJECTED]
    assert "1 träff har ändrats sedan dess och lämnades." in mine.get("/").text


def test_nothing_marked_says_so(world: World):
    rows(world, 1)
    page = world.signed_in().get("/beslut/flera?urval=markerade").text
    assert "Ingen rad är markerad" in page
