"""Opening the database, and the two kinds of transaction: `reading` and `writing`.

SQLite runs with a write-ahead log and synchronous FULL (reliability E1), without mmap (E5). A writing
transaction starts immediate, so it waits for its turn at once instead of failing half-way (E2, M15).
PostgreSQL writers take turns in the same way, by a lock that ends with the transaction, so that both engines
behave alike (E7) and a pooler cannot strand it (E8).
"""

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pydantic_core
from sqlalchemy import Connection, Engine, Table, create_engine, event, func, make_url, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from storage import upgrade
from storage.copies import copy_sqlite, name_aside, remove_sqlite
from storage.errors import DatabaseBusy, DatabaseFull, DatabaseUnusable, StorageError
from texts import N_, Message, cause_of

WAIT_SECONDS = 5
IDS_AT_A_TIME = 500  # engines bound how many values one statement may name
LEAST_ROOM = 2**20  # what SQLite needs beside a file to open it at all
WRITERS_LOCK = 0x464F4E44
SQLITE_HEADER = b"SQLite format 3\x00"
Id = TypeVar("Id", int, str)


def open_database(url: str) -> Engine:
    """The database, ready to use: made when it is missing, upgraded when it is older than the program.

    Args:
        url: `sqlite:///FILE` or `postgresql://user@host/name`.

    Raises:
        DatabaseUnusable: with one sentence that says what is wrong; nothing has been changed then.
        DatabaseTooNew: the database is newer than the program.
    """
    try:
        parts = make_url(url)
    except ArgumentError as failure:
        raise DatabaseUnusable(_unknown_address(url)) from failure
    if parts.get_backend_name() == "postgresql":
        return _open_postgres(url)
    if parts.get_backend_name() != "sqlite" or parts.database in (None, "", ":memory:"):
        raise DatabaseUnusable(_unknown_address(url))
    return _open_sqlite(Path(parts.database).absolute())


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one moment of the database and cannot write."""
    with _translated(engine), engine.execution_options(access="read").begin() as conn:
        yield conn


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that has its turn to write; commits, or rolls back on an error.

    Raises:
        DatabaseBusy: when the turn does not come within five seconds.
        DatabaseFull: when there is no space left.
    """
    with _translated(engine), engine.execution_options(access="write").begin() as conn:
        yield conn


def database_time_ahead(conn: Connection, machine: datetime) -> timedelta:
    """How far the clock of the database's machine is ahead of this machine's; nothing for a file on it."""
    if conn.dialect.name == "sqlite":
        return timedelta()
    return conn.execute(select(func.clock_timestamp())).scalar_one() - machine


def inserted(conn: Connection, table: Table, values: Mapping[str, Any]) -> int | None:
    """Add one row unless a unique rule forbids it; its id, None when such a row was there already."""
    return conn.execute(_insert(conn, table).values(**values).returning(table.c.id)).scalar()


def insert_or_ignore(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add the rows that no unique rule forbids."""
    conn.execute(_insert(conn, table), rows)


def in_batches(ids: Iterable[Id]) -> Iterator[list[Id]]:
    """Each id once, in rising order, as many at a time as one statement may name."""
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), IDS_AT_A_TIME):
        yield wanted[start : start + IDS_AT_A_TIME]


def _insert(conn: Connection, table: Table) -> Any:
    dialect = sqlite if conn.dialect.name == "sqlite" else postgresql
    return dialect.insert(table).on_conflict_do_nothing()


def sqlite_engine(path: Path, *, foreign_keys: bool = True) -> Engine:
    """An engine over one SQLite file, without any check of what is in it."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": WAIT_SECONDS}, **_json())

    @event.listens_for(engine, "connect")
    def prepare(raw, _record) -> None:
        raw.isolation_level = None  # transactions are begun below, not by the driver
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            f"busy_timeout = {WAIT_SECONDS * 1000}",
            f"foreign_keys = {'ON' if foreign_keys else 'OFF'}",
            "mmap_size = 0",
        ):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(conn: Connection) -> None:
        if conn.get_execution_options().get("access", "write") == "read":
            raw = conn.connection.driver_connection  # neither can fail, and every page begins so
            raw.execute("PRAGMA query_only = ON")
            raw.execute("BEGIN")
        else:
            conn.exec_driver_sql("PRAGMA query_only = OFF")
            conn.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def postgres_engine(url: str) -> Engine:
    """An engine over a PostgreSQL database, without any check of what is in it.

    Nothing is kept in a session, neither settings nor prepared statements: behind a pooler the next transaction may
    be in another one (D-13).
    """
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        connect_args={"prepare_threshold": None},
        pool_pre_ping=True,
        **_json(),
    )

    @event.listens_for(engine, "begin")
    def begin(conn: Connection) -> None:
        if conn.get_execution_options().get("access") == "read":
            conn.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        elif conn.get_execution_options().get("access") == "write":
            conn.exec_driver_sql(
                f"SET LOCAL lock_timeout = {WAIT_SECONDS * 1000}; SELECT pg_advisory_xact_lock({WRITERS_LOCK})"
            )

    return engine


def _json() -> dict[str, Any]:
    return {
        "json_serializer": lambda value: pydantic_core.to_json(value).decode(),
        "json_deserializer": pydantic_core.from_json,
    }


