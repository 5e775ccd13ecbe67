"""Odd values in every address there is (threats 4.9: W-31, W-32, W-33): never a failing page, never another's page."""

import re

import pytest
from watching import fingerprints
from web_world import World, a_world, call_with_two_units

from web.app import DOORS

GETS = [door for door in DOORS if "GET" in door.methods]
BLANKS = [door for door in GETS if "{" in door.path]
POSTS = [door for door in DOORS if "POST" in door.methods and "{" in door.path]
OTHER_IDS = (
    "0", "-1", "1" + "0" * 30, "1e3", "abc", "1%00", "..%2f..%2fetc", "%D9%A1", "01", "x" * 3000, "%ff",
    "{{911*911}}", "';--", "<b>",
)  # fmt: skip
NAMES = (
    "sida", "ordning", "flik", "styrka", "enhet", "program", "kalla", "dag", "sok", "sokande", "slag", "utlysning",
    "visa", "version", "person", "pa", "vecka", "m", "call", "fran", "till", "from", "to", "lang", "next", "back",
)  # fmt: skip
ODD = (
    "-1", "1e9", "9999-99-99", "%00", "%ff%fe", "9" * 40, "%D9%A3", "{{911*911}}", "%25", "%22;--", "(.*" + "[" * 200,
    "a" * 1500, "2026-W99", "%0d%0aX:1",
)  # fmt: skip


def filled(path: str, odd: str) -> str:
    """An address with something odd in each of its blanks."""
    return re.sub(r"\{[^}]+\}", lambda _: odd, path)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A municipality with one call."""
    world = a_world(tmp_path_factory.mktemp("odd"))
    call_with_two_units(world)
    return world


@pytest.fixture(scope="module")
def coordinator(town: World):
    """A browser whose owner may open nearly everything."""
    browser = town.signed_in()
    browser.client.watches = False
    return browser


@pytest.mark.parametrize("door", BLANKS, ids=lambda door: f"W-33 {door.path}")
def test_an_identity_that_is_none_is_not_found(town: World, coordinator, door):
    before = fingerprints(town.engine)
    for odd in OTHER_IDS:
        answer = coordinator.get(filled(door.path, odd))
        assert answer.status_code in {404, 403, 410} | refusals(door), f"{odd[:30]}: {answer.status_code}"
        assert "829921" not in answer.text
    assert fingerprints(town.engine) == before


def refusals(door) -> set[int]:
    """What else than "not found": a mailed link says in words that it is no good, a short one leads to the page."""
    if door.path.startswith("/c/"):
        return {303, 308}
    return {200, 400} if "{token" in door.path else set()


@pytest.mark.parametrize("door", POSTS, ids=lambda door: f"W-33 POST {door.path}")
def test_nothing_is_done_to_what_does_not_exist(town: World, coordinator, door):
    before, token = fingerprints(town.engine), coordinator.token("/utlysningar")
    for odd in ("0", "-1", "9" * 30, "abc", "%00", "..%2fx"):
        path = filled(door.path, odd)
        answer = coordinator.client.post(path, data={"csrf": token})
        assert 400 <= answer.status_code < 500, f"{path}: {answer.status_code}"
    assert fingerprints(town.engine) == before


@pytest.mark.parametrize("door", GETS, ids=lambda door: f"W-32 {door.path}")
def test_an_odd_value_in_an_address_never_fails_a_page(town: World, coordinator, door):
    path = re.sub(r"\{[^}]+\}", "1", door.path)
    for odd in ODD:
        answer = coordinator.get(path + "?" + "&".join(f"{name}={odd}" for name in NAMES))
        assert answer.status_code < 500, f"{odd[:20]}: {answer.status_code}"
        assert "829921" not in answer.text, "a template ran what was asked for"
        assert "Traceback" not in answer.text
        assert not any(value.startswith("1") for name, value in answer.headers.items() if name == "x")


@pytest.mark.parametrize("door", GETS, ids=lambda door: f"W-32 twice {door.path}")
def test_two_values_of_one_name_are_no_failure(coordinator, door):
    path = re.sub(r"\{[^}]+\}", "1", door.path)
    assert coordinator.get(path + "?" + "&".join(f"{name}=1&{name}=2" for name in NAMES)).status_code < 500
