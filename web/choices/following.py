"""Following a call from its page, by who is signed in: reminders and notices of changes then come by mail."""

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from profiles.model import Role
from storage import calls, follows
from storage.database import reading, writing
from storage.follows import By
from web.choices.form import UNKNOWN
from web.visit import Fields, Here, Refused, number_of


def follow(visit: Here, call_id: str, fields: Fields) -> Response:
    """Follow a call, or stop; the same again changes nothing."""
    number, choice = number_of(call_id), fields.get("choice")
    if choice not in ("follow", "unfollow"):
        raise Refused(422, UNKNOWN)
    tenant, person = visit.context.tenant, visit.person
    with writing(visit.context.engine) as conn:
        call = calls.get(conn, tenant, number)
        if call is None or person is None:
            raise HTTPException(404)
        if choice == "unfollow":
            follows.stop(conn, tenant, person.key, number, visit.now, "web")
        else:
            follows.begin(
                conn,
                tenant,
                person=person.key,
                unit=person.units[0] if person.units else "",
                call_id=number,
                call_version=call.version,
                by=By.OWN,
                now=visit.now,
                channel="web",
            )
    return RedirectResponse(f"/utlysning/{number}", status_code=303)


def is_following(visit: Here, call_id: int) -> bool | None:
    """Whether who is signed in follows a call; None for those who get no letters about calls."""
    if visit.person is None or visit.person.role is not Role.CONTACT:
        return None
    with reading(visit.context.engine) as conn:
        standing = follows.of_person(conn, visit.context.tenant, visit.person.key)
    return any(one.call_id == call_id for one in standing)
