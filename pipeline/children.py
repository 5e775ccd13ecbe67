"""Jobs as child processes: they can be ended, they give their memory back, and they die with their parent."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

LEASH = "FONDVAKT_LEASH"
GRACE_SECONDS = 20.0


class ChildRun:
    """A `scheduler.Run`: one run of the command in a process of its own.

    Args:
        arguments: what stands after `fondvakt`.
        log: file that its output is added to.

    The child holds the other end of a pipe: when this process dies, however it dies, the child is told.
    """

    def __init__(self, arguments: Sequence[str], log: Path) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "cli", *arguments],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=os.environ | {LEASH: "1"},
            )
        self._name = " ".join(arguments)
        self._log = log

    def outcome(self) -> str | None:
        """None while it runs, "" when it went well, else one sentence."""
        code = self._process.poll()
        if code is None:
            return None
        return "" if code == 0 else f"fondvakt {self._name} ended with code {code}, see {self._log.name}"

    def end(self) -> None:
        """Ask it to end; after the grace, end it."""
        self._process.terminate()
        try:
            self._process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def mind_the_leash() -> None:
    """In a child: end politely when the parent is gone, surely after the grace."""
    if os.environ.pop(LEASH, None) is None:
        return

    def wait_for_the_end() -> None:
        while sys.stdin.buffer.read(1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Timer(GRACE_SECONDS, lambda: os._exit(1)).start()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
