"""`make demo` from installed packages to the filled queue, in a home of its own."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

from bench.figures import Figure

SECONDS_ASKED = 120


def measure() -> Iterator[Figure]:
    """The demo twice: with the model still packed, as the first time, and with it unpacked."""
    with tempfile.TemporaryDirectory() as home:
        for title in ("demo, first time", "demo, again"):
            started = time.perf_counter()
            seconds = _demo(home)
            whole = time.perf_counter() - started
            yield Figure(what=f"{title}: to the filled queue", value=whole, unit="s", limit=SECONDS_ASKED)
            for part, value in seconds.items():
                yield Figure(what=f"  {part}", value=value, unit="s")


def _demo(home: str) -> dict[str, float]:
    environ = os.environ | {
        "HOME": home,
        "XDG_CACHE_HOME": f"{home}/cache",
        "FONDVAKT_DATA_DIR": f"{home}/data",
    }
    done = subprocess.run(
        [sys.executable, "-m", "cli", "demo", "--check", "--json"],
        env=environ,
        capture_output=True,
        check=True,
        text=True,
    )
    return json.loads(done.stdout)["seconds"]
