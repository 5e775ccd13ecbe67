"""The mark of children and young people, corrected by the coordinator: it holds when the matcher runs again."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from storage import audit, marks
from storage import calls as stored_calls
from storage.audit import Event
from storage.database import writing
from web import presentation
from web.flash import Flash, go_on
from web.review import UNKNOWN_WORD
from web.visit import Fields, Here, Refused, number_of


def correct(visit: Here, call_id: str, fields: Fields) -> Response:
    """Say that a call does or does not concern children and young people, for one unit or for all."""
    number, said, tenant = number_of(call_id), fields.get("barn"), visit.context.tenant
    unit = presentation.unit_of(visit.profile, str(fields.get("enhet") or ""))
    if said not in ("ja", "nej") or (fields.get("enhet") and unit is None):
        raise Refused(422, UNKNOWN_WORD)
    holds = said == "ja"
    with writing(visit.context.engine) as conn:
        if stored_calls.get(conn, tenant, number) is None:
            raise HTTPException(404)
        key = unit.key if unit else None
        marks.correct_children(conn, tenant, number, holds, visit.person.key, visit.now, key)
        event = Event(
            actor=visit.person.key,
            channel="web",
            kind="call",
            key=str(number),
            action="mark-children" if holds else "unmark-children",
            after={"children": holds, "unit": key},
        )
        audit.record(conn, tenant, event, visit.now)
    return go_on(visit, f"/utlysning/{number}", Flash(deed="saved"))
