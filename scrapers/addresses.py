"""Which addresses we dial: only public ones, and exactly the one that was checked (S-10, S-11); and for how long."""

import ipaddress
import math
import re
import socket
import time
from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

import httpcore

from scrapers.errors import SourceBlocked
from texts import N_, MessageError

IS_SECRET = re.compile(r"token|key|secret|passw|pwd|sig|auth|session|code", re.I)
LookUp = Callable[[str, int], list[str]]


class OutOfTime(MessageError):
    """A request has taken the whole of its time."""


class CheckedBackend(httpcore.NetworkBackend):
    """Looks a name up, checks every address, and dials the checked one; TLS still names the host.

    Args:
        trusted: a host that the operator named by a setting; it may lie anywhere.
        wire: what dials.
        look_up: a host and port to its addresses; raises OSError when it has none.
    """

    def __init__(
        self,
        *,
        trusted: str | None = None,
        wire: httpcore.NetworkBackend | None = None,
        look_up: LookUp | None = None,
    ) -> None:
        self._trusted = trusted
        self._wire = wire or httpcore.SyncBackend()
        self._look_up = look_up or addresses_of
        self._seconds, self._until = math.inf, math.inf

    def give(self, seconds: float) -> None:
        """From now, so long may the answer take: its headers and its body, however slowly they come (S-07)."""
        self._seconds, self._until = seconds, time.monotonic() + seconds

    def within(self, timeout: float | None) -> float | None:
        """The shorter of a step's own limit and what is left of the whole.

        Raises:
            OutOfTime: when nothing is left.
        """
        left = self._until - time.monotonic()
        if left <= 0:
            raise OutOfTime.of(
                N_("svaret var inte färdigt efter {seconds} sekunder"), seconds=round(self._seconds)
            )
        return timeout if math.isinf(left) else min(left, math.inf if timeout is None else timeout)

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        """Dial. Raises SourceBlocked for an address inside somebody's network."""
        address = host if host == self._trusted else public_address(host, port, self._look_up)
        wire = self._wire.connect_tcp(address, port, timeout, local_address, socket_options)
        return _TimedStream(wire, self)

    def sleep(self, seconds: float) -> None:
        """Used by the library between its own tries."""
        self._wire.sleep(seconds)


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every step ends when the answer's time is up."""

    def __init__(self, wire: httpcore.NetworkStream, clock: CheckedBackend) -> None:
        self._wire = wire
        self._clock = clock

    def read(self, max_bytes, timeout=None):
        try:
            return self._wire.read(max_bytes, self._clock.within(timeout))
        except httpcore.ReadTimeout:
            self._clock.within(timeout)  # says so when it was the whole time that ended
            raise

    def write(self, buffer, timeout=None):
        self._wire.write(buffer, self._clock.within(timeout))

    def close(self):
        self._wire.close()

    def start_tls(self, ssl_context, server_hostname=None, timeout=None):
        wire = self._wire.start_tls(ssl_context, server_hostname, self._clock.within(timeout))
        return _TimedStream(wire, self._clock)

    def get_extra_info(self, info):
        return self._wire.get_extra_info(info)


def addresses_of(host: str, port: int) -> list[str]:
    """Every address that the name server has for a host."""
    return [entry[4][0] for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def public_address(host: str, port: int, look_up: LookUp) -> str:
    """The first address of a host; all of them must be public.

    Raises:
        SourceBlocked: when one is not. Names that cannot be looked up are the library's ConnectError.
    """
    try:
        addresses = look_up(host, port)
    except OSError as failure:
        raise httpcore.ConnectError(f"{host}: {failure}") from failure
    for address in addresses:
        if not is_public(address):
            raise SourceBlocked.of(
                N_("Datorn {host} har adressen {address}, som inte ligger på det öppna nätet."),
                host=host,
                address=address,
            )
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an IP address lies in the open network; mapped and tunnelled IPv4 is looked through."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def without_secrets(url: str) -> str:
    """The address without login, and without key or token in its query, fit for logs (S-27)."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.port:
        host += f":{parts.port}"
    kept = [part for part in parts.query.split("&") if part and not IS_SECRET.search(part.partition("=")[0])]
    return urlunsplit((parts.scheme, host, parts.path, "&".join(kept), ""))
