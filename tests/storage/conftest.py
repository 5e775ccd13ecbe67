"""One suite over both engines."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from postgres_server import new_database, postgres_server  # noqa: F401 - a fixture
from storage.database import open_database, writing
from storage.errors import DatabaseUnusable
from storage.tables import metadata


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with all tables and no rows, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "fondvakt.sqlite"
    open_database(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture(scope="session")
def postgres_databases(request: pytest.FixtureRequest) -> list[str]:
    """The one database that the tests share, as a list, so that a test that spoils it can be given another."""
    return [new_database(request.getfixturevalue("postgres_server"))]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, empty_sqlite: Path) -> str:
    """The address of a database with all tables and no rows."""
    if request.param == "sqlite":
        shutil.copy(empty_sqlite, tmp_path / "fondvakt.sqlite")
        return f"sqlite:///{tmp_path / 'fondvakt.sqlite'}"
    shared = request.getfixturevalue("postgres_databases")
    try:
        empty(shared[0])
    except DatabaseUnusable:
        shared[0] = new_database(request.getfixturevalue("postgres_server"))
        empty(shared[0])
    return shared[0]


def empty(url: str) -> None:
    """Take every row out, and count from one again."""
    engine = open_database(url)
    names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
    with writing(engine) as conn:
        conn.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    engine.dispose()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A database to use, on each engine in turn."""
    engine = open_database(database_url)
    yield engine
    engine.dispose()
