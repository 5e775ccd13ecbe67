"""Which addresses we dial: only public ones, and exactly the one that was checked (S-10, S-11)."""

import ipaddress
import socket
from urllib.parse import urlsplit, urlunsplit

import httpcore

from scrapers.errors import SourceBlocked
from texts import N_, Message


class CheckedBackend(httpcore.NetworkBackend):
    """Looks a name up, checks every address, and dials the checked one; TLS still names the host.

    Args:
        trusted: a host that the operator named by a setting; it may lie anywhere.
    """

    def __init__(self, *, trusted: str | None = None) -> None:
        self._trusted = trusted
        self._wire = httpcore.SyncBackend()

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        """Dial. Raises SourceBlocked for an address inside somebody's network."""
        address = host if host == self._trusted else public_address(host, port)
        return self._wire.connect_tcp(address, port, timeout, local_address, socket_options)

    def sleep(self, seconds: float) -> None:
        """Used by the library between its own tries."""
        self._wire.sleep(seconds)


def public_address(host: str, port: int) -> str:
    """The first address of a host; all of them must be public.

    Raises:
        SourceBlocked: when one is not. Names that cannot be looked up are the library's ConnectError.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as failure:
        raise httpcore.ConnectError(f"{host}: {failure}") from failure
    addresses = [entry[4][0] for entry in found]
    for address in addresses:
        if not is_public(address):
            raise SourceBlocked(
                Message(
                    text=N_("Datorn {host} har adressen {address}, som inte ligger på det öppna nätet."),
                    values={"host": host, "address": address},
                )
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
    kept = [
        part for part in parts.query.split("&") if part and not part.lower().startswith(("token=", "key="))
    ]
    return urlunsplit((parts.scheme, host, parts.path, "&".join(kept), ""))
