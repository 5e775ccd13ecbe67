"""A job of every night that is asked for on a page and run at once beside it: matching anew after a publication, one
source collected.
"""

import threading
from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

POLL_SECONDS = 0.5


class Run(Protocol):
    """One run of a job, as `pipeline.children.ChildRun`."""

    def outcome(self) -> str | None:
        """None while it runs, "" when it went well, else one sentence."""


class Progress(StrEnum):
    """How what this process was asked for stands."""

    IDLE = "idle"
    RUNNING = "running"
    FAILED = "failed"


class FollowedRun:
    """A run, and what is done once it has gone well."""

    def __init__(self, run: Run, then: Callable[[], None]) -> None:
        self._run, self._then = run, then

    def outcome(self) -> str | None:
        """As of the run itself."""
        found = self._run.outcome()
        if found == "":
            self._then()
        return found


class JobOnRequest:
    """Starts runs one at a time; asked while one runs, it runs once more afterwards.

    Args:
        start: begins one run, such as of `fondvakt match`.
    """

    def __init__(self, start: Callable[[], Run]) -> None:
        self._start = start
        self._lock = threading.Lock()
        self._again = False
        self._progress = Progress.IDLE

    @property
    def progress(self) -> Progress:
        """Whether a run goes on, or the last one failed."""
        return self._progress

    def ask(self) -> None:
        """Have it run; returns at once."""
        with self._lock:
            if self._progress is Progress.RUNNING:
                self._again = True
                return
            self._progress = Progress.RUNNING
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            outcome = self._one()
            with self._lock:
                if not self._again:
                    self._progress = Progress.FAILED if outcome else Progress.IDLE
                    return
                self._again = False

    def _one(self) -> str:
        try:
            run = self._start()
        except OSError as failure:
            return str(failure)
        waiting = threading.Event()
        while (outcome := run.outcome()) is None:
            waiting.wait(POLL_SECONDS)
        return outcome
