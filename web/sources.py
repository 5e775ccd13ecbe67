"""How the sources and the whole installation feel."""

from dataclasses import dataclass

from fastapi.encoders import jsonable_encoder
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from pipeline.on_request import Progress
from scrapers.source import Source
from storage import runs
from storage.audit import Event, record
from storage.database import reading, writing
from storage.errors import StorageError
from storage.runs import OUTCOME_LABELS, Harvest, HarvestOutcome
from web.access import Access
from web.names import Names
from web.render import page
from web.visit import Here, Visit


@dataclass(frozen=True, kw_only=True)
class SourceHealth:
    """One source with its newest try and its last sound one; None where there has been none.

    Attributes:
        asked: how its collection on demand stands; None when it can only be collected by the night's run.
    """

    source: Source
    tried: Harvest | None
    sound: Harvest | None
    asked: Progress | None = None

    @property
    def is_well(self) -> bool:
        """The newest try was sound, or is under way after a sound one."""
        if self.tried is None or self.tried.went_wrong:
            return False
        return self.tried.outcome is HarvestOutcome.SOUND or self.sound is not None


def sources(visit: Here) -> Response:
    """Every source: last try, last sound, counts, and in words why one was refused."""
    return page(
        visit,
        "sources/sources.html",
        names=Names(visit),
        health=_health(visit),
        labels=OUTCOME_LABELS,
        may_collect=visit.may(Access.OPERATION),
    )


def collect(visit: Here, source: str) -> Response:
    """Have one source collected now; the page shows how it goes."""
    context = visit.context
    collector = context.collectors.get(source)
    if collector is None:
        raise HTTPException(404)
    if collector.progress is not Progress.RUNNING:
        with writing(context.engine) as conn:
            event = Event(actor=visit.person.key, channel="web", kind="source", key=source, action="collect")
            record(conn, context.tenant, event, visit.now)
        collector.ask()
    return RedirectResponse(f"/kallor#source-{source}", status_code=303)


def health(visit: Here) -> Response:
    """Whether all is well; the coordinator gets the details. 503 when it is not, for machines that watch."""
    told = dict(visit.context.status())
    is_well = bool(told.get("ok", True)) and _database_answers(visit)
    answer = (told | {"ok": is_well}) if visit.is_coordinator else {"ok": is_well}
    return JSONResponse(jsonable_encoder(answer), status_code=200 if is_well else 503)


def _health(visit: Visit) -> list[SourceHealth]:
    """Every source as it stands now."""
    tenant = visit.context.tenant
    with reading(visit.context.engine) as conn:
        tried = {harvest.source: harvest for harvest in runs.latest(conn, tenant, visit.now)}
        return [
            SourceHealth(
                source=one,
                tried=tried.get(one.key),
                sound=runs.last_sound(conn, tenant, one.key),
                asked=collector.progress if (collector := visit.context.collectors.get(one.key)) else None,
            )
            for one in visit.context.sources
        ]


def _database_answers(visit: Visit) -> bool:
    try:
        with reading(visit.context.engine) as conn:
            runs.latest(conn, visit.context.tenant, visit.now)
    except StorageError:
        return False
    return True
