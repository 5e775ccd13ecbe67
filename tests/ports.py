"""Ports of this machine that are kept from the moment they are chosen, so that nobody else can take them."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def closed_port() -> Iterator[int]:
    """A port where nobody listens, and nobody can as long as it is kept."""
    with socket.socket() as kept:
        kept.bind(("127.0.0.1", 0))
        yield kept.getsockname()[1]


@contextmanager
def reserved_port() -> Iterator[int]:
    """A port for one server after another that asks for a shared one (SO_REUSEPORT); nobody else gets it."""
    with socket.socket() as kept:
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        kept.bind(("127.0.0.1", 0))
        yield kept.getsockname()[1]


def free_port() -> int:
    """A port that nobody has just now; whoever uses it must be ready to ask for another."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
