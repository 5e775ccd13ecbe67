"""Chromium, axe, and the pages served on a port of this machine."""

import fcntl
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from web_world import World, a_filled_world

from web.app import create_app
from web.session import signin_link

HERE = Path(__file__).parent
AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"


@dataclass(frozen=True)
class Site:
    """The pages as a browser meets them."""

    world: World
    address: str

    def open_as(self, page, person: str = "samordnare") -> None:
        """Sign in with a link from the command line, through the page and its button."""
        page.goto(signin_link(self.world.context, person))
        page.locator("main button").click()
        page.wait_for_load_state()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, in the version of the lock file."""
    with (HERE / ".npm-lock").open("w") as lock:  # two test processes may come at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not AXE.exists() and shutil.which("npm"):
            command = ["npm", "ci", "--no-audit", "--no-fund", "--prefix", str(HERE)]
            subprocess.run(command, check=False, capture_output=True, timeout=120)
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


def serve(world: World) -> tuple[uvicorn.Server, threading.Thread]:
    """Answer on a free port of this machine; the world's address is set to it."""
    world.public_url = "http://localhost:1"
    config = uvicorn.Config(lambda: create_app(world.context), factory=True, port=0, log_level="warning")
    server = uvicorn.Server(config)
    socket = config.bind_socket()
    world.public_url = f"http://localhost:{socket.getsockname()[1]}"
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        threading.Event().wait(0.02)
    assert server.started, "the pages did not start within ten seconds"
    return server, thread
