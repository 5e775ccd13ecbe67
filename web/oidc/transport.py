"""The three requests that signing in makes, to the pinned issuer and nowhere else.

Plain `http.client`: no redirects, no proxy from the environment, no unpacking, a limit on size and on time.
"""

import http.client
import json
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from web.oidc.errors import ProviderUnreachable

SECONDS = 10.0
LARGEST = 512 * 1024
PIECE = 16 * 1024

Ask = Callable[["Request"], Any]


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request; `form` makes it a POST."""

    url: str
    form: Mapping[str, str] | None = None
    authorization: str | None = None


def ask(request: Request, seconds: float = SECONDS) -> Any:
    """The JSON that an address answers with.

    Raises:
        ProviderUnreachable: no answer in time, another status than 200, too much, or no JSON object.
    """
    parts = urlsplit(request.url)
    deadline = time.monotonic() + seconds
    connection = _connection(parts.scheme, parts.hostname or "", parts.port, seconds)
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    headers = {"Accept": "application/json", "Accept-Encoding": "identity", "Connection": "close"}
    body = None
    if request.form is not None:
        body = urlencode(request.form).encode()
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    if request.authorization:
        headers["Authorization"] = request.authorization
    try:
        connection.request("POST" if body is not None else "GET", path, body, headers)
        answer = connection.getresponse()
        content = _read(answer, deadline)
    except (OSError, http.client.HTTPException) as failure:
        raise ProviderUnreachable(f"{parts.hostname}{parts.path}: {type(failure).__name__}") from failure
    finally:
        connection.close()
    return _object(answer.status, content, f"{parts.hostname}{parts.path}")


def _connection(scheme: str, host: str, port: int | None, seconds: float) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=seconds, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=seconds)


def _read(answer: http.client.HTTPResponse, deadline: float) -> bytes:
    """The whole body, piece by piece: neither endless nor dripping for ever."""
    content = b""
    while piece := answer.read1(PIECE):
        content += piece
        if len(content) > LARGEST:
            raise ProviderUnreachable("the answer is larger than 512 KiB")
        if time.monotonic() > deadline:
            raise TimeoutError
    return content


def _object(status: int, content: bytes, where: str) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as failure:
        raise ProviderUnreachable(f"{where}: status {status}, no JSON") from failure
    if status != http.HTTPStatus.OK or not isinstance(found, dict):
        said = found.get("error") if isinstance(found, dict) else None
        raise ProviderUnreachable(f"{where}: status {status}, {str(said)[:60]!r}")
    return found
