"""What was decided together stays in a list with its undo; what has gone out is put right with a letter."""

from email import message_from_bytes, policy
from html import unescape

import pytest
from web_world import KEY, TENANT, URL, World, call_with_two_units

from matcher.model import MatchState
from notifier.model import LetterKind
from notifier.weeks import week_of
from pipeline import digest
from storage import audit, letters, matches
from storage.database import reading, writing


@pytest.fixture
def browser(world: World):
    call_with_two_units(world)
    return world.signed_in()


def accept_all(browser) -> None:
    page = browser.get("/beslut/flera?urval=alla").text
    seal = page.split('name="seal" value="')[1].split('"')[0]
    browser.post("/beslut/flera", {"urval": "alla", "seal": seal, "verdict": "accept"})


def send_letters(world: World) -> None:
    context = digest.letter_context(TENANT, world.profile, world.now, public_url=URL, key=KEY)
    digest.plan(world.engine, context, week_of(world.now))
    with writing(world.engine) as conn:
        matches.mark_sent(conn, TENANT, [one.id for one in matches.find(conn, TENANT)], world.now)


def corrections(world: World) -> list:
    with reading(world.engine) as conn:
        return [one.letter for one in letters.find(conn, TENANT) if one.letter.kind is LetterKind.CHANGE]


def test_what_was_decided_together_is_undone_from_the_list_of_latest_decisions(world: World, browser):
    accept_all(browser)
    page = unescape(browser.get("/senaste-beslut").text)
    assert "1 utlysning" in page
    assert "Ångra alla" in page
    browser.post("/beslut/flera/1/angra", {})
    assert {one.state for one in world.matches()} == {MatchState.NEW}
    again = unescape(browser.get("/senaste-beslut").text).split("<main")[1]
    assert "Ångrat" in again
    assert "/beslut/flera/1/angra" not in again


def test_what_has_gone_out_is_not_undone_but_corrected(world: World, browser):
    accept_all(browser)
    send_letters(world)
    page = unescape(browser.get("/senaste-beslut").text).split("<main")[1]
    assert "2 har gått ut" in page
    assert "Inget kvar att ångra" in page
    assert "/rattelse?traff=" in browser.get("/utlysning/1").text


def test_a_correction_goes_once_to_those_of_the_unit_who_got_the_call(world: World, browser):
    accept_all(browser)
    send_letters(world)
    number = next(one.id for one in world.matches() if one.match.unit == "kultur")
    shown = unescape(browser.get(f"/rattelse?traff={number}").text)
    assert "Kontaktperson, Kultur" in shown
    fields = {"traff": str(number), "note": "Utlysningen gäller bara universitet."}
    assert browser.post("/rattelse", fields).headers["location"] == "/utlysning/1"
    (letter,) = corrections(world)
    assert letter.to == "kontakt.kultur@exempelstad.example"
    text = message_from_bytes(letter.content, policy=policy.default).get_body(("plain",)).get_content()
    assert "gäller bara universitet" in " ".join(text.split())
    assert browser.post("/rattelse", fields).status_code == 409
    assert len(corrections(world)) == 1
    with reading(world.engine) as conn:
        (event,) = [one.event for one in audit.events(conn, TENANT) if one.event.action == "correct"]
    assert (event.actor, event.key, event.after) == ("samordnare", str(number), {"letters": 1})


@pytest.mark.parametrize(("note", "is_sent", "status"), [("", True, 422), ("Fel", False, 409)])
def test_a_correction_needs_words_and_something_to_correct(
    world: World, browser, note: str, is_sent: bool, status: int
):
    accept_all(browser)
    if is_sent:
        send_letters(world)
    answer = browser.post("/rattelse", {"traff": "1", "note": note})
    assert answer.status_code == status
    assert corrections(world) == []
