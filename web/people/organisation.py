"""Organisation: the units, who answers for them from when to when, and where nobody does (`ux.md` part 4)."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from fastapi import Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from pipeline.publishing import (
    NoSuchVersion,
    NothingToPublish,
    NotPublishable,
    PartMoved,
    PublishingError,
    publish_profile,
    read_version,
)
from profiles.model import ROLE_LABELS, ContactPerson, Profile, Role, Unit
from storage import identities, subscriptions
from storage.database import reading
from texts import LANGUAGES, N_, Message
from web.editor.editing import must_have_profile, new_key
from web.names import Names
from web.render import page
from web.selection import word
from web.visit import Fields, Here, Refused, Visit, text_of

LONGEST_NAME, LONGEST_PHONE = 200, 40
UNREADABLE_DAY = Message(text=N_("Skriv dagen som 2026-11-21, eller lämna fältet tomt."))
MOVED = Message(
    text=N_(
        "Profilen har ändrats sedan du öppnade formuläret. Inget har sparats, men det du skrev står kvar. Se på "
        "Organisation hur det är nu, och spara igen om det stämmer."
    )
)
GONE = Message(text=N_("Personen finns inte längre i profilen."))


@dataclass(frozen=True, kw_only=True)
class Seat:
    """A person's place in a unit, as of today.

    Attributes:
        state: "in", "coming" or "past".
        is_voice: letters for the unit go to them now.
        is_silent: they have paused or stopped their letters.
        is_shared: others stand under the same address; an answer from there counts as the role (P-16).
    """

    person: ContactPerson
    state: str
    is_voice: bool
    is_silent: bool
    is_shared: bool = False


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What a form of a person held, and what is wrong with it: field to sentence."""

    values: dict[str, Any]
    faults: dict[str, Message]


def show(visit: Here) -> Response:
    """Every unit with its people, everybody without a unit, and the gaps."""
    profile = must_have_profile(visit)
    with reading(visit.context.engine) as conn:
        silent = subscriptions.stopped(conn, visit.context.tenant, visit.now)
        accounts = identities.every(conn, visit.context.tenant) if visit.is_coordinator else []
    return page(
        visit,
        "people/organisation.html",
        names=Names(visit),
        units=[(unit, _seats(profile, unit, visit.today, silent)) for unit in profile.units],
        others=[_seat(person, visit.today, silent, ()) for person in profile.people if not person.units],
        gaps=profile.units_without_recipient(visit.today, silent),
        roles=ROLE_LABELS,
        accounts=accounts,
    )


def edit(visit: Here, key: str) -> Response:
    """The form of one person."""
    person = _person(visit, key)
    return _form(visit, Typed(values=_values(person), faults={}), key)


def new(visit: Here, request: Request) -> Response:
    """The form of somebody new, for a unit when one was asked for."""
    unit = request.query_params.get("enhet", "")
    units = [unit] if unit in {one.key for one in must_have_profile(visit).units} else []
    values = {"name": "", "email": "", "role": Role.CONTACT.value, "units": units, "language": LANGUAGES[0]}
    values |= {"from": "", "to": "", "deputy": False, "phone": ""}
    return _form(visit, Typed(values=values, faults={}), None)


def save(visit: Here, key: str, fields: Fields) -> Response:
    """Keep what the form of a person says, as a new version of the profile."""
    person = _person(visit, key)
    typed = _typed(fields, visit)
    people = [_made(typed, person.key) if one.key == key else one for one in must_have_profile(visit).people]
    return _publish(visit, fields, typed, people, key)


def add(visit: Here, fields: Fields) -> Response:
    """Put somebody new into the profile."""
    typed = _typed(fields, visit)
    people = must_have_profile(visit).people
    made = _made(typed, new_key(typed.values["name"], (one.key for one in people), "person"))
    return _publish(visit, fields, typed, [*people, made], None)


def remove(visit: Here, key: str, fields: Fields) -> Response:
    """Take somebody out of the profile: at once no letters, no sessions, no links (F6, T9)."""
    person = _person(visit, key)
    people = [one for one in must_have_profile(visit).people if one.key != key]
    return _publish(visit, fields, Typed(values=_values(person), faults={}), people, key)


