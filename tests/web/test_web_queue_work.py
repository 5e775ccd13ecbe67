"""The coordinator's work beyond yes and no: the reference group, another unit, marks, duplicates, earlier rounds."""

from dataclasses import replace

import pytest
from queue_forms import events, rows, states
from web_world import TENANT, World, a_full_match, call_with_two_units, in_days

from builders import a_scraped_call
from matcher.model import BY_HAND, Decision, MatchState, RejectReason, Verdict
from storage import assignments, referrals
from storage import matches as stored_matches
from storage.database import reading, writing
from web.series import series_key


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
