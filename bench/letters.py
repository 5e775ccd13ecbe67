"""The week's letters at the size of a shared service: 3,000 digests planned, rendered and handed over (B9).

The notifier runs in a process of its own, without the model; the relay here answers each command after 5 ms. Beside it
a bare loop, that only renders the same letters and sends them, shows what the outbox costs.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.figures import MIB, Figure, tree_bytes

READERS = 3000
ANSWER_SECONDS = 0.005
SECONDS_ASKED = 600
MIB_ASKED = 150


def measure() -> Iterator[Figure]:
    """The whole way, its parts, its memory, and the bare loop."""
    with tempfile.TemporaryDirectory() as folder, _relay() as relay:
        whole, peak = _run("whole", folder, relay.url)
        taken = relay.taken
        bare, _bare_peak = _run("bare", folder, relay.url)
        if (taken, relay.taken) != (READERS, 2 * READERS):
            raise RuntimeError(f"{taken} and {relay.taken - taken} letters arrived, expected {READERS} each")
    yield Figure(what=f"{READERS} letters planned and rendered", value=whole["planned"], unit="s")
    yield Figure(what=f"{READERS} letters handed over", value=whole["sent"], unit="s")
    total = whole["planned"] + whole["sent"]
    yield Figure(what=f"{READERS} letters, all of it", value=total, unit="s", limit=SECONDS_ASKED)
    yield Figure(what="a bare loop that renders and sends the same", value=bare["sent"], unit="s")
    yield Figure(what="notifier, peak memory", value=peak / MIB, unit="MiB", limit=MIB_ASKED)


def _run(way: str, folder: str, relay: str) -> tuple[dict[str, float], int]:
    """What the child measured, in seconds, and the most memory it held."""
    child = subprocess.Popen(
        [sys.executable, "-m", "bench.letter_run", way, folder, relay, str(READERS)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join((".", "tests", "tests/notifier"))},
        cwd=Path(__file__).parents[1],
    )
    peak = 0
    while child.poll() is None:
        peak = max(peak, tree_bytes(child.pid))
        time.sleep(0.05)
    said = child.stdout.read() if child.stdout else ""
    if child.returncode:
        raise RuntimeError(f"bench.letter_run {way} ended with code {child.returncode}")
    return json.loads(said), peak


class _Relay:
    """A mail server that waits a little before each answer."""

    def __init__(self) -> None:
        self.url = ""
        self.taken = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One conversation."""
        await self._say(writer, b"220 relay.example ESMTP")
        while line := await reader.readline():
            command = line[:4].upper()
            if command == b"DATA":
                await self._say(writer, b"354 go on")
                while (await reader.readline()) != b".\r\n":
                    pass
                self.taken += 1
            await self._say(writer, b"221 bye" if command == b"QUIT" else b"250 ok")
            if command == b"QUIT":
                break
        writer.close()

    async def _say(self, writer: asyncio.StreamWriter, answer: bytes) -> None:
        await asyncio.sleep(ANSWER_SECONDS)
        writer.write(answer + b"\r\n")


@contextmanager
def _relay() -> Iterator[_Relay]:
    relay, loop, ready = _Relay(), asyncio.new_event_loop(), threading.Event()

    async def serve() -> None:
        server = await asyncio.start_server(relay.talk, "127.0.0.1", 0)
        relay.url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}?name=localhost"
        ready.set()

    def run() -> None:
        loop.run_until_complete(serve())
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait()
    try:
        yield relay
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
