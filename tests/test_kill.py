"""SIGKILL at random moments of collecting, matching and sending: nothing lost, nothing doubled (T-14, B1, E1).

The moments come from a printed seed, and each job is started until it was killed often enough. What is left after the
kills and one undisturbed run of each job must be what an installation that was never disturbed has.
"""

import asyncio
import os
import signal
import sqlite3
import time
from collections import Counter
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from pathlib import Path
from random import Random

import pytest
from dice import dice
from forking import Forker
from killing import command_forker
from servers import real_server

from matcher.model import Decision, Verdict
from scrapers.standin.sample import sample_folder
from scrapers.standin.server import Standin, serve
from storage import matches
from storage.database import open_database, reading, writing

JOBS = {"collect": ["collect"], "match": ["match"], "digest": ["digest", "send"]}
EACH = int(os.environ.get("FONDVAKT_TEST_JOB_KILLS", "55")) / 55
KILLS = {job: round(usual * EACH) for job, usual in {"collect": 20, "match": 15, "digest": 20}.items()}
ANSWER_SECONDS = 0.05
MONDAY = "2026-11-23T07:05:00+01:00"


class Inbox:
    """Keeps what a real SMTP server was given."""

    def __init__(self) -> None:
        self.contents: list[bytes] = []

    async def handle_DATA(self, server, session, envelope):
        self.contents.append(envelope.original_content)
        await asyncio.sleep(ANSWER_SECONDS)
        return "250 kept"


def a_forker(folder: Path, standin: Standin, relay: str) -> Forker:
    """Runs the jobs over an empty installation of the made-up municipality."""
    named = {f"source_{key}_url": standin.url for key in ("eu_portal", "euroaccess", "have_your_say")}
    named = {name.upper(): value for name, value in named.items()}
    forker = command_forker(folder, SMTP_URL=relay, NOW=MONDAY, **named)
    forker.start(["init", "--municipality", "exempelstad"])
    assert forker.ended() == 0
    return forker


@pytest.fixture(scope="module")
def standin():
    with serve(sample_folder(), 0, today=date(2026, 11, 23)) as running:
        yield running


@pytest.fixture
def inbox():
    kept = Inbox()
    with real_server(kept) as relay:
        yield kept, relay


def state_of(folder: Path) -> dict:
    """What an installation holds, without its own numbers: calls, proposals, letters."""
    with sqlite3.connect(folder / "fondvakt.sqlite") as conn:
        assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        calls = conn.execute(
            "SELECT source, reference, call.version FROM call_source JOIN call ON call.id = call_id"
        ).fetchall()
        versions = conn.execute(
            "SELECT count(*), count(DISTINCT call_id || '/' || version) FROM call_version"
        ).fetchone()
        matches = conn.execute(
            "SELECT reference, unit, need, band, state FROM match "
            "JOIN call_source ON call_source.call_id = match.call_id"
        ).fetchall()
        letters = conn.execute("SELECT person, slot, state FROM letter").fetchall()
    assert versions[0] == versions[1]
    return {"calls": sorted(calls), "matches": sorted(matches), "letters": sorted(letters)}


def decide_everything(folder: Path) -> None:
    """The coordinator accepts a share of the queue, the same in every installation."""
    engine = open_database(f"sqlite:///{folder / 'fondvakt.sqlite'}")
    accept = Decision(verdict=Verdict.ACCEPT, by="test", at=datetime(2026, 11, 20, tzinfo=UTC))
    with reading(engine) as conn:
        queue = matches.find(conn, "default")
    with writing(engine) as conn:
        for stored in queue:
            if stored.match.need.startswith(tuple("abcdefghijklm")):
                matches.decide(conn, "default", stored.id, accept)
    engine.dispose()


def test_t_14_b1_nothing_is_lost_or_doubled_by_kills_at_random_moments(tmp_path, standin, inbox):
    kept, relay = inbox
    chance = dice()
    calm = run_undisturbed(tmp_path / "calm", standin, relay)
    print(calm["seconds"])
    expected_mail = mails(kept)
    kept.contents.clear()

    forker = a_forker(tmp_path / "killed", standin, relay)
    for job, arguments in JOBS.items():
        if job == "digest":
            decide_everything(tmp_path / "killed")
        kill_again_and_again(forker, arguments, KILLS[job], calm["seconds"][job], chance)
        forker.start(arguments)
        assert forker.ended() in (0, 1), job
    forker.close()

    killed = state_of(tmp_path / "killed")
    assert killed["calls"] == calm["state"]["calls"]
    assert [row[:4] for row in killed["matches"]] == [row[:4] for row in calm["state"]["matches"]]
    settle(killed, mails(kept), expected_mail, calm["state"], KILLS["digest"])


def kill_again_and_again(
    forker: Forker, arguments: list[str], kills: int, usual: float, chance: Random
) -> None:
    """Start a job until it was killed so often; a run that ended before its kill shortens the time to the next."""
    while kills:
        forker.start(arguments)
        was_killed = forker.end(after=chance.uniform(0.0, usual)) == -signal.SIGKILL
        kills -= was_killed
        usual *= 1.0 if was_killed else 0.8


def run_undisturbed(folder: Path, standin, relay: str) -> dict:
    """The same jobs without a kill: the state to compare with, and how long each job takes."""
    forker = a_forker(folder, standin, relay)
    seconds = {}
    for job, arguments in JOBS.items():
        if job == "digest":
            decide_everything(folder)
        begun = time.monotonic()
        forker.start(arguments)
        assert forker.ended() == 0, (job, (folder.parent / f"{folder.name}.log").read_text()[-2000:])
        seconds[job] = time.monotonic() - begun
    forker.close()
    return {"state": state_of(folder), "seconds": seconds}


def mails(kept: Inbox) -> list[tuple[str, str, bytes]]:
    """What arrived: recipient, Message-ID, bytes."""
    found = []
    for content in kept.contents:
        message = message_from_bytes(content, policy=policy.default)
        found.append((str(message["To"]), str(message["Message-ID"]), content))
    return found


def settle(killed: dict, arrived: list, expected: list, calm: dict, kills: int) -> None:
    """Each letter arrived, or is shown as in doubt; each copy beyond the first is one kill's, byte for byte."""
    states = Counter(state for _person, _slot, state in killed["letters"])
    assert {row[:2] for row in killed["letters"]} == {row[:2] for row in calm["letters"]}
    assert set(states) <= {"sent", "in_doubt"}, states
    by_id: dict[str, set[bytes]] = {}
    for _to, message_id, content in arrived:
        by_id.setdefault(message_id, set()).add(content)
    assert all(len(contents) == 1 for contents in by_id.values()), "a copy is not byte-identical"
    assert len(arrived) - len(by_id) <= kills
    assert len(expected) - len({to for to, _, _ in arrived}) <= states["in_doubt"]
