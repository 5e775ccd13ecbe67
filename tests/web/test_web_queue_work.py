"""Several at once, to a unit or the group, marks, shortcuts, rules. After each the database is looked into."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from urllib.parse import unquote

import pytest
from web_world import TENANT, World, a_filled_world, a_full_match, call_with_two_units, in_days

from builders import a_scraped_call
from matcher.model import BY_HAND, Band, Decision, MatchState, RejectReason, Verdict
from matcher.review import ReviewRule
from storage import assignments, audit, choices, referrals, runs
from storage import matches as stored_matches
from storage.database import reading, writing
from web.deeds.doors import DOORS
from web.search import found
from web.series import series_key
from web.shortcuts import DEEDS


def rows(world: World, number: int) -> tuple[int, ...]:
    """So many calls with a strong match each for the schools."""
    ids = world.add_calls(
        *(
            a_scraped_call(
                reference=str(n), identifier=f"X-{n}", title=f"Call {n}", deadlines=(in_days(20 + n),)
            )
            for n in range(number)
        )
    )
    world.propose(*(a_full_match(call_id, world.profile.needs[0]) for call_id in ids))
    return ids


def states(world: World) -> list[MatchState]:
    return [stored.state for stored in sorted(world.matches(), key=lambda one: one.id)]


def hidden(page: str) -> dict[str, list[str]]:
    """The hidden fields of the first form that posts several."""
    body = re.search(r'<form method="post" action="/beslut/flera">(.*?)</form>', page, re.S)[1]
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', body):
        fields.setdefault(name, []).append(unescape(value))
    fields.pop("csrf")
    return fields


def events(world: World, **wanted) -> list:
    with reading(world.engine) as conn:
        return audit.events(conn, TENANT, **wanted)


# Several at once


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


# To the reference group, to a unit


def test_the_reference_group_gets_a_call_with_a_question_and_no_letter_takes_it(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    link = next(form for form in browser.forms("/") if form["verdict"] == "referensgrupp")
    browser.post("/beslut", {"match": link["match"], "verdict": "refer", "note": "Vad tycker ni?"})
    assert set(states(world)) == {MatchState.REFERRED}
    with reading(world.engine) as conn:
        (asked,) = referrals.open_referrals(conn, TENANT)
    assert (asked.note, asked.units, asked.by) == ("Vad tycker ni?", ("kultur", "skola"), "samordnare")
    page = browser.get("/?flik=referens").text
    assert "Town-Twinning" in page
    assert "Vad tycker ni?" in browser.get("/utlysning/1").text
    for form in [f for f in browser.forms("/?flik=referens") if f["verdict"] == "accept"]:
        browser.post("/beslut", {"match": form["match"], "verdict": "accept"})
    with reading(world.engine) as conn:
        assert referrals.open_referrals(conn, TENANT) == []


def test_a_call_is_forwarded_to_a_unit_that_is_asked_to_answer(world: World):
    (call_id,) = world.add_calls(a_scraped_call(deadlines=(in_days(14),)))
    world.propose(a_full_match(call_id, world.profile.needs[0]))
    browser = world.signed_in()
    fields = {"call": str(call_id), "enhet": "kultur", "fran": "skola", "fraga": "1", "note": "Kan ni svara?"}
    answer = browser.post("/beslut/till-enhet", fields | {"back": "/", "next": str(call_id)})
    assert answer.headers["location"] == f"/#rad-{call_id}"
    (made,) = [stored for stored in world.matches() if stored.match.unit == "kultur"]
    assert (made.state, made.match.model) == (MatchState.ACCEPTED, BY_HAND)
    assert made.match.evidence[0].reason.values == {"unit": "Barn- och utbildningsförvaltningen"}
    with reading(world.engine) as conn:
        (asked,) = assignments.open_assignments(conn, TENANT, unit="kultur")
    assert (asked.asked_by, asked.note, asked.from_unit) == ("samordnare", "Kan ni svara?", "skola")
    page = browser.get(f"/utlysning/{call_id}").text
    assert "Inget svar än" in page
    assert "Vidarebefordrad från Barn- och utbildningsförvaltningen." in page
    browser.post(f"/beslut/fraga/{asked.id}/ta-bort", {})
    with reading(world.engine) as conn:
        assert assignments.open_assignments(conn, TENANT) == []
    assert {event.event.action for event in events(world, kind="assignment")} == {"ask", "withdraw"}


def test_sending_a_call_to_a_unit_where_it_waits_accepts_what_waits(world: World):
    call_with_two_units(world)
    world.signed_in().post("/beslut/till-enhet", {"call": "1", "enhet": "kultur"})
    by_unit = {stored.match.unit: stored for stored in world.matches()}
    assert by_unit["kultur"].state is MatchState.ACCEPTED
    assert by_unit["kultur"].match.model != BY_HAND
    assert by_unit["skola"].state is MatchState.NEW


@pytest.mark.parametrize("unit", ["", "finns-inte"])
def test_a_unit_that_is_none_is_asked_for_again_with_what_was_typed(world: World, unit):
    call_with_two_units(world)
    answer = world.signed_in().post("/beslut/till-enhet", {"call": "1", "enhet": unit, "note": "Min text"})
    assert answer.status_code == 422
    assert "Min text" in answer.text
    assert "Välj en enhet." in answer.text


def test_a_unit_without_needs_can_be_asked_but_not_be_told_in_its_letter(world: World):
    bare = replace(world.profile.units[1], needs=())
    call_with_two_units(world)
    world.profile = replace(
        world.profile, units=(world.profile.units[0], replace(bare, key="ny", name="Ny enhet"))
    )
    browser = world.signed_in()
    answer = browser.post("/beslut/till-enhet", {"call": "1", "enhet": "ny"})
    assert answer.status_code == 422
    assert "har inga behov i profilen" in answer.text
    assert browser.post("/beslut/till-enhet", {"call": "1", "enhet": "ny", "fraga": "1"}).status_code == 303


def test_forwarding_what_the_reference_group_has_frees_the_group(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    for form in (f for f in browser.forms("/") if f["match"] and f["verdict"] == "accept"):
        browser.post("/beslut", {"match": form["match"], "verdict": "refer"})
    for unit in ("skola", "kultur"):
        browser.post("/beslut/till-enhet", {"call": "1", "enhet": unit})
    with reading(world.engine) as conn:
        assert referrals.open_referrals(conn, TENANT) == []


# Marks, duplicates, series


def test_a_corrected_mark_of_children_holds_when_the_matcher_runs_again(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    assert browser.post("/utlysning/1/barn", {"barn": "nej"}).status_code == 303
    assert "Inte märkt som något för barn och unga" in browser.get("/utlysning/1").text
    school, culture = world.profile.needs
    world.propose(
        a_full_match(1, school, children_and_youth=True), a_full_match(1, culture, 1, children_and_youth=True)
    )
    assert not any(stored.match.children_and_youth for stored in world.matches())
    assert browser.post("/utlysning/1/barn", {"barn": "kanske"}).status_code == 422
    assert browser.post("/utlysning/99/barn", {"barn": "ja"}).status_code == 404


def test_a_duplicate_is_a_duplicate_of_a_call_that_there_is(world: World):
    rows(world, 2)
    browser = world.signed_in()
    form = next(f for f in browser.forms("/") if f["verdict"] == "reject")
    fields = {"match": form["match"], "verdict": "reject", "reason": "duplicate"}
    for other in ("99", "nonsens"):
        answer = browser.post("/beslut", fields | {"duplicate_of": other})
        assert answer.status_code == 422
        assert f'value="{other}"' in answer.text
    browser.post("/beslut", fields | {"duplicate_of": "https://fondvakt.exempelstad.example/utlysning/2#x"})
    assert world.history(1)[0].duplicate_of == 2
    assert "Avvisad: Dubblett av utlysning 2" in browser.get("/utlysning/1").text


def test_earlier_rounds_of_a_series_tell_what_was_decided_then(world: World):
    first, second = world.add_calls(
        a_scraped_call(reference="1", identifier="CERV-2026-CITIZENS-TOWN-TT", title="Town-Twinning"),
        a_scraped_call(reference="2", identifier="CERV-2027-CITIZENS-TOWN-TT", title="Town-Twinning again"),
    )
    school = world.profile.needs[0]
    world.propose(a_full_match(first, school))
    with writing(world.engine) as conn:
        said = Decision(
            verdict=Verdict.REJECT,
            by="samordnare",
            at=world.now,
            reason=RejectReason.NO_PARTNER,
            note="Ingen i Polen",
        )
        stored_matches.decide(conn, TENANT, 1, said)
    world.propose(a_full_match(second, school))
    page = world.signed_in().get(f"/utlysning/{second}").text
    assert "Tidigare omgångar i samma serie" in page
    assert "Avvisad: Saknar partner" in page
    assert "Ingen i Polen" in page
    stranger = world.signed_in("kontakt.kultur@exempelstad.example").get(f"/utlysning/{second}").text
    assert "Ingen i Polen" not in stranger, "another unit's decisions are not shown"


def test_calls_without_a_year_are_no_rounds_of_anything():
    from builders import a_call

    same = [a_call(id=n, identifier=None, title="Call for proposals") for n in (1, 2)]
    assert [series_key(call) for call in same] == [None, None]
    assert series_key(a_call(identifier="A-2026-B")) == series_key(a_call(identifier="A-2027-B"))
    assert series_key(a_call(identifier="A-2026-B")) != series_key(a_call(identifier="A-2026-C"))


# Rules of review, shortcuts


def test_the_queue_says_what_goes_out_unreviewed_and_when(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    assert browser.get("/").text.count("Går ut ogranskad") == 1, "the strong one, not the likely"
    answer = browser.post(
        "/installningar/granskning", {"regel-skola": "everything", "regel-kultur": "nothing"}
    )
    assert answer.status_code == 303
    with reading(world.engine) as conn:
        assert choices.review_rules(conn, TENANT) == {
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


# States of the page (ux 2.7)


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


# Search


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
        )
    world.engine.dispose()
    literal = [number for number, call in board.calls.items() if "Town-Twinning" in call.title]
    assert max(answer, key=answer.get) in literal
    assert set(numbers) <= set(answer)


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
