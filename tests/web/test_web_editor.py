"""The profile editor: drafts, proposals, publishing, versions, the preview, one call tried, what was learned."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from editor_world import EditorWorld, an_editor_world
from web_world import TENANT, school_and_culture

from builders import a_need, a_unit
from matcher.model import Decision, RejectReason, Verdict
from profiles.write import profile_text
from storage import audit, judgements, learning, proposals
from storage import matches as stored_matches
from storage import profiles as stored_profiles
from storage.database import reading, writing
from storage.proposals import State

CONTACT = "kontakt.skola@exempelstad.example"
PUPILS = "ERASMUS-EDU-2026-PUPILS-01"
NEED = "/profil/behov/skola/utbyten"
TYPED = {
    "need": "utbyten",
    "title": "Elevutbyten",
    "text": "Fler elever i grundskolan ska få möta jämnåriga i andra länder.",
    "title_en": "Pupil exchanges",
    "text_en": "More pupils in primary school should meet peers in other countries.",
    "area": "barn-och-unga",
    "volume": "balanced",
    "priority": "normal",
    "children": "1",
}


@pytest.fixture
def world(tmp_path, empty_database) -> EditorWorld:
    """Two units over a stored profile, and calls on eight subjects."""
    made = an_editor_world(tmp_path, school_and_culture())
    yield made
    made.engine.dispose()


def drafts(world, **asked):
    with reading(world.engine) as conn:
        return proposals.find(conn, TENANT, **asked)


def the_need(world, unit="skola", key="utbyten"):
    return next(need for need in world.held()[1].unit(unit).needs if need.key == key)


def save(browser, do="save", page=NEED, path=NEED, **typed):
    return browser.post(path, TYPED | stamp_of(browser, page) | {"do": do} | typed, page=page)


def stamp_of(browser, page) -> dict[str, str]:
    """The stamp of the draft that a page's form carries."""
    found = re.search(r'name="stamp" value="([^"]+)"', browser.get(page).text)
    return {"stamp": found[1]} if found else {}


def decide(browser, world, do, **fields):
    draft = drafts(world)[0]
    page = f"/profil/utkast/{draft.id}"
    answer = browser.post(page, {"do": do, "revision": draft.revision, **fields}, page=page)
    world.wait()
    return answer


def store(world, profile) -> None:
    """Let a profile hold, as an import on the command line would."""
    with writing(world.engine) as conn:
        stored_profiles.save(conn, TENANT, profile.key, profile_text(profile), "cli", world.now)


def waiting(world) -> set[str]:
    """Units whose queue has something."""
    return {stored.match.unit for stored in world.matches()}


def test_a_need_edited_and_published_changes_the_queue(world):
    browser = world.signed_in()
    assert "skola" in waiting(world)
    answer = save(browser, do="review", never="elever")
    assert answer.headers["location"].startswith("/profil/utkast/")
    assert the_need(world).never == ()
    assert "elever" in browser.get(answer.headers["location"]).text
    assert decide(browser, world, "publish", reach="open").headers["location"] == "/profil"
    assert the_need(world).never == ("elever",)
    assert world.held()[0] == 2
    assert "skola" not in waiting(world)
    assert "Matchningen är klar" in browser.get("/profil").text


def test_publishing_for_new_calls_only_leaves_the_queue_alone(world):
    browser, before = world.signed_in(), len(world.matches())
    world.now += timedelta(minutes=1)
    save(browser, do="review", never="elever")
    decide(browser, world, "publish", reach="new")
    assert len(world.matches()) == before


def test_a_contact_person_proposes_and_the_coordinator_publishes(world):
    contact, coordinator = world.signed_in(CONTACT), world.signed_in()
    save(contact, title="Nya ord")
    assert decide(contact, world, "publish").status_code == 403
    assert decide(contact, world, "propose", note="Ur planen").status_code == 303
    assert "Ur planen" in coordinator.get("/profil").text
    assert decide(coordinator, world, "publish").status_code == 303
    assert the_need(world).title == "Nya ord"
    with reading(world.engine) as conn:
        told = [(e.event.actor, e.event.action) for e in audit.events(conn, TENANT)]
    assert ("kontakt-skola", "propose") in told
    assert ("samordnare", "publish") in told


