"""Who comes, in which language, and whether they may: decided once for every request, before its page runs."""

import hmac
import re
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import structlog
from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from notifier.weeks import local_day
from notifier.wording import Wording
from profiles.model import ContactPerson, Profile, Role
from storage import signins
from storage.database import reading, writing
from storage.errors import DatabaseBusy
from texts import LANGUAGES, N_, Message
from web import menu
from web.access import OPEN, Access, may
from web.context import WebContext
from web.guard import LOCAL, MAX_UPLOAD, UPLOADS

LANGUAGE_COOKIE = "fondvakt-lang"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]")
LONGEST_PATH = 500
LONGEST_TEXT = 2000
# Only the page of a person asks for a role.
NEVER_FIELDS = frozenset({"tenant", "role", "is_admin", "access"})
log = structlog.get_logger()
BY_NAMES = {
    "cli": N_("kommandoraden"),
    "system": N_("Fondvakt"),
    "demo": N_("demonstrationen"),
    signins.BREAK_GLASS: N_("nödinloggning"),
}


class Refused(Exception):
    """The page says no: a status, a sentence, and whether signing in would help."""

    def __init__(self, status: int, message: Message, *, sign_in: bool = False) -> None:
        super().__init__(message)
        self.status, self.message, self.sign_in = status, message, sign_in


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One request: who, when, in which language.

    Attributes:
        profile: the published profile, None before the first.
        profile_version: its number, 0 before the first.
        person: who is signed in, None for a stranger.
        session: their session.
        csrf: what forms of this page must carry.
        browser: the token that marks this browser for signing in, None when it has none yet.
        path: own path and query, for links back.
        chosen_language: set when the reader asked for a language with this request.
        doors: the pages there are, and who may open each.
    """

    context: WebContext
    now: datetime
    language: str
    profile: Profile | None
    person: ContactPerson | None = None
    session: signins.Session | None = None
    csrf: str = ""
    browser: str | None = None
    path: str = "/"
    chosen_language: str | None = None
    cookies: dict[str, str]
    profile_version: int = 0
    doors: Mapping[str, Access] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """Which day it is in Sweden."""
        return local_day(self.now)

    @property
    def role(self) -> Role | None:
        """What they do with the funding watch, None for a stranger."""
        return self.person.role if self.person else None

    def may(self, access: Access) -> bool:
        """Whether they may use doors of that kind."""
        return may(self.role, access)

    def may_open(self, path: str) -> bool:
        """Whether there is a page at a path that they may open."""
        return path in self.doors and self.may(self.doors[path])

    @property
    def menu_entries(self) -> list[menu.Entry]:
        """The pages they find in the menu."""
        return menu.entries(self.doors, self.role)

    def is_at(self, entry: menu.Entry) -> bool:
        """Whether this page belongs to an entry of the menu."""
        return menu.is_here(entry, self.path)

    @property
    def wording(self) -> Wording:
        """How things are said in the reader's language."""
        return Wording(self.language)

    @property
    def is_coordinator(self) -> bool:
        """Whether they review the queue."""
        return self.person is not None and self.person.role is Role.COORDINATOR

    def may_see_unit(self, unit: str) -> bool:
        """The coordinator sees every unit, others their own."""
        return self.is_coordinator or (self.person is not None and unit in self.person.units)

    @property
    def units_seen(self) -> frozenset[str] | None:
        """Keys of the units whose matches they may see, None for all."""
        if self.is_coordinator:
            return None
        return frozenset(self.person.units) if self.person else frozenset()

    def in_language(self, language: str) -> str:
        """This page's address in another language."""
        path, _, query = self.path.partition("?")
        kept = [pair for pair in parse_qsl(query) if pair[0] != "lang"]
        return f"{path}?{urlencode([*kept, ('lang', language)])}"

    def name_of(self, by: str) -> str:
        """Who decided, by name where the profile still has them."""
        if by in BY_NAMES:
            return self.wording.gettext(BY_NAMES[by])
        people = self.profile.people if self.profile else ()
        return next((person.name for person in people if person.key == by), by)


