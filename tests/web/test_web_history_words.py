"""The history in words, and as a file of any length."""

import ast
import asyncio
import csv
import json
import tracemalloc
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal
from sqlalchemy import insert
from web_world import TENANT, World, call_with_two_units

from builders import NOW
from storage import audit
from storage.audit import Event
from storage.database import reading, writing
from storage.tables import audit as audit_table
from storage.tables import audit_end
from web.app import create_app
from web.people.event_words import ACTIONS, CHANNELS, KINDS
from web.people.history import PIECE

HOUSE = Path(__file__).parents[2]
ROOMS = ("storage", "pipeline", "web", "commands")


def said(name: str) -> set[str]:
    """Every word that the house's code gives an event as its kind, or as its action."""
    found = set()
    for room in ROOMS:
        for path in (HOUSE / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and getattr(node.func, "attr", getattr(node.func, "id", "")) == "Event"
                ):
                    found |= {
                        word.value.value
                        for word in node.keywords
                        if word.arg == name and _is_text(word.value)
                    }
                if isinstance(node, ast.Dict) and {"kind", "action"} <= {
                    getattr(key, "value", None) for key in node.keys
                }:
                    pairs = zip(node.keys, node.values, strict=True)
                    found |= {
                        value.value
                        for key, value in pairs
                        if getattr(key, "value", "") == name and _is_text(value)
                    }
    return found


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_every_kind_and_deed_of_the_history_has_a_word_of_its_own():
    kinds, deeds = said("kind"), said("action")
    assert {"match", "person", "letter"} <= kinds, "the search finds what is written"
    assert {"choose", "sign-in"} <= deeds
    assert kinds <= KINDS.keys()
    assert deeds <= ACTIONS.keys()


def told(world: World, *events: Event) -> None:
    with writing(world.engine) as conn:
        for event in events:
            audit.record(conn, TENANT, event, world.now)


def test_the_history_of_a_call_has_no_raw_words_in_either_language(world: World):
    call = call_with_two_units(world)
    browser = world.signed_in()
    answer = {"actor": "kontakt-skola", "channel": "mail-link", "kind": "answer", "key": f"{call}/skola"}
    follow = {"actor": "samordnare", "channel": "web", "kind": "call", "key": str(call)}
    told(
        world,
        Event(
            **answer, action="no", before={"kind": "interested"}, after={"kind": "no", "reason": "no_staff"}
        ),
        Event(
            **answer, action="forward", before={"kind": "no"}, after={"kind": "forward", "to_unit": "kultur"}
        ),
        Event(**follow, action="follow", after={"person": "kontakt-skola", "unit": "skola"}),
        Event(**follow, action="mark-children", after={"children": True, "unit": None}),
    )
    swedish = unescape(browser.get(f"/utlysning/{call}").text)
    for words in (
        "svarade: Intresserad → Inte för oss · skäl: Saknar personal eller kompetens",
        "till enhet: Kulturförvaltningen",
        "person: Kontaktperson, Barn- och utbildning · enhet: Barn- och utbildningsförvaltningen",
        "märkte som barn och unga",
        "barn och unga: ja",
    ):
        assert words in swedish, words
    english = unescape(browser.get(f"/utlysning/{call}?lang=en").text)
    assert "answered: Interested → Not for us" in english
    for raw in ("interested →", "kontakt-skola", "no_staff", "mark-children", ": kultur", "True"):
        assert raw not in swedish, raw
        assert raw not in english, raw


def test_the_page_of_the_history_names_the_call_and_the_channel(world: World):
    call = call_with_two_units(world)
    browser = world.signed_in()
    form = browser.forms(f"/utlysning/{call}")[0]
    browser.post("/beslut", {"match": form["match"], "verdict": "accept"})
    page = unescape(browser.get("/historik").text)
    with reading(world.engine) as conn:
        title = world.context.memory.board(conn, TENANT, world.now).calls[call].title
    assert f'<a href="/utlysning/{call}">Barn- och utbildningsförvaltningen – {title}</a>' in page
    assert all(word in page for word in ("läge: ny → godkänd", f"({CHANNELS['web']})"))


def many_events(world: World, number: int) -> None:
    """A long history, put there in one go: only what is read of it matters."""
    row = {"tenant": TENANT, "actor": "samordnare", "channel": "web", "kind": "match", "action": "accept"}
    row |= {"before": {"state": "new"}, "after": {"state": "accepted"}, "reason": "ett skäl " * 20}
    row |= {"salt": "s", "content_digest": "c" * 64, "digest": "d" * 64}
    with writing(world.engine) as conn:
        last = audit.count(conn, TENANT)
        rows = [
            row | {"number": last + place, "key": str(place), "at": NOW + timedelta(seconds=place)}
            for place in range(1, number + 1)
        ]
        conn.execute(insert(audit_table), rows)
        conn.execute(audit_end.update().where(audit_end.c.tenant == TENANT).values(number=last + number))


@pytest.mark.parametrize("path", ["/historik.csv", "/historik.json"], ids=lambda path: f"X-06 {path}")
def test_a_file_of_the_history_is_written_while_it_is_read_and_whole(world: World, path: str):
    browser = world.signed_in()
    many_events(world, 3 * PIECE + 7)
    content = browser.get(f"{path}?slag=match").content
    if path.endswith("csv"):
        keys = [row["key"] for row in csv.DictReader(content.decode("utf-8-sig").splitlines(), delimiter=";")]
    else:
        keys = [row["key"] for row in json.loads(content)]
    assert keys == [str(number) for number in range(3 * PIECE + 7, 0, -1)]
    assert browser.get("/historik.json?slag=match&till=2020-01-01").json() == []


async def size_of(browser, path: str) -> int:
    """How long an answer is, read as a browser reads it: nothing of it is kept."""
    cookies = "; ".join(f"{name}={value}" for name, value in browser.client.cookies.items())
    headers = [(b"host", browser.client.base_url.host.encode()), (b"cookie", cookies.encode())]
    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b""}
    scope |= {"headers": headers, "scheme": "https", "client": ("testclient", 1), "server": ("x", 443)}
    seen, over = [], asyncio.Event()

    async def receive():
        await over.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        seen.append(len(message.get("body", b"")))

    await create_app(browser.world.context)(scope, receive, send)
    return sum(seen)


@pytest.mark.parametrize("path", ["/historik.csv", "/historik.json"], ids=lambda path: f"X-06 {path}")
def test_a_long_history_takes_no_more_memory_than_a_short_one(world: World, path: str):
    """What is kept at once is a piece of it, whatever its length: four times the rows, hardly more memory."""
    browser = world.signed_in()
    peaks = []
    for more in (2 * PIECE, 6 * PIECE):
        many_events(world, more)
        tracemalloc.start()
        with start_blocking_portal() as thread:  # browsers' tests may hold this thread's own loop
            size = thread.call(size_of, browser, path)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert size > 1_000_000
    assert peaks[1] < 1.5 * peaks[0]
