"""States of the queue's page, its shortcuts, rules, doors and search."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from urllib.parse import unquote

import pytest
from queue_forms import events, rows
from web_world import TENANT, World, a_filled_world, a_full_match, call_with_two_units, in_days

from builders import a_scraped_call
from matcher.model import Band
from matcher.review import ReviewRule
from storage import choices, runs
from storage.database import reading, writing
from web.deeds.doors import DOORS
from web.search import found
from web.shortcuts import DEEDS


def test_the_queue_says_what_goes_out_unreviewed_and_when(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    assert browser.get("/").text.count("Går ut ogranskad") == 1, "the strong one, not the likely"
    answer = browser.post(
        "/installningar/granskning", {"regel-skola": "everything", "regel-kultur": "nothing"}
    )
    assert answer.status_code == 303
    with reading(world.engine) as conn:
        assert choices.rules(conn, TENANT, ReviewRule) == {
            "skola": ReviewRule.EVERYTHING,
            "kultur": ReviewRule.NOTHING,
        }
    assert browser.get("/").text.count("Går ut ogranskad") == 1
    assert browser.post("/installningar/granskning", {"regel-skola": "aldrig"}).status_code == 422
    assert len(events(world, action="choose-review")) == 2


def test_shortcuts_are_off_until_switched_on_and_can_be_changed__WCAG_2_1_4(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    assert 'data-on="0"' in browser.get("/").text
    browser.post("/installningar/tangenter/slag", {"pa": "1", "back": "/"})
    keys = {deed: key for deed, (key, _) in DEEDS.items()}
    assert browser.post("/installningar/tangenter", keys | {"pa": "1", "accept": "Q"}).status_code == 303
    page = unescape(browser.get("/").text)
    assert 'data-on="1"' in page
    assert '"q": "accept"' in page
    assert 'data-on="0"' in world.signed_in("eu2@exempelstad.example").get("/").text, "each person's own"
    browser.post("/installningar/tangenter", keys | {"gor": "tillbaka"})
    assert '"a": "accept"' in unescape(browser.get("/").text)


@pytest.mark.parametrize(
    ("deed", "key"), [("accept", "j"), ("accept", ""), ("accept", "åä"), ("accept", "<")]
)
def test_a_key_that_cannot_be_is_asked_for_again(world: World, deed, key):
    browser = world.signed_in()
    keys = {name: known for name, (known, _) in DEEDS.items()}
    answer = browser.post("/installningar/tangenter", keys | {deed: key})
    assert answer.status_code == 422
    assert "Något saknas" in answer.text


def test_a_form_that_failed_can_be_sent_once_more_and_a_signed_out_one_comes_back_filled(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    form = next(f for f in browser.forms("/") if f["verdict"] == "reject")
    token = browser.token("/")
    world.now += timedelta(hours=2)
    fields = {
        "csrf": token,
        "match": form["match"],
        "verdict": "reject",
        "reason": "no_staff",
        "note": "Min text",
    }
    answer = browser.client.post("/beslut", data=fields)
    (onto,) = re.findall(r'href="/logga-in\?next=([^"]+)"', answer.text)
    browser.sign_in("eu@exempelstad.example")
    page = browser.get(unquote(unescape(onto)))
    assert page.status_code == 200
    assert "Min text" in page.text
    assert re.search(r'value="no_staff"[^>]*checked', page.text)


def test_a_left_tab_is_told_what_a_colleague_has_changed(world: World):
    rows(world, 3)
    mine, theirs = world.signed_in(), world.signed_in("eu2@exempelstad.example")
    page = mine.get("/").text
    seen = re.search(r'data-revision="(\d+)" data-at="(\d+)"', page)
    since = f"/beslut/lage?sedan={seen[1]}&nar={seen[2]}"
    assert mine.get(since).text == ""
    form = mine.forms("/")[0]
    mine.post("/beslut", {"match": form["match"], "verdict": "accept"})
    assert mine.get(since).text == "", "one's own changes are no news"
    form = theirs.forms("/")[0]
    theirs.post("/beslut", {"match": form["match"], "verdict": "accept"})
    assert mine.get(since).text == "Kön har ändrats av Andra samordnaren (1 rad)."


def test_a_second_press_on_the_same_button_does_no_harm(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    form = browser.forms("/")[0]
    fields = {"match": form["match"], "verdict": "accept"}
    assert [browser.post("/beslut", fields).status_code for _ in (1, 2)] == [303, 303]
    assert len(world.history(world.matches()[0].id)) == 1


def test_an_empty_filter_names_itself_and_is_cleared_by_a_link(world: World):
    call_with_two_units(world)
    page = world.signed_in().get("/?enhet=kultur&dag=7&kalla=eu-portal&sokande=company&styrka=strong").text
    for words in (
        "Enhet: Kulturförvaltningen",
        "Sista dag: Inom en vecka",
        "Styrka: Stark",
        "Källa: EU:s portal",
    ):
        assert words in page
    assert 'href="/">Rensa filtret' in page


def test_a_queue_done_links_to_what_lies_below_the_line(world: World):
    (call_id,) = world.add_calls(a_scraped_call(deadlines=(in_days(5),)))
    world.propose(a_full_match(call_id, world.profile.needs[0], band=Band.POSSIBLE, score=0.3))
    page = world.signed_in().get("/").text
    assert "Allt är granskat" in page
    assert "/?flik=under-gransen" in page


def test_a_queue_that_is_empty_as_a_source_fails_warns(world: World):
    world.add_calls(a_scraped_call())
    with writing(world.engine) as conn:
        tried = runs.start_harvest(conn, TENANT, "eu-portal", world.now)
        runs.end_harvest(conn, TENANT, tried, outcome="failed", now=world.now, reason="503")
    (call_id,) = world.add_calls(a_scraped_call(reference="9", identifier="Y-9", deadlines=(in_days(5),)))
    world.propose(a_full_match(call_id, world.profile.needs[0], band=Band.POSSIBLE, score=0.3))
    page = world.signed_in().get("/").text
    assert "alla källor är inte lästa" in page
    assert "Allt är granskat" not in page


def test_who_may_not_is_told_who_can(world: World):
    contact = world.signed_in("kontakt.skola@exempelstad.example")
    answer = contact.get("/beslut/flera?urval=sida")
    assert answer.status_code == 403
    assert "EU-samordnaren" in answer.text or "Det här kan samordnaren göra" in answer.text


@pytest.mark.parametrize("door", [d for d in DOORS if "GET" in d.methods], ids=lambda d: d.path)
def test_only_the_coordinator_opens_these_doors__F1(world: World, door):
    call_with_two_units(world)
    path = door.path.replace("{deed}", "avvisa")
    for browser in (world.browser(), world.signed_in("kontakt.skola@exempelstad.example")):
        assert browser.get(path).status_code in (401, 403)


def test_meaning_comes_after_words_and_needs_a_model(world: World):
    ids = rows(world, 4)
    browser = world.signed_in()
    assert "Sök ord eller mening" not in browser.get("/").text
    assert "Inget stämmer med filtret" in browser.get("/?sok=vänorter").text
    near = {ids[2]: 0.9, ids[3]: 0.88, ids[0]: 0.2}
    context = browser.client.app.state.context
    object.__setattr__(context, "nearness", lambda words: near if words == "vänorter" else {})
    page = browser.get("/?sok=vänorter&ordning=narmast").text
    assert re.findall(r'<h2 id="rad-(\d+)"', page) == [str(ids[2]), str(ids[3])]
    assert re.findall(r'<h2 id="rad-(\d+)"', browser.get("/utlysningar?visa=alla&sok=vänorter").text) != []


def test_words_stand_before_meaning(tmp_path):
    world = a_filled_world(tmp_path, 14)
    context = world.context
    with reading(world.engine) as conn:
        board = context.memory.board(conn, TENANT, world.now)
        numbers = list(board.calls)[:3]
        answer = found(
            context.memory, conn, TENANT, board, "Town-Twinning", lambda words: dict.fromkeys(numbers, 0.5)
        ).near
    world.engine.dispose()
    literal = [number for number, call in board.calls.items() if "Town-Twinning" in call.title]
    assert max(answer, key=answer.get) in literal
    assert set(numbers) <= set(answer)


@pytest.mark.parametrize("path", ["/", "/utlysningar"])
def test_a_search_that_cannot_look_for_the_meaning_yet_says_so(world: World, path):
    call_with_two_units(world)
    browser, said = world.signed_in(), "sökningen på mening är inte redo än"
    assert said not in browser.get(f"{path}?sok=twinning").text, (
        "no model serves: the field asks for words alone"
    )
    state = browser.client.app.state
    state.context = replace(state.context, nearness=lambda words: {})
    assert said in browser.get(f"{path}?sok=twinning").text
    state.context = replace(state.context, nearness=lambda words: {1: 0.5})
    assert said not in browser.get(f"{path}?sok=twinning").text


def test_a_filter_is_saved_under_a_name_for_oneself_alone(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    answer = browser.post("/vyer", {"namn": "Kulturens", "back": "/?enhet=kultur&sida=2", "gor": "spara"})
    assert answer.headers["location"].startswith("/?enhet=kultur")
    assert '<a href="/?enhet=kultur">Kulturens</a>' in browser.get("/").text
    assert "Kulturens" not in world.signed_in("eu2@exempelstad.example").get("/").text
    assert browser.post("/vyer", {"namn": " ", "back": "/?enhet=kultur"}).status_code == 422
    browser.post("/vyer", {"namn": "Kulturens", "back": "/", "gor": "ta-bort"})
    assert "Kulturens" not in browser.get("/").text


def test_h4_matches_made_on_words_alone_are_said_to_be_so(world: World):
    rows(world, 1)
    browser = world.signed_in()
    assert "bygger på ord" not in unescape(browser.get("/").text)
    with writing(world.engine) as conn:
        conn.exec_driver_sql("UPDATE match SET model = 'words'")
    assert "bygger på ord" in unescape(world.signed_in().get("/").text)
