"""Jobs as child processes: they can be ended, they give their memory back, and they die with their parent."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

LEASH = "FONDVAKT_LEASH"
STDIN = 0
GRACE_SECONDS = 20.0


class ChildRun:
    """A `scheduler.Run`: one run of the command in a process of its own.

    Args:
        arguments: what stands after `fondvakt`.
        log: file that its output is added to.
        program: what is run with them.
        grace: seconds to end politely in.

    The child leads a group of its own, so that what it has started ends with it (T-10). It holds the other end of a
    pipe: when this process dies, however it dies, the child is told.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        log: Path,
        program: Sequence[str] = (sys.executable, "-m", "cli"),
        grace: float = GRACE_SECONDS,
    ) -> None:
        self._grace = grace
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [*program, *arguments],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=os.environ | {LEASH: "1"},
                start_new_session=True,
            )
        self._name = " ".join(arguments)
        self._log = log

    def outcome(self) -> str | None:
        """None while it runs, "" when it went well, else one sentence."""
        code = self._process.poll()
        if code is None:
            return None
        self._let_go()
        return "" if code == 0 else f"fondvakt {self._name} ended with code {code}, see {self._log.name}"

    def end(self) -> None:
        """Ask it to end; after the grace, end it."""
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(self._grace)
        with suppress(ProcessLookupError):  # the whole group may be gone by then
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._let_go()

    def _let_go(self) -> None:
        """Close our end of the leash; a child that has ended does not need it."""
        if self._process.stdin is not None:
            self._process.stdin.close()


def mind_the_leash() -> None:
    """In a child: end politely when the parent is gone, surely after the grace."""
    if os.environ.pop(LEASH, None) is None:
        return

    def wait_for_the_end() -> None:
        # Read without Python's buffer: a thread that waits with its lock makes the interpreter abort when the job ends.
        while os.read(STDIN, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Timer(GRACE_SECONDS, lambda: os._exit(1)).start()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
