"""Signing in and out: a mailed link and code, bound to the browser that asked (reliability F4, F6).

A known address, an unknown one, and one that is locked get the same answer. Nothing opens by GET: mail scanners
follow links (W-01), so the link leads to a button, and only the asking browser can press it (W-11).
"""

import hmac
import secrets
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from hashlib import sha256
from urllib.parse import urlencode

import structlog
from fastapi import BackgroundTasks, Request
from starlette.responses import RedirectResponse, Response

from notifier.weeks import local_day
from profiles.model import ContactPerson, Role
from storage import signins
from storage.audit import Event, record
from storage.database import reading, writing
from storage.signins import Outcome
from texts import N_, Message, MessageError
from web import signin_mail
from web.context import WebContext
from web.oidc.state import account_to_link
from web.render import drop_cookie, page, set_cookie
from web.source import source_of
from web.visit import (
    Fields,
    Here,
    Refused,
    Visit,
    form_token,
    hashed,
    new_token,
    own_path,
    person_in_office,
    sealed,
    text_of,
)

LASTS = timedelta(minutes=10)
BROWSER_SECONDS = 24 * 3600
CODE_DIGITS = 6
TOO_MANY = Message(text=N_("För många försök. Vänta en timme och försök igen."))
LOCKED = Message(text=N_("För många fel koder. Vänta en kvart och be sedan om en ny."))
WRONG_CODE = Message(text=N_("Koden stämmer inte, eller så är den äldre än tio minuter."))
DEAD_LINK = Message(text=N_("Länken är använd eller äldre än tio minuter."))
OTHER_BROWSER = Message(text=N_("Länken hör till en annan webbläsare än den här."))
log = structlog.get_logger()


class UnknownPerson(MessageError):
    """The profile has nobody in office by that key or address."""


def ask_page(visit: Here, request: Request) -> Response:
    """Where one writes an address."""
    onto = own_path(request.query_params.get("next"))
    if visit.person is not None:
        return RedirectResponse(onto, status_code=303)
    browser = visit.browser or new_token()
    response = page(
        visit,
        "session/ask.html",
        onto=onto,
        form=form_token(visit.context, browser),
        has_provider=visit.context.provider is not None,
        account=account_to_link(visit),
    )
    _keep_browser(visit, response, browser)
    return response


def ask(visit: Here, request: Request, fields: Fields, later: BackgroundTasks) -> Response:
    """Mail a link and a code to a known address; the answer is the same for any other."""
    address = text_of(fields.get("email")).casefold()
    source = source_of(request, visit.context.trusted_proxies)
    person = _by_address(visit, address)
    mark = person.key if person else "?" + sealed(visit.context, "address", address)[:40]
    onto = own_path(fields.get("next"))
    token, code = new_token(), f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    with writing(visit.context.engine) as conn:
        signins.clear_out(conn, visit.context.tenant, visit.now)
        is_locked = signins.is_locked(conn, visit.context.tenant, mark, visit.now)
        is_noted = signins.ask(
            conn,
            visit.context.tenant,
            person=mark,
            token_hash=hashed(token),
            code_hash=_code_hash(visit.context, visit.browser, code),
            browser_hash=hashed(visit.browser or ""),
            source_hash=sealed(visit.context, "source", source),
            now=visit.now,
            lasts=LASTS,
        )
    if not is_noted:
        raise Refused(429, TOO_MANY)
    if person is not None and not is_locked:
        link = _link(visit.context, token, onto)
        later.add_task(_send, visit.context, lambda: signin_mail.link_and_code(visit, person, link, code))
    return RedirectResponse(f"/logga-in/kod?{_query(onto)}", status_code=303)


def code_page(visit: Here, request: Request) -> Response:
    """Where one writes the code, or waits for the link."""
    onto = own_path(request.query_params.get("next"))
    if visit.person is not None:
        return RedirectResponse(onto, status_code=303)
    return page(visit, "session/code.html", onto=onto, fault=None)


def use_code(visit: Here, fields: Fields, later: BackgroundTasks) -> Response:
    """Sign in with the code."""
    onto = own_path(fields.get("next"))
    code = "".join(text_of(fields.get("code")).split())
    with writing(visit.context.engine) as conn:
        used = signins.use_code(
            conn,
            visit.context.tenant,
            _code_hash(visit.context, visit.browser, code),
            hashed(visit.browser or ""),
            visit.now,
        )
    if used.outcome is Outcome.GOOD:
        return open_for(visit, used.person, onto, "code")
    if used.outcome is Outcome.LOCKED_NOW:
        _warn_owner(visit, used.person, later)
    is_locked = used.outcome in (Outcome.LOCKED, Outcome.LOCKED_NOW)
    fault, status = (LOCKED, 429) if is_locked else (WRONG_CODE, 422)
    return page(visit, "session/code.html", status=status, onto=onto, fault=fault)


def link_page(visit: Here, request: Request, token: str) -> Response:
    """Where the mailed link leads: a button, and nothing happens before it is pressed."""
    onto = own_path(request.query_params.get("next"))
    browser = visit.browser or new_token()
    with reading(visit.context.engine) as conn:
        outcome = signins.link_state(
            conn, visit.context.tenant, hashed(token), hashed(visit.browser or ""), visit.now
        )
    form = form_token(visit.context, browser)
    response = page(visit, "session/link.html", onto=onto, token=token, outcome=outcome, form=form)
    _keep_browser(visit, response, browser)
    return response


