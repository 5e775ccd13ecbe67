"""A folder of made-up records for the stand-in, and a client that asks it as our source does."""

import json
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import httpx

from scrapers.standin.server import serve

TODAY = date(2026, 8, 22)
SEARCH = "/search-api/prod/rest/search"
FACET = "/search-api/prod/rest/facet"
OPEN_OR_FORTHCOMING = {"terms": {"status": ["31094501", "31094502"]}}


def a_topic(number: int, **facts) -> dict:
    """A topic in the sample's form; every third opens later."""
    later = number % 3 == 0
    given = {
        "reference": f"{50_000_000 + number}TOPICSen",
        "type": "1",
        "identifier": f"CERV-2026-MADEUP-{number:03}",
        "title": f"Made-up topic {number}",
        "call": f"CERV-2026-MADEUP-{number // 5}",
        "call_title": "Made-up call",
        "programme": "43251589",
        "divisions": ["43437872"],
        "action": "CERV Project Grants",
        "status": "forthcoming" if later else "open",
        "opens": f"2026-{9 if later else 6:02}-{number % 28 + 1:02}",
        "deadlines": [f"2026-{number % 2 + 11}-{number % 28 + 1:02}"],
        "model": "single-stage",
        "budget": {"total": 1_000_000 + number, "shared": False, "grants": 4, "min": 100_000, "max": 250_000},
        "objective": "Towns & villages meet each other.",
        "scope": "Meetings are paid for.",
        "outcome": "Friends.",
        "conditions": "Municipalities may apply.",
        "keywords": ["twinning", "citizens"],
        "cross_cutting": ["SSH"],
    }
    return given | facts


def a_cascade_call(number: int, **facts) -> dict:
    """A cascade call: identifier and title are the parent topic's, shared by all made here."""
    given = {
        "reference": f"{number}COMPETITIVE_CALLen",
        "type": "8",
        "identifier": "DIGITAL-2021-MADEUP",
        "title": "The parent topic",
        "call_title": f"Own call {number}",
        "call_number": str(number),
        "programme": "43152860",
        "divisions": [],
        "status": "open",
        "opens": "2026-06-01",
        "deadlines": ["2026-10-01T17:00"],
        "budget": {"total": 500_000, "currency": "SEK"},
        "objective": "Vouchers.",
        "duration": "6 months",
        "project": {"acronym": "VOUCH", "name": "Vouchers for all"},
    }
    return given | facts


def a_prospect(number: int, **facts) -> dict:
    """An external-action call."""
    given = {
        "reference": f"{number}PROSPECTSEN",
        "type": "2",
        "identifier": f"EuropeAid/{number}/DD/ACT/EG",
        "title": f"Far away {number}",
        "call": str(number),
        "programme": "111111",
        "divisions": [],
        "status": "open",
        "opens": "2026-07-01",
        "deadlines": ["2026-10-05T14:00"],
    }
    return given | facts


def everything(topics: int = 240) -> list[dict]:
    """Topics, five cascade calls of one parent, four external-action calls."""
    return [
        *(a_topic(number) for number in range(topics)),
        *(a_cascade_call(13_320 + number) for number in range(5)),
        *(a_prospect(186_700 + number) for number in range(4)),
    ]


def write_lines(path: Path, values: list) -> Path:
    """A file of JSON lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps(value) for value in values), encoding="utf-8")
    return path


def all_of(*clauses: dict) -> dict:
    """A query that asks for all of the clauses."""
    return {"bool": {"must": list(clauses)}}


class Client:
    """Asks a stand-in over HTTP."""

    def __init__(self, standin, http: httpx.Client) -> None:
        self.standin = standin
        self.http = http

    def post(self, path: str = SEARCH, *, parts: dict | None = None, **parameters) -> httpx.Response:
        """Send parts as the portal's own site does; a part that is a tuple is sent as it stands."""
        asked = {"apiKey": "SEDIA", "text": "***", "pageSize": "100", "pageNumber": "1"} | parameters
        files = {
            name: part if isinstance(part, tuple) else ("blob", json.dumps(part), "application/json")
            for name, part in (parts or {}).items()
        }
        return self.http.post(self.standin.url + path, params=asked, files=files or None)

    def search(self, query=None, *, sort=None, languages=("en",), fields=None, **parameters) -> dict:
        """One page, parsed."""
        parts = {"query": query if query is not None else all_of()}
        if languages is not None:
            parts["languages"] = list(languages)
        if sort is not None:
            parts["sort"] = sort
        if fields is not None:
            parts["displayFields"] = fields
        answer = self.post(parts=parts, **parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def all_rows(self, query=None, *, sort=None, **asked) -> list[dict]:
        """Every page, sorted as the format's description advises."""
        names = ("identifier", "DATASOURCE", "esDA_IngestDate")
        sort = sort or [{"field": name, "order": "ASC"} for name in names]
        rows, number = [], 1
        while True:
            page = self.search(query, sort=sort, pageNumber=str(number), **asked)
            rows += page["results"]
            if not page["results"] or len(rows) >= page["totalResults"]:
                return rows
            number += 1

    def fault(self, **faults) -> None:
        """Switch faults on; without any, a good day."""
        assert self.http.post(f"{self.standin.url}/standin/faults", json=faults).status_code == 200

    def get(self, path: str) -> httpx.Response:
        """Read a page."""
        return self.http.get(self.standin.url + path)


@contextmanager
def asking(folder: Path, *, today: date = TODAY, **how):
    """A client of a stand-in over a folder."""
    with serve(folder, 0, today=today, controls=True, **how) as standin, httpx.Client(timeout=120) as http:
        yield Client(standin, http)


def value(row: dict, name: str) -> str | None:
    """The first value of a metadata field."""
    return next(iter(row["metadata"].get(name, [])), None)
