"""Two matchings at once would hold the model twice in memory: the second waits for the first."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.turns import alone, in_turn

LOCKS = Path("/proc/locks")


def waits_for_a_lock(pid: int) -> bool:
    """Whether the system lists the process among those that wait for a file that another one holds."""
    return any("->" in line and str(pid) in line.split() for line in LOCKS.read_text().splitlines())


@pytest.mark.skipif(
    not LOCKS.exists(), reason="the system does not list who waits for a file: expected /proc/locks"
)
def test_a_matching_waits_while_another_one_runs(plain):
    environ = os.environ | {name: str(value) for name, value in plain.items()}
    with in_turn(plain["FONDVAKT_DATA_DIR"] / "matching.lock"):
        second = subprocess.Popen([sys.executable, "-m", "cli", "match"], env=environ, stderr=subprocess.PIPE)
        give_up = time.monotonic() + 300
        while not waits_for_a_lock(second.pid) and second.poll() is None:
            assert time.monotonic() < give_up, "it neither waits nor ends"
            time.sleep(0.05)
        assert second.poll() is None, "it did not wait"
    _, told = second.communicate()
    assert (second.returncode, b"fondvakt init" in told) == (1, True), (
        "its turn came: it has no profile to match with"
    )


def test_who_holds_the_file_is_alone_until_it_lets_go(tmp_path):
    lock = tmp_path / "new" / "turn.lock"
    with in_turn(lock), alone(lock) as free:
        assert not free
    with alone(lock) as free:
        assert free
