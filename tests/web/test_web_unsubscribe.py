"""Stopping the letters from the letter, without signing in (C4, W-01 to W-09)."""

import pytest
from web_world import KEY, TENANT, URL, World

from builders import a_profile
from notifier.links import Links
from storage import subscriptions
from storage.database import reading

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def address(person: str = "kontakt-skola", key=KEY, tenant: str = TENANT) -> str:
    return Links(URL, key, tenant).unsubscribe(person).removeprefix(URL)


def stopped(world: World, now=None) -> set[str]:
    with reading(world.engine) as conn:
        return subscriptions.stopped(conn, TENANT, now)


def mail_program(world: World):
    """No cookie, no Origin, no Referer."""
    client = world.browser().client
    del client.headers["origin"]
    return client


def test_looking_changes_nothing__W01(world: World):
    client = mail_program(world)
    for method in ("GET", "HEAD", "OPTIONS") * 4:
        client.request(method, address())
    assert stopped(world) == set()


def test_one_click_works_without_cookie_and_again__W04(world: World):
    client = mail_program(world)
    assert client.post(address(), data=ONE_CLICK).status_code == 200
    assert stopped(world) == {"kontakt-skola"}
    assert client.post(address(), data=ONE_CLICK).status_code == 200
    assert client.post(address(), files={"List-Unsubscribe": (None, "One-Click")}).status_code == 200
    assert stopped(world) == {"kontakt-skola"}


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"data": {"List-Unsubscribe": "Two-Clicks"}}, id="W05 other words"),
        pytest.param({"data": {"choice": "everything"}}, id="W05 unknown choice"),
        pytest.param({"content": b""}, id="W05 empty"),
        pytest.param({"json": ONE_CLICK}, id="W05 JSON"),
        pytest.param({"data": {"List-Unsubscribe": ["One-Click", "One-Click"]}}, id="W05 twice"),
        pytest.param({"files": {"List-Unsubscribe": ("a.txt", b"One-Click")}}, id="W05 a file"),
    ],
)
def test_any_other_body_changes_nothing(world: World, options):
    assert mail_program(world).post(address(), **options).status_code == 400
    assert stopped(world) == set()


def test_five_mebibytes_are_refused__W05(world: World):
    answer = mail_program(world).post(address(), content=b"x" * 5 * 1024 * 1024)
    assert answer.status_code == 413
    assert stopped(world) == set()


def altered() -> list:
    good = address()  # the test client itself decodes an address once more than servers do
    return [
        pytest.param(good[:-4], id="W06 cut"),
        pytest.param(good[:-1] + ("A" if good[-1] != "A" else "B"), id="W06 one character altered"),
        pytest.param(good.replace(".", "%25252E"), id="W06 doubly encoded"),
        pytest.param("/u/", id="W06 empty"),
        pytest.param("/u/a%00b", id="W06 NUL"),
        pytest.param(address(key="another key"), id="W08 a key we never had"),
        pytest.param(address(tenant="annanstad"), id="W07 another municipality"),
    ]


@pytest.mark.parametrize("path", altered())
def test_an_altered_address_is_refused_with_a_way_on(world: World, path):
    answer = mail_program(world).post(path, data=ONE_CLICK)
    assert answer.status_code == 404
    assert "svara på brevet" in answer.text
    assert stopped(world) == set()


@pytest.mark.parametrize("tail", [">", ".", "=", ")", ","], ids=lambda tail: f"W06 trailing {tail}")
def test_what_mail_programs_leave_at_the_end_is_let_go(world: World, tail):
    assert mail_program(world).post(address() + tail, data=ONE_CLICK).status_code == 200
    assert stopped(world) == {"kontakt-skola"}


def test_an_address_signed_with_the_previous_key_still_works__W08(world: World):
    client = mail_program(world)
    object.__setattr__(client.app.state.context, "signing_key", [KEY, "a newer key"])
    assert client.post(address(key=KEY), data=ONE_CLICK).status_code == 200
    assert client.post(address(key="a newer key"), data=ONE_CLICK).status_code == 200
    assert stopped(world) == {"kontakt-skola"}


def test_somebody_no_longer_registered_gets_the_same_page_and_nothing_changes__W09(world: World):
    known = mail_program(world).post(address(), data=ONE_CLICK)
    world.profile = a_profile(people=world.profile.people[:2])
    gone = mail_program(world).post(address("kontakt-kultur"), data=ONE_CLICK)
    assert gone.status_code == known.status_code == 200
    without_token = [
        answer.text.replace(address(person), "")
        for answer, person in ((known, "kontakt-skola"), (gone, "kontakt-kultur"))
    ]
    assert without_token[0] == without_token[1]
    assert stopped(world) == {"kontakt-skola"}


def test_the_page_names_nobody_and_leaks_nothing__W10(world: World):
    answer = world.browser().get(address())
    assert "kontakt" not in answer.text.replace(address(), "").lower().replace("kontaktcenter", "")
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_a_pause_is_a_pause_and_can_be_taken_back(world: World):
    client = mail_program(world)
    client.post(address(), data={"choice": "pause"})
    assert stopped(world) == set()
    assert stopped(world, world.now) == {"kontakt-skola"}
    client.post(address(), data={"choice": "resume"})
    assert stopped(world, world.now) == set()


def test_stopping_can_be_taken_back_on_the_same_page(world: World):
    client = mail_program(world)
    assert "Ångra" in client.post(address(), data=ONE_CLICK).text
    client.post(address(), data={"choice": "resume"})
    assert stopped(world) == set()


def test_the_page_can_be_read_in_english(world: World):
    assert "Stop the weekly letter" in world.browser().get(f"{address()}?lang=en").text
