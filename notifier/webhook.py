"""Webhooks: one POST to an address that the operator named, signed where a secret is shared.

httpx stays in `scrapers/fetch.py`; one POST needs no more than the standard library (docs/decisions). Redirects are
not followed, the certificate is always checked, and the connection goes to the address that was checked.
"""

import hashlib
import hmac
import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from notifier.errors import NotifierError
from texts import N_, Message

TIMESTAMP, SIGNATURE, EVENT = "Fondvakt-Timestamp", "Fondvakt-Signature", "Fondvakt-Event"
WAIT_SECONDS = 10.0
WHOLE_SECONDS = 20.0
READ_BYTES = 2000
LONGEST_RETRY = timedelta(hours=24)
TRY_AGAIN = frozenset({408, 425, 429, *range(500, 600)})
# A gateway that got no good answer does not know what became of the request behind it (RFC 9110, 15.6.3 and 15.6.5).
MAY_BE_TAKEN = frozenset({502, 504})

Resolve = Callable[[str, int], str]


class WebhookState(StrEnum):
    """How far an event has come."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    RETRY = "retry"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"


WEBHOOK_STATE_LABELS: dict[WebhookState, str] = {
    WebhookState.PLANNED: N_("väntar"),
    WebhookState.SENDING: N_("skickas"),
    WebhookState.SENT: N_("skickat"),
    WebhookState.RETRY: N_("försöks igen"),
    WebhookState.FAILED: N_("gick inte"),
    WebhookState.IN_DOUBT: N_("ovisst"),
}


class WebhookError(NotifierError):
    """An event was not taken.

    Attributes:
        permanent: another try would end the same way.
        retry_after: how long the receiver asks us to wait; None when it does not say.
        uncertain: it may have been taken all the same; nobody can know.
    """

    def __init__(
        self,
        message: Message,
        *,
        permanent: bool = False,
        retry_after: timedelta | None = None,
        uncertain: bool = False,
    ) -> None:
        super().__init__(message)
        self.permanent, self.retry_after, self.uncertain = permanent, retry_after, uncertain


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where events go.

    Attributes:
        key: "teams" or "generic".
        url: may hold a secret of its own, so it is never shown whole.
        secret: what the signature is made with; None sends none.
        knows_repeats: it tells an event that comes twice by its identity. What another may have got is not sent
            again by itself.
    """

    key: str
    url: str
    secret: str | None = None
    knows_repeats: bool = True

    @property
    def host(self) -> str:
        """The receiver's name, fit for logs."""
        return urlsplit(self.url).hostname or ""


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """What stands in Fondvakt-Signature: `v1=` and the HMAC-SHA256 of "timestamp.body" in hexadecimal."""
    signed = hmac.new(secret.encode(), b"%d." % timestamp + body, hashlib.sha256)
    return f"v1={signed.hexdigest()}"


def post(
    target: Target,
    event: str,
    body: bytes,
    now: datetime,
    *,
    resolve: Resolve,
    before_data: Callable[[], None] = lambda: None,
    context: ssl.SSLContext | None = None,
    wait: float = WAIT_SECONDS,
    whole: float = WHOLE_SECONDS,
) -> str:
    """Hand one event over; the receiver's answer in a line.

    Args:
        event: its identity, the same at every try, by which a receiver knows one that comes twice.
        resolve: name and port to the address to dial; raises WebhookError for one that must not be dialled.
        before_data: called when somebody is there, just before the event leaves us: from then on it may be taken.
        context: of TLS; the system's own authorities unless given.
        wait, whole: seconds for each step, and for the whole conversation.

    Raises:
        WebhookError: it was not taken, or nobody answered in time.
    """
    connection = _connection(target, resolve, context, wait)
    path = urlsplit(target.url)._replace(scheme="", netloc="", fragment="").geturl() or "/"
    is_begun = False
    try:
        with _ended_after(connection, whole):
            connection.connect()
            before_data()
            is_begun = True
            connection.request("POST", path, body=body, headers=_headers(target, event, body, now))
            answer = connection.getresponse()
            said = answer.read(READ_BYTES)
    except (OSError, http.client.HTTPException) as failure:
        cause = str(failure) or type(failure).__name__
        text = N_("{host} tog inte emot meddelandet: {cause}")
        said = Message(text=text, values={"host": target.host, "cause": cause})
        raise WebhookError(said, uncertain=is_begun) from failure
    return _judged(target, answer, said)


