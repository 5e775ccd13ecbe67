"""A web server on loopback whose every answer is scripted, byte by byte where it must be."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from scrapers.source import Source

Answer = Callable[[BaseHTTPRequestHandler], None]


class Script:
    """What the server says: path to an answer, or to a list of answers given one after the other."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer | list[Answer]] = {}
        self.asked: list[str] = []
        self.url = ""
        self.over = threading.Event()

    def next(self, path: str) -> Answer:
        """The answer for this request."""
        found = self.answers.get(path.split("?")[0], page(b"", status=404))
        if isinstance(found, list):
            return found.pop(0) if len(found) > 1 else found[0]
        return found


def page(body: bytes, *, status: int = 200, content_type: str = "text/html", **headers: Any) -> Answer:
    """A plain answer; header names with `_` for `-`."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", content_type)
        if "Content_Length" not in headers:
            handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), str(value))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def for_a_minute(handler: BaseHTTPRequestHandler) -> Iterator[int]:
    """Twenty numbers a second, until the test is over: what waits for the end of this has waited too long."""
    for number in range(20 * 60):
        if handler.server.over.wait(0.05):
            return
        yield number


@contextmanager
def serving() -> Iterator[Script]:
    """The server, for the time of a test."""
    script = Script()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            script.asked.append(self.path)
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                script.next(self.path)(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        do_POST = do_GET

        def log_message(self, *_args: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.over = script.over
    script.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield script
    finally:
        script.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def a_source(**facts) -> Source:
    given = {
        "key": "x",
        "title": "X",
        "publisher": "X",
        "base_url": "https://portal.example",
        "hosts": ("portal.example",),
        "crawl": lambda fetch, options: iter(()),
        "rank": 0,
    }
    return Source(**(given | facts))
