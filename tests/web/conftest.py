"""A municipality with pages; the empty database is made once and copied."""

import shutil
from pathlib import Path

import pytest
from editor_world import EditorWorld, an_editor_world
from web_world import NOW, World, a_world, school_and_culture

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


@pytest.fixture(scope="session")
def edited_database(tmp_path_factory) -> Path:
    """Two units over a stored profile, and calls on eight subjects, matched once."""
    folder = tmp_path_factory.mktemp("edited")
    an_editor_world(folder, school_and_culture()).engine.dispose()
    return folder / "web.sqlite"


@pytest.fixture
def edited(tmp_path, edited_database) -> EditorWorld:
    """An editor's world of one's own, copied from the one that was made once."""
    shutil.copy(edited_database, tmp_path / "web.sqlite")
    engine = open_database(f"sqlite:///{tmp_path / 'web.sqlite'}")
    made = EditorWorld(engine=engine, profile=school_and_culture(), now=NOW, runs=1)
    yield made
    made.engine.dispose()
