"""A page that nothing has changed for is shown again; whatever changes, it is made anew."""

from datetime import timedelta

import pytest
from web_world import TENANT, World, call_with_two_units, in_days

from matcher.model import Decision, Verdict
from matcher.review import ReviewRule
from storage import choices, runs, subscriptions
from storage import matches as stored_matches
from storage.database import reading, writing
from storage.pulse import pulse
from web import queue_page
from web.visit import Visit


def decided(conn, world: World) -> None:
    number = stored_matches.find(conn, TENANT)[0].id
    stored_matches.decide(
        conn, TENANT, number, Decision(verdict=Verdict.ACCEPT, by="samordnare", at=world.now)
    )


def rule_chosen(conn, world: World) -> None:
    choices.choose_rule(conn, TENANT, "skola", next(iter(ReviewRule)), "samordnare", world.now)


def own_word(conn, world: World) -> None:
    choices.choose_for_person(conn, TENANT, "samordnare", "views", {"Min": "/?enhet=skola"}, world.now)


def source_tried(conn, world: World) -> None:
    runs.start_harvest(conn, TENANT, "eu-portal", world.now)


def letters_stopped(conn, world: World) -> None:
    subscriptions.stop(conn, TENANT, "kontakt-kultur", world.now)


@pytest.mark.parametrize("change", [decided, rule_chosen, own_word, source_tried, letters_stopped])
def test_every_kind_of_change_moves_the_pulse(world: World, change):
    call_with_two_units(world)
    with reading(world.engine) as conn:
        before = pulse(conn, TENANT)
        assert pulse(conn, TENANT) == before
    with writing(world.engine) as conn:
        change(conn, world)
    with reading(world.engine) as conn:
        assert pulse(conn, TENANT) != before


def test_the_queue_is_not_made_twice_for_the_same_reader_until_time_has_passed(world: World):
    call_with_two_units(world)
    context = world.context
    queue_page.read_ahead(context)
    made = dict(context.memory._pieces)
    visit = Visit(
        context=context,
        now=world.now,
        language="sv",
        profile=world.profile,
        profile_version=1,
        person=world.profile.coordinators[0],
        cookies={},
    )
    first = queue_page.show_queue(visit, {})
    assert dict(context.memory._pieces) == made
    later = in_days(3).at + timedelta(minutes=1)
    second = queue_page.show_queue(Visit(**vars(visit) | {"now": later}), {})
    assert "14 dagar" in first.body.decode()
    assert "14 dagar" not in second.body.decode()
    assert dict(context.memory._pieces) != made


def test_another_reader_and_another_language_are_never_given_what_was_made_for_the_first(world: World):
    call_with_two_units(world)
    browser, other = world.signed_in(), world.signed_in("eu2@exempelstad.example")
    with writing(world.engine) as conn:
        own_word(conn, world)
    assert "/?enhet=skola" in browser.get("/").text
    assert 'href="/?enhet=skola"' not in other.get("/").text
    assert "Matchningskö" not in browser.get("/?lang=en").text