def test_a_proposal_comes_back_with_words_and_is_written_on(world):
    contact, coordinator = world.signed_in(CONTACT), world.signed_in()
    save(contact, title="Nya ord")
    decide(contact, world, "propose")
    assert decide(coordinator, world, "return").status_code == 422
    decide(coordinator, world, "return", reply="Nämn åldrarna.")
    assert drafts(world)[0].state is State.RETURNED
    assert "Nämn åldrarna." in contact.get(NEED).text
    save(contact, title="Nyare ord")
    assert drafts(world)[0].state is State.DRAFT


def test_the_author_takes_a_proposal_back_or_throws_it_away(world):
    contact = world.signed_in(CONTACT)
    save(contact)
    decide(contact, world, "propose")
    decide(contact, world, "take-back")
    assert drafts(world)[0].state is State.DRAFT
    decide(contact, world, "withdraw")
    assert drafts(world)[0].state is State.WITHDRAWN


@pytest.mark.parametrize(
    "path",
    ["/profil/enhet/kultur", "/profil/behov/kultur/scen", "/profil/lart/kultur/scen"],
    ids=lambda path: f"W20 {path}",
)
def test_a_contact_person_does_not_see_other_units(world, path):
    assert world.signed_in(CONTACT).get(path).status_code == 404
    assert world.signed_in().get(path).status_code == 200


def test_a_contact_person_cannot_write_in_another_unit__W20(world):
    contact = world.signed_in(CONTACT)
    answer = contact.post("/profil/behov/kultur/scen", TYPED | {"do": "save"}, page=NEED)
    assert answer.status_code in (403, 404)
    assert contact.post("/profil/inriktning", {"title": "x"}, page=NEED).status_code == 403
    assert drafts(world) == []


def test_a_draft_of_another_unit_does_not_exist__W20(world):
    coordinator = world.signed_in()
    page = "/profil/behov/kultur/scen"
    coordinator.post(page, TYPED | {"need": "scen", "do": "save"}, page=page)
    assert world.signed_in(CONTACT).get(f"/profil/utkast/{drafts(world)[0].id}").status_code == 404


def test_two_windows_of_one_person_are_told_and_the_text_is_kept__P19(world):
    browser = world.signed_in()
    save(browser, title="Första")
    old = stamp_of(browser, NEED)
    save(browser, title="Andra")
    late = browser.post(NEED, TYPED | old | {"do": "save", "title": "Tredje"}, page=NEED)
    assert late.status_code == 409
    assert "Tredje" in late.text
    assert drafts(world)[0].document["needs"][0]["title"] == "Andra"


def test_the_same_form_sent_twice_quickly_makes_one_draft__P19(world):
    browser = world.signed_in()
    assert browser.post(NEED, TYPED | {"do": "save"}, page=NEED).status_code == 303
    assert browser.post(NEED, TYPED | {"do": "save"}, page=NEED).status_code == 409
    assert len(drafts(world)) == 1


def test_two_editors_of_one_unit_are_shown_both_changes_and_lose_nothing__P23(world):
    one, two = world.signed_in(), world.signed_in("eu2@exempelstad.example")
    save(one, title="Ettans rubrik")
    assert "har ett utkast av samma del" in two.get(NEED).text
    save(two, text="Tvåans text om att elever i grundskolan ska möta andra.", never="hamn")
    first, second = drafts(world, author="samordnare")[0], drafts(world, author="samordnare-2")[0]

    def deed(browser, draft, do):
        page = f"/profil/utkast/{draft.id}"
        answer = browser.post(page, {"do": do, "revision": draft.revision}, page=page)
        world.wait()
        return answer

    assert deed(one, first, "publish").status_code == 303
    refused = deed(two, second, "publish")
    assert refused.status_code == 409
    assert "Ettans rubrik" in refused.text
    assert "Tvåans text" in refused.text
    deed(two, second, "put-on-top")
    deed(two, drafts(world, author="samordnare-2")[0], "publish")
    need = the_need(world)
    assert (need.title, need.never) == ("Ettans rubrik", ("hamn",))
    assert "Tvåans text" in need.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("begins", "31/1"),
        ("ends", "9999-99-99"),
        ("size_min", "-1"),
        ("share", "101"),
        ("share", "١"),
        ("title", ""),
    ],
    ids=lambda value: str(value) or "empty",
)
def test_what_cannot_be_read_is_told_at_its_field_and_kept(world, field, value):
    answer = save(world.signed_in(), **{field: value, "text": "Det jag skrev."})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert "Det jag skrev." in answer.text
    assert value in answer.text
    assert drafts(world) == []


