"""Guessing, flooding and listening at the door of signing in (F4, W-24, W-25)."""

import re
import time
from dataclasses import replace
from datetime import timedelta

from web_world import TENANT, Browser, World

from storage import persons, signins, subscriptions
from storage.database import writing
from web.visit import hashed, new_token

KNOWN = "eu@exempelstad.example"
TRIES = 1000
ALIKE_SECONDS = 0.020


def asking(world: World) -> tuple[Browser, dict[str, str]]:
    """A browser at the sign-in page, and what its form carries."""
    browser = world.browser()
    browser.client.watches = False  # a thousand looks into the database would only take time
    return browser, {"csrf": browser.token("/logga-in")}


def ask(browser: Browser, form: dict[str, str], address: str):
    return browser.client.post("/logga-in", data=form | {"email": address})


def test_of_a_thousand_tries_in_an_hour_five_an_address_and_twenty_in_all_are_heard__F4(world: World):
    browser, form = asking(world)
    answers = []
    for number in range(TRIES):
        address = KNOWN if number % 2 else f"{number // 100}@exempelstad.example"
        world.now += timedelta(seconds=3)
        answers.append(ask(browser, form, address).status_code)
    assert answers.count(303) <= 20
    assert set(answers) == {303, 429}
    assert len(world.outbox) <= 5


def test_a_known_and_an_unknown_address_take_the_same_time__F4_W24(world: World):
    """The quickest of 60 tries each, taken in turn, so that what else the machine does is left out.

    A mail is written and sent after the answer. On a busy machine it takes more tries until both had a quick one.
    """
    browser, form = asking(world)
    took: dict[bool, list[float]] = {True: [], False: []}
    for number in range(1200):
        if number >= 120 and abs(min(took[True]) - min(took[False])) < ALIKE_SECONDS:
            break
        is_known = bool(number % 2)
        world.now += timedelta(minutes=13)
        start = time.perf_counter()
        answer = ask(browser, form, KNOWN if is_known else "ingen@exempelstad.example")
        took[is_known].append(time.perf_counter() - start)
        assert (answer.status_code, answer.content) == (303, b"")
    difference = abs(min(took[True]) - min(took[False]))
    assert difference < ALIKE_SECONDS, took


def test_paused_and_erased_people_get_the_same_bytes_as_anybody__W24(world: World):
    """Somebody whose letters rest signs in as always; who was erased is unknown; nobody outside can tell."""
    with writing(world.engine) as conn:
        subscriptions.stop(conn, TENANT, "kontakt-skola", world.now)
        erased = next(person for person in world.profile.people if person.key == "kontakt-kultur")
        about = persons.Person(
            key=erased.key, names=frozenset({erased.name}), addresses=frozenset({erased.email})
        )
        persons.erase(conn, TENANT, about, by="samordnare", reason="slutat", now=world.now)
    left = tuple(person for person in world.profile.people if person.key != "kontakt-kultur")
    world.profile = replace(world.profile, people=left)
    said, pages = set(), set()
    for email in (KNOWN, "ingen@exempelstad.example", "kontakt.skola@exempelstad.example", erased.email):
        browser, form = asking(world)
        answer = ask(browser, form, email)
        said.add(
            (answer.status_code, answer.headers["location"], answer.content, tuple(sorted(answer.headers)))
        )
        pages.add(re.sub(r'value="[0-9a-f]{64}"', "", browser.get("/logga-in/kod").text))
    assert len(said) == 1
    assert len(pages) == 1
    assert [mail["To"] for mail in world.outbox] == [KNOWN, "kontakt.skola@exempelstad.example"]


def test_a_thousand_codes_are_not_tried__F4(world: World):
    browser, form = asking(world)
    ask(browser, form, KNOWN)
    codes = [
        browser.client.post("/logga-in/kod", data=form | {"code": f"{n:06}"}).status_code for n in range(50)
    ]
    assert codes[:5] == [422] * 5
    assert set(codes[5:]) == {429}


def test_links_and_sessions_cannot_be_guessed__F4():
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) * 6 >= 128 for token in tokens)


def test_a_session_of_another_municipality_opens_nothing__F1(world: World):
    with writing(world.engine) as conn:
        opened = {"person": "samordnare", "token_hash": hashed("stolen"), "csrf": "c", "now": world.now}
        signins.open_session(conn, "annanstad", **opened)
    browser = world.browser()
    browser.client.cookies.set("__Host-fondvakt-session", "stolen")
    assert TENANT != "annanstad"
    assert browser.get("/utlysningar").status_code == 401
