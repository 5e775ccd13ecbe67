"""History: what was done, by whom and when (`ux.md` 2.8). Read only; whole or filtered, and as a file."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response, StreamingResponse

from notifier.weeks import STOCKHOLM
from storage import audit
from storage.audit import Event, Recorded, Wanted
from storage.database import reading
from texts import alphabetical
from web.exports import csv_pieces
from web.names import Names
from web.people.event_words import KINDS
from web.people.events import line
from web.queue import last_page
from web.render import page
from web.selection import page_number
from web.visit import Here, Visit, text_of

SIZE = 50
PIECE = 500
COLUMNS = ("number", "at", *(field.name for field in fields(Event)))


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What of the history somebody wants to see; empty or None means everything.

    Attributes:
        since, until: first and last day, both included.
    """

    actor: str = ""
    kind: str = ""
    key: str = ""
    since: date | None = None
    until: date | None = None
    page: int = 1

    def chosen(self) -> Wanted:
        """As `storage.audit.events` takes it."""
        words = {name: getattr(self, name) or None for name in ("actor", "kind", "key")}
        return words | {"since": _starts(self.since), "until": _starts(self.until, 1)}

    def address(self, path: str = "/historik", **other: Any) -> str:
        """The address of the same choice."""
        days = {"fran": self.since or "", "till": self.until or ""}
        asked = {
            "person": self.actor,
            "slag": self.kind,
            "nyckel": self.key,
            **days,
            "sida": self.page,
        } | other
        kept = {name: str(value) for name, value in asked.items() if value and (name, value) != ("sida", 1)}
        return f"{path}?{urlencode(kept)}" if kept else path


def show(visit: Here, request: Request) -> Response:
    """The history, newest first, with what it can be narrowed by."""
    wanted, tenant = _filter(request.query_params), visit.context.tenant
    with reading(visit.context.engine) as conn:
        found = audit.count(conn, tenant, **wanted.chosen())
        last = last_page(found, SIZE)
        wanted = replace(wanted, page=min(wanted.page, last))
        rows = audit.events(conn, tenant, **wanted.chosen(), page=wanted.page, size=SIZE)
        board = visit.context.memory.board(conn, tenant, visit.now, visit.units_seen)
        actors = audit.values_of(conn, tenant, "actor")
        kinds = audit.values_of(conn, tenant, "kind")
    names, _ = Names(visit), visit.wording.gettext
    titles = {number: call.title for number, call in board.calls.items()}
    return page(
        visit,
        "people/history.html",
        names=names,
        lines=[line(visit, row, titles) for row in rows],
        wanted=wanted,
        found=found,
        last_page=last,
        actors=sorted(
            ((actor, visit.name_of(actor)) for actor in actors), key=lambda one: alphabetical(one[1])
        ),
        kinds=sorted(
            ((kind, _(KINDS.get(kind, kind))) for kind in kinds), key=lambda one: alphabetical(one[1])
        ),
    )


def as_csv(visit: Here, request: Request) -> Response:
    """The chosen part of the history as a table that runs nothing (F8), written while it is read (X-06)."""
    pieces = ([_row(one) for one in piece] for piece in _exported(visit, request))
    return _file(csv_pieces(COLUMNS, pieces), "text/csv; charset=utf-8", "historik.csv")


def as_json(visit: Here, request: Request) -> Response:
    """The chosen part of the history, as it is kept."""
    return _file(_json_pieces(_exported(visit, request)), "application/json", "historik.json")


def _filter(asked: Mapping[str, str]) -> Filter:
    """What an address asks for; what cannot be understood is left out (W-32)."""
    return Filter(
        actor=text_of(asked.get("person"))[:120],
        kind=text_of(asked.get("slag"))[:40],
        key=text_of(asked.get("nyckel"))[:240],
        since=_day(asked.get("fran", "")),
        until=_day(asked.get("till", "")),
        page=page_number(asked.get("sida")),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-21") else None
    except ValueError:
        return None


def _starts(day: date | None, days_later: int = 0) -> datetime | None:
    """The first moment of a day in Sweden."""
    if day is None or not date(1970, 1, 1) < day < date(9999, 1, 1):
        return None
    return datetime.combine(day + timedelta(days=days_later), time(), tzinfo=STOCKHOLM)


def _exported(visit: Visit, request: Request) -> Iterator[list[Recorded]]:
    """The chosen events, newest first, a piece at a time; nothing is kept of one when the next is read."""
    chosen, below = _filter(request.query_params).chosen(), None
    while True:
        with reading(visit.context.engine) as conn:
            found = audit.events(conn, visit.context.tenant, **chosen, below=below, size=PIECE)
        yield found
        if len(found) < PIECE:
            return
        below = found[-1].number


def _json_pieces(pieces: Iterable[list[Recorded]]) -> Iterator[str]:
    before = "[\n"
    for piece in pieces:
        if piece:
            yield before + ",\n".join(json.dumps(one.document, ensure_ascii=False) for one in piece)
            before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _row(one: Recorded) -> list[Any]:
    document = one.document
    for name in ("before", "after"):
        told = document[name]
        document[name] = "" if told is None else json.dumps(told, ensure_ascii=False, sort_keys=True)
    return list(document.values())


def _file(content: Iterator[str | bytes], kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(content, media_type=kind, headers=headers)
