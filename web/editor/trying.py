"""One call tried on the profile: every gate, every need, the nearest sentence; and a wrong no kept as judged."""

from fastapi import Request
from starlette.datastructures import FormData
from starlette.responses import Response

from calls.model import Call
from matcher.gates import GATE_LABELS, answer_said
from matcher.model import BAND_LABELS
from pipeline.patience import within
from pipeline.trying import Tried, call_asked_for, try_call
from profiles.model import Need, Profile
from profiles.parts import PartKind
from storage import audit, judgements
from storage import calls as stored_calls
from storage.database import reading, writing
from storage.judgements import Judgement
from texts import N_, Message
from web.editor.editing import editing_unit, must_edit, must_have_profile, need_in, warm
from web.editor.telling import told
from web.flash import Flash, flash_page, go_on
from web.names import Names
from web.visit import Fields, Here, Refused, Visit, number_of, text_of

GRADES = {"0": 0, "1": 1, "2": 2, "3": 3}
NOT_FOUND = Message(
    text=N_("Ingen hämtad utlysning svarar mot det. Klistra in adressen på portalen eller dess nummer.")
)


def show(visit: Here, request: Request) -> Response:
    """The page, with the answer when a call is asked for."""
    profile = must_have_profile(visit)
    asked = text_of(request.query_params.get("utlysning"))[:500]
    unit = text_of(request.query_params.get("enhet"))
    call = _asked_for(visit, asked) if asked else None
    if call is None:
        warm(visit, profile)
    tried = within(visit.context.patience, lambda: _tried(visit, profile, call, unit)) if call else None
    return flash_page(
        visit,
        "editor/try.html",
        status=200 if call or not asked else 404,
        names=Names(visit),
        told=told(visit),
        asked=asked,
        chosen=unit,
        call=call,
        tried=tried,
        missing=NOT_FOUND if asked and call is None else None,
        gates=GATE_LABELS,
        answer_said=answer_said,
        bands=BAND_LABELS,
        units=[one for one in visit.profile.units if visit.may_see_unit(one.key)],
        may_judge=visit.is_coordinator or (visit.person is not None and bool(visit.person.units)),
    )


def judge(visit: Here, fields: Fields) -> Response:
    """Keep what somebody says the call is worth to a need, with what the matcher said."""
    unit, key = text_of(fields.get("unit")), text_of(fields.get("need"))
    must_edit(visit, PartKind.UNIT, unit)
    _editing, around = editing_unit(visit, unit)
    need, call_id = need_in(around, key), number_of(fields.get("call"))
    grade = GRADES.get(str(fields.get("grade")))
    if grade is None:
        raise Refused(422, Message(text=N_("Välj hur väl utlysningen passar behovet.")))
    _keep(visit, need, call_id, grade, fields)
    return go_on(visit, f"/profil/prova?utlysning=/c/{call_id}&enhet={unit}", Flash(deed="judged"))


def _keep(visit: Visit, need: Need, call_id: int, grade: int, fields: FormData) -> None:
    tenant = visit.context.tenant
    with writing(visit.context.engine) as conn:
        call = stored_calls.get(conn, tenant, call_id)
        if call is None:
            raise Refused(404, NOT_FOUND)
        judged = Judgement(
            unit=need.unit,
            need=need.key,
            need_text=f"{need.title}. {need.text}",
            call_id=call_id,
            call_version=call.version,
            grade=grade,
            matcher_said=text_of(fields.get("said"))[:40],
            by=visit.person.key,
            at=visit.now,
        )
        judgements.add(conn, tenant, judged)
        event = audit.Event(
            actor=visit.person.key,
            channel="web",
            kind="judgement",
            key=f"{need.id}:{call_id}",
            action="judge",
            after={"grade": grade, "matcher": judged.matcher_said},
            profile_version=visit.profile_version,
        )
        audit.record(conn, tenant, event, visit.now)


def _asked_for(visit: Visit, asked: str) -> Call | None:
    context = visit.context
    with reading(context.engine) as conn:
        board = context.memory.board(conn, context.tenant, visit.now)
        summary = call_asked_for(asked, board.calls)
        return stored_calls.get(conn, context.tenant, summary.id) if summary else None


def _tried(visit: Visit, profile: Profile, call: Call, unit: str) -> Tried:
    context = visit.context
    units = [one for one in profile.units if visit.may_see_unit(one.key) and unit in ("", one.key)]
    return try_call(context.desk, context.engine, context.tenant, profile, units, call, visit.now)
