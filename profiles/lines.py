"""On which line each key of a TOML file stands. The file is known to be valid TOML."""

import re
from bisect import bisect_right

_PART = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_KEY = re.compile(rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*")
_PARTS = re.compile(_PART)
_HEADER = re.compile(rf"(\[\[?)[ \t]*({_PART}(?:[ \t]*\.[ \t]*{_PART})*)[ \t]*\]\]?")
_SKIPPED = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)+")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|' r"'''.*?'{3,5}|" r'"(?:[^"\\\n]|\\.)*"|' r"'[^'\n]*'", re.DOTALL
)


class Lines:
    """Finds the line of a key path such as `units[2].needs[0].title`."""

    def __init__(self, text: str) -> None:
        self._found = _keys(text)

    def of(self, path: str) -> int | None:
        """The line of the key, or of the nearest thing around it that has one."""
        while path:
            if path in self._found:
                return self._found[path]
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return None


def _keys(text: str) -> dict[str, int]:
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    found: dict[str, int] = {}
    counts: dict[str, int] = {}
    table, at = "", 0
    while (at := _after_blank(text, at)) < len(text):
        line = bisect_right(starts, at)
        if header := _HEADER.match(text, at):
            table = _opened(header, counts)
            found.setdefault(table, line)
            at = header.end()
        elif key := _KEY.match(text, at):
            path = ".".join([table, *_names(key.group())]) if table else ".".join(_names(key.group()))
            found.setdefault(path, line)
            at = _after_value(text, key.end())
        else:
            at += 1
    return found


def _opened(header: re.Match, counts: dict[str, int]) -> str:
    """The path of the table that a header opens; an array of tables gets one more element."""
    *around, last = _names(header.group(2))
    path = ""
    for name in around:
        path = _joined(path, name)
        if path in counts:
            path = f"{path}[{counts[path] - 1}]"
    path = _joined(path, last)
    if header.group(1) == "[[":
        counts[path] = counts.get(path, 0) + 1
        path = f"{path}[{counts[path] - 1}]"
    return path


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _names(key: str) -> list[str]:
    return [part.strip("\"'") for part in _PARTS.findall(key)]


def _after_blank(text: str, at: int) -> int:
    blank = _SKIPPED.match(text, at)
    return blank.end() if blank else at


def _after_value(text: str, at: int) -> int:
    """Where the value ends that begins after the equals sign: at a line end outside brackets and strings."""
    depth = 0
    while at < len(text):
        if string := _STRING.match(text, at):
            at = string.end()
            continue
        letter = text[at]
        if letter == "#":
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
            continue
        if letter == "\n" and depth <= 0:
            return at
        depth += (letter in "[{") - (letter in "]}")
        at += 1
    return at