@pytest.mark.parametrize("text", ["", "kort", "\U0001f642" * 22], ids=["empty", "one word", "emoji"])
def test_a_draft_may_be_half_written_but_is_not_published_so__P09(world, text):
    browser = world.signed_in()
    assert save(browser, do="review", text=text).status_code == 303
    assert decide(browser, world, "publish").status_code == 422
    assert world.held()[0] == 1
    contact_like = decide(browser, world, "propose")
    assert contact_like.status_code == 422


def test_markup_in_a_need_is_text_everywhere__P09_W30(world):
    browser, attack = world.signed_in(), "<script>alert(1)</script><img src=x onerror=alert(1)>"
    save(browser, title=attack, text=attack + " elever i grundskolan ska möta andra")
    page = f"/profil/utkast/{drafts(world)[0].id}"
    for path in (NEED, page, "/profil", "/profil/enhet/skola"):
        assert "<script>alert" not in browser.get(path).text, path
        assert "<img src=x" not in browser.get(path).text, path


def test_fields_added_by_hand_are_ignored_and_said_in_the_log__P20(world, capsys):
    browser = world.signed_in()
    save(browser, do="review", tenant="annan", role="coordinator", key="../x", unit="kultur")
    decide(browser, world, "publish", by="cli", state="published")
    told = capsys.readouterr().out
    assert "fields added by hand" in told
    assert "'role', 'tenant'" in told
    assert [unit.key for unit in world.held()[1].units] == ["skola", "kultur"]


def test_a_new_need_gets_a_key_of_its_title_and_stands_last(world):
    browser = world.signed_in(CONTACT)
    page = "/profil/nytt-behov/skola"
    answer = browser.post(
        page, TYPED | {"need": "", "title": "Åldersblandat på gården!", "do": "save"}, page=page
    )
    assert answer.headers["location"] == "/profil/behov/skola/aldersblandat-pa-garden"
    assert browser.get(answer.headers["location"]).status_code == 200
    again = browser.post(
        page,
        TYPED | stamp_of(browser, page) | {"need": "", "title": "Åldersblandat på gården!", "do": "save"},
        page=page,
    )
    assert again.headers["location"].endswith("-2")


def test_a_need_is_taken_out_in_a_draft(world):
    browser = world.signed_in()
    save(browser, do="remove")
    assert drafts(world)[0].document["needs"] == []
    assert the_need(world)


def test_a_unit_says_what_it_is_and_its_goals(world):
    browser, page = world.signed_in(), "/profil/enhet/skola"
    typed = {
        "name": "Barn och skola",
        "name_en": "Children",
        "kind": "department",
        "legal_form": "municipality",
        "preparation_days": "60",
        "own_contribution_max": "150 000",
        "countries_of_interest": "Polen, DE, Norge",
        "working_languages": "sv, en",
        "goal-key": ["", ""],
        "goal-text": ["Alla elever når målen", ""],
        "goal-year": ["2027", ""],
        "do": "review",
    }
    answer = browser.post(page, typed, page=page)
    decide(browser, world, "publish")
    unit = world.held()[1].unit("skola")
    assert answer.status_code == 303
    assert (unit.preparation_days, unit.own_contribution_max, unit.may_lead) == (60, 150_000, False)
    assert unit.countries_of_interest == ("PL", "DE", "NO")
    assert [(goal.key, goal.year) for goal in unit.goals] == [("alla-elever-nar-malen", 2027)]
    assert unit.needs == school_and_culture().unit("skola").needs


@pytest.mark.parametrize(
    ("field", "value"), [("countries_of_interest", "Polenx"), ("preparation_days", ""), ("goal-year", "27")]
)
def test_a_unit_that_cannot_be_read_is_told__P18(world, field, value):
    typed = {
        "name": "A",
        "name_en": "A",
        "preparation_days": "4",
        "goal-key": "",
        "goal-text": "x",
        "goal-year": "",
    }
    answer = world.signed_in().post("/profil/enhet/skola", typed | {field: value}, page="/profil/enhet/skola")
    assert answer.status_code == 422
    assert value in answer.text


def test_a_new_unit_is_published(world):
    browser, page = world.signed_in(), "/profil/ny-enhet"
    typed = {"name": "Hamnbolaget", "name_en": "Port", "kind": "company", "legal_form": "municipal_company"}
    browser.post(page, typed | {"preparation_days": "10", "do": "review"}, page=page)
    assert decide(browser, world, "publish").status_code == 303
    assert world.held()[1].unit("hamnbolaget").kind == "company"


