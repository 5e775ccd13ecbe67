"""Kill the sender at random moments: nothing is lost, and nothing comes twice unless somebody asks for it (B1, B2).

M-35. The moments come from a printed seed; FONDVAKT_TEST_SEED repeats a run. FONDVAKT_TEST_LETTERS and
FONDVAKT_TEST_KILLS make it a night's run (`make soak`).
"""

import asyncio
import os
import signal
from collections import Counter
from dataclasses import dataclass
from email import message_from_bytes
from hashlib import sha256
from pathlib import Path

import pytest
from dice import dice
from forking import Forker
from outbox import TENANT, a_town, fill
from servers import Keeper, real_server

from builders import NOW
from notifier.model import LetterState
from pipeline.settling import settle
from storage import letters, outbox
from storage.database import open_database, reading

AT_A_TIME = 500


@dataclass(frozen=True, kw_only=True)
class Trial:
    """How many letters, and how often their sender is killed."""

    letters: int
    kills: int

    @property
    def each(self) -> int:
        """The most letters that one sender gets rid of, so that none is done before it is killed."""
        return self.letters // self.kills - 1


USUAL = Trial(
    letters=int(os.environ.get("FONDVAKT_TEST_LETTERS", "1500")),
    kills=int(os.environ.get("FONDVAKT_TEST_KILLS", "60")),
)
SHORT = Trial(letters=300, kills=20)


class Sums(Keeper):
    """Keeps a sum of each letter instead of its bytes, so that a night's run fits in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived: Counter[bytes] = Counter()
        self.numbers: set[str] = set()
        self.most: int | None = None

    async def handle_DATA(self, server, session, envelope):
        while self.most is not None and self.arrived.total() >= self.most:
            await asyncio.sleep(
                0.001
            )  # until somebody is killed: aiosmtpd then ends this, and the letter is not kept
        self.arrived[summed(envelope.content)] += 1
        self.numbers.add(message_from_bytes(envelope.content)["Message-ID"])
        return "250 2.0.0 kept"


def summed(content: bytes) -> bytes:
    return sha256(content).digest()


def filled(engine, letters: int) -> set[bytes]:
    """Fill the outbox; the sum of each letter."""
    made = set()
    for first in range(0, letters, AT_A_TIME):
        some = fill(engine, min(AT_A_TIME, letters - first), first=first)
        made |= {summed(one.content) for one in some}
    return made


def doubtful_in(engine) -> dict[bytes, int]:
    with reading(engine) as conn:
        found = letters.find(conn, TENANT, states=[LetterState.IN_DOUBT])
    return {summed(stored.letter.content): stored.id for stored in found}


def killed_after(sender: Forker, keeper: Sums, letters: int, most: int, seconds: float) -> None:
    """Kill a sender so many seconds after so many letters have come; no more than `most` are taken."""
    before = keeper.arrived.total()
    keeper.most = before + most
    sender.start()
    ended = sender.end(once=lambda: keeper.arrived.total() >= before + letters, after=seconds)
    assert ended == -signal.SIGKILL


def test_m_35_killed_again_and_again_nothing_is_lost_and_nothing_comes_twice(engine, tmp_path):
    keeps_its_promise(engine, tmp_path, USUAL)


@pytest.mark.postgres
def test_m_35_b1_postgresql_keeps_the_same_promise(postgres_url, tmp_path):
    engine = open_database(postgres_url)
    try:
        keeps_its_promise(engine, tmp_path, SHORT)
    finally:
        engine.dispose()


def keeps_its_promise(engine, folder: Path, trial: Trial) -> None:
    """Fill, kill, settle what is in doubt by sending it again, and count what came."""
    chance, keeper = dice(), Sums()
    made = filled(engine, trial.letters)
    with real_server(keeper) as relay:
        sender = a_sender(engine, relay, folder, trial.letters)
        try:
            for _ in range(trial.kills):
                letters_first = chance.randint(0, trial.each)
                killed_after(sender, keeper, letters_first, trial.each, chance.uniform(0, 0.01))
            keeper.most = None
            sends_the_rest(sender)
            doubtful, once = doubtful_in(engine), Counter(keeper.arrived)
            assert set(once.values()) == {1}, "a letter came twice by itself"
            assert made - set(once) <= set(doubtful), "a letter is lost and nobody can see it"
            assert len(doubtful) <= trial.kills

            for letter_id in doubtful.values():
                settle(engine, TENANT, a_town(trial.letters), letter_id, arrived=False, now=NOW)
            sends_the_rest(sender)
        finally:
            sender.close()
    twice = keeper.arrived.total() - trial.letters
    print(f"kills {trial.kills}, in doubt {len(doubtful)}, arrived twice {twice}")
    assert set(keeper.arrived) == made, "lost, or not byte-identical"
    assert twice <= len(doubtful)
    with reading(engine) as conn:
        assert outbox.count(conn, TENANT, [LetterState.SENT]) == trial.letters
    assert len(keeper.numbers) == trial.letters


def a_sender(engine, relay: str, folder: Path, people: int) -> Forker:
    database = engine.url.render_as_string(hide_password=False)
    program = Path(__file__).with_name("killable.py")
    return Forker(program, database, relay, folder / "lock", people, log=folder / "log")


def sends_the_rest(sender: Forker) -> None:
    sender.start()
    assert sender.ended() == 0
