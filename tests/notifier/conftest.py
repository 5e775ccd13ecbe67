"""A fresh database for each test, copied from one that was made once."""

import shutil

import pytest

from postgres_server import postgres_server, postgres_url  # noqa: F401 - fixtures
from storage.database import open_database


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory):
    path = tmp_path_factory.mktemp("empty") / "fondvakt.sqlite"
    open_database(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture
def engine(empty_database, tmp_path):
    path = tmp_path / "fondvakt.sqlite"
    shutil.copy(empty_database, path)
    engine = open_database(f"sqlite:///{path}")
    yield engine
    engine.dispose()