async def posted(request: Request) -> AsyncIterator[FormData | None]:
    """The fields of a posted form, None for other requests; files only where they are asked for (`UPLOADS`)."""
    if request.method != "POST":
        yield None
        return
    limits = {"max_files": 0, "max_fields": 200}
    if request.url.path.startswith(UPLOADS):
        if (await run_in_threadpool(visit_of, request)).person is None:
            raise Refused(401, Message(text=N_("Logga in för att fortsätta.")), sign_in=True)
        limits = {"max_files": 1, "max_fields": 1000, "max_part_size": MAX_UPLOAD}
    async with request.form(**limits) as form:
        request.state.typed = text_of(form.get("note"))
        request.state.fields = form
        yield form


def admit(access: Access) -> Callable[[Request, FormData | None], Visit]:
    """The gatekeeper of one door."""

    def enter(request: Request, form: Annotated[FormData | None, Depends(posted)]) -> Visit:
        visit = visit_of(request)
        request.state.visit = visit
        if form is not None and access is not Access.ONE_CLICK:
            _check_sender(request, visit)
            _check_token(visit, form)
            _note_added(request, visit, form)
        if access not in OPEN and visit.person is None:
            raise Refused(401, Message(text=N_("Logga in för att fortsätta.")), sign_in=True)
        if not visit.may(access):
            raise Refused(403, _only_for(visit.profile, access))
        return visit

    return enter


def _note_added(request: Request, visit: Visit, form: FormData) -> None:
    """Fields that would give somebody another's rights are nowhere read, and said in the log (P-20)."""
    has_role = request.url.path.startswith("/organisation/")
    added = sorted((NEVER_FIELDS - {"role"} if has_role else NEVER_FIELDS) & set(form))
    if added and visit.person is not None:
        log.warning("fields added by hand", fields=added, path=request.url.path, person=visit.person.key)


async def current(request: Request) -> Visit:
    """The visit that the gatekeeper let in; asynchronous, as going through a thread costs more than the answer."""
    return request.state.visit


async def fields(request: Request, form: Annotated[FormData | None, Depends(posted)]) -> FormData:
    """The posted fields."""
    return form if form is not None else FormData()


Here = Annotated[Visit, Depends(current)]
Fields = Annotated[FormData, Depends(fields)]


def visit_of(request: Request) -> Visit:
    """Everything that is known of a request."""
    context: WebContext = request.app.state.context
    now = context.now()
    published = context.profile()
    profile = published[1] if published else None
    session = _session(context, request, now)
    person = person_in_office(profile, session.person, now) if session else None
    browser = request.cookies.get(context.cookie("browser"))
    query = f"?{request.url.query}" if request.url.query else ""
    asked = request.query_params.get("lang")
    chosen = asked if asked in LANGUAGES else None
    return Visit(
        context=context,
        now=now,
        language=chosen or _language(request, person),
        profile=profile,
        person=person,
        session=session if person else None,
        csrf=session.csrf if session and person else form_token(context, browser),
        browser=browser,
        path=f"{request.url.path}{query}" if _can_be_opened(request) else "/",
        chosen_language=chosen,
        cookies=dict(request.cookies),
        profile_version=published[0] if published else 0,
        doors=getattr(request.app.state, "doors", {}),
    )


def sealed(context: WebContext, purpose: str, text: str) -> str:
    """A keyed hash of a text, one key a purpose: says nothing to whom lacks the signing key."""
    key = context.keys[-1].encode()
    return hmac.new(key, f"{purpose}\0{text}".encode(), sha256).hexdigest()


def form_token(context: WebContext, browser: str | None) -> str:
    """What the forms of somebody not signed in must carry: it belongs to their browser's cookie."""
    return sealed(context, "form", browser) if browser else ""


def own_path(text: Any) -> str:
    """A path of ours to go on to; "/" for anything else (W-29)."""
    if not isinstance(text, str) or not text.startswith("/") or len(text) > LONGEST_PATH:
        return "/"
    if text.startswith("//") or "\\" in text or CONTROL.search(text) or "\n" in text or "\t" in text:
        return "/"
    parts = urlsplit(text)
    return "/" if parts.scheme or parts.netloc else text


def text_of(value: Any) -> str:
    """What somebody typed: without control characters, at most 2,000 characters; empty for anything else."""
    if not isinstance(value, str):
        return ""
    return CONTROL.sub("", value.replace("\r\n", "\n"))[:LONGEST_TEXT].strip()


