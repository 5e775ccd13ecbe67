"""A folder's files as JSON values: plain or gzipped, one value a file or one a line."""

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scrapers.standin.errors import StandinError
from texts import N_, cause_of

ENDINGS = (".json", ".jsonl", ".ndjson")


def portal_folder(folder: Path) -> Path:
    """Where a folder keeps the portal's records: its `eu-portal` when it has one, else itself."""
    inner = folder / "eu-portal"
    return inner if inner.is_dir() else folder


def data_files(folder: Path) -> list[Path]:
    """The JSON files directly in a folder, by name; others (CSV, notes) are left alone.

    Raises:
        StandinError: when it is not a folder that we can read.
    """
    try:
        found = sorted(path for path in folder.iterdir() if path.is_file())
    except OSError as failure:
        raise _unreadable(folder, failure) from failure
    return [path for path in found if path.name.removesuffix(".gz").endswith(ENDINGS)]


def values_in(path: Path) -> Iterator[Any]:
    """The JSON values of one file: the file's only one, the items of its list, or one a line.

    Raises:
        StandinError: when the file is damaged or is not JSON.
    """
    try:
        text = _text(path)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as failure:
        raise _unreadable(path, failure) from failure
    try:
        yield from _parsed(path, text)
    except ValueError as failure:
        raise _unreadable(path, failure) from failure


def _text(path: Path) -> str:
    raw = path.read_bytes()
    return (gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw).decode("utf-8-sig")


def _parsed(path: Path, text: str) -> Iterator[Any]:
    """A `.json` file is one value, or lines after all; the other endings are lines."""
    whole = None
    if path.name.removesuffix(".gz").endswith(".json"):
        try:
            whole = json.loads(text)
        except ValueError:
            if "\n{" not in text:
                raise
    if whole is None:
        # Not splitlines(): the texts hold line separators of their own (U+2028).
        yield from (json.loads(line) for line in text.split("\n") if line.strip())
    else:
        yield from whole if isinstance(whole, list) else [whole]


def _unreadable(path: Path, failure: Exception) -> StandinError:
    reason = cause_of(failure) if isinstance(failure, OSError) else str(failure)
    return StandinError.of(N_("Det går inte att läsa {path}: {reason}."), path=str(path), reason=reason)
