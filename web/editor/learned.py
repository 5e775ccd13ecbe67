"""What a need has learned from answers: the list, one taken away, all forgotten, or a pause ("Lär av svar")."""

from starlette.responses import Response

from matcher.learning import Answered, summary
from matcher.model import REJECT_REASON_LABELS
from profiles.parts import PartKind
from storage import learning
from storage.database import reading, writing
from texts import N_, Message
from web.editor.editing import editing_unit, may_edit, must_edit, need_in
from web.flash import Flash, flash_page, go_on
from web.names import Names
from web.visit import Fields, Here, Refused, number_of

UNKNOWN = Message(text=N_("Det går inte att göra med det som är lärt. Gå tillbaka och försök igen."))


def show(visit: Here, unit: str, need: str) -> Response:
    """Every answer that teaches, or would if it were not stopped."""
    _editing, around = editing_unit(visit, unit)
    found = need_in(around, need)
    tenant = visit.context.tenant
    with reading(visit.context.engine) as conn:
        every = learning.answers(conn, tenant, as_taught=False).get(found.id, ())
        taught = {one.call.id for one in learning.answers(conn, tenant).get(found.id, ())}
        stops, resets = learning.stops(conn, tenant), learning.last_resets(conn, tenant)
    since = resets.get((unit, need))
    listed = [one for one in every if one.teaches and (since is None or one.at > since)]
    return flash_page(
        visit,
        "editor/learned.html",
        names=Names(visit),
        unit=around,
        need=found,
        rows=[(one, one.call.id in taught, _words(one)) for one in reversed(listed)],
        summary=summary([one for one in listed if one.call.id in taught]),
        is_paused=(unit, need) in stops.paused,
        reset_at=since,
        may=may_edit(visit, PartKind.UNIT, unit),
    )


def change(visit: Here, unit: str, need: str, fields: Fields) -> Response:
    """Take one answer away or put it back, forget all, pause or go on."""
    must_edit(visit, PartKind.UNIT, unit)
    _editing, around = editing_unit(visit, unit)
    need_in(around, need)
    do, by, now = str(fields.get("do")), visit.person.key, visit.now
    with writing(visit.context.engine) as conn:
        place = (conn, visit.context.tenant, unit, need)
        if do == "reset":
            learning.reset(*place, by, now)
        elif do in ("pause", "resume"):
            learning.stop(*place, None, by, now, stopped=do == "pause")
        elif do in ("remove", "put-back"):
            learning.stop(*place, number_of(fields.get("call")), by, now, stopped=do == "remove")
        else:
            raise Refused(422, UNKNOWN)
    return go_on(visit, f"/profil/lart/{unit}/{need}", Flash(deed="learning-changed"))


def _words(one: Answered) -> str:
    return N_("godkänd") if one.reason is None else REJECT_REASON_LABELS[one.reason]
