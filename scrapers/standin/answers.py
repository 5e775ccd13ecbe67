"""What the stand-in answers to each request: the search service, EuroAccess, Have your say, its own controls."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

from scrapers.standin import consultations, facets, index, pages
from scrapers.standin.errors import InvalidQuery
from scrapers.standin.faults import Faults
from scrapers.standin.index import Ask, Index
from scrapers.standin.multipart import Part, parts_of
from scrapers.standin.shape import Result

JSON = "application/json"
HTML = "text/html; charset=UTF-8"
SEARCH = "/search-api/prod/rest/search"
FACET = "/search-api/prod/rest/facet"
DOCUMENT = "/search-api/prod/rest/document/"
JSON_PARTS = ("query", "languages", "sort", "displayFields")
CALL_PAGE = re.compile(r"/en/calls/(\d+)(?:/[^/]*)?")
MAINTENANCE = b"<!DOCTYPE html><html><body><h1>The service is being maintained</h1></body></html>"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What came in.

    Attributes:
        base: how the client calls this server, for links in pages.
    """

    method: str
    target: str
    base: str = ""
    content_type: str = ""
    body: bytes = b""

    @property
    def path(self) -> str:
        """The path without the query."""
        return urlsplit(self.target).path

    def parameter(self, name: str) -> str | None:
        """The last value of a parameter in the address; None when it is not there."""
        values = parse_qs(urlsplit(self.target).query, keep_blank_values=True).get(name)
        return values[-1] if values else None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What goes out."""

    body: bytes
    status: int = 200
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()


class _Refused(Exception):
    """A request that gets an error for an answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def _json(value: Any, status: int = 200) -> Answer:
    return Answer(status=status, body=json.dumps(value, ensure_ascii=False).encode())


def _business_error(message: str) -> Answer:
    return _json({"type": "businessError", "message": message}, 400)


