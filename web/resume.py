"""Going on where one was stopped: a form that failed is sent once more, or comes back filled after signing in."""

from urllib.parse import urlencode

from starlette.datastructures import FormData

from matcher.model import Verdict
from web.forms import Asked
from web.selection import word
from web.visit import own_path

PAGES = {
    Verdict.ACCEPT: Asked.ACCEPT,
    Verdict.REJECT: Asked.REJECT,
    Verdict.LATER: Asked.LATER,
    Verdict.REFER: Asked.REFER,
}
TYPED = ("reason", "wait", "day", "duplicate_of", "note")


def after_signing_in(path: str, fields: FormData | None) -> str:
    """Where to go on when one has signed in anew: the page that asks for the same decision, with what was typed.

    What does not fit into an address leads to the first page; the page that says so shows the text.
    """
    said = fields or FormData()
    verdict = Verdict.ACCEPT if "accept" in said else word(Verdict, said.get("verdict"))
    if path != "/beslut" or verdict is None:
        return "/"
    named = str(said.get("accept") or ",".join(str(match) for match in said.getlist("match")))
    about = {"m": named.partition("@")[0], "back": str(said.get("back") or "")}
    typed = {name: str(said.get(name) or "") for name in TYPED}
    query = urlencode({key: value for key, value in (about | typed).items() if value})
    return own_path(f"/beslut/{PAGES[verdict]}?{query}")


def once_more(fields: FormData | None) -> list[tuple[str, str]]:
    """The fields of a form that failed, to be sent again as they are."""
    return [(name, value) for name, value in (fields or FormData()).multi_items() if isinstance(value, str)]
