"""One suite over both engines."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from postgres_server import new_database, postgres_server  # noqa: F401 - a fixture
from storage.database import open_database


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with all tables and no rows, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "fondvakt.sqlite"
    open_database(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, empty_sqlite: Path) -> str:
    """The address of a database with all tables and no rows."""
    if request.param == "postgresql":
        return new_database(request.getfixturevalue("postgres_server"))
    shutil.copy(empty_sqlite, tmp_path / "fondvakt.sqlite")
    return f"sqlite:///{tmp_path / 'fondvakt.sqlite'}"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A database to use, on each engine in turn."""
    engine = open_database(database_url)
    yield engine
    engine.dispose()
