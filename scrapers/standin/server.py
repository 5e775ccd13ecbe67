"""The stand-in over real HTTP, on this machine only.

with serve(folder, 0, today=today) as standin:
    ... standin.url ...
"""

import signal
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from scrapers.standin.answers import Answer, Request, Site
from scrapers.standin.consultations import read_consultations
from scrapers.standin.errors import StandinError
from scrapers.standin.faults import Faults
from scrapers.standin.index import Index
from scrapers.standin.noise import with_doubles
from scrapers.standin.pages import read_euroaccess
from scrapers.standin.records import Records, read_folder
from texts import N_, cause_of

LOOPBACK = "127.0.0.1"
LARGEST_BODY = 2**20
IDLE_SECONDS = 30.0
LINGER_SECONDS = 1.0
MOST_READ_AWAY = 64 * 2**20


class Standin(ThreadingHTTPServer):
    """A running stand-in; leaving the context ends every connection and thread.

    Attributes:
        url: where it answers, without a slash at the end.
        faults: what goes wrong now.
        log: the latest requests, oldest first: method, path, page, time, agent.
        records: what is served.
    """

    daemon_threads = False
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, port: int, *, site: Site, records: Records, clock: Callable[[], float]) -> None:
        super().__init__((LOOPBACK, port), _Handler)
        self.url = f"http://{LOOPBACK}:{self.server_address[1]}"
        self.site = site
        self.records = records
        self.faults: Faults = site.faults
        self.log: deque[dict[str, Any]] = deque(maxlen=10_000)
        self.clock = clock
        self.closing = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.05}, name="standin"
        )

    def start(self) -> "Standin":
        """Begin to answer."""
        self._thread.start()
        return self

    def close(self) -> None:
        """End it: no thread and no connection stays."""
        if self.closing.is_set():
            return
        self.closing.set()
        self.faults.set({})
        self.shutdown()
        with self._lock:
            for connection in self._open:
                _hang_up(connection)
        self.server_close()
        self._thread.join()

    def __enter__(self) -> "Standin":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def process_request(self, request, client_address) -> None:
        """Remember the connection, so that an idle one can be ended."""
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request) -> None:
        """Forget the connection and end it."""
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request, client_address) -> None:
        """A client that goes away in the middle is no news; anything else is shown."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the client was faster


class _Handler(BaseHTTPRequestHandler):
    """One connection: reads a request, notes it, lets the faults have their way, answers."""

    server: Standin
    protocol_version = "HTTP/1.1"
    server_version = "Standin"
    sys_version = ""
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = IDLE_SECONDS

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:
        """Requests are kept in `log`, not printed."""

    def _answer(self) -> None:
        length = self.headers.get("Content-Length") or "0"
        if not length.isdigit() or int(length) > LARGEST_BODY:
            self.close_connection = True
            self._send(Answer(status=413 if length.isdigit() else 400, body=b""))
            self._read_away()
            return
        request = Request(
            method=self.command,
            target=self.path,
            base=f"http://{self.headers.get('Host') or self.server.url.removeprefix('http://')}",
            content_type=self.headers.get("Content-Type", ""),
            body=self.rfile.read(int(length)),
        )
        if request.path.startswith("/standin/"):
            self._send(self.server.site.control(request, list(self.server.log)))
            return
        self._note(request)
        faults = self.server.faults.for_path(request.path)
        if self._silent(faults):
            self.close_connection = True
            return
        self._send(self.server.site.answer(request, faults), cut="cut_off" in faults)

    def _read_away(self) -> None:
        """Take what the client still sends: closing on unread bytes resets the connection, and the answer with it."""
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(LINGER_SECONDS)
        left = MOST_READ_AWAY
        try:
            while left > 0 and (some := self.rfile.read1(2**16)):
                left -= len(some)
        except OSError:
            return  # the client has gone, or holds its peace

    def _note(self, request: Request) -> None:
        self.server.log.append(
            {
                "method": request.method,
                "path": request.path,
                "page": request.parameter("pageNumber"),
                "time": self.server.clock(),
                "agent": self.headers.get("User-Agent", ""),
            }
        )

    def _silent(self, faults: dict[str, Any]) -> bool:
        """Wait as the faults say; whether no answer shall come at all."""
        changed = self.server.faults.changed
        if faults.get("timeout"):
            changed.wait(IDLE_SECONDS * 20)
            return True
        if faults.get("delay"):
            changed.wait(faults["delay"])
        return self.server.closing.is_set()

    def _send(self, answer: Answer, *, cut: bool = False) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers:
            self.send_header(name, value)
        if self.close_connection:
            # Said aloud: a client that takes the connection for a lasting one may send its next request into it.
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body[: len(answer.body) // 2] if cut else answer.body)
        self.wfile.flush()
        if cut:
            self.close_connection = True


def serve(
    folder: Path,
    port: int,
    *,
    today: date,
    noise: bool = True,
    all_days: bool = False,
    controls: bool = False,
    clock: Callable[[], float] = time.time,
) -> Standin:
    """A running stand-in over a folder of records; close it, or use it as a context manager.

    Args:
        port: 0 for any free one.
        today: the day that the records are served as of.
        noise: also old copies, stubs and doubles, as the real index has.
        all_days: every call of every file, for load tests.
        controls: answer `/standin/faults` and `/standin/log`, for tests.
        clock: seconds, for the log of requests.

    Raises:
        StandinError: when the folder cannot be served, or the port is taken.
    """
    records = read_folder(folder, today, all_days=all_days)
    documents = [*records.rows, *records.copies]
    if noise:
        documents = [*with_doubles(documents), *records.noise]
    site = Site(
        index=Index(documents),
        facets=records.facets,
        calls=read_euroaccess(folder, today),
        initiatives=read_consultations(folder, today),
        faults=Faults(),
        controls=controls,
        today=today,
    )
    try:
        return Standin(port, site=site, records=records, clock=clock).start()
    except OSError as failure:
        message = N_("Det går inte att svara på port {port}: {reason}.")
        values = {"port": port, "reason": cause_of(failure)}
        raise StandinError.of(message, **values) from failure


def run_forever(
    folder: Path,
    port: int,
    *,
    today: date,
    started: Callable[[Standin], None],
    all_days: bool = False,
    controls: bool = False,
) -> None:
    """Serve until interrupted or told to end.

    Args:
        started: called once it answers, to tell where.

    Raises:
        StandinError: as `serve`.
    """
    ended = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda *_: ended.set())
    try:
        with serve(folder, port, today=today, all_days=all_days, controls=controls) as standin:
            started(standin)
            while not ended.wait(1.0):
                pass
    except KeyboardInterrupt:
        return
    finally:
        signal.signal(signal.SIGTERM, before)
