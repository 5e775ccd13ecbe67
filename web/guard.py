"""What holds for every request and every answer, errors included: host, size, headers, a page for the unexpected.

Pure ASGI, outside routing, so that nothing can be answered without passing here.
"""

import secrets
import traceback
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 1024 * 1024
# The only addresses that take files; who is not signed in is refused before they are read.
UPLOADS = "/profil/in/"
MAX_UPLOAD = 11 * 1024 * 1024  # a document of 10 MiB and the fields beside it
LONGEST_LENGTH = 20  # digits; more is no length but an attempt at something
LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
# A letter shown in a frame of our own brings a policy of its own, which lets it do even less (`web/letters/shown.py`).
MAY_DIFFER = frozenset({"Content-Security-Policy", "X-Frame-Options"})
ENCRYPTED_ONLY = "max-age=31536000"
log = structlog.get_logger()

Failed = Callable[[Request, str], Response]


class TooLarge(Exception):
    """The body of a request is larger than we read."""


class Guard:
    """Refuses foreign hosts and large bodies, adds the headers, and answers when a page breaks (W-35, W-36, W-41)."""

    def __init__(self, app: ASGIApp, *, public_url: str, failed: Failed) -> None:
        self.app = app
        self.failed = failed
        parts = urlsplit(public_url)
        self.hosts = LOCAL | {(parts.hostname or "").lower()}
        self.headers = HEADERS | (
            {"Strict-Transport-Security": ENCRYPTED_ONLY} if parts.scheme == "https" else {}
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = _Answer(send, self.headers)
        limit = MAX_UPLOAD if scope["path"].startswith(UPLOADS) else MAX_BODY
        refusal = self._refusal(scope, limit)
        if refusal is not None:
            await refusal(scope, receive, answer)
            return
        try:
            await self.app(scope, _limited(receive, limit), answer)
        except TooLarge:
            await self._too_late(_too_large(limit), scope, receive, answer)
        except ClientDisconnect:
            log.info("reader left", path=scope["path"])  # nobody is there to answer, and nothing was done
        except Exception as failure:  # the last stop: a reader gets a page with a number, the log the rest
            number = secrets.token_hex(4)
            # Without variables: they hold what people typed.
            trace = "".join(traceback.format_exception(failure))
            log.error("page failed", number=number, path=scope["path"], trace=trace)
            await self._too_late(self.failed(Request(scope), number), scope, receive, answer)

    def _refusal(self, scope: Scope, limit: int) -> Response | None:
        headers = Headers(scope=scope)
        if not scope["path"].startswith("/"):  # "GET http://elsewhere/": we are nobody's proxy
            return PlainTextResponse("Okänd adress. / Unknown address.\n", status_code=400)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or _name(hosts[0]) not in self.hosts:
            return PlainTextResponse("Okänd värd. / Unknown host.\n", status_code=400)
        length = headers.get("content-length", "0")
        if not length.isdecimal() or len(length) > LONGEST_LENGTH:
            return PlainTextResponse("Content-Length?\n", status_code=400)
        return _too_large(limit) if int(length) > limit else None

    @staticmethod
    async def _too_late(response: Response, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        if not answer.started:
            await response(scope, receive, answer)


class _Answer:
    """Sends an answer on with the headers that every answer has."""

    def __init__(self, send: Send, headers: dict[str, str]) -> None:
        self.send, self.headers, self.started = send, headers, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            for name, value in self.headers.items():
                if name not in MAY_DIFFER or name not in headers:
                    headers[name] = value
            if "cache-control" not in headers:
                headers["Cache-Control"] = "no-store"
        await self.send(message)


def _name(host: str) -> str:
    """The host without its port."""
    host = host.lower()
    return host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]


def _too_large(limit: int) -> Response:
    most = 10 if limit == MAX_UPLOAD else 1
    return PlainTextResponse(f"Högst {most} MiB. / At most {most} MiB.\n", status_code=413)


def _limited(receive: Receive, limit: int) -> Callable[[], Awaitable[Message]]:
    """Counts the body as it comes, also when its length was not told."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise TooLarge
        return message

    return counted
