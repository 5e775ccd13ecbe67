"""Holding letters back, letting them go, settling those in doubt, and using an address again.

Every deed is written in the history in the transaction that does it (`pipeline/settling.py`).
"""

from enum import StrEnum

from starlette.responses import RedirectResponse, Response

from notifier.model import LetterState
from pipeline import settling
from pipeline.readers import recipients
from pipeline.settling import NotToBeSettled
from storage import letters, outbox
from storage.database import reading
from storage.errors import UnknownLetter
from storage.holds import EVERYBODY
from texts import N_, Message
from web.letters import desk, letter
from web.selection import UNKNOWN_CHOICE, word
from web.visit import Fields, Here, Refused, number_of

WEEK_IS_OVER = Message(
    text=N_("Veckan som du såg är inte längre den som kommer. Inget har ändrats. Ladda om sidan.")
)
NOT_PAUSED = Message(text=N_("Adressen får redan brev. Inget har ändrats."))


class Deed(StrEnum):
    """What the buttons say."""

    HOLD = "hold"
    RELEASE = "release"
    RESEND = "resend"
    ARRIVED = "arrived"


def of_letter(visit: Here, letter_id: str, fields: Fields) -> Response:
    """Hold, let go, send again or count as sent: one letter. Who comes second is told what the first one did."""
    number, deed = number_of(letter_id), word(Deed, fields.get("deed"))
    if deed is None:
        raise Refused(422, UNKNOWN_CHOICE)
    context, by = visit.context, visit.person.key
    try:
        if deed is Deed.HOLD:
            settling.hold(context.engine, context.tenant, number, visit.now, by=by)
        else:
            settling.settle(
                context.engine,
                context.tenant,
                visit.profile,
                number,
                arrived=deed is Deed.ARRIVED,
                now=visit.now,
                by=by,
                seen=str(fields.get("seen") or ""),
            )
    except NotToBeSettled as failure:
        return letter.show(visit, number, status=409, fault=failure.message)
    except UnknownLetter as failure:
        raise Refused(404, failure.message) from failure
    return RedirectResponse(f"/utskick/brev/{number}", status_code=303)


def of_week(visit: Here, fields: Fields) -> Response:
    """Hold or let go: one person's coming letter, or everybody's."""
    deed, person = word(Deed, fields.get("deed")), str(fields.get("person") or EVERYBODY)
    if deed not in (Deed.HOLD, Deed.RELEASE):
        raise Refused(422, UNKNOWN_CHOICE)
    week = desk.coming_week(visit)
    if fields.get("week") != week:
        raise Refused(409, WEEK_IS_OVER)
    context, by = visit.context, visit.person.key
    with reading(context.engine) as conn:
        silent = desk.silence(visit, conn)
        is_held = outbox.sending_of(conn, context.tenant).is_held
        made = letters.in_slot(conn, context.tenant, person, week) if person else None
    if person and person not in {one.key for one in recipients(visit.profile, silent.persons, visit.today)}:
        raise Refused(422, UNKNOWN_CHOICE)
    if made is not None and made.state is not LetterState.CANCELLED:
        return RedirectResponse(f"/utskick/brev/{made.id}", status_code=303)
    now, tenant = visit.now, context.tenant
    if deed is Deed.HOLD:
        settling.hold_week(context.engine, tenant, week, person, now, by=by)
    elif person:
        settling.release_hold(context.engine, tenant, week, person, now, by=by)
    else:
        host = context.host if is_held else None
        settling.release(context.engine, tenant, now, host=host, by=by, week=week)
    return RedirectResponse(f"/utskick/kommande/{person}" if person else "/utskick", status_code=303)


def address(visit: Here, fields: Fields) -> Response:
    """An address is good again: letters go there from now on."""
    wanted = str(fields.get("address") or "")
    with reading(visit.context.engine) as conn:
        bouncing = desk.silence(visit, conn).bouncing
    if wanted not in {paused.address for paused in bouncing.values()}:
        raise Refused(409, NOT_PAUSED)
    context = visit.context
    settling.use_again(context.engine, context.tenant, wanted, visit.now, by=visit.person.key)
    return RedirectResponse("/utskick#adresser", status_code=303)
