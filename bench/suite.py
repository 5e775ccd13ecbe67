"""The time of the whole test suite."""

import subprocess
import time
from collections.abc import Iterator

from bench.figures import Figure

SECONDS_ASKED = 600


def measure() -> Iterator[Figure]:
    """Run every test."""
    started = time.perf_counter()
    code = subprocess.run(["make", "test"], check=False).returncode
    seconds = time.perf_counter() - started
    yield Figure(what=f"make test (exit code {code})", value=seconds, unit="s", limit=SECONDS_ASKED)
