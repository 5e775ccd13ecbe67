"""Pages out of templates, in the reader's language; an undefined name raises, everything is escaped."""

from functools import cache
from typing import Any

from jinja2 import Environment
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from calls.model import CallFacts
from notifier.templating import environment, spoken
from notifier.wording import Wording
from texts import Message
from web.static_files import address
from web.visit import LANGUAGE_COOKIE, Visit

YEAR_SECONDS = 365 * 24 * 3600


def page(
    visit: Visit, template: str, status: int = 200, *, flash: object = None, **values: Any
) -> HTMLResponse:
    """A whole page; remembers the language when the reader has just chosen one.

    Args:
        flash: what was just done, for pages that tell it (`web.flash`).
    """
    filled = _templates(visit.language).get_template(template).render(visit=visit, flash=flash, **values)
    response = HTMLResponse(filled, status_code=status)
    if visit.chosen_language:
        set_cookie(visit, response, LANGUAGE_COOKIE, visit.chosen_language, max_age=YEAR_SECONDS)
    return response


def piece(visit: Visit, template: str, **values: Any) -> str:
    """A part of a page, as text that needs no more escaping."""
    return _templates(visit.language).get_template(template).render(visit=visit, **values)


def set_cookie(
    visit: Visit, response: Response, name: str, value: str, *, max_age: int | None = None
) -> None:
    """A cookie that scripts cannot read and other sites cannot send along."""
    response.set_cookie(
        name, value, max_age=max_age, path="/", httponly=True, samesite="lax", secure=visit.context.is_https
    )


def drop_cookie(visit: Visit, response: Response, name: str) -> None:
    """Have the browser forget a cookie."""
    response.delete_cookie(name, path="/", httponly=True, samesite="lax", secure=visit.context.is_https)


@cache
def _templates(language: str) -> Environment:
    wording = Wording(language)
    made = environment("web", language)
    made.globals |= {"wording": wording, "static": address}
    made.filters |= {
        "foreign": spoken,
        "message": lambda text: wording.message(text) if isinstance(text, Message | str) else "",
        "paragraphs": paragraphs,
        "titled": lambda call: titled(call, language),
    }
    return made


def titled(call: CallFacts, language: str) -> Markup:
    """A call's title as `spoken` writes it: in the reader's language where the publisher has it in that."""
    title = call.title_in(language)
    return spoken(title.text, title.language)


def paragraphs(text: str) -> list[str]:
    """A text's paragraphs, without empty ones."""
    return [line.strip() for line in text.splitlines() if line.strip()]
