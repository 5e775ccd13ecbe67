"""Backup and restore of a SQLite database with the engine's own copy (reliability E4). PostgreSQL has pg_dump."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, make_url, select

from storage import upgrade
from storage.audit import Event, record
from storage.copies import copy_sqlite, flush, name_aside, remove_sqlite, side_files
from storage.database import SQLITE_HEADER, open_database, writing
from storage.errors import BackupRefused, StorageError
from storage.outbox import hold_all
from storage.tables import sending
from texts import N_, Message, cause_of


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What a restore did.

    Attributes:
        previous: where the database that was replaced is kept; None when there was none.
        held: letters that waited to be sent in the copy, and now wait for a person to release them (B7).
    """

    previous: Path | None
    held: int


def backup(database: Engine | str, target: Path) -> Path:
    """Copy the database to a file, also while it is in use; the file's path.

    The copy is made aside and put in place whole: an older file at `target` stays as it was until then.

    Raises:
        BackupRefused: PostgreSQL, or the copy cannot be written.
    """
    source = _file_of(database)
    if target.exists() and source.exists() and target.samefile(source):
        raise BackupRefused.of(N_("Säkerhetskopian kan inte skrivas över själva databasen."))
    try:
        copy_sqlite(source, target)
        _check_sound(target)
    except (OSError, sqlite3.Error) as failure:
        raise BackupRefused.of(
            N_("Säkerhetskopian {target} kunde inte skrivas: {cause}."),
            target=str(target),
            cause=_why(failure),
        ) from failure
    return target


def restore(source: Path, url: str, now: datetime) -> Restored:
    """Put a backup in the database's place, with everything unsent held.

    Nothing is touched unless the copy is sound and known to this version of the program. The database that is
    replaced is kept beside it.

    Raises:
        BackupRefused: PostgreSQL; the copy is missing, damaged, or not ours; or the database is in use.
        DatabaseTooNew: the copy was made by a newer version of the program.
    """
    path = _file_of(url)
    aside = name_aside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _check_source(source)
        copy_sqlite(source, aside)
        held = _made_ready(aside, now)
        with _nobody_else(path):
            previous = _put_in_place(aside, path)
    except (OSError, sqlite3.Error) as failure:
        raise _cannot_restore(source, _why(failure)) from failure
    finally:
        for leftover in aside.parent.glob(f"{aside.name}*"):
            remove_sqlite(leftover)
    return Restored(previous=previous, held=held)


def problems(path: Path) -> tuple[str, ...]:
    """What SQLite's own checks of content and references say of a file; empty when it is sound.

    Raises:
        sqlite3.DatabaseError: it cannot be read far enough to be checked.
    """
    with closing(_read_only(path)) as conn:
        said = [row[0] for row in conn.execute("PRAGMA integrity_check") if row[0] != "ok"]
        said += [f"{row[0]} -> {row[2]}" for row in conn.execute("PRAGMA foreign_key_check")]
    return tuple(said)


def _file_of(database: Engine | str) -> Path:
    url = database.url if isinstance(database, Engine) else make_url(database)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise BackupRefused.of(
            N_("Säkerhetskopior av PostgreSQL tas med pg_dump och läggs tillbaka med pg_restore.")
        )
    return Path(url.database).absolute()


def _check_source(source: Path) -> None:
    """Refuse a copy that is damaged, of another program, or newer than this one (D-10)."""
    with source.open("rb") as file:
        if file.read(len(SQLITE_HEADER)) != SQLITE_HEADER:
            raise _cannot_restore(
                source, Message(text=N_("filen är ingen SQLite-databas, eller så är dess början skadad"))
            )
    _check_sound(source)
    with closing(_read_only(source)) as conn:
        tables = [row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        known = upgrade.VERSION_TABLE in tables
        found = conn.execute(f"SELECT version_num FROM {upgrade.VERSION_TABLE}").fetchone() if known else None
    upgrade.check_ours(found[0] if found else None, str(source))


def _check_sound(path: Path) -> None:
    if found := problems(path):
        text = N_("Kopian {path} är skadad: {cause}.")
        raise BackupRefused.of(text, path=str(path), cause=found[0])


def _made_ready(aside: Path, now: datetime) -> int:
    """Bring a copy up to date and hold what was unsent; how many letters."""
    engine = open_database(f"sqlite:///{aside}")
    try:
        with writing(engine) as conn:
            held = hold_all(conn)
            for tenant in conn.execute(select(sending.c.tenant)).scalars().all():
                told = {"kind": "database", "key": "", "action": "restore", "after": {"held": held}}
                record(conn, tenant, Event(actor="cli", channel="cli", **told), now)
            return held
    finally:
        engine.dispose()


@contextmanager
def _nobody_else(path: Path) -> Iterator[None]:
    """Keep everybody else out of the database while it is replaced.

    Leaving the write-ahead log needs the file alone; it also brings what the side files hold into the file.
    """
    if not path.exists():
        yield
        return
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as conn:
        try:
            conn.execute("PRAGMA journal_mode = DELETE")
            conn.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as failure:
            if "locked" in str(failure):
                raise BackupRefused.of(
                    N_("Databasen {path} används; stoppa Fondvakt innan en säkerhetskopia läggs tillbaka."),
                    path=str(path),
                ) from failure
        except sqlite3.DatabaseError:
            pass  # too damaged to be in use, which is what a restore is for
        yield


def _put_in_place(aside: Path, path: Path) -> Path | None:
    """Swap the files in one step, so that there is a database at every moment."""
    previous = None
    if path.exists():
        previous = _free_name(path)
        os.link(path, previous)
    for old in side_files(path):
        old.unlink(missing_ok=True)
    os.replace(aside, path)
    flush(path.parent)
    return previous


def _free_name(path: Path) -> Path:
    number = 1
    while (name := path.with_name(f"{path.name}.previous-{number}")).exists():
        number += 1
    return name


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _why(failure: OSError | sqlite3.Error) -> Message | str:
    return cause_of(failure) if isinstance(failure, OSError) else str(failure)


def _cannot_restore(source: Path, cause: str | Message) -> StorageError:
    return BackupRefused.of(
        N_("Säkerhetskopian {source} kan inte läggas tillbaka: {cause}."), source=str(source), cause=cause
    )
