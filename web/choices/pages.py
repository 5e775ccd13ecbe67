"""The page of one's own choices (`ux.md` 1.4, 1.7): opening it changes nothing, a pressed button does.

From a letter it needs no signing in: the token is the proof. Letters are forwarded, so the page names nobody; it
shows which calls are followed, and everything on it can be changed back.
"""

from dataclasses import dataclass
from datetime import timedelta

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from notifier.errors import BadLink
from notifier.model import OPERATOR
from notifier.weeks import local_day
from profiles.model import ContactPerson, Role
from storage import calls, follows, subscriptions, wishes
from storage.database import reading, writing
from storage.wishes import RHYTHM_LABELS
from web.choices.form import KINDS_OF, UNKNOWN, Deed, Pause, pause_in, wishes_in
from web.mail_kinds import KIND_SENTENCES
from web.mail_language import as_in_letters
from web.names import Names
from web.render import page
from web.unsubscribe import BAD_LINK, links
from web.visit import Fields, Here, Refused, Visit, number_of

USUAL_PAUSE = timedelta(weeks=4)


@dataclass(frozen=True, kw_only=True)
class Whose:
    """Whose choices the page is about.

    Attributes:
        action: where its forms are posted.
        channel: how the choice came, for the history.
        language: of their letters until they choose another.
    """

    key: str
    role: Role
    action: str
    channel: str
    language: str = "sv"


def own_page(visit: Here) -> Response:
    """The choices of who is signed in."""
    return _page(visit, _own(visit))


def own(visit: Here, fields: Fields) -> Response:
    """Keep what who is signed in chose."""
    return _keep(visit, _own(visit), fields)


def letter_page(visit: Here, token: str) -> Response:
    """The choices of who got the letter; looking changes nothing (W-01)."""
    return _page(visit, _from_letter(visit, token))


def from_letter(visit: Here, token: str, fields: Fields) -> Response:
    """Keep what who got the letter chose."""
    return _keep(visit, _from_letter(visit, token), fields)


def _own(visit: Visit) -> Whose:
    return _whose(visit.person, "/mina-val", "web")


def _whose(person: ContactPerson, action: str, channel: str) -> Whose:
    return Whose(key=person.key, role=person.role, action=action, channel=channel, language=person.language)


def _from_letter(visit: Visit, token: str) -> Whose | None:
    """Whose the token is; None for somebody the profile no longer has (W-09).

    Raises:
        Refused: 404, when the address was altered or is for something else (W-06, W-07).
    """
    try:
        key = links(visit.context).read_choices(token)
    except BadLink as failure:
        raise Refused(404, BAD_LINK) from failure
    action = f"/mina-val/{token}"
    if key == OPERATOR:
        return Whose(key=key, role=Role.OPERATOR, action=action, channel="mail-link")
    person = _person(visit, key)
    return _whose(person, action, "mail-link") if person else None


def _person(visit: Visit, key: str) -> ContactPerson | None:
    people = visit.profile.in_office(local_day(visit.now)) if visit.profile else ()
    return next((person for person in people if person.key == key), None)


def _keep(visit: Visit, whose: Whose | None, fields: FormData) -> Response:
    if whose is None:
        return _page(visit, None)
    said = fields.get("deed")
    if said not in set(Deed):
        raise Refused(422, UNKNOWN)
    deed = Deed(said)
    if deed is Deed.PAUSE and (pause := pause_in(fields, visit.now)).fault is not None:
        return _page(visit, whose, status=422, pause=pause)
    _do(visit, whose, deed, fields)
    return RedirectResponse(f"{whose.action}?klart={deed.value}", status_code=303)


def _do(visit: Visit, whose: Whose, deed: Deed, fields: FormData) -> None:
    tenant, now, way = visit.context.tenant, visit.now, whose.channel
    with writing(visit.context.engine) as conn:
        if deed is Deed.SAVE:
            chosen = wishes_in(fields, whose.role, wishes.of(conn, tenant, whose.key))
            if chosen is None:
                raise Refused(422, UNKNOWN)
            wishes.choose(conn, tenant, whose.key, chosen, now, channel=way)
        elif deed is Deed.PAUSE:
            subscriptions.pause(conn, tenant, whose.key, pause_in(fields, now).until or now, now, way)
        elif deed is Deed.RESUME:
            subscriptions.resume(conn, tenant, whose.key, now, way)
        elif deed is Deed.STOP:
            subscriptions.stop(conn, tenant, whose.key, now, way)
        else:
            follows.stop(conn, tenant, whose.key, number_of(fields.get("call")), now, way)


def _page(visit: Visit, whose: Whose | None, *, status: int = 200, pause: Pause | None = None) -> Response:
    if whose is None:
        return page(visit, "choices/gone.html", status=410, names=Names(visit))
    visit = as_in_letters(visit, _person(visit, whose.key))
    tenant, key = visit.context.tenant, whose.key
    with reading(visit.context.engine) as conn:
        chosen = wishes.of(conn, tenant, key)
        standing = follows.of_person(conn, tenant, key)
        found = {call.id: call for call in calls.find(conn, tenant, {one.call_id for one in standing})}
        standing_word = subscriptions.of(conn, tenant, key, visit.now)
    usual = (visit.now + USUAL_PAUSE).date().isoformat()
    pause = pause or Pause(typed=usual)
    return page(
        visit,
        "choices/choices.html",
        status=status,
        names=Names(visit),
        whose=whose,
        chosen=chosen,
        kinds=[(kind, KIND_SENTENCES[kind]) for kind in KINDS_OF.get(whose.role, ())],
        rhythms=RHYTHM_LABELS,
        followed=[found[one.call_id] for one in standing if one.call_id in found],
        word=standing_word,
        pause=pause,
        faults=[pause.fault] if pause.fault else [],
    )
