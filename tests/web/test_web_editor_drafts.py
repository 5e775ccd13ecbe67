"""Drafts and proposals: who writes, who publishes, two at once, and what was added by hand."""

from dataclasses import replace

import pytest
from editor_forms import CONTACT, NEED, TYPED, decide, drafts, save, stamp_of, store, the_need
from editor_world import EditorWorld
from sqlalchemy import update
from web_world import TENANT

from storage import audit
from storage.database import reading, writing
from storage.proposals import State
from storage.tables import profile


@pytest.fixture
def world(edited) -> EditorWorld:
    """The editor's municipality."""
    return edited


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
    typed = {"title": "Tredje", "never": "hamn", "share": "20", "begins": "2027-01-01"}
    late = browser.post(NEED, TYPED | old | {"do": "save"} | typed, page=NEED)
    assert late.status_code == 409
    for said in ("Rubrik: Tredje", "Aldrig-ord: hamn", "procent: 20", "2027-01-01", "Barn och unga: ja"):
        assert said in late.text, said
    assert f'href="{NEED}">Öppna utkastet' in late.text
    assert 'href="/profil" aria-current' in late.text, "the menu says where one is"
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


@pytest.mark.parametrize("text", ["", "kort", "\U0001f642" * 22], ids=["empty", "one word", "emoji"])
def test_a_draft_may_be_half_written_but_is_not_published_so__P09(world, text):
    browser = world.signed_in()
    assert save(browser, do="review", text=text).status_code == 303
    assert decide(browser, world, "publish").status_code == 422
    assert world.held()[0] == 1
    contact_like = decide(browser, world, "propose")
    assert contact_like.status_code == 422


def test_fields_added_by_hand_are_ignored_and_said_in_the_log__P20(world, capsys):
    browser = world.signed_in()
    save(browser, do="review", tenant="annan", role="coordinator", key="../x", unit="kultur")
    decide(browser, world, "publish", by="cli", state="published")
    told = capsys.readouterr().out
    assert "fields added by hand" in told
    assert "'role', 'tenant'" in told
    assert [unit.key for unit in world.held()[1].units] == ["skola", "kultur"]


@pytest.mark.parametrize("number", ["0", "abc", "9" * 20, "1%00", "../1"], ids=lambda n: f"W33 {n}")
def test_a_draft_or_version_that_is_none_is_not_found(world, number):
    browser = world.signed_in()
    assert browser.get(f"/profil/utkast/{number}").status_code == 404
    assert browser.get(f"/profil/version/{number}").status_code == 404


def test_a_need_that_is_proposed_is_read_whole_before_it_is_published(world):
    contact = world.signed_in(CONTACT)
    page = "/profil/nytt-behov/skola"
    typed = TYPED | {
        "need": "",
        "title": "Körer",
        "text": "Fler barn ska sjunga med andra.",
        "never": "tävling",
    }
    contact.post(page, typed | {"do": "review"}, page=page)
    decide(contact, world, "propose")
    shown = world.signed_in().get(f"/profil/utkast/{drafts(world)[0].id}").text
    assert "behov ”Körer”" in shown
    assert "Fler barn ska sjunga med andra." in shown
    assert "tävling" in shown
    assert "Barn och unga först" in shown  # the area by its name


def test_a_unit_that_is_new_is_not_told_as_one_without_owner(world):
    browser, page = world.signed_in(), "/profil/ny-enhet"
    browser.post(page, {"name": "Hamnen", "do": "review", "preparation_days": "42"}, page=page)
    assert "utan ägare" not in browser.get("/profil").text
    shown = browser.get(f"/profil/utkast/{drafts(world)[0].id}").text
    assert "Hamnen" in shown
    assert "utan ägare" not in shown


def test_a_need_is_named_as_its_own_unit_calls_it(world):
    unit = world.held()[1].unit("kultur")
    same = replace(unit, needs=(replace(unit.needs[0], key="utbyten", title="Gästspel"),))
    store(world, replace(world.held()[1], units=(world.held()[1].unit("skola"), same)))
    browser, page = world.signed_in(), "/profil/behov/kultur/utbyten"
    save(browser, do="review", page=page, path=page, title="Gästspel", text="Scenkonsten ska få gäster.")
    shown = browser.get(f"/profil/utkast/{drafts(world)[0].id}").text
    assert "behov ”Gästspel”" in shown
    assert "Elevutbyten”" not in shown


def test_what_must_be_put_right_is_told_by_the_names_of_things(world):
    browser, page = world.signed_in(), "/profil/inriktning"
    typed = {"title": "P", "adopted_by": "KF", "area-key": "", "area-title": "", "area-title_en": ""}
    typed |= {"area-description": "Bara text", "area-description_en": "", "do": "review"}
    browser.post(page, typed, page=page)
    shown = browser.get(f"/profil/utkast/{drafts(world)[0].id}").text
    assert "prioriterade områden 1 › rubrik:" in shown
    assert "Barn- och utbildningsförvaltningen › behov ”Elevutbyten” › prioriterat område:" in shown
    assert "units[" not in shown


def test_who_has_proposed_is_told_that_it_waits_and_can_be_taken_back(world):
    contact = world.signed_in(CONTACT)
    save(contact, do="review", title="Nya utbyten")
    decide(contact, world, "propose")
    page = contact.get(NEED).text
    assert "Ditt förslag om samma del väntar på samordnaren." in page
    assert "har föreslagit ändringar" not in page
    assert "har föreslagit ändringar" in world.signed_in().get(NEED).text


def test_a_half_written_need_names_the_fields_that_must_be_put_right(world):
    browser = world.signed_in()
    save(browser, area="finns-inte", text="Kort.")
    page = browser.get(NEED).text
    assert '<a href="#text">Text: ' in page
    assert '<a href="#area">Prioriterat område: ' in page


def test_a_version_of_older_rules_stops_neither_drafts_nor_pages(world):
    held = world.held()[1]
    save(world.signed_in(CONTACT), do="review", title="Nya utbyten")
    with writing(
        world.engine
    ) as conn:  # as if today's rules were stricter than those of the draft's beginning
        conn.execute(update(profile).where(profile.c.version == 1).values(document="format = 0"))
    store(world, replace(held, inhabitants=7))
    browser = world.signed_in()
    assert browser.get(f"/profil/utkast/{drafts(world)[0].id}").status_code == 200
    assert decide(browser, world, "publish").status_code == 303
    assert the_need(world).title == "Nya utbyten"
    for do in ("", "take-back"):
        answer = browser.post("/profil/version/1", {"do": do, "holds": "3"}, page="/profil/version/2")
        assert answer.status_code == 409
    answer = browser.post("/profil/version/2", {"do": "take-back", "holds": "3"}, page="/profil/version/2")
    assert "följer äldre regler" in answer.text
