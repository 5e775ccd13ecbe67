"""A small pooler before PostgreSQL, in transaction mode: each transaction may get another connection to the server.

It speaks only as much of the protocol as a client without passwords and encryption needs.
"""

import itertools
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Queue
from urllib.parse import urlsplit

SSL_REQUEST = 80877103


class _Line:
    """One connection with whole messages."""

    def __init__(self, wire: socket.socket) -> None:
        self.wire = wire
        self._file = wire.makefile("rb")

    def first(self) -> bytes:
        """A message without a letter before it, as a client begins."""
        (length,) = struct.unpack("!I", self._read(4))
        return self._read(length - 4)

    def message(self) -> tuple[bytes, bytes]:
        """The letter of the next message, and the whole of it."""
        head = self._read(5)
        return head[:1], head + self._read(struct.unpack("!I", head[1:])[0] - 4)

    def send(self, content: bytes) -> None:
        self.wire.sendall(content)

    def _read(self, count: int) -> bytes:
        content = self._file.read(count)
        if len(content) < count:
            raise ConnectionError
        return content


@contextmanager
def transaction_pooler(url: str, size: int = 2) -> Iterator[str]:
    """The address of a pooler before the database; clients share `size` connections to it, turn by turn."""
    parts = urlsplit(url)
    servers: Queue[_Line] = Queue()
    greeting = b""
    for _ in range(size):
        line = _Line(socket.create_connection((parts.hostname, parts.port)))
        wanted = f"user\0{parts.username}\0database\0{parts.path[1:]}\0\0".encode()
        line.send(struct.pack("!II", len(wanted) + 8, 196608) + wanted)
        greeting = _until_ready(line)
        servers.put(line)
    door = socket.create_server(("127.0.0.1", 0))
    taken: list[socket.socket] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                wire, _ = door.accept()
                taken.append(wire)
                threading.Thread(target=_client, args=(_Line(wire), servers, greeting), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"postgresql://{parts.username}@127.0.0.1:{door.getsockname()[1]}{parts.path}"
    finally:
        door.shutdown(socket.SHUT_RDWR)
        for wire in itertools.chain([door], taken, (servers.get().wire for _ in range(size))):
            wire.close()


def _until_ready(server: _Line) -> bytes:
    """What a server says until it is ready for more."""
    said = b""
    while True:
        letter, message = server.message()
        said += message
        if letter == b"Z":
            return said


def _client(client: _Line, servers: "Queue[_Line]", greeting: bytes) -> None:
    """One client: a connection to the server is borrowed for each transaction."""
    server: _Line | None = None
    with suppress(OSError):
        while struct.unpack("!I", client.first()[:4])[0] == SSL_REQUEST:
            client.send(b"N")
        client.send(greeting)
        while True:
            letter, message = client.message()
            if letter == b"X":
                break
            server = server or servers.get()
            server.send(message)
            if letter in (b"Q", b"S"):
                said = _until_ready(server)
                client.send(said)
                if said[-1:] == b"I":
                    servers.put(server)
                    server = None
    if server is not None:
        servers.put(server)
