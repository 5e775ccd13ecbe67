"""Every way in, for everybody: the table of who may what, tried out (F1, W-20, W-21)."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from watching import fingerprints
from web_world import TENANT, World, a_world, call_with_two_units

from builders import NOW, a_person
from matcher.model import Decision, Verdict
from profiles.model import Role
from storage import answers_given, matches, signins
from storage.answers_given import Answer, AnswerKind
from storage.database import writing
from web.access import MAY, OPEN, Access, may
from web.app import DOORS
from web.visit import hashed

ELSEWHERE = "annanstad"
CALL, SCHOOL = "KANARIE-UTLYSNING", "KANARIE-SKOLANS-ORD"


@dataclass(frozen=True)
class Visitor:
    """Somebody at the door; `person` None for a stranger."""

    name: str
    person: str | None
    role: Role | None
    tenant: str = TENANT
    may_read_school: bool = False


VISITORS = (
    Visitor("a stranger", None, None),
    Visitor("the coordinator", "samordnare", Role.COORDINATOR, may_read_school=True),
    Visitor("the schools' contact", "kontakt-skola", Role.CONTACT, may_read_school=True),
    Visitor("culture's contact", "kontakt-kultur", Role.CONTACT),
    Visitor("culture's head", "chef-kultur", Role.HEAD),
    Visitor("an elected person", "politiker", Role.ELECTED),
    Visitor("the operator", "drift", Role.OPERATOR),
    Visitor("break-glass", signins.BREAK_GLASS, Role.OPERATOR),
    Visitor("the coordinator elsewhere", "samordnare", Role.COORDINATOR, ELSEWHERE),
    Visitor("a contact elsewhere", "kontakt-skola", Role.CONTACT, ELSEWHERE),
)
# What stands in the blanks of addresses. A new blank needs a word here, so that it is thought about.
SAMPLES = (
    {"call_id": "1", "token": "x", "token:path": "x", "name": "x", "key": "kontakt-skola", "number": "1"}
    | {"deed": "accept", "person": "kontakt-skola", "week": "2026-W34", "letter_id": "1", "unit": "skola"}
    | {
        "need": "utbyten",
        "version": "1",
        "proposal": "1",
        "proposal_id": "1",
        "source": "eu-portal",
        "id": "1",
    }
    | {"kind": "unit", "part": "policy", "draft": "1", "form": "toml"}
)


class Elsewhere(World):
    """Another municipality in the same database, whose people have the same keys."""

    @property
    def context(self):
        """What its pages are given."""
        return replace(super().context, tenant=ELSEWHERE)


def sample(path: str) -> str:
    """An address with its blanks filled in."""
    return re.sub(r"\{([^}]+)\}", lambda blank: SAMPLES[blank[1]], path)


def is_of_a_unit(door) -> bool:
    """Whether a door leads to one unit's own: only its people and the coordinator go in."""
    return "{unit}" in door.path and door.access is Access.EDITOR


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A municipality with people of every role, a call, and words that not everybody may read."""
    return a_town(tmp_path_factory.mktemp("matrix"))


def a_town(folder: Path) -> World:
    world = a_world(folder)
    people = [
        a_person(
            key="chef-kultur",
            name="Chef",
            email="chef@exempelstad.example",
            role=Role.HEAD,
            units=("kultur",),
        ),
        a_person(
            key="politiker", name="Nämnd", email="namnd@exempelstad.example", role=Role.ELECTED, units=()
        ),
        a_person(key="drift", name="Drift", email="drift@exempelstad.example", role=Role.OPERATOR, units=()),
    ]
    world.profile = replace(world.profile, people=(*world.profile.people, *people))
    call_id = call_with_two_units(world, title=f"Town-Twinning {CALL}")
    with writing(world.engine) as conn:
        said = Decision(verdict=Verdict.ACCEPT, by="samordnare", at=NOW, note=SCHOOL)
        matches.decide(conn, TENANT, 1, said)
        given = {
            "person": "kontakt-skola",
            "unit": "skola",
            "call_id": call_id,
            "call_version": 1,
            "note": SCHOOL,
        }
        answers_given.give(conn, TENANT, Answer(**given, kind=AnswerKind.MAYBE, at=NOW))
    return world


def browser_of(world: World, visitor: Visitor):
    """A browser in which somebody is signed in."""
    home = world if visitor.tenant == TENANT else Elsewhere(engine=world.engine, profile=world.profile)
    browser = home.browser()
    if visitor.person is not None:
        token = f"{visitor.tenant}-{visitor.person}-{len(world.outbox)}"
        world.outbox.append(token)  # so that the next one is another
        with writing(world.engine) as conn:
            opened = {
                "person": visitor.person,
                "token_hash": hashed(token),
                "csrf": "f" * 64,
                "now": world.now,
            }
            signins.open_session(conn, visitor.tenant, **opened)
        browser.client.cookies.set("__Host-fondvakt-session", token)
    return browser


def get_doors() -> list[Any]:
    return [pytest.param(door, id=f"F1 GET {door.path}") for door in DOORS if "GET" in door.methods]


def post_doors() -> list[Any]:
    return [pytest.param(door, id=f"F1 POST {door.path}") for door in DOORS if "POST" in door.methods]


def test_every_access_says_which_roles_it_is_for__W21():
    assert set(MAY) == set(Access) - OPEN
    assert all(MAY.values())
    for door in DOORS:
        assert isinstance(door.access, Access), door.path


@pytest.fixture(scope="module")
def browsers(town: World) -> dict[str, Any]:
    """Everybody's browser."""
    return {visitor.name: browser_of(town, visitor) for visitor in VISITORS}


