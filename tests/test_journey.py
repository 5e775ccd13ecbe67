"""One call's journey, through every room: the portal's page, the database, a match, the coordinator, a letter.

Everything is real but the model (words alone decide) and the clock: HTTP to the stand-in, SQLite, the pages in a
browser without script, and a mail server on loopback.
"""

import re
from datetime import UTC, date, datetime
from email import message_from_bytes, policy

import pytest
from servers import Keeper, real_server
from web_world import TENANT, Browser, World

from calls.vocabulary import Status
from matcher.model import MatchState
from matcher.review import ReviewRule
from notifier.channel import channel_for
from notifier.weeks import week_of
from pipeline import digest, sending
from pipeline.collect import Order, collect
from pipeline.limiter import Limiter
from pipeline.match import match_all
from profiles.load import load_profile, preset_path
from scrapers.fetch import Fetcher
from scrapers.sources import SOURCES
from scrapers.standin.sample import sample_folder
from scrapers.standin.server import serve
from storage import calls as stored_calls
from storage import choices
from storage import profiles as stored_profiles
from storage.database import open_database, reading, writing

FRIDAY = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
TWINNING = "CERV-2026-CITIZENS-TOWN-TT"


@pytest.fixture
def world(tmp_path) -> World:
    path = preset_path("exempelstad")
    engine = open_database(f"sqlite:///{tmp_path / 'journey.sqlite'}")
    with writing(engine) as conn:
        stored_profiles.save(conn, TENANT, "exempelstad", path.read_text(encoding="utf-8"), "test", FRIDAY)
    made = World(engine=engine, profile=load_profile(path), now=FRIDAY)
    yield made
    engine.dispose()


def test_a_call_goes_from_the_portals_page_to_a_contact_persons_letter(world, tmp_path):
    collect_sample(world, tmp_path)
    call = the_call(world, TWINNING)
    assert call.status(FRIDAY) is Status.OPEN
    assert "eu-portal" in [link.source for link in call.sources]

    match_all(world.engine, TENANT, None, world.profile, 1, FRIDAY)
    proposed = [stored for stored in world.matches() if stored.match.call_id == call.id]
    assert "kommunledning" in {stored.match.unit for stored in proposed}

    coordinator = world.signed_in(world.profile.coordinators[0].email)
    accept_on_the_page(coordinator, call.id, "kommunledning", world)
    accepted = [stored for stored in world.matches() if stored.state is MatchState.ACCEPTED]
    assert {stored.match.call_id for stored in accepted} == {call.id}

    let_nothing_go_unreviewed(world)
    letters = send_monday(world)
    (letter,) = letters
    assert letter["To"].addresses[0].addr_spec in {
        p.email for p in world.profile.contacts_of("kommunledning")
    }
    text = letter.get_body(("plain",)).get_content()
    assert call.title in text
    assert "/svara/" in text, "the letter leads to where it is answered"
    assert send_monday(world) == [], "never the same call version twice"


def collect_sample(world: World, folder) -> None:
    with serve(sample_folder(), 0, today=date(2026, 11, 20)) as standin:
        fetchers = [Fetcher(source, user_agent="Test/1", base_url=standin.url) for source in SOURCES]
        orders = [Order(source=s, fetch=f, options={}) for s, f in zip(SOURCES, fetchers, strict=True)]
        results = collect(world.engine, TENANT, orders, FRIDAY, kept_folder=folder)
        for fetcher in fetchers:
            fetcher.close()
    assert not any(result.refused for result in results)


def the_call(world: World, identifier: str):
    with reading(world.engine) as conn:
        (found,) = [call for call in stored_calls.find(conn, TENANT) if call.identifier == identifier]
    return found


def accept_on_the_page(browser: Browser, call_id: int, unit: str, world: World) -> None:
    """Press Godkänn for one unit, as the page offers it."""
    mine = {
        str(stored.id)
        for stored in world.matches()
        if stored.match.call_id == call_id and stored.match.unit == unit
    }
    page = f"/utlysning/{call_id}"
    form = next(
        form
        for form in browser.forms(page)
        if form["verdict"] == "accept" and {re.match(r"\d+", value)[0] for value in form["match"]} <= mine
    )
    answer = browser.post(
        form["action"], {"match": form["match"], "verdict": "accept", "back": form["back"]}, page
    )
    assert answer.status_code == 303, answer.text


def let_nothing_go_unreviewed(world: World) -> None:
    """As every unit may choose on the page of settings."""
    with writing(world.engine) as conn:
        for unit in world.profile.units:
            choices.choose_rule(conn, TENANT, unit.key, ReviewRule.EVERYTHING, "samordnare", MONDAY)


def send_monday(world: World) -> list:
    """Plan and send the week's letters to a real server; what arrived."""
    keeper = Keeper()
    with real_server(keeper) as url:
        context = digest.letter_context(
            TENANT, world.profile, MONDAY, public_url=world.public_url, key="x" * 32
        )
        week = week_of(MONDAY)
        digest.plan(world.engine, context, week)
        sending.send(
            world.engine,
            TENANT,
            world.profile,
            channel_for(url),
            week=week,
            owner="test",
            now_fn=lambda: MONDAY,
            limiter=Limiter(1000),
        )
    return [message_from_bytes(content, policy=policy.default) for content in keeper.contents]
