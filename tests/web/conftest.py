"""A municipality with pages; the empty database is made once and copied."""

import shutil
from pathlib import Path

import pytest
from editor_world import EditorWorld, an_editor_world
from web_world import World, a_world, school_and_culture

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


@pytest.fixture
def edited(tmp_path, empty_database) -> EditorWorld:
    """Two units over a stored profile, and calls on eight subjects."""
    shutil.copy(empty_database, tmp_path / "web.sqlite")
    made = an_editor_world(tmp_path, school_and_culture())
    yield made
    made.engine.dispose()
