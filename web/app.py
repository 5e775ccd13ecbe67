"""The pages as one application. Every way in stands in `DOORS`, with who may use it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache, partial

from anyio import create_task_group
from anyio.to_thread import current_default_thread_limiter, run_sync
from fastapi import APIRouter, Depends, FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute

from storage.errors import DatabaseBusy, StorageError
from texts import N_, Message
from web import (
    answers,
    calendars,
    calls,
    choices,
    deeds,
    editor,
    guide,
    intake,
    letters,
    overview,
    queue_page,
    resume,
    review,
    session,
    settings,
    sources,
    statements,
    static_files,
    unsubscribe,
)
from web.access import Access
from web.api import create_api
from web.api.app import PATH
from web.api.errors import BROKEN, BUSY
from web.context import WebContext
from web.doors import GET, POST, Door
from web.guard import Guard
from web.oidc import doors as oidc_doors
from web.people import doors as people_doors
from web.render import page
from web.visit import Refused, Visit, admit, visit_of

THREADS = 8


# Subjects with several pages list their own: add `*subject.DOORS` at the end.
DOORS = (
    *calendars.DOORS,  # first: "/utlysning/1.ics" would fit the page of a call too
    Door(GET, "/", Access.SIGNED_IN, queue_page.front),
    Door(POST, "/beslut", Access.COORDINATOR, review.decide),
    Door(POST, "/beslut/angra", Access.COORDINATOR, review.undo),
    Door(GET, "/utlysningar", Access.READER, calls.every),
    Door(GET, "/calls", Access.PUBLIC, calls.every_short),
    Door(GET, "/utlysning/{call_id}", Access.READER, calls.one),
    Door(GET, "/c/{call_id}", Access.PUBLIC, calls.short),
    Door(GET, "/svar", Access.COORDINATOR, answers.every),
    Door(GET, "/svara/{token:path}", Access.PUBLIC, answers.ask_page),
    Door(POST, "/svara/{token:path}", Access.ONE_CLICK, answers.answer),
    Door(GET, "/kallor", Access.SIGNED_IN, sources.sources),
    Door(POST, "/kallor/{source}", Access.OPERATION, sources.collect),
    Door(GET, "/halsa", Access.PUBLIC, sources.health),
    Door(GET, "/tillganglighet", Access.PUBLIC, statements.accessibility),
    Door(GET, "/hjalp", Access.SIGNED_IN, guide.help_page),
    Door(GET, "/logga-in", Access.PUBLIC, session.ask_page),
    Door(POST, "/logga-in", Access.PUBLIC, session.ask),
    Door(GET, "/logga-in/kod", Access.PUBLIC, session.code_page),
    Door(POST, "/logga-in/kod", Access.PUBLIC, session.use_code),
    Door(GET, "/logga-in/lank/{token}", Access.PUBLIC, session.link_page),
    Door(POST, "/logga-in/lank/{token}", Access.PUBLIC, session.use_link),
    Door(POST, "/logga-ut", Access.SIGNED_IN, session.sign_out),
    *oidc_doors.DOORS,
    *people_doors.DOORS,
    Door(GET, "/u/{token:path}", Access.PUBLIC, unsubscribe.ask_page),
    Door(POST, "/u/{token:path}", Access.ONE_CLICK, unsubscribe.one_click),
    Door(GET, "/static/{name}", Access.PUBLIC, static_files.static),
    *choices.DOORS,
    *deeds.DOORS,
    *overview.DOORS,
    *editor.DOORS,
    *settings.DOORS,
    *letters.DOORS,
    *intake.DOORS,
)
SENTENCES = {
    400: N_("Begäran gick inte att förstå."),
    404: N_("Sidan finns inte, eller så har du inte tillgång till den."),
    405: N_("Så kan den här adressen inte användas."),
    413: N_("Det var för mycket på en gång."),
}
FAILED = Message(text=N_("Något gick fel på vår sida. Inget har sparats. Uppge numret om du hör av dig."))


def create_app(context: WebContext) -> FastAPI:
    """The pages over one installation's tools."""
    app = FastAPI(
        title="Fondvakt",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_warmed,
    )
    app.state.context = context
    app.state.doors = {door.path: door.access for door in DOORS if "GET" in door.methods}
    app.router.routes.extend(_routes())
    app.mount(PATH, create_api(context))
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(StorageError, _storage_error)
    app.add_middleware(Guard, public_url=context.public_url, failed=_failed)
    return app


@cache
def _routes() -> Sequence[BaseRoute]:
    """The doors as routes: they hold nothing of an installation, so a process works them out once."""
    router = APIRouter()
    for door in DOORS:
        router.add_api_route(
            door.path,
            door.endpoint,
            methods=list(door.methods),
            dependencies=[Depends(admit(door.access))],
            response_model=None,
        )
    return tuple(router.routes)


@asynccontextmanager
async def _warmed(app: FastAPI) -> AsyncIterator[None]:
    """Pages take turns, and the queue is read while nobody waits for it yet.

    Many threads at once would only wait for each other's interpreter.
    """
    current_default_thread_limiter().total_tokens = THREADS
    async with create_task_group() as group:
        group.start_soon(partial(run_sync, queue_page.read_ahead, app.state.context, abandon_on_cancel=True))
        yield
        group.cancel_scope.cancel()


def _refused(request: Request, failure: Refused) -> Response:
    return _sorry(request, failure.status, failure.message, sign_in=failure.sign_in)


def _http_error(request: Request, failure: HTTPException) -> Response:
    text = SENTENCES.get(failure.status_code, SENTENCES[400])
    response = _sorry(request, failure.status_code, Message(text=text))
    for name, value in (failure.headers or {}).items():
        response.headers[name] = value
    return response


def _storage_error(request: Request, failure: StorageError) -> Response:
    text = BUSY if isinstance(failure, DatabaseBusy) else BROKEN
    return _sorry(request, 503, Message(text=text))


def _failed(request: Request, number: str) -> Response:
    return _sorry(request, 500, FAILED, number=number)


def _sorry(
    request: Request, status: int, message: Message, *, sign_in: bool = False, number: str = ""
) -> Response:
    """A page that says no, keeps what was typed, and names a way on."""
    visit = getattr(request.state, "visit", None) or _quiet_visit(request)
    fields = getattr(request.state, "fields", None)
    return page(
        visit,
        "layout/sorry.html",
        status=status,
        code=status,
        sentence=message,
        sign_in=sign_in and visit.person is None,
        onto=visit.path if request.method in GET else resume.after_signing_in(request.url.path, fields),
        action=request.url.path,
        once_more=resume.once_more(fields) if status in (500, 503) else [],
        number=number,
        typed=getattr(request.state, "typed", ""),
    )


def _quiet_visit(request: Request) -> Visit:
    """A visit for a page that must not fail: nobody is looked up."""
    context: WebContext = request.app.state.context
    try:
        return visit_of(request)
    except Exception:  # the failure that led here may well be the database's; the page needs none
        return Visit(context=context, now=context.now(), language="sv", profile=None, cookies={})