def test_a_unit_is_taken_out_and_the_difference_shown_first(world):
    browser, page = world.signed_in(), "/profil/enhet/kultur"
    held = world.held()[1]  # nobody may stand there for the unit when it goes
    store(world, replace(held, people=tuple(one for one in held.people if "kultur" not in one.units)))
    answer = browser.post(page, {"do": "remove"}, page=page)
    assert "Kulturförvaltningen" in browser.get(answer.headers["location"]).text
    decide(browser, world, "publish")
    assert [unit.key for unit in world.held()[1].units] == ["skola"]


def test_the_direction_is_the_coordinators(world):
    assert world.signed_in(CONTACT).get("/profil/inriktning").status_code == 200
    browser, page = world.signed_in(), "/profil/inriktning"
    typed = {
        "title": "Ny policy",
        "adopted_by": "Kommunfullmäktige",
        "adopted": "2026-05-05",
        "revision_interval_years": "4",
        "children_first": "1",
        "aim-key": ["", ""],
        "aim-text": ["Vi vill ut.", ""],
        "aim-text_en": ["We want out.", ""],
        "area-key": ["barn-och-unga", ""],
        "area-title": ["Barn", "Klimat"],
        "area-title_en": ["", ""],
        "area-description": ["Barn först.", "Klimatet."],
        "area-description_en": ["", ""],
        "area-children": "0",
        "do": "review",
    }
    browser.post(page, typed, page=page)
    assert decide(browser, world, "publish").status_code == 303
    profile = world.held()[1]
    assert (profile.policy.title, profile.policy.next_revision) == ("Ny policy", 2030)
    areas = [(area.key, area.children_and_youth) for area in profile.priority_areas]
    assert areas == [("barn-och-unga", True), ("klimat", False)]
    assert profile.mail_domains == school_and_culture().mail_domains


def test_versions_show_their_difference_and_one_can_hold_again(world):
    browser = world.signed_in()
    save(browser, do="review", title="Nya ord")
    decide(browser, world, "publish")
    assert "Nya ord" in browser.get("/profil/version/2").text
    assert browser.post("/profil/version/1", {"holds": "1"}, page="/profil/version/1").status_code == 409
    answer = browser.post("/profil/version/1", {"holds": "2"}, page="/profil/version/1")
    assert answer.status_code == 303
    assert (world.held()[0], the_need(world).title) == (3, "Elevutbyten")
    assert browser.get("/profil/version/9").status_code == 404


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


@pytest.mark.parametrize("number", ["0", "abc", "9" * 20, "1%00", "../1"], ids=lambda n: f"W33 {n}")
def test_a_draft_or_version_that_is_none_is_not_found(world, number):
    browser = world.signed_in()
    assert browser.get(f"/profil/utkast/{number}").status_code == 404
    assert browser.get(f"/profil/version/{number}").status_code == 404


def test_units_and_needs_that_are_none_are_not_found(world):
    browser = world.signed_in()
    for path in ("/profil/enhet/x", "/profil/behov/skola/x", "/profil/behov/x/y", "/profil/nytt-behov/x"):
        assert browser.get(path).status_code == 404, path


def test_every_page_is_there_in_english_too(world):
    browser = world.signed_in()
    save(browser, title="Nya ord")
    for path in (
        "/profil", "/profil/inriktning", "/profil/enhet/skola", NEED, f"/profil/utkast/{drafts(world)[0].id}",
        "/profil/versioner", "/profil/prova", "/profil/lart/skola/utbyten", "/profil/matchning",
    ):  # fmt: skip
        answer = browser.get(path, params={"lang": "en"})
        assert answer.status_code == 200, path
        assert '<html lang="en">' in answer.text


def test_without_a_matcher_beside_the_pages_the_night_is_named(world):
    browser = world.signed_in()
    object.__setattr__(browser.client.app.state.context, "rematcher", None)
    save(browser, do="review", title="Nya ord")
    decide(browser, world, "publish")
    assert "senast i natt" in browser.get("/profil").text


def test_a_unit_nobody_answers_for_and_without_goals_is_told(world):
    need = a_need(unit="tyst", text="Vi vill utveckla vår verksamhet och samverka i projekt.")
    quiet = a_unit(key="tyst", name="Tysta", name_en="Quiet", needs=(need,))
    held = world.held()[1]
    store(world, replace(held, units=(*held.units, quiet)))
    page = world.signed_in().get("/profil/enhet/tyst").text
    assert "ingen kontaktperson" in page
    assert "inga mål" in page
