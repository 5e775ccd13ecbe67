"""What was worked out and may be asked for again, within bounds."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """The newest of what was worked out, at most so many; for many threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._known: OrderedDict[Key, Value] = OrderedDict()

    def find(self, keys: Iterable[Key]) -> dict[Key, Value]:
        """Those of the keys that are known."""
        with self._lock:
            return {key: self._known[key] for key in keys if key in self._known}

    def add(self, made: Mapping[Key, Value]) -> None:
        """Keep these; the oldest go."""
        with self._lock:
            self._known.update(made)
            while len(self._known) > self._most:
                self._known.popitem(last=False)

    def forget(self, is_old: Callable[[Key], bool]) -> None:
        """Drop what is not of use any more."""
        with self._lock:
            for key in [key for key in self._known if is_old(key)]:
                del self._known[key]
