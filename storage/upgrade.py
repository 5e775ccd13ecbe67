"""Upgrading the tables with Alembic, from code: there is no alembic.ini.

The migrations run on a connection whose transaction the caller has begun, so they happen whole or not at all.
Alembic is read only when there is something to do: every start looks, and most have nothing.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from threading import Lock

from sqlalchemy import Connection, inspect, text

from storage.errors import DatabaseTooNew, DatabaseUnusable
from texts import N_

VERSION_TABLE = "fondvakt_schema"
_ONE_THREAD = Lock()  # Alembic keeps the connection of a run in a global name


@dataclass(frozen=True, kw_only=True)
class Step:
    """What it takes to make a database as new as the program.

    Attributes:
        head: the program's newest revision.
        is_needed: something must be done.
        replaces_older: there is data of an older revision, worth a copy first.
    """

    head: str
    is_needed: bool
    replaces_older: bool


def next_step(conn: Connection, where: str) -> Step:
    """What `to_newest` would do.

    Raises:
        DatabaseUnusable: the tables belong to another program.
        DatabaseTooNew: they were made by a newer version of this one.
    """
    head = revisions()[-1]
    tables = inspect(conn).get_table_names()
    if not tables:
        return Step(head=head, is_needed=True, replaces_older=False)
    found = _revision(conn) if VERSION_TABLE in tables else None
    check_ours(found, where)
    return Step(head=head, is_needed=found != head, replaces_older=found != head)


def check_ours(found: str | None, where: str) -> None:
    """Refuse a database by its revision: None is another program's, an unknown one a newer version's.

    Raises: as `next_step` does.
    """
    if found is None:
        raise DatabaseUnusable.of(
            N_("Databasen {where} hör till ett annat program: den har tabeller som inte är Fondvakts."),
            where=where,
        )
    if found not in revisions():
        raise DatabaseTooNew.of(
            N_(
                "Databasen {where} är nyare än programmet (version {found}, programmet känner till {head}); "
                "uppgradera Fondvakt."
            ),
            where=where,
            found=found,
            head=revisions()[-1],
        )


def to_newest(conn: Connection, where: str) -> None:
    """Run the migrations that are missing. Raises as `next_step` does."""
    if next_step(conn, where).is_needed:
        run_migrations(conn, revisions()[-1])


def run_migrations(conn: Connection, revision: str) -> None:
    """Bring the tables to a revision, on the caller's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("storage.migrations")).replace("%", "%%"))
    config.attributes["connection"] = conn
    with _ONE_THREAD:
        command.upgrade(config, revision)


def check_references(conn: Connection, where: str) -> None:
    """Refuse a migration that left rows pointing at nothing; foreign keys are off while SQLite migrates."""
    broken = conn.execute(text("PRAGMA foreign_key_check")).first()
    if broken is not None:
        raise DatabaseUnusable.of(
            N_("Databasen {where} gick inte att uppgradera: tabellen {table} pekar på rader som saknas."),
            where=where,
            table=broken[0],
        )


@cache
def revisions() -> tuple[str, ...]:
    """The program's revisions, the oldest first: the file of each begins with its number."""
    names = [entry.name for entry in files("storage.migrations.versions").iterdir()]
    return tuple(sorted(name.partition("_")[0] for name in names if name[0].isdigit()))


def _revision(conn: Connection) -> str | None:
    return conn.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
