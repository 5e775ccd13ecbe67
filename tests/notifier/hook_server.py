"""A real HTTP server on this machine that keeps what it gets and answers as a test says."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from notifier.webhook import Target

SILENCE = object()


@dataclass
class Receiver:
    """What came, and what is answered: (status, headers, body) one after another, the last one for ever."""

    answers: list = field(default_factory=lambda: [(200, {}, b"ok")])
    got: list = field(default_factory=list)
    url: str = ""
    ended: threading.Event = field(default_factory=threading.Event)

    def target(self, key: str = "generic", secret: str | None = "a-secret-of-the-tests") -> Target:
        return Target(key=key, url=self.url, secret=secret)


@contextmanager
def receiver(*answers, pause: float = 0) -> Iterator[Receiver]:
    """A receiver that answers so, after a pause in seconds; `SILENCE` says nothing until the test is over."""
    keeper = Receiver()
    if answers:
        keeper.answers = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:  # the sender died between head and body: no server takes that
                return
            keeper.got.append((self.path, dict(self.headers), body))
            answer = keeper.answers[0] if len(keeper.answers) == 1 else keeper.answers.pop(0)
            if answer is SILENCE:
                keeper.ended.wait(30)
                return
            status, headers, said = answer
            time.sleep(pause)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_words) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    keeper.url = f"http://127.0.0.1:{server.server_port}/hook?sig=secret-of-the-address"
    try:
        yield keeper
    finally:
        keeper.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()