def _open_postgres(url: str) -> Engine:
    engine = postgres_engine(url)
    where = engine.url.render_as_string(hide_password=True)
    try:
        with engine.execution_options(access="write").begin() as conn:
            upgrade.to_newest(conn, where)
    except DBAPIError as failure:
        engine.dispose()
        cause = str(failure.orig).strip().splitlines()[0]
        raise DatabaseUnusable(_cannot_open(where, cause)) from failure
    except StorageError:
        engine.dispose()
        raise
    return engine


def _open_sqlite(path: Path) -> Engine:
    try:
        if not path.exists():
            _create_sqlite(path)
        _check_file(path)
        _upgrade_sqlite(path)
    except OSError as failure:
        raise DatabaseUnusable(_cannot_open(str(path), cause_of(failure))) from failure
    except DBAPIError as failure:
        ours = _ours(failure, str(path), path)
        raise ours or DatabaseUnusable(_cannot_open(str(path), str(failure.orig))) from failure
    return sqlite_engine(path)


def _create_sqlite(path: Path) -> None:
    """Make a new file aside and put it in place whole, so that no half-made database is ever seen."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = name_aside(path)
    engine = sqlite_engine(aside, foreign_keys=False)
    try:
        with engine.execution_options(access="write").begin() as conn:
            upgrade.to_newest(conn, str(path))
        engine.dispose()
        with suppress(FileExistsError):  # another process was first, and its database is as new as ours
            os.link(aside, path)
    finally:
        engine.dispose()
        remove_sqlite(aside)


def _check_file(path: Path) -> None:
    """Refuse what is not a database that we may write to (D-06, D-07)."""
    with path.open("rb") as file:
        start = file.read(len(SQLITE_HEADER))
    if not start:
        raise DatabaseUnusable.of(
            N_(
                "Databasfilen {path} är tom; återställ en säkerhetskopia, "
                "eller ta bort filen för att börja om från början."
            ),
            path=str(path),
        )
    if start != SQLITE_HEADER:
        raise DatabaseUnusable.of(
            N_("Filen {path} är ingen SQLite-databas, eller så är dess början skadad."), path=str(path)
        )
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        cause = Message(text=N_("filen eller dess mapp får inte skrivas av programmet"))
        raise DatabaseUnusable(_cannot_open(str(path), cause))


def _upgrade_sqlite(path: Path) -> None:
    """Bring an existing file up to date; a copy of the old one is kept beside it (E6)."""
    engine = sqlite_engine(path, foreign_keys=False)  # batch migrations put new tables in place of old ones
    try:
        with engine.execution_options(access="read").begin() as conn:
            step = upgrade.next_step(conn, str(path))
        if step.replaces_older:
            copy_sqlite(path, path.with_name(f"{path.name}.before-{step.head}"))
        if step.is_needed:
            with engine.execution_options(access="write").begin() as conn:
                upgrade.to_newest(conn, str(path))
                upgrade.check_references(conn, str(path))
    finally:
        engine.dispose()


def _unknown_address(url: str) -> Message:
    return Message(
        text=N_(
            "Databasadressen {url} går inte att använda: väntade sqlite:///FIL eller postgresql://user@host/name."
        ),
        values={"url": repr(url)},
    )


def _cannot_open(where: str, cause: str | Message) -> Message:
    return Message(
        text=N_("Databasen {where} kan inte öppnas: {cause}."), values={"where": where, "cause": cause}
    )


@contextmanager
def _translated(engine: Engine) -> Iterator[None]:
    """Turn the drivers' errors that an operator must act on into ours; programming errors pass as they are."""
    try:
        yield
    except DBAPIError as failure:
        where = engine.url.render_as_string(hide_password=True)
        file = Path(engine.url.database or "") if engine.dialect.name == "sqlite" else None
        raise _ours(failure, where, file) or failure from failure


def _ours(failure: DBAPIError, where: str, file: Path | None) -> StorageError | None:
    """The driver's error in our terms; `file` is the database's own, None where it lies on another machine."""
    said = str(failure.orig).strip().splitlines()[0] if str(failure.orig).strip() else ""
    code = getattr(failure.orig, "sqlstate", None) or getattr(failure.orig, "sqlite_errorname", "")
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or code in ("55P03", "40P01", "40001"):
        return DatabaseBusy.of(
            N_(
                "Databasen {where} är upptagen: ett annat program skriver i den eller har låst den. Försök igen."
            ),
            where=where,
        )
    if code in ("SQLITE_FULL", "53100") or (code.startswith("SQLITE_IOERR") and _is_full(file)):
        text = N_(
            "Disken med databasen {where} är full; frigör plats. Inget av det påbörjade sparades, "
            "och allt som var sparat finns kvar."
        )
        return DatabaseFull.of(text, where=where)
    if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        text = N_(
            "Databasen {where} är skadad ({cause}). Stoppa tjänsten, spara filen och återställ en säkerhetskopia: "
            "fondvakt restore FIL."
        )
        return DatabaseUnusable.of(text, where=where, cause=said)
    if code.startswith(("SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN")):
        return DatabaseUnusable(_cannot_open(where, said))
    if isinstance(failure, OperationalError):
        return DatabaseUnusable(_cannot_open(where, said))
    return None


def _is_full(file: Path | None) -> bool:
    """SQLite says "disk I/O error" when it cannot make the small files that it works with beside the database."""
    return file is not None and shutil.disk_usage(file.parent).free < LEAST_ROOM
