"""How the sources and the whole installation feel."""

from dataclasses import dataclass

from starlette.responses import JSONResponse, Response

from scrapers.source import Source
from storage import runs
from storage.database import reading
from storage.errors import StorageError
from storage.runs import Harvest
from texts import N_
from web.names import Names
from web.render import page
from web.visit import Here, Visit

OUTCOME_LABELS = {
    "running": N_("Hämtas just nu"),
    "sound": N_("Fungerar"),
    "refused": N_("Skörden underkändes"),
    "failed": N_("Gick inte att läsa"),
}


@dataclass(frozen=True, kw_only=True)
class SourceHealth:
    """One source with its newest try and its last sound one; None where there has been none."""

    source: Source
    tried: Harvest | None
    sound: Harvest | None

    @property
    def is_well(self) -> bool:
        """The newest try was sound, or is under way after a sound one."""
        return self.tried is not None and (
            self.tried.outcome == runs.SOUND
            or (self.tried.outcome == runs.RUNNING and self.sound is not None)
        )


def sources(visit: Here) -> Response:
    """Every source: last try, last sound, counts, and in words why one was refused."""
    health = [_health(visit, source) for source in visit.context.sources]
    return page(
        visit, "sources/sources.html", names=Names(visit), health=health, labels=OUTCOME_LABELS, flash=None
    )


def health(visit: Here) -> Response:
    """Whether all is well; the coordinator gets the details. 503 when it is not, for machines that watch."""
    told = dict(visit.context.status())
    is_well = bool(told.get("ok", True)) and _database_answers(visit)
    answer = (told | {"ok": is_well}) if visit.is_coordinator else {"ok": is_well}
    return JSONResponse(_plain(answer), status_code=200 if is_well else 503)


def _health(visit: Visit, source: Source) -> SourceHealth:
    with reading(visit.context.engine) as conn:
        tried = next((h for h in runs.latest(conn, visit.context.tenant) if h.source == source.key), None)
        sound = runs.last_sound(conn, visit.context.tenant, source.key)
    return SourceHealth(source=source, tried=tried, sound=sound)


def _database_answers(visit: Visit) -> bool:
    try:
        with reading(visit.context.engine) as conn:
            runs.latest(conn, visit.context.tenant)
    except StorageError:
        return False
    return True


def _plain(value):
    """Values that JSON knows; instants and the like as text."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner) for inner in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
