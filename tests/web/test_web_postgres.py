"""The pages over PostgreSQL: every way in is walked, and what people do is done once (E7).

Everything else about the pages is tried over SQLite; what differs between the engines is the database's own words,
and those all pass here.
"""

import re
import secrets
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
from editor_forms import decide as decide_draft
from editor_forms import save
from editor_world import EditorWorld, an_editor_world
from starlette.testclient import TestClient
from web_world import KEY, TENANT, URL, school_and_culture

from matcher.model import MatchState
from notifier.links import Links, Question
from notifier.weeks import week_of
from pipeline import digest
from postgres_server import postgres_server, postgres_url  # noqa: F401 - fixtures
from storage import answers_given, api_tokens, follows, referrals, signins
from storage.answers_given import AnswerKind
from storage.api_tokens import Scope
from storage.database import reading, writing
from web.app import DOORS, create_app
from web.visit import hashed

pytestmark = pytest.mark.postgres
BLANKS = {
    "call_id": "1", "unit": "skola", "need": "utbyten", "draft": "1", "number": "1", "person": "kontakt-skola",
    "key": "kontakt-skola", "week": "2026-W34", "letter_id": "1", "deed": "avvisa", "token": "x", "token:path": "x",
    "name": "x", "form": "toml",
}  # fmt: skip
ASKED = {
    "/beslut/{deed}": "?m=1:x", "/beslut/till-enhet": "?call=1", "/beslut/flera": "?urval=sida",
    "/rattelse": "?traff=1",
    "/utlysningar": "?sok=school&visa=alla", "/": "?sok=pupils", "/historik": "?slag=match&fran=2026-01-01",
    "/profil/prova": "?utlysning=/c/2", "/beslut/lage": "?sedan=0&nar=0",
}  # fmt: skip


@pytest.fixture
def world(tmp_path, postgres_url) -> Iterator[EditorWorld]:  # noqa: F811 - the fixture imported above
    """Two units over a stored profile, calls on eight subjects and a first matching, in a database of its own."""
    made = an_editor_world(tmp_path, school_and_culture(), url=postgres_url)
    assert made.engine.dialect.name == "postgresql"
    yield made
    made.engine.dispose()


def signed_in(world: EditorWorld, person: str = "samordnare"):
    """A browser of somebody's, without the mail that leads there."""
    token = secrets.token_hex(16)
    with writing(world.engine) as conn:
        opened = {"person": person, "token_hash": hashed(token), "csrf": "f" * 64, "now": world.now}
        signins.open_session(conn, TENANT, **opened)
    browser = world.browser()
    browser.client.cookies.set(world.context.cookie("session"), token)
    return browser


def press(browser, path: str, verdict: str, **said):
    """Press the first button of its kind on a page."""
    form = next(form for form in browser.forms(path) if form["verdict"] == verdict)
    deed = "refer" if verdict == "referensgrupp" else verdict
    answer = browser.post("/beslut", {"match": form["match"], "verdict": deed, "back": "/", **said})
    assert answer.status_code == 303, answer.text
    return form["match"]


def states(world: EditorWorld) -> list[MatchState]:
    """Where the matches stand."""
    return [match.state for match in world.matches()]


def asked_about(world: EditorWorld) -> int:
    """How many calls the reference group is asked about."""
    with reading(world.engine) as conn:
        return len(referrals.open_referrals(conn, TENANT))


def test_every_page_is_answered(world: EditorWorld):
    browser = signed_in(world)
    press(browser, "/", "accept")
    save(browser, do="save")
    context = digest.letter_context(TENANT, world.held()[1], world.now, public_url=URL, key=KEY)
    assert digest.plan(world.engine, context, week_of(world.now)).letters
    broken = {}
    for door in DOORS:
        if "GET" in door.methods:
            path = re.sub(r"\{([^}]+)\}", lambda blank: BLANKS[blank[1]], door.path) + ASKED.get(
                door.path, ""
            )
            status = browser.get(path).status_code
            if status >= 400 and not (status in (404, 410) and ("/x" in path or "oidc" in path)):
                broken[path] = status
    assert not broken


def test_decisions_are_made_taken_back_and_made_together(world: EditorWorld):
    browser, before = signed_in(world), states(world)
    press(browser, "/", "referensgrupp", note="Vad säger ni?")
    assert MatchState.REFERRED in states(world)
    assert asked_about(world) == 1
    page = browser.get("/").text
    undo = re.search(r'action="/beslut/angra">(.*?)</form>', page, re.S)[1]
    browser.post("/beslut/angra", {"match": re.findall(r'name="match" value="([^"]+)"', undo), "back": "/"})
    assert (asked_about(world), states(world)) == (0, before)
    press(browser, "/", "reject", reason="no_staff", note="Ingen tid")
    assert MatchState.REJECTED in states(world)
    shown = unescape(browser.get("/beslut/flera?urval=sida").text)
    fields = dict(re.findall(r'<input type="hidden" name="(urval|seal|flik|sida)" value="([^"]*)"', shown))
    assert browser.post("/beslut/flera", fields | {"verdict": "accept"}).status_code == 303
    assert MatchState.ACCEPTED in states(world)
    browser.post("/beslut/flera/1/angra", {})
    assert states(world).count(MatchState.NEW) == len(before) - 1, "all but what was rejected"
    assert "ångrade" in browser.get("/historik").text
    assert browser.get("/historik.csv").content.count(b"\r\n") > 5


def test_a_need_is_edited_and_published_and_the_queue_follows(world: EditorWorld):
    browser = signed_in(world)
    save(browser, do="review", never="elever")
    assert decide_draft(browser, world, "publish", reach="open").headers["location"] == "/profil"
    world.wait()
    assert world.held()[0] == 2
    assert world.runs == 2
    assert browser.get("/profil/version/2").status_code == 200


def test_a_contact_person_answers_follows_and_chooses(world: EditorWorld):
    question = Question(person="kontakt-skola", unit="skola", call_id=1, call_version=1)
    address = Links(world.public_url, KEY, TENANT).answer(question, world.now).removeprefix(world.public_url)
    stranger = world.browser()
    assert stranger.client.post(address, data={"choice": "interested"}).status_code == 200
    contact = signed_in(world, "kontakt-skola")
    assert contact.post("/utlysning/2/folj", {"choice": "follow"}).status_code == 303
    assert contact.post("/mina-val", {"deed": "save", "rhythm": "monthly"}, page="/mina-val").status_code in (
        200,
        303,
    )
    with reading(world.engine) as conn:
        assert [one.answer.kind for one in answers_given.newest(conn, TENANT)] == [AnswerKind.INTERESTED]
        assert {one.call_id for one in follows.of_person(conn, TENANT, "kontakt-skola")} == {1, 2}


def test_a_program_reads_and_decides(world: EditorWorld):
    until = world.now + timedelta(days=9)
    with writing(world.engine) as conn:
        token = api_tokens.make(
            conn, TENANT, "diariet", list(Scope), by="cli", now=world.now, expires_at=until
        )
    client = TestClient(create_app(world.context), base_url=world.public_url)
    client.headers["authorization"] = f"Bearer {token}"
    for path in (
        "/calls",
        "/calls?q=pupils",
        "/calls/1",
        "/calls/1/versions",
        "/matches",
        "/answers",
        "/profile",
    ):
        assert client.get(f"/api/v1{path}").status_code == 200, path
    number = world.matches()[0].id
    said = client.post(f"/api/v1/matches/{number}/decisions", json={"verdict": "accept"})
    assert said.status_code == 201
    assert MatchState.ACCEPTED in states(world)
