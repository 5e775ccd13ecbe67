"""Style, script and pictures, under names that change with their content so that browsers may keep them for ever.

Only the names of this table are ever answered: no path of a request reaches the file system (W-34).
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from starlette.exceptions import HTTPException
from starlette.responses import Response

TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class StaticFile:
    """One file with the name it is served under."""

    name: str
    media_type: str
    content: bytes


@cache
def _served() -> dict[str, StaticFile]:
    """Served name to file."""
    return {file.name: file for file in _by_own_name().values()}


@cache
def _by_own_name() -> dict[str, StaticFile]:
    found = {}
    for file in files("web").joinpath("static").iterdir():
        stem, dot, ending = file.name.rpartition(".")
        if dot + ending in TYPES:
            content = file.read_bytes()
            name = f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}.{ending}"
            found[file.name] = StaticFile(name, TYPES[dot + ending], content)
    return found


def address(name: str) -> str:
    """Where pages find a file of `web/static`. Raises KeyError for a name that is not there."""
    return f"/static/{_by_own_name()[name].name}"


def static(name: str) -> Response:
    """A file by the name it is served under."""
    file = _served().get(name)
    if file is None:
        raise HTTPException(404)
    return Response(file.content, media_type=file.media_type, headers={"Cache-Control": FOR_EVER})
