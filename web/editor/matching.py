"""How the matching after a publication stands: a part of a page that asks again by itself, or a page of its own."""

from fastapi import Request
from starlette.responses import HTMLResponse, Response

from web.editor.telling import told
from web.names import Names
from web.render import page, piece
from web.visit import Here


def show(visit: Here, request: Request) -> Response:
    """The state of the matching."""
    if request.headers.get("hx-request") == "true":
        return HTMLResponse(piece(visit, "editor/matching.html", told=told(visit)))
    return page(visit, "editor/matching_page.html", names=Names(visit), told=told(visit))
