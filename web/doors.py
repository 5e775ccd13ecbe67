"""A way in. Each subject lists its own in a tuple `DOORS`; `web.app` puts them together."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import Response

from web.access import Access

GET, POST = ("GET", "HEAD"), ("POST",)


@dataclass(frozen=True)
class Door:
    """A way in: method, path, who may use it, and the page behind it."""

    methods: tuple[str, ...]
    path: str
    access: Access
    endpoint: Callable[..., Response]
