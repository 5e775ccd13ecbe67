"""Processes to be killed: a forker imports everything once, and forks a child for each order that it is given.

`Forker` is the test's side, `obey` the other one. A child that has ended stays a zombie until its forker has waited for
it, and only the forker sends signals: so no signal ever reaches a stranger that got the same number.
"""

import json
import os
import select
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).parents[1]
PATHS = ("", "tests", "tests/notifier", "tests/pipeline")
PATIENCE = (
    120.0  # seconds until a test gives up waiting for what must come; reached only when something hangs
)


class Forker:
    """A process that forks children as told; its own words and theirs go to `log`."""

    def __init__(self, program: Path, *arguments: object, log: Path, **environ: str) -> None:
        path = os.pathsep.join(str(HOUSE / part) for part in PATHS)
        with log.open("ab") as told:
            self._process = subprocess.Popen(
                [sys.executable, str(program), *map(str, arguments)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=told,
                bufsize=0,
                env=os.environ | {"PYTHONPATH": path} | environ,
            )
        assert self._heard() == "ready"

    def start(self, order: object = None) -> int:
        """The number of the new child, which has begun this order."""
        self._say(order)
        return self._heard()

    def ended(self) -> int:
        """How the child ended, whenever it does so by itself: its code, or a signal's number as a negative one."""
        self._say({})
        return self._heard()

    def end(
        self, *, once: Callable[[], bool] = lambda: True, after: float = 0.0, by: int = signal.SIGKILL
    ) -> int:
        """How the child ended: it gets a signal so many seconds after `once` came true, unless it ended before."""
        give_up = time.monotonic() + PATIENCE
        while not once() and not self._has_ended():
            assert time.monotonic() < give_up, "what the signal waits for never came"
            time.sleep(0.001)
        self._say({"signal": by, "after": after})
        return self._heard()

    def close(self) -> None:
        """No more orders."""
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(PATIENCE)

    def _say(self, what: object) -> None:
        self._process.stdin.write(json.dumps(what).encode() + b"\n")

    def _heard(self) -> Any:
        line = self._process.stdout.readline()
        assert line, "the forker has ended: see its log"
        return json.loads(line)

    def _has_ended(self) -> bool:
        return bool(select.select([self._process.stdout], [], [], 0)[0])


def obey(work: Callable[[Any], int | None]) -> None:
    """Fork a child for each order: first its number is told, then how it ended.

    One more line is read for each child: what it gets and when, `{"signal", "after"}`, or `{}` to let it end.
    """
    print('"ready"', flush=True)
    for line in iter(sys.stdin.readline, ""):
        lives, held = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(lives)
            os.dup2(2, 1)
            _finish(work, json.loads(line))
        os.close(held)
        print(child, flush=True)
        _see_to_the_end(child, lives)
        os.close(lives)


def _finish(work: Callable[[Any], int | None], order: Any) -> None:
    code = 1
    try:
        code = work(order) or 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:
        traceback.print_exc()  # the end of this process: whatever it was belongs in the log
    finally:
        os._exit(code)


def _see_to_the_end(child: int, lives: int) -> None:
    """Tell how the child ended, at once when it ends before its second line has come."""
    first, _, _ = select.select([lives, sys.stdin], [], [])
    if sys.stdin in first:
        _send(child, lives, json.loads(sys.stdin.readline() or "{}"))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    if sys.stdin not in first:
        sys.stdin.readline()


def _send(child: int, lives: int, told: dict[str, Any]) -> None:
    if told and not select.select([lives], [], [], told["after"])[0]:
        os.kill(child, told["signal"])