@pytest.mark.parametrize("door", get_doors())
def test_who_may_look_and_what_they_see(town: World, browsers, door):
    for visitor in VISITORS:
        answer = browsers[visitor.name].get(sample(door.path))
        is_let_in = answer.status_code not in (401, 403)
        if is_of_a_unit(door) and visitor.role is Role.CONTACT and visitor.person != "kontakt-skola":
            assert answer.status_code in (401, 403, 404), f"{visitor.name}: {answer.status_code}"
        else:
            assert is_let_in is may(visitor.role, door.access), f"{visitor.name}: {answer.status_code}"
        assert answer.status_code < 500, visitor.name
        words = (
            answer.text
            if "text" in answer.headers.get("content-type", "text")
            else answer.content.decode("utf-8", "replace")
        )
        is_ours = visitor.tenant == TENANT
        reads_calls = is_ours and visitor.role not in (None, Role.OPERATOR)
        assert CALL not in words or reads_calls, f"{visitor.name} reads of a call"
        assert SCHOOL not in words or (is_ours and visitor.may_read_school), (
            f"{visitor.name} reads the schools' words"
        )


@pytest.mark.parametrize("door", post_doors())
def test_who_may_do_it_and_that_nothing_happens_otherwise(tmp_path: Path, town: World, browsers, door):
    refused = [v for v in VISITORS if not may(v.role, door.access)]
    before = fingerprints(town.engine, TENANT)
    for visitor in refused:
        browser = browsers[visitor.name]
        token = browser.token("/dataskydd" if visitor.person else "/logga-in")
        answer = browser.client.post(sample(door.path), data={"csrf": token})
        assert answer.status_code in (401, 403), f"{visitor.name}: {answer.status_code}"
    for visitor in (v for v in VISITORS if v.tenant == ELSEWHERE and may(v.role, door.access)):
        browser = browsers[visitor.name]
        if door.path != "/logga-ut":
            browser.client.post(sample(door.path), data={"csrf": browser.token("/dataskydd")})
    assert fingerprints(town.engine, TENANT) == before


def test_a_match_of_another_municipality_is_not_found_when_posted__W20(town: World, browsers):
    browser = browsers["the coordinator elsewhere"]
    before = fingerprints(town.engine, TENANT)
    answer = browser.post("/beslut", {"match": "1:x", "verdict": "accept"}, page="/dataskydd")
    assert answer.status_code == 404
    assert fingerprints(town.engine, TENANT) == before


@pytest.mark.parametrize("visitor", [v for v in VISITORS if v.person], ids=lambda v: f"F1 menu of {v.name}")
def test_the_menu_leads_only_where_one_may_go(town: World, browsers, visitor):
    text = browsers[visitor.name].get("/dataskydd").text
    menu = re.search(r'<nav class="mast-nav".*?</nav>', text, re.S)[0]
    paths = re.findall(r'href="([^"]+)"', menu)
    assert paths
    for path in paths:
        assert browsers[visitor.name].get(path).status_code in (200, 303), path
