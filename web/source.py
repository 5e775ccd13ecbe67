"""Where a request really comes from, when a proxy stands between (W-25).

The limits of signing in count by network address. A header that anybody can write is believed only when the
request comes from a proxy that the operator named, and then only as far as named proxies wrote it.
"""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from fastapi import Request

Network = IPv4Network | IPv6Network
HOPS = 20


def networks(text: str | None) -> tuple[Network, ...]:
    """Addresses and networks, separated by commas. Raises ValueError for anything else."""
    named = (part.strip() for part in (text or "").split(","))
    return tuple(ip_network(part) for part in named if part)


def source_of(request: Request, trusted: Sequence[Network]) -> str:
    """The address that a request comes from: the last one before our own proxies."""
    address = request.client.host if request.client else ""
    told = [hop.strip() for line in request.headers.getlist("x-forwarded-for") for hop in line.split(",")]
    for hop in reversed(told[-HOPS:]):
        if not _is_trusted(address, trusted) or not _is_address(hop):
            return address
        address = hop
    return address


def _is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    if not trusted or not _is_address(address):
        return False
    found = ip_address(address)
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found.version == network.version and found in network for network in trusted)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