def use_link(visit: Here, token: str, fields: Fields) -> Response:
    """Sign in with the link."""
    with writing(visit.context.engine) as conn:
        used = signins.use_link(
            conn, visit.context.tenant, hashed(token), hashed(visit.browser or ""), visit.now
        )
    if used.outcome is Outcome.OTHER_BROWSER:
        raise Refused(403, OTHER_BROWSER, sign_in=True)
    if used.outcome is not Outcome.GOOD:
        raise Refused(410, DEAD_LINK, sign_in=True)
    return open_for(visit, used.person, own_path(fields.get("next")), "link")


def sign_out(visit: Here) -> Response:
    """Close the session."""
    with writing(visit.context.engine) as conn:
        signins.close_session(conn, visit.context.tenant, visit.session.id, visit.now)
    response = RedirectResponse("/logga-in", status_code=303)
    drop_cookie(visit, response, visit.context.cookie("session"))
    return response


def signin_link(context: WebContext, who: str) -> str:
    """A link that signs a person in once within ten minutes, in any browser: for when mail does not work.

    Args:
        who: a person's key or address, or `signins.BREAK_GLASS` for whoever runs the machine.

    Raises:
        UnknownPerson: the published profile has nobody in office by that key or address.
    """
    published = context.profile()
    people = published[1].in_office(local_day(context.now())) if published else ()
    named = (person.key for person in people if who in (person.key, person.email))
    person_key = who if who == signins.BREAK_GLASS else next(named, None)
    if person_key is None:
        known = ", ".join(person.key for person in people) or "–"
        raise UnknownPerson.of(
            N_("{who} har inget uppdrag i profilen i dag; det har {known}"), who=who, known=known
        )
    token = new_token()
    with writing(context.engine) as conn:
        signins.ask(
            conn,
            context.tenant,
            person=person_key,
            token_hash=hashed(token),
            code_hash="",
            browser_hash=signins.ANY_BROWSER,
            source_hash="",
            now=context.now(),
            lasts=LASTS,
        )
        action = "break-glass" if person_key == signins.BREAK_GLASS else "signin-link"
        event = Event(actor="cli", channel="cli", kind="person", key=person_key, action=action)
        record(conn, context.tenant, event, context.now())
    return _link(context, token, "/")


def open_for(visit: Visit, person: str | None, onto: str, way: str) -> Response:
    """A new session under a new name, whatever the browser had before (W-28).

    Args:
        way: how they showed who they are, for the history.
    """
    if person_in_office(visit.profile, person, visit.now) is None:
        raise Refused(422, WRONG_CODE, sign_in=True)
    token = new_token()
    with writing(visit.context.engine) as conn:
        if visit.session is not None:
            signins.close_session(conn, visit.context.tenant, visit.session.id, visit.now)
        signins.open_session(
            conn,
            visit.context.tenant,
            person=person,
            token_hash=hashed(token),
            csrf=secrets.token_hex(32),
            now=visit.now,
            way=way,
        )
    response = RedirectResponse(onto, status_code=303)
    set_cookie(visit, response, visit.context.cookie("session"), token)
    drop_cookie(visit, response, visit.context.cookie("browser"))
    return response


def _warn_owner(visit: Visit, key: str | None, later: BackgroundTasks) -> None:
    people = visit.profile.people if visit.profile else ()
    person = next((person for person in people if person.key == key), None)
    if person is not None:
        later.add_task(_send, visit.context, lambda: signin_mail.locked(visit, person))


def _send(context: WebContext, written: Callable[[], EmailMessage]) -> None:
    """Write and send a mail when the answer has gone out, so that it takes as long for anybody (W-24)."""
    try:
        context.send_mail(written())
    except Exception as failure:  # the answer has gone out already; the operator reads it in the log
        log.error("sign-in mail was not sent", reason=str(failure))


def _by_address(visit: Visit, address: str) -> ContactPerson | None:
    """Who in office has this address; the coordinator first, should several roles share one."""
    everybody = visit.profile.in_office(visit.today) if visit.profile else ()
    people = [person for person in everybody if person.address == address]
    return min(people, key=lambda person: person.role is not Role.COORDINATOR, default=None)


def _code_hash(context: WebContext, browser: str | None, code: str) -> str:
    """Six digits are few, so their hash is keyed: the database alone does not give the code away."""
    key = context.keys[-1].encode()
    return hmac.new(key, f"code\0{browser}\0{code}".encode(), sha256).hexdigest()


def _keep_browser(visit: Visit, response: Response, browser: str) -> None:
    set_cookie(visit, response, visit.context.cookie("browser"), browser, max_age=BROWSER_SECONDS)


def _link(context: WebContext, token: str, onto: str) -> str:
    query = f"?{_query(onto)}" if onto != "/" else ""
    return f"{context.public_url.rstrip('/')}/logga-in/lank/{token}{query}"


def _query(onto: str) -> str:
    return urlencode({"next": onto})
