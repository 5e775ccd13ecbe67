"""Tokens of the API: made here, shown once, ended at once."""

from dataclasses import dataclass
from datetime import timedelta

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from storage import api_tokens, audit
from storage.api_tokens import SCOPE_LABELS, Scope
from storage.audit import Event
from storage.database import reading, writing
from storage.errors import NameTaken
from texts import N_, Message
from web.decisions import Fault
from web.names import Names
from web.render import page
from web.visit import Fields, Here, Visit, text_of

LONGEST_NAME = 60
MONTHS = {"1": 31, "6": 183, "12": 366}
NAME_NEEDED = Message(text=N_("Ge nyckeln ett namn, så att det syns i historiken vem som gjorde vad."))
NAME_LONG = Message(text=N_("Namnet får ha högst {most} tecken."), values={"most": LONGEST_NAME})
SCOPE_NEEDED = Message(text=N_("Välj minst en sak som nyckeln får göra."))
TIME_NEEDED = Message(text=N_("Välj hur länge nyckeln gäller."))


@dataclass(frozen=True, kw_only=True)
class Typed:
    """The form as it was filled in."""

    name: str = ""
    scopes: frozenset[Scope] = frozenset()
    months: str = "12"

    def faults(self) -> list[Fault]:
        """What is missing."""
        found = []
        if not self.name:
            found.append(Fault(field="name", message=NAME_NEEDED))
        elif len(self.name) > LONGEST_NAME:
            found.append(Fault(field="name", message=NAME_LONG))
        if not self.scopes:
            found.append(Fault(field="scope-0", message=SCOPE_NEEDED))
        if self.months not in MONTHS:
            found.append(Fault(field="months", message=TIME_NEEDED))
        return found


def every(visit: Here) -> Response:
    """All tokens, and a form for a new one."""
    return _page(visit, Typed())


def make(visit: Here, fields: Fields) -> Response:
    """Make a token; the answer shows it, and nothing ever does again."""
    typed = _typed(fields)
    faults = typed.faults()
    if faults:
        return _page(visit, typed, faults=faults, status=422)
    try:
        token = _made(visit, typed)
    except NameTaken as failure:
        return _page(visit, typed, faults=[Fault(field="name", message=failure.message)], status=422)
    return _page(visit, Typed(), token=token, of=typed.name)


def end(visit: Here, fields: Fields) -> Response:
    """End a token; one that has ended already stays as it is."""
    name = text_of(fields.get("name"))
    with writing(visit.context.engine) as conn:
        ended = api_tokens.revoke(conn, visit.context.tenant, name, visit.now)
        if ended is not None:
            event = Event(
                actor=visit.person.key, channel="web", kind="token", key=ended.name, action="revoke"
            )
            audit.record(conn, visit.context.tenant, event, visit.now)
    return RedirectResponse("/installningar/api", status_code=303)


def _typed(fields: FormData) -> Typed:
    known = {scope.value: scope for scope in Scope}
    chosen = {known[value] for value in fields.getlist("scope") if isinstance(value, str) and value in known}
    return Typed(
        name=" ".join(text_of(fields.get("name")).split()),
        scopes=frozenset(chosen),
        months=text_of(fields.get("months")),
    )


def _made(visit: Visit, typed: Typed) -> str:
    expires_at = visit.now + timedelta(days=MONTHS[typed.months])
    scopes = sorted(scope.value for scope in typed.scopes)
    event = Event(
        actor=visit.person.key,
        channel="web",
        kind="token",
        key=typed.name,
        action="create",
        after={"scopes": scopes, "expires_at": expires_at.isoformat()},
    )
    with writing(visit.context.engine) as conn:
        token = api_tokens.make(
            conn,
            visit.context.tenant,
            typed.name,
            typed.scopes,
            by=visit.person.key,
            now=visit.now,
            expires_at=expires_at,
        )
        audit.record(conn, visit.context.tenant, event, visit.now)
    return token


def _page(
    visit: Visit,
    typed: Typed,
    *,
    faults: list[Fault] | None = None,
    token: str = "",
    of: str = "",
    status: int = 200,
) -> Response:
    with reading(visit.context.engine) as conn:
        found = api_tokens.every(conn, visit.context.tenant)
    return page(
        visit,
        "settings/tokens.html",
        status=status,
        names=Names(visit),
        tokens=found,
        scopes=SCOPE_LABELS,
        typed=typed,
        faults=faults or [],
        token=token,
        of=of,
    )
