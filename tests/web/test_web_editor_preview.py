"""What a need would find: the preview, looking back, one call tried, what was learned."""

import re

import pytest
from editor_forms import CONTACT, NEED, TYPED, drafts
from editor_world import EditorWorld
from web_world import TENANT

from matcher.model import Decision, RejectReason, Verdict
from storage import judgements, learning
from storage import matches as stored_matches
from storage.database import reading, writing

PUPILS = "ERASMUS-EDU-2026-PUPILS-01"


@pytest.fixture
def world(edited) -> EditorWorld:
    """The editor's municipality."""
    return edited


def preview(browser, **typed):
    return browser.post("/profil/visning/skola", TYPED | typed, page=NEED, headers={"hx-request": "true"})


def test_the_preview_tells_what_comes_what_goes_and_why(world):
    browser = world.signed_in()
    stays = preview(browser).text
    assert "<html" not in stays
    assert "Kvar" in stays
    goes = preview(browser, never="elever").text
    assert "Försvinner" in goes
    assert "aldrig-ordet ”elever”" in goes
    comes = preview(
        browser,
        title="Flygande hamn",
        title_en="Harbours",
        text="Hamnen behöver elbåtar och kajer, och fiske.",
        text_en="Harbours and small ports need electric boats, quays and fishing.",
    ).text
    assert "Kommer" in comes
    assert "Harbours and small ports" in comes
    assert drafts(world) == []


def test_the_preview_without_script_is_the_whole_page_with_what_was_typed(world):
    answer = world.signed_in().post("/profil/visning/skola", TYPED | {"never": "elever"}, page=NEED)
    assert "<html" in answer.text
    assert 'value="elever"' in answer.text
    assert "Försvinner" in answer.text


def test_the_preview_asks_for_words_before_it_counts(world):
    assert "Skriv några ord" in preview(world.signed_in(), title="x", text="").text


def test_the_preview_of_somebody_elses_unit_is_refused__W20(world):
    contact = world.signed_in(CONTACT)
    assert contact.post("/profil/visning/kultur", TYPED, page=NEED).status_code in (403, 404)


def decided(world, verdict, place=0, reason=None):
    stored = sorted((m for m in world.matches() if m.match.unit == "skola"), key=lambda m: m.id)[place]
    with writing(world.engine) as conn:
        made = Decision(verdict=verdict, by="samordnare", at=world.now, reason=reason)
        stored_matches.decide(conn, TENANT, stored.id, made)
    return stored.match.call_id


def test_looking_back_tells_the_answers_given_then(world):
    decided(world, Verdict.ACCEPT)
    decided(world, Verdict.REJECT, 1, RejectReason.NOT_OUR_NEED)
    browser, sent = world.signed_in(), {"headers": {"hx-request": "true"}, "page": NEED}
    now = browser.post("/profil/tillbakablick/skola", TYPED, **sent).text
    assert "Ni svarade ja på 1 av 2" in now
    assert "hittar 1 av dem ni sa ja till och 1 av dem ni sa nej till" in now
    other = browser.post("/profil/tillbakablick/skola", TYPED | {"never": "elever"}, **sent).text
    assert "hittar 0 av dem ni sa ja till" in other


def test_one_call_is_tried_by_number_link_and_own_address(world):
    browser = world.signed_in()
    for asked in (PUPILS, "https://portal.example/topics/1", "/c/2", f" {PUPILS.lower()} "):
        answer = browser.get("/profil/prova", params={"utlysning": asked})
        assert answer.status_code == 200, asked
        assert "Pupil exchanges between primary schools" in answer.text
        assert "Vem får söka" in answer.text
    assert browser.get("/profil/prova?utlysning=finns-inte").status_code == 404


def test_a_wrong_no_is_kept_among_the_judged_pairs(world):
    browser = world.signed_in(CONTACT)
    page = "/profil/prova?utlysning=EX-2026-NUCLEAR-03"
    call = re.search(r'name="call" value="(\d+)"', browser.get(page).text)[1]
    fields = {"unit": "skola", "need": "utbyten", "call": call, "grade": "2", "said": "below"}
    assert browser.post("/profil/prova", fields, page=page).status_code == 303
    with reading(world.engine) as conn:
        (kept,) = judgements.every(conn, TENANT)
    assert (kept.grade, kept.matcher_said, kept.by) == (2, "below", "kontakt-skola")
    other = browser.post("/profil/prova", fields | {"unit": "kultur", "need": "scen"}, page=page)
    assert other.status_code in (403, 404)
    assert browser.post("/profil/prova", fields | {"grade": "9"}, page=page).status_code == 422


def test_what_was_learned_can_be_taken_away_put_back_paused_and_forgotten(world):
    call = decided(world, Verdict.ACCEPT)
    browser, page = world.signed_in(CONTACT), "/profil/lart/skola/utbyten"

    def taught():
        with reading(world.engine) as conn:
            return [one.call.id for one in learning.answers(conn, TENANT).get("skola/utbyten", ())]

    assert taught() == [call]
    for do, left in (("remove", []), ("put-back", [call]), ("pause", []), ("resume", [call]), ("reset", [])):
        answer = browser.post(page, {"do": do, "call": call}, page=page)
        assert answer.status_code == 303, do
        assert taught() == left, do
    assert browser.post(page, {"do": "x"}, page=page).status_code == 422
