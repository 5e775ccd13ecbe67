"""The API as an application of its own, so that its description, openapi.json, holds it and nothing else."""

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from storage.errors import StorageError
from web.api import errors
from web.api.entry import Pace
from web.api.routes import router
from web.api.shapes import Refusal
from web.context import WebContext

PATH = "/api/v1"
_SENTENCES = {
    400: "Begäran gick inte att läsa. / The request could not be read.",
    401: "Nyckeln saknas eller gäller inte. / No valid token.",
    403: "Nyckeln får inte detta. / The token lacks the scope.",
    404: "Finns inte. / Not there.",
    409: "Har ändrats sedan det lästes. / Changed since it was read.",
    422: "Följer inte beskrivningen. / Does not follow this description.",
    429: "För ofta. / Too often.",
    503: "Databasen är upptagen. / The database is busy.",
}
REFUSALS = {status: {"description": text, "model": Refusal} for status, text in _SENTENCES.items()}


def create_api(context: WebContext) -> FastAPI:
    """The API over one installation's tools."""
    api = FastAPI(
        title="Fondvakt",
        version="1",
        description=(
            "Utlysningar, träffar, beslut, svar och profil. Fältnamn följer CommonGrants där det har dem. / "
            "Calls, matches, decisions, answers and the profile; CommonGrants' field names where it has them."
        ),
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=REFUSALS,
        servers=[{"url": PATH}],
        root_path_in_servers=False,
    )
    api.state.context = context
    api.state.pace = Pace()
    api.include_router(router)
    api.add_exception_handler(errors.ApiRefusal, errors.refused)
    api.add_exception_handler(HTTPException, errors.http_error)
    api.add_exception_handler(RequestValidationError, errors.unreadable)
    api.add_exception_handler(StorageError, errors.storage_error)
    return api
