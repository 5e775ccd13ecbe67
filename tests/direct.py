"""The application asked straight away: one change of threads a request, where Starlette's own transport makes nine."""

import asyncio
import threading
from collections.abc import MutableMapping
from functools import cache
from typing import Any
from urllib.parse import unquote

import httpx2 as httpx
from starlette.types import ASGIApp

Message = MutableMapping[str, Any]


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """A loop in a thread of its own: browsers' tests may hold this thread's."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="asked", daemon=True).start()
    return loop


class Direct(httpx.BaseTransport):
    """Answers a client's requests by calling an application; what it raises after its answer is not raised here."""

    def __init__(self, app: ASGIApp, client: tuple[str, int]) -> None:
        self.app = app
        self.client = client

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The whole answer, once the application has done all that it does."""
        asked = _ask(self.app, _scope(request, self.client), request.read())
        messages = asyncio.run_coroutine_threadsafe(asked, _loop()).result()
        start = next(one for one in messages if one["type"] == "http.response.start")
        body = b"".join(one.get("body", b"") for one in messages if one["type"] == "http.response.body")
        return httpx.Response(
            start["status"],
            headers=[(name.decode(), value.decode()) for name, value in start["headers"]],
            stream=httpx.ByteStream(b"" if request.method == "HEAD" else body),
            request=request,
        )


class DirectClient(httpx.Client):
    """A client of an application, as Starlette's TestClient is."""

    def __init__(
        self, app: ASGIApp, *, client: tuple[str, int] = ("testclient", 50000), **options: Any
    ) -> None:
        super().__init__(transport=Direct(app, client), **options)
        self.app = app


def _scope(request: httpx.Request, client: tuple[str, int]) -> dict[str, Any]:
    url = request.url
    return {
        "type": "http",
        "http_version": "1.1",
        "method": request.method,
        "path": unquote(url.path),
        "raw_path": url.raw_path.split(b"?", 1)[0],
        "root_path": "",
        "scheme": url.scheme,
        "query_string": url.query,
        "headers": [(key.lower().encode(), value.encode()) for key, value in request.headers.multi_items()],
        "client": client,
        "server": [url.host, url.port or {"http": 80, "https": 443}[url.scheme]],
        "state": {},
    }


async def _ask(app: ASGIApp, scope: dict[str, Any], body: bytes) -> list[Message]:
    """What the application sends."""
    told: list[Message] = []
    left, answered = [{"type": "http.request", "body": body}], asyncio.Event()

    async def receive() -> Message:
        if left:
            return left.pop()
        await answered.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        told.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            answered.set()

    try:
        await app(scope, receive, send)
    except Exception:  # a page that failed is answered with its sentence; then Starlette raises it again
        if not answered.is_set():
            raise
    return told
