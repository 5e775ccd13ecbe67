"""Who comes: a token with a scope, and how often it may come."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from profiles.model import Profile
from storage import api_tokens
from storage.api_tokens import ApiToken, Scope
from storage.database import reading, writing
from storage.errors import DatabaseBusy
from texts import N_, Message
from web.api.errors import SENTENCES, ApiRefusal
from web.context import WebContext

EVERY = timedelta(minutes=1)
MOST = 600
TOO_OFTEN = N_("Nyckeln har använts för ofta. Högst {most} gånger i minuten.")
NOT_ALLOWED = N_("Nyckeln {name} får inte göra detta; det kräver {scope}.")
NO_PROFILE = N_("Kommunen har ingen profil än.")
bearer = HTTPBearer(
    auto_error=False, scheme_name="token", description="En nyckel från sidan Inställningar, API. / A token."
)


@dataclass(frozen=True, kw_only=True)
class Caller:
    """One request of a program: its token, the installation, and when it came."""

    context: WebContext
    token: ApiToken
    now: datetime

    @property
    def tenant(self) -> str:
        """Whose rows it may see."""
        return self.context.tenant

    def published(self) -> tuple[int, Profile]:
        """The published profile with its version. Raises ApiRefusal(404) before the first."""
        found = self.context.profile()
        if found is None:
            raise ApiRefusal(404, Message(text=NO_PROFILE))
        return found


class Pace:
    """How often each token has come within the last minute; forgotten when the program ends."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._came: dict[int, deque[datetime]] = {}

    def wait(self, token: int, now: datetime) -> int:
        """Seconds until it may come again, 0 when it may now; then this time is counted."""
        with self._lock:
            came = self._came.setdefault(token, deque())
            while came and now - came[0] >= EVERY:
                came.popleft()
            if len(came) >= MOST:
                return max(1, round((came[0] + EVERY - now).total_seconds()))
            came.append(now)
            return 0


def caller(scope: Scope) -> Callable[..., Caller]:
    """The gatekeeper of a path that needs this scope."""

    def enter(
        request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
    ) -> Caller:
        context: WebContext = request.app.state.context
        now = context.now()
        token = _token(context, given.credentials if given else "", now)
        wait = request.app.state.pace.wait(token.id, now)
        if wait:
            message = Message(text=TOO_OFTEN, values={"most": MOST})
            raise ApiRefusal(429, message, headers={"Retry-After": str(wait)})
        if scope not in token.scopes:
            values = {"name": token.name, "scope": scope.value}
            raise ApiRefusal(403, Message(text=NOT_ALLOWED, values=values))
        return Caller(context=context, token=token, now=now)

    return enter


def _token(context: WebContext, given: str, now: datetime) -> ApiToken:
    with reading(context.engine) as conn:
        found = api_tokens.find(conn, context.tenant, given, now) if given else None
    if found is None:
        raise ApiRefusal(401, Message(text=SENTENCES[401]), headers={"WWW-Authenticate": "Bearer"})
    if api_tokens.needs_note(found, now):
        _note(context, found, now)
    return found


def _note(context: WebContext, token: ApiToken, now: datetime) -> None:
    try:
        with writing(context.engine) as conn:
            api_tokens.note_use(conn, token, now)
    except DatabaseBusy:
        return  # a long job writes; the answer is worth more than the note, and the next request makes it
