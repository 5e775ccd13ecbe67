"""What a setting must look like, value by value; each raises ValueError for one that does not."""

from datetime import datetime
from ipaddress import ip_network
from urllib.parse import urlsplit, urlunsplit

from pydantic import SecretStr

from notifier.returns import ReturnAddresses
from profiles.addresses import address_fault

LEAST_SECRET = 16
MANY_TENANTS = {"common", "organizations", "consumers"}


def http_address(value: str) -> str:
    """An address of a page, with its host in ASCII."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError(value)
    return _with_plain_host(value).rstrip("/")


def _with_plain_host(address: str) -> str:
    """The host in its ASCII form, as browsers name it and as headers can hold it (M21)."""
    parts = urlsplit(address)
    if parts.netloc.isascii() or parts.hostname is None:
        return address
    user, at, _ = parts.netloc.rpartition("@")
    port = f":{parts.port}" if parts.port else ""
    host = parts.hostname.encode("idna").decode("ascii")
    return urlunsplit(parts._replace(netloc=f"{user}{at}{host}{port}"))


def mail_relay(value: str) -> str:
    """Where letters are handed over: a server, or a folder."""
    parts = urlsplit(value)
    if parts.scheme == "file" and (parts.path or parts.netloc):
        return value
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.port == 0:
        raise ValueError(value)
    return value


def database_address(value: str) -> str:
    """Of SQLite by its whole path, or of PostgreSQL."""
    scheme, _, rest = value.partition("://")
    if scheme not in ("sqlite", "postgresql", "postgresql+psycopg") or len(rest.strip("/")) == 0:
        raise ValueError(value)
    if scheme == "sqlite" and not rest.startswith("/"):
        raise ValueError(value)
    _ = urlsplit(value).port
    return value


def mail_address(value: str) -> str:
    """An address that letters can be written to."""
    if address_fault(value) is not None:
        raise ValueError(value)
    return value


def return_address(value: str) -> str:
    """An address with room for a signature before its @."""
    _ = ReturnAddresses(mail_address(value), key="")
    return value


def issuer(value: str) -> str:
    """An issuer is pinned letter by letter; those that stand for many tenants are none (F5)."""
    parts = urlsplit(value)
    if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise ValueError(value)
    if (
        not parts.hostname
        or parts.query
        or parts.fragment
        or "{" in value
        or MANY_TENANTS & set(parts.path.split("/"))
    ):
        raise ValueError(value)
    return value


def networks(value: str) -> str:
    """Addresses or networks with commas between."""
    for part in value.split(","):
        _ = ip_network(part.strip())
    return value


def scheduler_address(value: str) -> str:
    """Where a Dask scheduler listens."""
    parts = urlsplit(value)
    if parts.scheme not in ("tcp", "tls", "ws", "wss") or not parts.hostname or not parts.port:
        raise ValueError(value)
    return value


def long_secret(value: SecretStr) -> SecretStr:
    """Long enough that nobody guesses it."""
    key = value.get_secret_value()
    if len(key) < LEAST_SECRET:
        raise ValueError("too easy to guess")
    return value


def secret_address(value: SecretStr) -> SecretStr:
    """An address that is itself a secret."""
    _ = http_address(value.get_secret_value())
    return value


def aware(value: datetime) -> datetime:
    """A moment with its zone."""
    if value.tzinfo is None:
        raise ValueError("without a zone")
    return value