def _headers(target: Target, event: str, body: bytes, now: datetime) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "User-Agent": "Fondvakt", EVENT: event}
    if target.secret is not None:
        timestamp = int(now.timestamp())
        headers |= {TIMESTAMP: str(timestamp), SIGNATURE: signature(target.secret, timestamp, body)}
    return headers


def _judged(target: Target, answer: http.client.HTTPResponse, said: bytes) -> str:
    """The answer in a line when the event was taken; raises WebhookError when it was not."""
    if 200 <= answer.status < 300:
        return f"{answer.status} {answer.reason}".strip()
    words = " ".join(said.decode("utf-8", "replace").split())[:200]
    values = {"host": target.host, "status": answer.status, "words": words}
    if 300 <= answer.status < 400:
        text = N_("{host} svarade {status}: adressen har flyttat. Omdirigeringar följs inte; ange den nya.")
        raise WebhookError(Message(text=text, values=values), permanent=True)
    raise WebhookError(
        Message(text=N_("{host} svarade {status}: {words}"), values=values),
        permanent=answer.status not in TRY_AGAIN,
        uncertain=answer.status in MAY_BE_TAKEN,
        retry_after=_retry_after(answer.headers.get("Retry-After", "")),
    )


def _retry_after(value: str) -> timedelta | None:
    """Seconds only; a date, words or a bad number say nothing."""
    if not value.isascii() or not value.isdecimal():
        return None
    return min(timedelta(seconds=int(value[:9])), LONGEST_RETRY)


def _connection(
    target: Target, resolve: Resolve, context: ssl.SSLContext | None, wait: float
) -> http.client.HTTPConnection:
    parts = urlsplit(target.url)
    is_https = parts.scheme == "https"
    port = parts.port or (443 if is_https else 80)
    address = resolve(target.host, port)
    if is_https:
        secure = context or ssl.create_default_context()
        return _CheckedTls(target.host, port, address, wait, secure)
    return _Checked(target.host, port, address, wait)


class _Checked(http.client.HTTPConnection):
    """A connection that dials the address that was checked, and names the host in its request."""

    def __init__(self, host: str, port: int, address: str, wait: float) -> None:
        super().__init__(host, port, timeout=wait)
        self._address = address

    def connect(self) -> None:
        """Dial."""
        self.sock = socket.create_connection((self._address, self.port), self.timeout)


class _CheckedTls(http.client.HTTPSConnection):
    """The same over TLS; the certificate must be the host's."""

    def __init__(self, host: str, port: int, address: str, wait: float, context: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=wait, context=context)
        self._address, self._secure = address, context

    def connect(self) -> None:
        """Dial, and shake hands."""
        wire = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = self._secure.wrap_socket(wire, server_hostname=self.host)


@contextmanager
def _ended_after(connection: http.client.HTTPConnection, seconds: float) -> Iterator[None]:
    """A conversation that is closed when it is over. Raises TimeoutError when it took longer."""
    is_cut = threading.Event()
    watch = threading.Timer(seconds, _cut, args=(connection, is_cut))
    watch.start()
    try:
        yield
        if is_cut.is_set():
            raise TimeoutError("timed out")
    finally:
        watch.cancel()
        connection.close()


def _cut(connection: http.client.HTTPConnection, is_cut: threading.Event) -> None:
    """End a conversation that drips on beyond its time."""
    is_cut.set()
    if connection.sock is not None:
        try:
            connection.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it has ended by itself
