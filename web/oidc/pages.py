"""The way through the provider and back, and the linking of an account to a person (F5).

Mail is not an identity: an account opens nothing until its owner, signed in by mail in the same browser, has
linked it. From then on issuer and subject alone say whose it is; the link ends when the person's address in the
profile becomes another, for that is perhaps another person.
"""

import hmac

import structlog
from fastapi import Request
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from profiles.model import ContactPerson
from storage import identities
from storage.database import reading, writing
from texts import N_, Message
from web.oidc import state
from web.oidc.errors import ProviderUnreachable, SigninRefused
from web.oidc.provider import Provider
from web.oidc.tokens import Account
from web.render import page
from web.session import open_for
from web.visit import Fields, Here, Refused, Visit, hashed, number_of, own_path, person_in_office

NOT_LET_IN = Message(
    text=N_("Inloggningen med kommunens konto gick inte igenom. Försök igen, eller logga in med e-post.")
)
UNREACHABLE = Message(
    text=N_("Kommunens inloggningstjänst svarar inte som den ska just nu. Logga in med e-post så länge.")
)
NOT_YOURS = Message(
    text=N_("Kontot är redan kopplat till någon annan. Samordnaren kan ta bort den kopplingen.")
)
TOO_OLD = Message(
    text=N_("Det har gått mer än tio minuter. Logga in med kommunens konto igen för att koppla det.")
)
LONGEST_CODE = 4096
log = structlog.get_logger()


def start(visit: Here, request: Request) -> Response:
    """Send the browser to the provider. A plain link: nothing is changed here, and no form leaves our pages."""
    provider, onto = _provider(visit), own_path(request.query_params.get("next"))
    away, kept = state.begin(visit.context, onto)
    try:
        address = provider.way_in(away.secrets, visit.now, visit.language)
    except SigninRefused as failure:
        raise _refused(failure) from failure
    response = RedirectResponse(address, status_code=303)
    state.keep_away(visit, response, kept)
    return response


def come_back(visit: Here, request: Request) -> Response:
    """Where the provider sends the browser: opens a session for a linked account, asks to link any other."""
    provider, away = _provider(visit), state.returned(visit)
    try:
        account = _account(provider, away, request, visit)
    except SigninRefused as failure:
        raise _refused(failure) from failure
    with reading(visit.context.engine) as conn:
        known = _known(visit, conn, account)
    if known is None:
        onto = "/logga-in/koppla" if visit.person else "/logga-in?next=/logga-in/koppla"
        response: Response = RedirectResponse(onto, status_code=303)
        state.keep_account(visit, response, account)
    else:
        with writing(visit.context.engine) as conn:
            identities.note_use(conn, visit.context.tenant, known.id, visit.now)
        response = open_for(visit, known.person, away.onto, "oidc")
    state.forget_away(visit, response)
    return response


def link_page(visit: Here) -> Response:
    """One's own linked accounts, and the one that waits to be linked."""
    with reading(visit.context.engine) as conn:
        mine = identities.every(conn, visit.context.tenant, visit.person.key)
    waiting = state.account_to_link(visit)
    if waiting and any((one.issuer, one.subject) == (waiting.issuer, waiting.subject) for one in mine):
        waiting = None
    return page(
        visit,
        "people/accounts.html",
        mine=mine,
        waiting=waiting,
        has_provider=visit.context.provider is not None,
    )


def link(visit: Here) -> Response:
    """Link the account that this browser came back with to whoever is signed in here."""
    account = state.account_to_link(visit)
    if account is None or visit.person.key not in {
        p.key for p in (visit.profile.people if visit.profile else ())
    }:
        raise Refused(410, TOO_OLD)
    with writing(visit.context.engine) as conn:
        is_linked = identities.link(
            conn,
            visit.context.tenant,
            issuer=account.issuer,
            subject=account.subject,
            shown=account.shown,
            person=visit.person.key,
            address_hash=_address_hash(visit, visit.person),
            now=visit.now,
        )
    if not is_linked:
        raise Refused(409, NOT_YOURS)
    response = RedirectResponse("/logga-in/koppla", status_code=303)
    state.forget_account(visit, response)
    return response


def unlink(visit: Here, fields: Fields) -> Response:
    """Remove one of one's own links; the coordinator may remove anybody's."""
    number, only = number_of(fields.get("account")), None if visit.is_coordinator else visit.person.key
    with writing(visit.context.engine) as conn:
        by, tenant = visit.person.key, visit.context.tenant
        if not identities.unlink(conn, tenant, number, by=by, now=visit.now, person=only):
            raise HTTPException(404)
    return RedirectResponse(own_path(fields.get("back")) if fields.get("back") else "/logga-in/koppla", 303)


def _provider(visit: Visit) -> Provider:
    if visit.context.provider is None:
        raise HTTPException(404)
    return visit.context.provider


def _account(provider: Provider, away: state.Away | None, request: Request, visit: Visit) -> Account:
    """Whom the provider vouches for, in answer to what this browser asked."""
    told = request.query_params
    if away is None:
        raise SigninRefused("this browser did not ask, or too long ago")
    if not hmac.compare_digest(told.get("state", "").encode(), away.secrets.state.encode()):
        raise SigninRefused("another state")
    if told.get("iss", provider.issuer) != provider.issuer:
        raise SigninRefused("an answer from another issuer")
    code = told.get("code", "")
    if "error" in told or not code or len(code) > LONGEST_CODE or len(told.getlist("code")) != 1:
        raise SigninRefused(f"the provider says {told.get('error', '')[:60]!r}")
    return provider.account(code, away.secrets, visit.now)


def _known(visit: Visit, conn: Connection, account: Account) -> identities.Identity | None:
    """The link of an account to somebody who is in office, with the address they had when they linked it."""
    found = identities.find(conn, visit.context.tenant, account.issuer, account.subject)
    person = person_in_office(visit.profile, found.person, visit.now) if found else None
    if person is None or found.address_hash != _address_hash(visit, person):
        return None
    return found


def _address_hash(visit: Visit, person: ContactPerson) -> str:
    return hashed(f"{visit.context.tenant}\0{person.address}")


def _refused(failure: SigninRefused) -> Refused:
    """One page for all that is refused; the log says what it was."""
    log.warning("sign-in refused", way="oidc", reason=str(failure))
    if isinstance(failure, ProviderUnreachable):
        return Refused(503, UNREACHABLE, sign_in=True)
    return Refused(403, NOT_LET_IN, sign_in=True)
