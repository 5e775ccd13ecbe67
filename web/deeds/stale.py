"""What others have done since a page of the queue was made, for a tab that has been left open (`ux.md` 2.7)."""

from fastapi import Request
from starlette.responses import PlainTextResponse, Response

from storage.database import reading
from texts import alphabetical
from web.visit import Here, Visit


def since(visit: Here, request: Request) -> Response:
    """One sentence when somebody else has changed rows since a revision; empty when nobody has."""
    seen, at = _number(request, "sedan"), _number(request, "nar")
    with reading(visit.context.engine) as conn:
        board = visit.context.memory.board(conn, visit.context.tenant, visit.now)
    changed = {number for number, at in board.touched.items() if at > seen}
    by: dict[str, set[int]] = {}
    for row in board.rows.values():
        for match in row.matches if row.call.id in changed else ():
            last = match.decision
            if last is not None and last.by != visit.person.key and last.at.timestamp() >= at:
                by.setdefault(last.by, set()).add(row.call.id)
    return PlainTextResponse(_said(visit, by))


def _number(request: Request, name: str) -> int:
    text = request.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 11 else 0


def _said(visit: Visit, by: dict[str, set[int]]) -> str:
    if not by:
        return ""
    names = visit.wording.listed(sorted((visit.name_of(key) for key in by), key=alphabetical))
    return visit.wording.ngettext(
        "Kön har ändrats av {names} ({number} rad).",
        "Kön har ändrats av {names} ({number} rader).",
        len(set().union(*by.values())),
        names=names,
    )
