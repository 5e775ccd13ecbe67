"""Recorded pages played back as a `Fetch`: `recorded(key)` answers from `tests/pages/<key>/`."""

import copy
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scrapers.errors import SourceChanged
from scrapers.source import Page
from scrapers.sources.have_your_say import API, SEARCH

PAGES = Path(__file__).parent / "pages"


class RecordedPortal:
    """The portal's search over pages by type: `{"1": [page, ...]}`. `asked` holds what was sent.

    Args:
        scripts: type to the answers in the order in which they are given; the last one stays.
    """

    def __init__(self, scripts: Mapping[str, list[Any]]) -> None:
        self._scripts = {kind: list(answers) for kind, answers in scripts.items()}
        self.asked: list[tuple[Mapping[str, str], Mapping[str, Any]]] = []

    def get(self, path: str, *, params: Mapping[str, str] | None = None) -> Page:
        """The portal's search has no pages to get."""
        raise SourceChanged(f"{path}: status 405 where 200 is due")

    def post_parts(self, path: str, *, params: Mapping[str, str], parts: Mapping[str, Any]) -> Any:
        """The next answer for the asked type; nothing was recorded means no results."""
        self.asked.append((params, parts))
        kind = parts["query"]["bool"]["must"][0]["terms"]["type"][0]
        answers = self._scripts.get(kind) or [portal_page([])]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return copy.deepcopy(answer)


class RecordedSite:
    """Pages of a site by address, as recorded; an address without a page is gone."""

    def __init__(self, pages: Mapping[str, str]) -> None:
        self._pages = pages

    def get(self, path: str, *, params: Mapping[str, str] | None = None) -> Page:
        """The page at this address."""
        if path not in self._pages:
            raise SourceChanged(f"{path}: status 404 where 200 is due")
        return Page(url=path, text=self._pages[path])

    def post_parts(self, path: str, *, params: Mapping[str, str], parts: Mapping[str, Any]) -> Any:
        """No recorded site takes forms."""
        raise SourceChanged(f"{path}: status 405 where 200 is due")


class RecordedService:
    """A service of JSON answers by path, page after page; a path without an answer is gone.

    Args:
        answers: path to the answer, or to a list of answers by their page; an error among them is raised.
    """

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self._answers = answers
        self.asked: list[tuple[str, Mapping[str, str] | None]] = []

    def get_json(self, path: str, *, params: Mapping[str, str] | None = None) -> Any:
        """The answer at this path, a copy."""
        self.asked.append((path, params))
        answer = self._answers.get(path, SourceChanged(f"{path}: status 404 where 200 is due"))
        if isinstance(answer, list):
            number = int((params or {}).get("page", "0"))
            answer = answer[min(number, len(answer) - 1)]
        if isinstance(answer, Exception):
            raise answer
        return copy.deepcopy(answer)


def portal_page(results: list[Any], **envelope: Any) -> dict[str, Any]:
    """An answer of the search; the envelope is that of a first and only page unless told otherwise."""
    given = {"totalResults": len(results), "pageNumber": 1, "pageSize": 100}
    return given | envelope | {"results": results}


def recorded(key: str) -> RecordedPortal | RecordedSite | RecordedService:
    """The recorded pages of one source."""
    folder = PAGES / key
    if key == "eu-portal":
        found = {path.stem.split("-")[1]: path for path in sorted(folder.glob("search-*.json"))}
        return RecordedPortal({kind: [json.loads(path.read_text())] for kind, path in found.items()})
    if key == "have-your-say":
        answers = {SEARCH: [json.loads(path.read_text()) for path in sorted(folder.glob("search-*.json"))]}
        for path in folder.glob("initiative-*.json"):
            answers[f"{API}/groupInitiatives/{path.stem.split('-')[1]}"] = json.loads(path.read_text())
        return RecordedService(answers)
    listing = (folder / "list.html").read_text()
    pages = {"/en/calls": listing}
    for path in re.findall(r'(/en/calls/\d+/[^"]+)"', listing):
        number = path.split("/")[3]
        if (folder / f"call-{number}.html").exists():
            pages[path] = (folder / f"call-{number}.html").read_text()
    return RecordedSite(pages)
