"""A source collected at once from its page: by whom, what is told meanwhile, and what follows."""

import threading

import pytest
from editor_world import EditorWorld
from web_world import TENANT

from pipeline.on_request import FollowedRun, JobOnRequest, Progress
from storage import audit
from storage.database import reading

PATH = "/kallor/eu-portal"


class Held:
    """A run that goes on until it is told how it went."""

    def __init__(self) -> None:
        self.said: str | None = None
        self.runs = 0

    def start(self) -> "Held":
        """Begin; the same run each time."""
        self.runs += 1
        return self

    def outcome(self) -> str | None:
        """How it went, None until then."""
        return self.said


@pytest.fixture
def held():
    run = Held()
    yield run
    run.said = ""


@pytest.fixture
def world(edited, held) -> EditorWorld:
    """A municipality whose first source is collected by hand."""
    edited.collectors = {"eu-portal": JobOnRequest(held.start)}
    return edited


def wait_until_done(world) -> Progress:
    ended = threading.Event()
    while (progress := world.collectors["eu-portal"].progress) is Progress.RUNNING:
        ended.wait(0.01)
    return progress


def test_the_coordinator_has_a_source_collected_now_and_sees_that_it_goes_on(world, held):
    browser = world.signed_in()
    before = browser.get("/kallor").text
    assert before.count("Hämta nu") == 1
    answer = browser.post(PATH, {}, page="/kallor")
    assert (answer.status_code, answer.headers["location"]) == (303, "/kallor#source-eu-portal")
    page = browser.get("/kallor").text
    assert "Hämtas just nu" in page
    assert "Hämta nu" not in page
    browser.post(PATH, {}, page="/utlysningar")
    held.said = ""
    assert wait_until_done(world) is Progress.IDLE
    assert held.runs == 1
    with reading(world.engine) as conn:
        told = audit.events(conn, TENANT, kind="source")
    assert [(one.event.actor, one.event.key, one.event.action) for one in told] == [
        ("samordnare", "eu-portal", "collect")
    ]


def test_the_history_says_who_asked_for_which_source(world):
    browser = world.signed_in()
    browser.post(PATH, {}, page="/kallor")
    assert "bad om hämtning" in browser.get("/historik").text


def test_a_collection_that_could_not_be_run_is_told(world, held):
    browser = world.signed_in()
    browser.post(PATH, {}, page="/kallor")
    held.said = "no such program"
    assert wait_until_done(world) is Progress.FAILED
    page = browser.get("/kallor").text
    assert "Hämtningen gick inte att köra" in page
    assert "Hämta nu" in page


@pytest.mark.parametrize("path", ["/kallor/euroaccess", "/kallor/nope"])
def test_a_source_that_cannot_be_collected_here_is_not_there(world, path):
    assert world.signed_in().post(path, {}, page="/utlysningar").status_code == 404


def test_who_only_reads_sees_no_button(world):
    assert "Hämta nu" not in world.signed_in("kontakt.skola@exempelstad.example").get("/kallor").text


@pytest.mark.parametrize(("said", "follows"), [("", [1]), ("refused", []), (None, [])])
def test_what_follows_a_run_follows_only_one_that_went_well(said, follows):
    run, done = Held(), []
    run.said = said
    assert FollowedRun(run, lambda: done.append(1)).outcome() == said
    assert done == follows
