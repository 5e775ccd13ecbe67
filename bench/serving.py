"""`fondvakt serve`: how soon it answers, and its memory over a whole night: pages, clock, collecting, and matching
with the model loaded."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from bench import starting
from bench.figures import MIB, Figure, tree_bytes
from scrapers.standin.sample import sample_folder
from scrapers.standin.server import serve

MIB_ASKED = 1536
LONGEST_SECONDS = 300


def measure() -> Iterator[Figure]:
    """How soon it answers when the model cannot be used, then its memory over a night."""
    yield from starting.measure()
    yield from measure_night()


def measure_night() -> Iterator[Figure]:
    """The peak of the process with its children, from the start until the night's matching is done."""
    with tempfile.TemporaryDirectory() as folder, serve(sample_folder(), 0, today=date.today()) as standin:  # noqa: DTZ011 - the sample moves with the real day
        environ = os.environ | {
            "FONDVAKT_DATA_DIR": folder,
            "FONDVAKT_SOURCE_EU_PORTAL_URL": standin.url,
            "FONDVAKT_SOURCE_EUROACCESS_URL": standin.url,
            "FONDVAKT_SOURCE_HAVE_YOUR_SAY_URL": standin.url,
        }
        command = [sys.executable, "-m", "cli"]
        subprocess.run(
            [*command, "init", "--municipality", "exempelstad"], env=environ, check=True, capture_output=True
        )
        process = subprocess.Popen([*command, "serve", "--port", "0"], env=environ, stdout=subprocess.DEVNULL)
        try:
            alone, peak, seconds = _watch(process.pid, Path(folder) / "logs" / "match.log")
        finally:
            process.terminate()
            process.wait()
    yield Figure(what="serve alone, pages and clock", value=alone / MIB, unit="MiB")
    yield Figure(
        what="serve with the model loaded, peak of all its processes",
        value=peak / MIB,
        unit="MiB",
        limit=MIB_ASKED,
    )
    yield Figure(what="from start to a matched queue", value=seconds, unit="s")


def _watch(process: int, match_log: Path) -> tuple[int, int, float]:
    """Resident memory before the jobs start, at its peak, and the seconds until matching was done."""
    started, alone, peak = time.monotonic(), 0, 0
    while time.monotonic() - started < LONGEST_SECONDS:
        now = tree_bytes(process)
        peak = max(peak, now)
        if time.monotonic() - started < 2:
            alone = max(alone, now)
        if match_log.exists() and b'"total"' in match_log.read_bytes():
            break
        time.sleep(0.1)
    return alone, peak, time.monotonic() - started
