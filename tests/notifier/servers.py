"""Mail servers for tests: a keeper that takes everything, and one that follows a script line by line."""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager, suppress

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


class Keeper:
    """A real SMTP server's handler that keeps what it gets."""

    def __init__(self) -> None:
        self.envelopes: list = []

    async def handle_DATA(self, server, session, envelope):
        self.envelopes.append(envelope)
        return "250 2.0.0 kept"

    @property
    def contents(self) -> list[bytes]:
        return [envelope.content for envelope in self.envelopes]


class _Controller(Controller):
    """A controller on a free port, which it has from the beginning, and with time to start on a busy machine."""

    def __init__(self, handler, **options) -> None:
        self._options = options
        self._door = socket.create_server(("127.0.0.1", 0))
        port = self._door.getsockname()[1]
        super().__init__(handler, hostname="127.0.0.1", port=port, ready_timeout=120.0)

    def factory(self):
        return SMTP(self.handler, hostname="relay.example", **self._options)

    def _create_server(self):
        return self.loop.create_server(self._factory_invoker, sock=self._door)


def wait_for_port(port: int) -> None:
    """Until somebody listens there."""
    give_up = time.monotonic() + 120
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=120).close()
        except ConnectionRefusedError:
            assert time.monotonic() < give_up, f"nobody listens on port {port}"
            time.sleep(0.005)


@contextmanager
def real_server(handler, **options):
    """A real SMTP server with this handler; gives its address for `channel_for`."""
    controller = _Controller(handler, **options)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{controller.port}?name=localhost"
    finally:
        controller.stop()


CLOSE = object()
SILENCE = object()
GOOD = {
    "greeting": b"220 relay.example ESMTP",
    "EHLO": b"250 relay.example",
    "MAIL": b"250 ok",
    "RCPT": b"250 ok",
    "DATA": b"354 go on",
    "dot": b"250 2.0.0 kept",
    "RSET": b"250 ok",
    "QUIT": b"221 bye",
}


class Scripted:
    """A server that answers each command as told; `answers` overrides `GOOD`.

    An answer may be bytes, CLOSE (cut the line), SILENCE (say nothing), or a list of these, one a time.
    """

    def __init__(self, answers: dict) -> None:
        self.answers = GOOD | answers
        self.taken: list[bytes] = []
        self.commands: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._kept_silent: socket.socket | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._socket.getsockname()[1]}?name=localhost"

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for a caller
        self._socket.close()
        for line in self._open:
            line.close()
        self._thread.join(120)

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._socket.accept()
            except OSError:
                return
            self._open.append(line)
            with suppress(OSError):  # the other side has gone, as some tests want
                self._talk(line)
            if line is not self._kept_silent:
                line.close()

    def _talk(self, line: socket.socket) -> None:
        file = line.makefile("rb")
        if not self._say(line, "greeting"):
            return
        while command := file.readline():
            name = command[:4].decode("ascii", "replace").upper().strip()
            self.commands.append(name)
            if not self._say(line, name):
                return
            if name == "QUIT":
                return
            if name == "DATA" and self._last.startswith(b"354"):
                content = b""
                while (part := file.readline()) not in (b".\r\n", b""):
                    content += part
                    self._grows(content)
                self.taken.append(content)
                if not self._say(line, "dot"):
                    return

    def _grows(self, content: bytes) -> None:
        """Told of each line of a letter; a server that dies half-way raises ConnectionError."""

    def _say(self, line: socket.socket, name: str) -> bool:
        answer = self.answers.get(name, b"500 what?")
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if answer is CLOSE:
            return False
        if answer is SILENCE:
            self._kept_silent = line
            return False
        self._last = answer
        line.sendall(answer + b"\r\n")
        return True


@contextmanager
def scripted(answers: dict | None = None):
    server = Scripted(answers or {})
    try:
        yield server
    finally:
        server.close()


def nothing() -> None:
    """Before the letter itself: nothing to note."""


def counting() -> tuple[Callable[[], None], list[int]]:
    """A `before_data` and the list that it grows."""
    calls: list[int] = []
    return lambda: calls.append(1), calls
