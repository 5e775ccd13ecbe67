"""Work that a reader waits for, but not for long: it goes on by itself, and is there when it is asked for again."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

Done = TypeVar("Done")


def within(seconds: float | None, work: Callable[[], Done]) -> Done | None:
    """What the work gives; None when it takes longer than that, which it then does beside.

    Args:
        seconds: None waits until it is done.
        work: keeps what it finds, so that asking again does not begin anew.

    Raises:
        Exception: what the work raises, when it does so in time.
    """
    if seconds is None:
        return work()
    found: Future[Done] = Future()
    Thread(target=_worked, args=(found, work), daemon=True).start()
    try:
        return found.result(timeout=seconds)
    except TimeoutError:
        return found.result() if found.done() else None


def _worked(found: Future[Done], work: Callable[[], Done]) -> None:
    try:
        found.set_result(work())
    except Exception as failure:  # whoever waits gets it, whatever it is
        found.set_exception(failure)
