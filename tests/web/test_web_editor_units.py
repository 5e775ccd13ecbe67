"""Units and the direction in the editor."""

from dataclasses import replace

import pytest
from editor_forms import CONTACT, decide, store
from editor_world import EditorWorld
from web_world import school_and_culture

from builders import a_need, a_unit


@pytest.fixture
def world(edited) -> EditorWorld:
    """The editor's municipality."""
    return edited


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


def test_units_and_needs_that_are_none_are_not_found(world):
    browser = world.signed_in()
    for path in ("/profil/enhet/x", "/profil/behov/skola/x", "/profil/behov/x/y", "/profil/nytt-behov/x"):
        assert browser.get(path).status_code == 404, path


def test_a_unit_nobody_answers_for_and_without_goals_is_told(world):
    need = a_need(unit="tyst", text="Vi vill utveckla vår verksamhet och samverka i projekt.")
    quiet = a_unit(key="tyst", name="Tysta", name_en="Quiet", needs=(need,))
    held = world.held()[1]
    store(world, replace(held, units=(*held.units, quiet)))
    page = world.signed_in().get("/profil/enhet/tyst").text
    assert "ingen kontaktperson" in page
    assert "inga mål" in page


def test_a_profile_without_units_or_needs_says_where_to_begin(world):
    browser, held = world.signed_in(), world.held()[1]
    assert "Så börjar ni" not in browser.get("/profil").text
    store(world, replace(held, units=(), people=held.people[:1]))
    page = browser.get("/profil").text
    assert "Så börjar ni" in page
    assert page.count("Klart.") == 1  # the areas are there
    assert "Profilen har ingen enhet än." in browser.get("/profil/in").text
