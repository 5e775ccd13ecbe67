"""The bad days of a publisher, switched on and off while the stand-in runs (`eu-portal.md` section 13, point 11)."""

import threading
from collections.abc import Mapping
from typing import Any

KNOWN = {
    "empty": bool,
    "moving_total": bool,
    "status": int,
    "times": int,
    "retry_after": (int, float),
    "delay": (int, float),
    "timeout": bool,
    "broken_json": bool,
    "half": bool,
    "no_deadlines": bool,
    "no_descriptions": bool,
    "cut_off": bool,
    "html": bool,
    "no_filter": bool,
    "no_status": bool,
    "odd_dates": bool,
    "only": str,
}


class Faults:
    """What goes wrong now. An empty set of faults is a good day.

    empty: nothing is found. moving_total: `totalResults` differs from page to page. status: that status instead
    of an answer, `times` times (or until further notice), with `retry_after` seconds if given. delay: seconds
    before the answer. timeout: no answer at all. broken_json: JSON that ends too early. half: every other row is
    missing. no_deadlines, no_descriptions: that field is missing. cut_off: the connection ends within the body.
    html: a maintenance page instead. no_filter, no_status, odd_dates: Have your say ignores the filter, leaves out
    where an initiative stands, or writes its last day in words. only: just for paths that start with this.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now: dict[str, Any] = {}
        self.changed = threading.Event()

    def set(self, faults: Mapping[str, Any]) -> None:
        """Replace the faults.

        Raises:
            ValueError: when one is not known or has a value of another kind.
        """
        for name, value in faults.items():
            if name not in KNOWN or not isinstance(value, KNOWN[name]):
                raise ValueError(f"fault {name}={value!r}: expected one of {', '.join(KNOWN)}")
        with self._lock:
            self._now = dict(faults)
            self.changed.set()
            self.changed = threading.Event()

    def for_path(self, path: str) -> dict[str, Any]:
        """The faults that hold for one request; a status that has come `times` times is used up."""
        with self._lock:
            now = dict(self._now)
            if not path.startswith(now.get("only", "")):
                return {}
            if "status" in now and "times" in now:
                if now["times"] <= 0:
                    del now["status"]
                else:
                    self._now["times"] -= 1
            return now
