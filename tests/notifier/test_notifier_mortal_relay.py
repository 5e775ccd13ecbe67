"""Kill the mail server again and again: nothing is lost, and what nobody can know is shown (B1, B2, B3).

The moments come from a printed seed; FONDVAKT_TEST_SEED repeats a run. FONDVAKT_TEST_SERVER_KILLS makes it longer.
"""

import os
import signal
import threading
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest
from dice import dice
from forking import Forker
from outbox import TENANT, Clock, a_town, fill, sent
from ports import reserved_port
from servers import wait_for_port

from notifier.channel import channel_for
from notifier.model import LetterState
from storage import letters
from storage.database import reading

KILLS = int(os.environ.get("FONDVAKT_TEST_SERVER_KILLS", "50"))
MOST = 5  # a server takes so many and never answers for the last, so that no run is done before its server is killed
LETTERS = 2 * MOST * KILLS


class MortalServer:
    """Real mail servers, one after another on the same port; `arrived` counts what they took, by sum."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port, self.ledger = port, folder / "arrived"
        self.ledger.touch()
        self._forker = Forker(
            Path(__file__).with_name("mortal.py"), self.port, self.ledger, log=folder / "log"
        )
        self.url = f"smtp://127.0.0.1:{self.port}?name=localhost"

    @property
    def arrived(self) -> Counter[str]:
        return Counter(self.ledger.read_text().split())

    def start(self, most: int) -> None:
        """A server that takes so many letters, once it listens."""
        self._forker.start(most)
        wait_for_port(self.port)

    def kill(self, *, letters: int = 0, seconds: float = 0.0) -> None:
        """Kill it so many seconds after so many letters have come."""
        enough = self.ledger.stat().st_size + 65 * letters  # a sum and the end of its line
        assert (
            self._forker.end(once=lambda: self.ledger.stat().st_size >= enough, after=seconds)
            == -signal.SIGKILL
        )

    def close(self) -> None:
        self._forker.close()


@pytest.fixture
def relay(tmp_path):
    with reserved_port() as port:
        server = MortalServer(tmp_path, port)
        yield server
        server.close()


def test_b1_a_relay_killed_again_and_again_loses_nothing_and_doubt_is_shown(engine, relay):
    chance, clock, town = dice(), Clock(), a_town(LETTERS)
    made = {sha256(letter.content).hexdigest(): letter.message_id for letter in fill(engine, LETTERS)}
    for number in range(KILLS):
        relay.start(MOST)
        how = {"letters": number % (MOST + 1), "seconds": chance.uniform(0, 0.02)}
        killer = threading.Thread(target=relay.kill, kwargs=how)
        killer.start()
        summary = sent(engine, channel_for(relay.url), profile=town, clock=clock)
        killer.join()
        assert summary.stopped is not None, "it met a dead server and did not stop"
        clock.pass_(minutes=1)
    clock.pass_(days=1)
    relay.start(LETTERS + 1)
    summary = sent(engine, channel_for(relay.url), profile=town, clock=clock)
    relay.kill()

    with reading(engine) as conn:
        found = letters.find(conn, TENANT)
    state = {sha256(one.letter.content).hexdigest(): one.state for one in found}
    doubtful = {key for key, one in state.items() if one is LetterState.IN_DOUBT}
    arrived = relay.arrived
    print(f"kills {KILLS}, in doubt {len(doubtful)}, of them arrived {len(doubtful & set(arrived))}")
    assert set(state.values()) <= {LetterState.SENT, LetterState.IN_DOUBT}
    assert set(arrived) | doubtful == set(made), "a letter is lost and nobody can see it"
    assert {key for key, one in state.items() if one is LetterState.SENT} <= set(arrived)
    assert set(arrived.values()) == {1}, "a letter came twice by itself, or altered"
    assert KILLS // (MOST + 1) <= len(doubtful & set(arrived)) <= len(doubtful) <= KILLS
    assert summary.in_doubt == len(doubtful)
    assert {one.letter.message_id for one in found} == set(made.values())
