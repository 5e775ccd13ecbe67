"""Chromium, axe, and the pages served on a port of this machine."""

import fcntl
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from served import Site, serve
from web_world import a_filled_world

HERE = Path(__file__).parent
AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, in the version of the lock file."""
    with (HERE / ".npm-lock").open("w") as lock:  # two test processes may come at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not AXE.exists() and shutil.which("npm"):
            command = ["npm", "ci", "--no-audit", "--no-fund", "--prefix", str(HERE)]
            subprocess.run(command, check=False, capture_output=True, timeout=600)
    if not AXE.exists():
        pytest.skip("axe-core is missing: run npm ci --prefix tests/browser")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture
def site(tmp_path) -> Iterator[Site]:
    """The filled queue of the made-up municipality."""
    world = a_filled_world(tmp_path, 14)
    server, thread = serve(world)
    yield Site(world, world.public_url)
    server.should_exit = True
    thread.join()
    world.engine.dispose()
