"""What a program is told when it cannot have what it asked for: a status and one sentence, never what it sent."""

import json
from http import HTTPStatus

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from storage.errors import DatabaseBusy, StorageError
from texts import LANGUAGES, N_, Message, translate
from web.api.shapes import Place, Refusal

SENTENCES = {
    400: N_("Begäran gick inte att förstå."),
    401: N_("Begäran saknar en giltig nyckel. Skicka den som Authorization: Bearer."),
    404: N_("Det finns inget med det numret."),
    405: N_("Så kan den här adressen inte användas."),
}
UNREADABLE = N_("Begäran följer inte beskrivningen i openapi.json.")
BUSY = N_("Ett annat jobb skriver i databasen just nu. Inget har sparats. Försök igen om en stund.")
BROKEN = N_("Databasen svarar inte som den ska. Inget har sparats. Driften kan läsa mer i loggen.")


class ApiRefusal(Exception):
    """The API says no: a status, a sentence, and where in the request the fault lies."""

    def __init__(self, status: int, message: Message, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, headers or {}


def language_of(request: Request) -> str:
    """Swedish, unless the program asks for English first."""
    wanted = request.headers.get("accept-language", "").strip().lower()[:2]
    return wanted if wanted in LANGUAGES else LANGUAGES[0]


def refused(request: Request, failure: ApiRefusal) -> Response:
    """The answer to a refusal of ours."""
    return _answer(request, failure.status, failure.message, headers=failure.headers)


def http_error(request: Request, failure: HTTPException) -> Response:
    """The answer to an unknown path or method."""
    text = Message(text=SENTENCES.get(failure.status_code, SENTENCES[400]))
    return _answer(request, failure.status_code, text, headers=dict(failure.headers or {}))


def unreadable(request: Request, failure: RequestValidationError) -> Response:
    """The answer to a request that does not follow the description: which places, and what was expected there."""
    places = [
        Place(field=".".join(str(part) for part in fault["loc"]), message=fault["msg"])
        for fault in failure.errors()[:20]
    ]
    return _answer(request, 422, Message(text=UNREADABLE), errors=places)


def storage_error(request: Request, failure: StorageError) -> Response:
    """The answer when the database does not."""
    return _answer(request, 503, Message(text=BUSY if isinstance(failure, DatabaseBusy) else BROKEN))


def _answer(
    request: Request,
    status: int,
    message: Message,
    *,
    errors: list[Place] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    body = Refusal(
        status=status,
        reason=HTTPStatus(status).phrase,
        message=translate(message, language_of(request)),
        errors=errors or [],
    )
    return _Ascii(body.model_dump(by_alias=True), status_code=status, headers=headers or {})


class _Ascii(JSONResponse):
    """JSON that any byte of a request's can stand in: lone surrogates are written as escapes."""

    def render(self, content) -> bytes:
        return json.dumps(content, ensure_ascii=True, allow_nan=False).encode("ascii")
