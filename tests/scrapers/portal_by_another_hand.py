"""The portal's search once more, written from `eu-portal.md` alone, over records of its own, with faults on order."""

import email
import email.policy
import json
import threading
import time
from collections.abc import Mapping
from contextlib import contextmanager
from copy import deepcopy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

FORTHCOMING, OPEN = "31094501", "31094502"
INSTANT = "T00:00:00.000+0000"
Record = dict[str, Any]


def a_topic(number: int, **metadata: Any) -> Record:
    """A topic as the service gives it; None leaves a key out."""
    identifier = metadata.get("identifier", [f"LIFE-2026-JUDGE-{number}"])
    facts = {
        "identifier": identifier,
        "type": ["1"],
        "status": [OPEN],
        "language": ["en"],
        "DATASOURCE": ["SEDIA"],
        "title": [f"Judged topic {number}"],
        "frameworkProgramme": ["43252405"],
        "startDate": [f"2026-05-{number % 28 + 1:02}{INSTANT}"],
        "deadlineDate": [f"2026-10-{number % 28 + 1:02}{INSTANT}"],
        "deadlineModel": ["single-stage"],
        "descriptionByte": [f'<p class="topicdescriptionkind">Scope:</p><p>Work no. {number}.</p>'],
        "esDA_IngestDate": ["2026-08-21T02:00:00.000+0000"],
    } | metadata
    return a_record(f"{7_000_000 + number}TOPICSen", facts)


def a_cascade(number: int, **metadata: Any) -> Record:
    """A cascade call; all of them carry one parent's identifier, title and address."""
    facts = {
        "identifier": ["HORIZON-PARENT-01"],
        "type": ["8"],
        "status": [OPEN],
        "language": ["en"],
        "DATASOURCE": ["SEDIA"],
        "title": ["The parent topic"],
        "callTitle": [f"Cascade call {number}"],
        "callccm2Id": [str(30_000 + number)],
        "deadlineDate": ["2026-09-30T17:00:00.000+0000"],
        "budget": [60000],
    } | metadata
    return a_record(f"{13_000 + number}COMPETITIVE_CALLen", facts)


def a_record(reference: str, metadata: Mapping[str, Any]) -> Record:
    """The envelope of one result."""
    return {
        "reference": reference,
        "url": "https://ec.europa.eu/wrong",
        "language": reference[-2:].lower(),
        "summary": str(metadata.get("callTitle", metadata.get("title", [""]))[0]),
        "metadata": {key: value for key, value in metadata.items() if value is not None},
    }


def values(record: Record, name: str) -> list[str]:
    found = record["metadata"].get(name, [])
    return [str(value) for value in (found if isinstance(found, list) else [found])]


class Service(ThreadingHTTPServer):
    """The search service over `records`; `faults` are used up one a request, "" being none."""

    daemon_threads = True

    def __init__(self, records: list[Record]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.records = records
        self.faults: list[Any] = []
        self.asked = 0

    def handle_error(self, request, client_address) -> None:
        """A client that hangs up on an error page is no news."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def found(self, query: Mapping, languages: list[str] | None, sort: Mapping | None) -> list[Record]:
        rows = [row for row in self.records if all(_holds(row, one) for one in query["bool"]["must"])]
        if languages:
            rows = [row for row in rows if row["language"] in languages]
        if sort:
            rows = [row for row in rows if values(row, sort["field"])]
            rows.sort(key=lambda row: values(row, sort["field"]), reverse=sort.get("order") == "DESC")
        return rows


def _holds(row: Record, clause: Mapping) -> bool:
    ((kind, asked),) = clause.items()
    ((name, wanted),) = asked.items()
    assert kind in ("term", "terms"), kind
    return bool(set(wanted if kind == "terms" else [wanted]) & set(values(row, name)))


class _Handler(BaseHTTPRequestHandler):
    server: Service
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked += 1
        fault = self.server.faults.pop(0) if self.server.faults else ""
        parts = self._parts(body)
        if isinstance(fault, int):
            return self._send(fault, {"type": "throwable"})
        if parts is None or "query" not in parts:
            return self._send(500, {"type": "throwable"})
        address = {name: found[-1] for name, found in parse_qs(urlsplit(self.path).query).items()}
        size, number = min(100, int(address["pageSize"])), int(address["pageNumber"])
        rows = self.server.found(parts["query"], parts.get("languages"), parts.get("sort"))
        rows = [] if fault == "empty" else rows
        page = rows[(number - 1) * size : number * size]
        total = len(rows) + (1 if fault == "moved" else 0)
        if fault == "slow":
            time.sleep(1.5)
        answer = {"apiVersion": "2.151", "totalResults": total, "pageNumber": number, "pageSize": size}
        return self._send(200, answer | {"results": deepcopy(page)}, cut=fault == "broken")

    def _parts(self, body: bytes) -> dict[str, Any] | None:
        head = b"Content-Type: " + self.headers["Content-Type"].encode() + b"\r\n\r\n"
        parts = {}
        for part in email.message_from_bytes(head + body, policy=email.policy.HTTP).iter_parts():
            name = part.get_param("name", header="content-disposition")
            if part.get_content_type() != "application/json":
                return None
            parts[name] = json.loads(part.get_payload(decode=True))
        return parts

    def _send(self, status: int, answer: Any, *, cut: bool = False) -> None:
        body = json.dumps(answer).encode()
        body = body[: len(body) // 2] if cut else body
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def served(records: list[Record]):
    service = Service(records)
    thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield service
    finally:
        service.shutdown()
        thread.join()
        service.server_close()
