"""What a page showed last time, shown again as long as nothing at all has changed: one question to the database."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from storage.pulse import pulse
from web.visit import Visit

Piece = TypeVar("Piece")


def unchanged(
    visit: Visit, conn: Connection, about: tuple, units: frozenset[str] | None, make: Callable[[], Piece]
) -> Piece:
    """A piece of a page as it was made before, or made now.

    Time alone changes it too: it is made anew every minute, and at once when a row of the queue turns.

    Args:
        about: what the piece depends on beside the database, the reader, their language and the clock.
        units: whose rows the piece shows; None for all.
    """
    memory, now = visit.context.memory, visit.now
    reader = (visit.person and visit.person.key, visit.role, visit.language, visit.profile_version)
    key = (*about, *reader, units, pulse(conn, visit.context.tenant), int(now.timestamp()) // 60)
    kept = memory.kept(key) if memory.holds(units, now) else None
    if kept is None:
        kept = make()
        memory.keep(key, kept)
    return kept
