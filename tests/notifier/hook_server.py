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
    most: int | None = None

    def answers_until(self, most: int | None) -> None:
        """Answer until so many have come in all, and let the rest wait; None answers everything."""
        self.most = most

    def answers_now(self) -> bool:
        return self.ended.is_set() or self.most is None or len(self.got) <= self.most

    def target(self, key: str = "generic", secret: str | None = "a-secret-of-the-tests") -> Target:
        return Target(key=key, url=self.url, secret=secret)


@contextmanager
def receiver(*answers) -> Iterator[Receiver]:
    """A receiver that answers so; `SILENCE` says nothing until the test is over."""
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
                keeper.ended.wait(300)
                return
            status, headers, said = answer
            while not keeper.answers_now():
                time.sleep(0.002)
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
