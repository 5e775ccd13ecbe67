"""One letter: exactly the bytes that were or will be sent, how far it has come, and who said what of it."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from notifier.model import LETTER_STATE_LABELS, StoredLetter
from pipeline.settling import stamp
from storage import audit, letters, outbox
from storage.database import reading
from texts import Message
from web.flash import flash_page
from web.letters import shown
from web.letters.labels import ACTION_LABELS
from web.names import Names
from web.visit import Here, Visit, number_of


def one(visit: Here, letter_id: str) -> Response:
    """The letter as it reads, and what can be done with it."""
    return show(visit, number_of(letter_id))


def as_mail(visit: Here, letter_id: str) -> Response:
    """Its HTML, for the frame."""
    return shown.framed(_found(visit, number_of(letter_id)).letter.content)


def as_file(visit: Here, letter_id: str) -> Response:
    """Exactly the bytes that were handed to the relay, as a file that mail programs open."""
    stored = _found(visit, number_of(letter_id))
    name = f"fondvakt-{stored.letter.week}-{stored.id}.eml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(stored.letter.content, media_type="message/rfc822", headers=headers)


def show(visit: Visit, number: int, *, status: int = 200, fault: Message | None = None) -> Response:
    """The page of one letter, with what went wrong when something did."""
    stored = _found(visit, number)
    with reading(visit.context.engine) as conn:
        history = audit.events(conn, visit.context.tenant, kind="letter", key=str(number))
    return flash_page(
        visit,
        "letters/letter.html",
        status=status,
        names=Names(visit),
        stored=stored,
        stamp=stamp(stored),
        person=_name(visit, stored.letter.person),
        text=shown.text_of(stored.letter.content),
        states=LETTER_STATE_LABELS,
        actions=ACTION_LABELS,
        history=list(history),
        can_be_settled=stored.state in outbox.UNSETTLED,
        can_be_held=stored.state in outbox.WAITING,
        fault=fault,
    )


def _found(visit: Visit, number: int) -> StoredLetter:
    with reading(visit.context.engine) as conn:
        stored = letters.get(conn, visit.context.tenant, number)
    if stored is None:
        raise HTTPException(404)
    return stored


def _name(visit: Visit, key: str) -> str:
    people = visit.profile.people if visit.profile else ()
    return next((person.name for person in people if person.key == key), key)
