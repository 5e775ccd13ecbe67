"""A call to another unit, and a unit asked to answer: who asked, and when, stands first in the unit's letter."""

from dataclasses import replace

from fastapi import Request
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from calls.model import Call
from matcher.model import BY_HAND, Band, Decision, Evidence, Match, MatchState, Verdict
from pipeline import deciding
from profiles.model import Unit
from storage import assignments, audit
from storage import calls as stored_calls
from storage import matches as stored_matches
from storage.audit import Event
from storage.database import reading, writing
from texts import N_, Message
from web import presentation
from web.decisions import Fault
from web.flash import Flash, go_on
from web.names import Names
from web.render import page
from web.review import onto_of, onwards
from web.visit import Fields, Here, Visit, number_of, own_path, text_of

FORWARDED = N_("Vidarebefordrad från {unit}.")
CHOSEN = N_("Skickad av samordnaren.")
NO_NEEDS = N_(
    "{unit} har inga behov i profilen, så brevet kan inte ta upp utlysningen. Be enheten svara i stället."
)


def ask(visit: Here, request: Request) -> Response:
    """To which unit, and whether it is asked to answer."""
    said = request.query_params
    return _page(visit, _call(visit, said.get("call")), said, [])


def send(visit: Here, fields: Fields) -> Response:
    """Bring the call to a unit: accepted for it, and asked about when that was wanted."""
    call = _call(visit, fields.get("call"))
    unit = presentation.unit_of(visit.profile, str(fields.get("enhet") or ""))
    if unit is None:
        fault = Fault(field="enhet", message=Message(text=N_("Välj en enhet.")))
        return _page(visit, call, fields, [fault], status=422)
    is_asked = fields.get("fraga") == "1"
    if not unit.needs and not is_asked:
        fault = Fault(field="enhet", message=Message(text=NO_NEEDS, values={"unit": unit.name}))
        return _page(visit, call, fields, [fault], status=422)
    origin = presentation.unit_of(visit.profile, str(fields.get("fran") or ""))
    origin = None if origin is None or origin.key == unit.key else origin
    note = text_of(fields.get("note"))
    with writing(visit.context.engine) as conn:
        _bring(visit, conn, call, unit, origin, note)
        if is_asked:
            _ask_unit(visit, conn, call, unit, origin, note)
    return onwards(visit, fields, Flash(deed="forward", units=(unit.key,)))


def withdraw(visit: Here, number: str) -> Response:
    """Take back that a unit was asked."""
    tenant = visit.context.tenant
    with writing(visit.context.engine) as conn:
        asked = assignments.get(conn, tenant, number_of(number))
        if asked is None:
            raise HTTPException(404)
        if assignments.withdraw(conn, tenant, asked.id, visit.person.key, visit.now):
            event = _event(visit, asked.id, "withdraw", {"call": asked.call_id, "unit": asked.unit})
            audit.record(conn, tenant, event, visit.now)
    return go_on(visit, f"/utlysning/{asked.call_id}#fragor", Flash(deed="saved"))


def _bring(visit: Visit, conn: Connection, call: Call, unit: Unit, origin: Unit | None, note: str) -> None:
    """What waits there is accepted; where nothing does, a match is made by hand. What was sent stays as it is."""
    tenant = visit.context.tenant
    own = [m for m in stored_matches.find(conn, tenant, call_id=call.id) if m.match.unit == unit.key]
    if not own and unit.needs:
        number = stored_matches.put(conn, tenant, _made(call, unit, origin), visit.profile_version, visit.now)
        own = [stored_matches.get(conn, tenant, number)]
    decision = Decision(verdict=Verdict.ACCEPT, by=visit.person.key, at=visit.now, note=note)
    for known in own:
        if known.state in (MatchState.ACCEPTED, MatchState.SENT):
            continue
        seen = {"profile_version": visit.profile_version or None}
        stored_matches.decide(conn, tenant, known.id, decision, action="forward", **seen)
    deciding.settle(conn, tenant, own, visit.person.key, visit.now)


def _made(call: Call, unit: Unit, origin: Unit | None) -> Match:
    """A match that a person made. It stands at the unit's first need, as no need was found."""
    reason = Message(text=CHOSEN)
    if origin is not None:
        reason = Message(text=FORWARDED, values={"unit": origin.name})
    return Match(
        call_id=call.id,
        call_version=call.version,
        unit=unit.key,
        need=unit.needs[0].key,
        score=0.0,
        band=Band.LIKELY,
        evidence=(Evidence(signal="by_hand", strength=1.0, reason=reason),),
        model=BY_HAND,
    )


def _ask_unit(visit: Visit, conn: Connection, call: Call, unit: Unit, origin: Unit | None, note: str) -> None:
    asked = assignments.ask(
        conn,
        visit.context.tenant,
        call_id=call.id,
        unit=unit.key,
        by=visit.person.key,
        now=visit.now,
        note=note,
        from_unit=origin.key if origin else None,
    )
    told = {"call": call.id, "unit": unit.key, "from": asked.from_unit}
    event = replace(_event(visit, asked.id, "ask", told), reason=note)
    audit.record(conn, visit.context.tenant, event, visit.now)


def _event(visit: Visit, number: int, action: str, after: dict) -> Event:
    return Event(
        actor=visit.person.key,
        channel="web",
        kind="assignment",
        key=str(number),
        action=action,
        after=after,
    )


def _call(visit: Visit, said: object) -> Call:
    with reading(visit.context.engine) as conn:
        found = stored_calls.get(conn, visit.context.tenant, number_of(said))
    if found is None:
        raise HTTPException(404)
    return found


def _page(visit: Visit, call: Call, said, faults: list[Fault], status: int = 200) -> Response:
    with reading(visit.context.engine) as conn:
        own = stored_matches.find(conn, visit.context.tenant, call_id=call.id)
    names = Names(visit)
    there = {one.match.unit: one for one in own}
    units = [
        (key, name, names.state(there[key].state) if key in there else "") for key, name in names.all_units
    ]
    origin = str(said.get("fran") or (own[0].match.unit if own else ""))
    return page(
        visit,
        "deeds/forward.html",
        status=status,
        names=names,
        call=call,
        units=units,
        origin=origin,
        chosen=str(said.get("enhet") or ""),
        note=text_of(said.get("note")),
        is_asked=said.get("fraga") == "1" or "csrf" not in said,
        back=own_path(said.get("back") or "/"),
        onto=onto_of(said),
        faults=faults,
    )