@dataclass(frozen=True, kw_only=True)
class Site:
    """All that can be asked for.

    Attributes:
        facets: the recorded facets; None when they are counted.
        calls: EuroAccess's.
        initiatives: Have your say's.
        controls: whether `/standin/` is answered.
    """

    index: Index
    facets: Mapping[str, Any] | None
    calls: Sequence[pages.Call]
    initiatives: Sequence[consultations.Json]
    faults: Faults
    controls: bool
    today: date
    _empty: Index = field(default_factory=lambda: Index([]))

    def answer(self, request: Request, now: Mapping[str, Any]) -> Answer:
        """The answer to a request, with the faults of the moment."""
        if "status" in now:
            wait = now.get("retry_after")
            headers = (("Retry-After", f"{wait:g}"),) if wait is not None else ()
            return Answer(status=now["status"], body=b'{"type":"throwable"}', headers=headers)
        if now.get("html"):
            return Answer(body=MAINTENANCE, content_type=HTML)
        try:
            good = self._route(request, now)
        except _Refused as refusal:
            return refusal.answer
        except InvalidQuery:
            return _business_error("Invalid Query format")
        if now.get("broken_json") and good.content_type == JSON:
            return Answer(body=good.body[: len(good.body) * 2 // 3])
        return good

    def _route(self, request: Request, now: Mapping[str, Any]) -> Answer:
        path = request.path
        if path in (SEARCH, FACET):
            if request.method != "POST":
                return Answer(status=405, body=b"", headers=(("Allow", "POST"),))
            return self._search(request, now) if path == SEARCH else self._facet(request, now)
        if path.startswith(DOCUMENT):
            return _business_error("No result found")
        if request.method in ("GET", "HEAD") and path.startswith(consultations.SITE):
            return self._consultations(request, now)
        if request.method in ("GET", "HEAD"):
            return self._page(request, now)
        return Answer(status=404, body=b"Not found", content_type="text/plain")

    def _search(self, request: Request, now: Mapping[str, Any]) -> Answer:
        ask = _ask(request)
        source = self._source(request, now)
        found = source.sorted(source.matching(ask), ask.sort)
        if now.get("half"):
            found = found[::2]
        shift = ask.page % 3 - 1 if now.get("moving_total") else 0
        body = index.page(source, found, ask, total_shift=shift, change=_change(now))
        return Answer(body=body)

    def _source(self, request: Request, now: Mapping[str, Any]) -> Index:
        """`apiKey` names an index; the stand-in has one."""
        return self.index if request.parameter("apiKey") == "SEDIA" and not now.get("empty") else self._empty

    def _facet(self, request: Request, now: Mapping[str, Any]) -> Answer:
        ask = _ask(request)
        source = self._source(request, now)
        if self.facets is not None and source is self.index:
            return _json(self.facets)
        return _json(facets.counted(source.matching(ask)))

    def _consultations(self, request: Request, now: Mapping[str, Any]) -> Answer:
        path = request.path
        if path == consultations.LIST:
            if request.parameter("sort") is not None:
                return Answer(status=406, body=b"")
            asked = consultations.Asked(
                page=_number(request.parameter("page"), 0),
                size=_number(request.parameter("size"), consultations.USUAL_SIZE),
                feedback=request.parameter("feedbackStatus"),
            )
            return _json(consultations.list_answer(self.initiatives, asked, now))
        if not path.startswith(consultations.DETAIL):
            return Answer(body=consultations.SHELL, content_type=HTML)
        number = path.removeprefix(consultations.DETAIL)
        found = consultations.detail_answer(self.initiatives, number)
        return _json({"error": "bad_request"}, 400) if found is None else _json(found)

    def _page(self, request: Request, now: Mapping[str, Any]) -> Answer:
        path = request.path.rstrip("/")
        if path == "/robots.txt":
            return Answer(body=b"User-agent: *\nDisallow: /standin/\n", content_type="text/plain")
        if path == "/en/calls":
            calls = [] if now.get("empty") else pages.found_by(self.calls, request.parameter("keyword") or "")
            return _html(pages.list_page(calls[::2] if now.get("half") else calls, request.base))
        wanted = CALL_PAGE.fullmatch(path)
        call = next((call for call in self.calls if wanted and str(call["id"]) == wanted[1]), None)
        if call is None:
            return Answer(status=404, body=b"<h1>Page not found</h1>", content_type=HTML)
        return _html(pages.detail_page(call, request.base, self.today))

    def control(self, request: Request, log: list[dict[str, Any]]) -> Answer:
        """The controls, when they were switched on: set the faults, read the log."""
        if not self.controls:
            return Answer(status=404, body=b"Not found", content_type="text/plain")
        if (request.method, request.path) == ("GET", "/standin/log"):
            return _json(log)
        if (request.method, request.path) != ("POST", "/standin/faults"):
            return Answer(status=404, body=b"Not found", content_type="text/plain")
        try:
            self.faults.set(json.loads(request.body or b"{}"))
        except (ValueError, AttributeError) as failure:
            return _json({"error": str(failure)}, 400)
        return _json({})


def _html(text: str) -> Answer:
    return Answer(body=text.encode(), content_type=HTML)


def _change(now: Mapping[str, Any]) -> Callable[[Result], Result] | None:
    """What the faults do to each record; None when they leave it alone."""
    lost = {"no_deadlines": "deadlineDate", "no_descriptions": "descriptionByte"}
    missing = {name for fault, name in lost.items() if now.get(fault)}
    if not missing:
        return None

    def without(record: Result) -> Result:
        kept = {name: values for name, values in record["metadata"].items() if name not in missing}
        return record | {"metadata": kept}

    return without


def _ask(request: Request) -> Ask:
    """Read a search from the parts and the address."""
    parts = parts_of(request.content_type, request.body)
    if any(name in parts and parts[name].content_type != JSON for name in JSON_PARTS):
        raise _Refused(_json({"type": "throwable"}, 500))
    if "query" not in parts and request.parameter("query") is None:
        raise _Refused(_json({"type": "throwable"}, 500))
    return Ask(
        query=_value(parts, "query"),
        text=request.parameter("text") or "***",
        languages=_names(parts, "languages"),
        sort=_value(parts, "sort"),
        fields=_names(parts, "displayFields"),
        page=_number(request.parameter("pageNumber"), 1),
        size=_number(request.parameter("pageSize"), index.MOST_ON_A_PAGE),
    )


def _value(parts: Mapping[str, Part], name: str) -> Any:
    if name not in parts:
        return None
    try:
        return json.loads(parts[name].body)
    except ValueError as failure:
        raise InvalidQuery(name) from failure


def _names(parts: Mapping[str, Part], name: str) -> list[str] | None:
    names = _value(parts, name)
    if names is not None and not (isinstance(names, list) and all(isinstance(one, str) for one in names)):
        raise InvalidQuery(name)
    return names


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdigit() else otherwise
