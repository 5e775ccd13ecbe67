"""Style, script and pictures, under names that change with their content so that browsers may keep them for ever.

Only the names of this table are ever answered: no path of a request reaches the file system (W-34).
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from starlette.exceptions import HTTPException
from starlette.responses import Response

# The sheet of every page is kept by subject and sent as one: later rules may build on earlier ones.
SHEET, PARTS = "fondvakt.css", ("house", "queue", "call", "people")
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
    folder = files("web").joinpath("static")
    parts = [folder.joinpath("fondvakt", f"{part}.css").read_bytes() for part in PARTS]
    found = {SHEET: _named(SHEET, b"\n".join(parts))}
    for file in folder.iterdir():
        if file.is_file() and file.name.endswith(tuple(TYPES)):
            found[file.name] = _named(file.name, file.read_bytes())
    return found


def _named(own_name: str, content: bytes) -> StaticFile:
    stem, _dot, ending = own_name.rpartition(".")
    name = f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}.{ending}"
    return StaticFile(name, TYPES["." + ending], content)


def address(name: str) -> str:
    """Where pages find a file of `web/static`. Raises KeyError for a name that is not there."""
    return f"/static/{_by_own_name()[name].name}"


def static(name: str) -> Response:
    """A file by the name it is served under."""
    file = _served().get(name)
    if file is None:
        raise HTTPException(404)
    return Response(file.content, media_type=file.media_type, headers={"Cache-Control": FOR_EVER})
