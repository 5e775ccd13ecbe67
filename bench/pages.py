"""The pages under load: 5,000 calls and 20,000 matches, 20 connections, beside an empty page of the same framework."""

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from bench import previewing
from bench.figures import Figure
from calls.model import Call, CallSection, Deadline, ScrapedCall
from calls.vocabulary import SectionKind, Status
from matcher.model import Answer, Band, Check, Evidence, Match, SentencePair
from profiles.load import load_profile, preset_path
from profiles.model import Need, Profile
from storage import calls, matches, profiles, signins
from storage.database import open_database, reading, writing
from texts import Message

CALLS, MATCHES = 5_000, 20_000
CONNECTIONS = 20
SECONDS, SECONDS_EMPTY = 60.0, 6.0  # a minute without an error is asked of each page of ours
MILLISECONDS_ASKED = 150
TENANT, SESSION = "default", "a session of measurements"
SECTION = (
    "The aim is to bring people from different towns together around topics that matter in their daily life. "
    "Activities may include meetings, workshops, joint teaching and digital exchanges between towns.\n"
)
BANDS = (Band.STRONG, Band.LIKELY, Band.POSSIBLE)


@dataclass
class Load:
    """What many connections met.

    Attributes:
        times: seconds to each whole answer.
    """

    times: list[float] = field(default_factory=list)
    errors: int = 0

    @property
    def p95(self) -> float:
        """Milliseconds that 95 of 100 answers took at most."""
        return sorted(self.times)[int(len(self.times) * 0.95)] * 1000 if self.times else 0.0


def measure() -> Iterator[Figure]:
    """p95 of each page, asked for by 20 connections that ask again as soon as they are answered."""
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{Path(folder) / 'pages.sqlite'}"
        started = time.perf_counter()
        _fill(database)
        yield Figure(
            what=f"pages: storing {CALLS} calls, {MATCHES} matches",
            value=time.perf_counter() - started,
            unit="s",
        )
        with _serving(database) as port:
            for what, path, limit, seconds in (
                ("empty page", "/tom", None, SECONDS_EMPTY),
                ("queue", "/", MILLISECONDS_ASKED, SECONDS),
                ("one call", "/utlysning/17", MILLISECONDS_ASKED, SECONDS),
            ):
                yield from _figures(what, port, path, limit, seconds)
        yield from previewing.measure(database, TENANT)


def _figures(what: str, port: int, path: str, limit: float | None, seconds: float) -> Iterator[Figure]:
    first = _load(port, path, connections=1, seconds=0.0)
    found = _load(port, path, connections=CONNECTIONS, seconds=seconds)
    yield Figure(what=f"{what}, first answer", value=first.p95, unit="ms")
    yield Figure(what=f"{what}, answers a second", value=len(found.times) / seconds, unit="1/s")
    yield Figure(what=f"{what}, p95 at {CONNECTIONS} connections", value=found.p95, unit="ms", limit=limit)
    yield Figure(
        what=f"{what}, errors in {seconds:.0f} s", value=found.errors + first.errors, unit="", limit=0
    )


def _load(port: int, path: str, *, connections: int, seconds: float) -> Load:
    found, until = Load(), time.perf_counter() + seconds
    threads = [threading.Thread(target=_ask, args=(port, path, until, found)) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def _ask(port: int, path: str, until: float, found: Load) -> None:
    """One connection: ask at least once, and again until the time is up."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    while True:
        started = time.perf_counter()
        try:
            connection.request("GET", path, headers={"Cookie": f"fondvakt-session={SESSION}"})
            answer = connection.getresponse()
            answer.read()
            found.errors += answer.status != 200
        except (OSError, HTTPException):
            found.errors += 1
            connection.close()
        found.times.append(time.perf_counter() - started)
        if time.perf_counter() >= until:
            break
    connection.close()


@contextmanager
def _serving(database: str) -> Iterator[int]:
    """The pages in a process of their own; their port."""
    command = [sys.executable, "-m", "bench.pages_server", database]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        port = int(process.stdout.readline())
        while _load(port, "/tom", connections=1, seconds=0.0).errors:
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def _fill(database: str) -> None:
    engine, now = open_database(database), datetime.now(UTC)
    profile = load_profile(preset_path("exempelstad"))
    document = preset_path("exempelstad").read_text(encoding="utf-8")
    with writing(engine) as conn:
        profiles.save(conn, TENANT, profile.key, document, "bench", now)
        scraped = [_call(number, now) for number in range(CALLS)]
        calls.save_harvest(conn, TENANT, "eu-portal", scraped, {"eu-portal": 1}, now)
        signins.open_session(
            conn,
            TENANT,
            person=profile.coordinators[0].key,
            token_hash=sha256(SESSION.encode()).hexdigest(),
            csrf="0" * 64,
            now=now,
        )
    with reading(engine) as conn:
        stored = calls.summaries(conn, TENANT)
    with writing(engine) as conn:
        matches.propose(conn, TENANT, _proposed(stored, profile), 1, now)
    engine.dispose()


def _proposed(stored: Sequence[Call], profile: Profile) -> list[Match]:
    each, needs = MATCHES // CALLS, list({need.unit: need for need in profile.needs}.values())
    return [
        _match(call.id, needs[(place + turn) % len(needs)], turn)
        for place, call in enumerate(stored)
        for turn in range(each)
    ]


def _call(number: int, now: datetime) -> ScrapedCall:
    return ScrapedCall(
        source="eu-portal",
        reference=f"{number}TOPICSen",
        identifier=f"CERV-2026-CITIZENS-{number}",
        title=f"Networks of towns, round {number}: people, places and what they share across borders",
        url=f"https://portal.example/{number}",
        programme=("CERV", "ERASMUS+", "LIFE")[number % 3],
        announced=Status.OPEN,
        deadlines=(Deadline(at=now + timedelta(days=2 + number % 200)),),
        budget=4_000_000,
        grant_min=8_500,
        grant_max=50_700,
        cofinancing_rate=0.9,
        sections=tuple(CallSection(kind=kind, text=SECTION * 8) for kind in list(SectionKind)[:4]),
    )


def _match(call_id: int, need: Need, turn: int) -> Match:
    reason = Message(text="Behovet ligger nära utlysningens mål.")
    return Match(
        call_id=call_id,
        call_version=1,
        unit=need.unit,
        need=need.key,
        score=0.9 - turn / 10,
        band=BANDS[turn % 3],
        model="bench",
        evidence=(Evidence(signal="meaning", strength=0.8, reason=reason),) * 3,
        checks=tuple(Check(gate=gate, answer=Answer.YES, reason=reason) for gate in ("who", "where", "when")),
        pairs=(SentencePair(need=need.text, call=SECTION, section="scope", similarity=0.9),) * 2,
    )