def _publish(
    visit: Visit, fields: FormData, typed: Typed, people: Sequence[ContactPerson], key: str | None
) -> Response:
    if typed.faults:
        return _form(visit, typed, key, status=422)
    after = replace(must_have_profile(visit), people=tuple(people))
    if _has_moved(visit, str(fields.get("version") or ""), key):
        return _moved(visit, typed, key)
    try:
        publish_profile(
            visit.context.engine,
            visit.context.tenant,
            after,
            visit.profile_version,
            visit.person.key,
            visit.now,
            action="people",
        )
    except NothingToPublish:
        pass  # saved as it was
    except PartMoved:  # between the two lines above
        return _moved(visit, typed, key)
    except NotPublishable as failure:
        faults = {_field(problem.key): problem.message for problem in failure.problems}
        return _form(visit, replace(typed, faults=faults), key, status=422)
    except PublishingError as failure:
        raise Refused(409, failure.message) from failure
    return RedirectResponse("/organisation", status_code=303)


def _has_moved(visit: Visit, version: str, key: str | None) -> bool:
    """Whether the person has been changed since the form was opened; what others changed elsewhere does not matter.

    For somebody new any other version does: it may be the same form sent twice (P-19).
    """
    if version == str(visit.profile_version):
        return False
    if key is None or not re.fullmatch(r"[1-9][0-9]{0,8}", version, re.ASCII):
        return True
    try:
        with reading(visit.context.engine) as conn:
            before = read_version(conn, visit.context.tenant, int(version))
    except NoSuchVersion:
        return True
    return next((one for one in before.people if one.key == key), None) != _person(visit, key)


def _moved(visit: Visit, typed: Typed, key: str | None) -> Response:
    return _form(visit, replace(typed, faults={"": MOVED}), key, status=409)


def _form(visit: Visit, typed: Typed, key: str | None, *, status: int = 200) -> Response:
    return page(
        visit,
        "people/person.html",
        status=status,
        names=Names(visit),
        typed=typed.values,
        faults=typed.faults,
        key=key,
        roles=ROLE_LABELS,
        units=must_have_profile(visit).units,
    )


def _typed(fields: FormData, visit: Visit) -> Typed:
    """What the form says, as typed, and what cannot be understood. The rest is judged by the profile's rules."""
    values = {
        "name": text_of(fields.get("name"))[:LONGEST_NAME],
        "email": text_of(fields.get("email"))[:320],
        "phone": text_of(fields.get("phone"))[:LONGEST_PHONE],
        "role": str(fields.get("role") or ""),
        "units": [unit.key for unit in must_have_profile(visit).units if unit.key in fields.getlist("units")],
        "language": str(fields.get("language") or ""),
        "from": text_of(fields.get("from"))[:20],
        "to": text_of(fields.get("to"))[:20],
        "deputy": fields.get("deputy") == "on",
    }
    if word(Role, values["role"]) is None or values["language"] not in LANGUAGES:
        raise Refused(422, Message(text=N_("Formuläret innehöll ett okänt val. Inget har sparats.")))
    faults = {name: UNREADABLE_DAY for name in ("from", "to") if values[name] and _day(values[name]) is None}
    return Typed(values=values, faults=faults)


def _made(typed: Typed, key: str) -> ContactPerson:
    values = typed.values
    return ContactPerson(
        key=key,
        name=values["name"],
        email=values["email"],
        role=Role(values["role"]),
        units=tuple(values["units"]),
        language=values["language"],
        appointed_from=_day(values["from"]),
        appointed_to=_day(values["to"]),
        is_deputy=values["deputy"],
        phone=values["phone"],
    )


def _values(person: ContactPerson) -> dict[str, Any]:
    return {
        "name": person.name,
        "email": person.email,
        "role": person.role.value,
        "units": list(person.units),
        "language": person.language,
        "from": person.appointed_from.isoformat() if person.appointed_from else "",
        "to": person.appointed_to.isoformat() if person.appointed_to else "",
        "deputy": person.is_deputy,
        "phone": person.phone,
    }


def _seats(profile: Profile, unit: Unit, today: date, silent: set[str]) -> list[Seat]:
    voices = profile.contacts_of(unit.key, today, silent)
    addresses = Counter(person.address for person in profile.people)
    return [
        replace(_seat(person, today, silent, voices), is_shared=addresses[person.address] > 1)
        for person in profile.people
        if unit.key in person.units
    ]


def _seat(person: ContactPerson, today: date, silent: set[str], voices: Sequence[ContactPerson]) -> Seat:
    state = "in" if person.is_in_office(today) else "past"
    if state == "past" and person.appointed_from is not None and person.appointed_from > today:
        state = "coming"
    return Seat(person=person, state=state, is_voice=person in voices, is_silent=person.key in silent)


def _person(visit: Visit, key: str) -> ContactPerson:
    found = next((person for person in must_have_profile(visit).people if person.key == key), None)
    if found is None:
        raise Refused(404, GONE)
    return found


def _field(path: str) -> str:
    """The field that a problem of the profile belongs to: people[3].email is about "email"."""
    return path.rpartition(".")[2].partition("[")[0] if path.startswith("people[") else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
