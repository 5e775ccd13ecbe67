"""Whole copies of a SQLite file, also while it is being written to."""

import os
import secrets
import sqlite3
from pathlib import Path

SIDE_FILES = ("-wal", "-shm", "-journal")


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database with the engine's own copy, aside, and put it in place whole.

    Raises:
        sqlite3.Error, OSError: when it cannot be read or written; an older `target` is untouched then.
    """
    aside = name_aside(target)
    try:
        _copy_pages(source, aside)
        flush(aside)
        os.replace(aside, target)
        flush(target.parent)
    finally:
        remove_sqlite(aside)


def name_aside(path: Path) -> Path:
    """A name in the same folder that nobody else uses, for a file that is still being made."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")


def remove_sqlite(path: Path) -> None:
    """Remove a database file with its side files."""
    for name in (path, *side_files(path)):
        name.unlink(missing_ok=True)


def side_files(path: Path) -> tuple[Path, ...]:
    """The files that SQLite keeps beside a database."""
    return tuple(path.with_name(path.name + ending) for ending in SIDE_FILES)


def _copy_pages(source: Path, target: Path) -> None:
    reader = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)
    writer = sqlite3.connect(target)
    try:
        reader.backup(writer)  # one step, so a busy writer cannot make it start over for ever
        writer.execute("PRAGMA journal_mode = DELETE")  # the copy is one file, without side files
    finally:
        writer.close()
        reader.close()


def flush(path: Path) -> None:
    """Make sure that a file, or the names in a folder, survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
