"""A municipality with pages; the empty database is made once and copied."""

import shutil
from pathlib import Path

import pytest
from web_world import World, a_world

from storage.database import open_database


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory) -> Path:
    """A database without rows."""
    path = tmp_path_factory.mktemp("empty") / "web.sqlite"
    open_database(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture
def world(tmp_path, empty_database) -> World:
    """Two units, two contact persons, two coordinators, nothing in the queue."""
    shutil.copy(empty_database, tmp_path / "web.sqlite")
    made = a_world(tmp_path)
    yield made
    made.engine.dispose()
