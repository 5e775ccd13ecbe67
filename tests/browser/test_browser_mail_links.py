"""Looking at what a mail links to changes nothing, however a scanner looks (C3, W-01, W-02).

All tables are compared, row by row. The addresses are those of whole letters and of every kind of link that
`notifier.links.Links` can make, so that a new kind cannot be forgotten. FONDVAKT_TEST_EVERY_LINK looks ten times at
every single one (`make soak`).
"""

import inspect
import os
import re
import sqlite3
from collections import Counter
from email import message_from_bytes, policy
from hashlib import sha256
from html.parser import HTMLParser
from urllib.parse import urlsplit

import httpx
import pytest
from web_world import KEY, TENANT

from matcher.model import Decision, Verdict
from notifier.links import Links, Question
from notifier.model import LetterKind
from notifier.weeks import week_of
from pipeline.digest import letter_context, plan
from storage import letters
from storage import matches as stored_matches
from storage.database import reading, writing

pytestmark = pytest.mark.browser
TIMES = 10
EVERY_ONE = "FONDVAKT_TEST_EVERY_LINK" in os.environ
METHODS = ("GET", "HEAD", "OPTIONS")
HALF_A_MINUTE = 30_000  # milliseconds


class Addresses(HTMLParser):
    """Every address that a page or a letter asks its reader, or its reader's program, to open."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name in ("href", "src", "action") and value]


def in_letter(content: bytes) -> set[str]:
    """The addresses in both parts and in the headers."""
    message = message_from_bytes(content, policy=policy.SMTP)
    text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    words = f"{text} {message['List-Unsubscribe']} {' '.join(Addresses(html).found)}"
    return {found.rstrip(">.,)") for found in re.findall(r"https?://[^\s<>\"]+", words)}


def digests(world) -> list[bytes]:
    """The week's letters of a municipality whose coordinator has accepted everything, as they would leave."""
    with writing(world.engine) as conn:
        for one in stored_matches.find(conn, TENANT):
            verdict = Decision(verdict=Verdict.ACCEPT, by="samordnare", at=world.now)
            stored_matches.decide(conn, TENANT, one.id, verdict)
    context = letter_context(TENANT, world.profile, world.now, public_url=world.public_url, key=KEY)
    plan(world.engine, context, week_of(world.now))
    with reading(world.engine) as conn:
        return [stored.letter.content for stored in letters.find(conn, TENANT)]


def every_kind(world) -> dict[str, list[str]]:
    """Name of each way to make a link, to the addresses that it makes."""
    links, person = Links(world.public_url, KEY, TENANT), next(p for p in world.profile.people if p.units)
    asked = Question(person=person.key, unit=person.units[0], call_id=1, call_version=1)
    made = {
        "unsubscribe": [links.unsubscribe(person.key, kind) for kind in (None, *LetterKind)],
        "answer": [links.answer(asked, world.now)],
        "choices": [links.choices(person.key)],
        "call": [links.call(1), links.call(999)],
        "letter": [links.letter(1), links.letter(999)],
        "coming": [links.coming(person.key), links.coming("ingen")],
        "calendar": [links.calendar(1, "sv"), links.calendar(1, "en")],
    }
    for name, way in inspect.getmembers(Links, inspect.isfunction):
        if (
            name not in made
            and not name.startswith(("_", "read_"))
            and len(inspect.signature(way).parameters) == 1
        ):
            made[name] = [getattr(links, name)()]
    return made


def state(world) -> dict[str, str]:
    """A sum of every row of every table."""
    with sqlite3.connect(world.engine.url.database) as conn:
        names = [row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: sha256(
                repr(conn.execute(f'SELECT * FROM "{name}" ORDER BY 1').fetchall()).encode()
            ).hexdigest()
            for name in names
        }


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The tables that are not as they were."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def looks(addresses: list[str]) -> list[tuple[str, int]]:
    """How often each is looked at: ten times three of each kind, once the others; all ten times in a night's run."""
    seen: Counter[str] = Counter()
    found = []
    for address in addresses:
        kind = urlsplit(address).path.split("/")[1]
        seen[kind] += 1
        found.append((address, TIMES if EVERY_ONE or seen[kind] <= 3 else 1))
    return found


@pytest.fixture
def addresses(site) -> list[str]:
    """Every address of ours in every letter of the week, in the sign-in mail, and of every kind."""
    written = digests(site.world)
    assert len(written) >= 3
    site.world.browser().post("/logga-in", {"email": site.world.profile.people[0].email}, page="/logga-in")
    found = set().union(
        *(in_letter(content) for content in written), *map(set, every_kind(site.world).values())
    )
    found |= set(re.findall(r"https?://\S+", site.world.outbox[-1].get_content()))
    ours = sorted(address for address in found if address.startswith(site.address))
    assert any("/logga-in/lank/" in address for address in ours)
    assert sum("/svara/" in address for address in ours) > 10
    return ours


def test_c3_every_way_to_make_a_link_is_looked_at(site):
    ways = {
        name
        for name, _ in inspect.getmembers(Links, inspect.isfunction)
        if not name.startswith(("_", "read_"))
    }
    assert ways == set(every_kind(site.world))


def test_c3_w_01_get_head_and_options_ten_times_on_every_link_change_no_row(site, addresses):
    before, seen = state(site.world), []
    assert len(before) > 20
    with httpx.Client(follow_redirects=True, timeout=120) as scanner:
        for address, times in looks(addresses):
            seen += [scanner.request(method, address).status_code for method in METHODS * times]
    assert changed(before, state(site.world)) == []
    print(f"looks {len(seen)} at {len(addresses)} addresses, rows changed 0")
    assert set(seen) <= {200, 204, 401, 404, 405}, set(seen)


def test_c3_w_02_a_browser_with_scripts_that_waits_half_a_minute_changes_no_row(site, addresses, chromium):
    before = state(site.world)
    context = chromium.new_context()
    page = context.new_page()
    posted = []
    page.on("request", lambda request: posted.append(request.url) if request.method != "GET" else None)
    for address in addresses:
        if address.endswith(".ics"):
            continue  # a file for a calendar; nothing in it can act
        page.clock.install()
        page.goto(address)
        page.clock.run_for(HALF_A_MINUTE)
    context.close()
    assert posted == []
    assert changed(before, state(site.world)) == []


def test_c3_w_01_the_tokens_are_still_good_afterwards(site, addresses):
    stop = next(address for address in addresses if "/u/" in address)
    for _ in range(TIMES):
        httpx.get(stop, timeout=120)
    before = state(site.world)
    assert httpx.post(stop, data={"List-Unsubscribe": "One-Click"}, timeout=120).status_code == 200
    assert changed(before, state(site.world)) != []
