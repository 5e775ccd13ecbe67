"""How many letters may leave in a minute."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from datetime import timedelta

WINDOW = timedelta(seconds=60)
WITHOUT_LIMIT = 1_000_000
LONGEST_NAP = 1.0  # seconds


class Limiter:
    """At most so many letters in any 60 seconds (B6)."""

    def __init__(
        self,
        per_minute: int,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._per_minute = per_minute
        self._monotonic = monotonic
        self._sleep = sleep
        self._started: deque[float] = deque(maxlen=per_minute)

    def remember(self, ages: Iterable[timedelta]) -> None:
        """Letters that were handed over so long ago, before this run."""
        recent = sorted((age for age in ages if abs(age) < WINDOW), reverse=True)
        now = self._monotonic()
        self._started.extend(now - max(age, timedelta(0)).total_seconds() for age in recent)

    def wait(self, stopping: Callable[[], bool] = lambda: False) -> bool:
        """Sleep until one more letter may leave, and count it.

        False, at most a second after `stopping` came true, when somebody asks to stop meanwhile (A7).
        """
        if len(self._started) == self._per_minute:
            until = self._started[0] + WINDOW.total_seconds()
            while (left := until - self._monotonic()) > 0:
                if stopping():
                    return False
                self._sleep(min(left, LONGEST_NAP))
        self._started.append(self._monotonic())
        return True

    def moved(self) -> None:
        """The letter that was waited for last leaves only now, when the relay has answered to its address."""
        if self._started:
            self._started[-1] = self._monotonic()