def number_of(text: Any) -> int:
    """A row's number. Raises 404 for anything that cannot be one (W-33)."""
    if not isinstance(text, str) or not re.fullmatch(r"[1-9][0-9]{0,8}", text, re.ASCII):
        raise HTTPException(404)
    return int(text)


def new_token() -> str:
    """128 random bits, for addresses and cookies."""
    return secrets.token_urlsafe(16)


def hashed(token: str) -> str:
    """What is kept of a token."""
    return sha256(token.encode()).hexdigest()


def _session(context: WebContext, request: Request, now: datetime) -> signins.Session | None:
    token = request.cookies.get(context.cookie("session"))
    if not token:
        return None
    with reading(context.engine) as conn:
        found = signins.session(conn, context.tenant, hashed(token), now)
    if found is not None and signins.needs_touch(found, now):
        _touch(context, found, now)
    return found


def _can_be_opened(request: Request) -> bool:
    """Whether the address of this request can be opened anew, as a link: forms of the profile stand on pages."""
    path = request.url.path
    if request.method in ("GET", "HEAD") or path.startswith(("/u/", "/svara/", "/logga-in", UPLOADS)):
        return True
    route = request.scope.get("route")
    return path.startswith("/profil/") and getattr(route, "path", "") in request.app.state.doors


def _touch(context: WebContext, session: signins.Session, now: datetime) -> None:
    try:
        with writing(context.engine) as conn:
            signins.touch(conn, context.tenant, session.id, now)
    except DatabaseBusy:
        return  # a long job writes; the page is worth more than the note, and the next page makes it


def person_in_office(profile: Profile | None, key: str | None, now: datetime) -> ContactPerson | None:
    """Gone from the profile, or from office, is gone from the pages at once (F6, T9)."""
    if key == signins.BREAK_GLASS:
        return ContactPerson(key=key, name="Nödinloggning", email="", role=Role.OPERATOR)
    people: Sequence[ContactPerson] = profile.in_office(local_day(now)) if profile else ()
    return next((person for person in people if person.key == key), None)


def _language(request: Request, person: ContactPerson | None) -> str:
    kept = request.cookies.get(LANGUAGE_COOKIE)
    if kept in LANGUAGES:
        return kept
    return person.language if person and person.language in LANGUAGES else LANGUAGES[0]


def _check_sender(request: Request, visit: Visit) -> None:
    """A form comes from our own pages (F2).

    Browsers name the origin `null` when the page sends no referrer, as ours do; `Sec-Fetch-Site`, which no page
    can forge, then tells the truth. A request with neither is no browser's, and the token alone decides.
    """
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    parts = urlsplit(origin or "")
    if origin in (None, "null"):
        is_ours = site == "same-origin" or (origin is None and site is None)
    else:
        same_host = parts.netloc == request.headers.get("host") and parts.hostname in _LOCAL_NAMES
        is_ours = origin == visit.context.origin or same_host
    if not is_ours:
        raise Refused(403, Message(text=N_("Formuläret kom inte från Fondvakts egna sidor.")))


_LOCAL_NAMES = {name.strip("[]") for name in LOCAL}


def _check_token(visit: Visit, form: FormData) -> None:
    sent = form.get("csrf")
    good = [visit.session.csrf] if visit.session else []
    if visit.browser:
        good.append(form_token(visit.context, visit.browser))
    if not isinstance(sent, str) or not any(hmac.compare_digest(sent.encode(), g.encode()) for g in good):
        if visit.person is None:
            raise Refused(
                403,
                Message(text=N_("Du är inte längre inloggad, eller så sparar webbläsaren inga kakor.")),
                sign_in=True,
            )
        raise Refused(
            403, Message(text=N_("Formuläret är för gammalt. Gå tillbaka, ladda om sidan och försök igen."))
        )


def _only_for(profile: Profile | None, access: Access) -> Message:
    if access is Access.OPERATOR:
        return Message(text=N_("Det här kan bara systemadministratören göra."))
    if access is Access.READER:
        return Message(text=N_("Din roll sköter driften och ser inte kommunens utlysningar och beslut."))
    names = ", ".join(person.name for person in profile.coordinators) if profile else ""
    return Message(text=N_("Det här kan samordnaren göra: {names}."), values={"names": names or "–"})
