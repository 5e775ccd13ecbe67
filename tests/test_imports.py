"""The house: imports point one way, and a few libraries have one door each."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import cli

HOUSE = Path(__file__).parents[1]
MAY_IMPORT = {
    "texts": set(),
    "calls": {"texts"},
    "profiles": {"texts"},
    "scrapers": {"calls", "texts"},
    "matcher": {"calls", "profiles", "texts"},
    "notifier": {"calls", "profiles", "matcher", "texts"},
    "storage": {"calls", "profiles", "matcher", "notifier", "texts"},
    "pipeline": {"calls", "profiles", "scrapers", "matcher", "notifier", "storage", "texts"},
    "scheduler": set(),
    "web": {"calls", "profiles", "scrapers", "matcher", "notifier", "storage", "pipeline", "texts"},
}
ROOMS = {*MAY_IMPORT, "commands", "cli", "demo", "bench"}
ONE_DOOR = {
    "httpx": ["scrapers/fetch.py"],
    "httpcore": ["scrapers/addresses.py"],
    "sentence_transformers": ["matcher/"],
    "torch": ["matcher/"],
    "sqlalchemy": ["storage/", "pipeline/", "web/"],
    "smtplib": ["notifier/smtp.py", "notifier/login.py"],
    "apscheduler": ["commands/serving.py"],
    "authlib": ["web/oidc/"],
    "joserfc": ["web/oidc/"],
    "pickle": [],
}


def imports_of(file: Path) -> set[str]:
    """Top-level names that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def files_of(room: str) -> list[Path]:
    single = HOUSE / f"{room}.py"
    return [single] if single.exists() else sorted((HOUSE / room).rglob("*.py"))


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_point_one_way(room):
    files = files_of(room)
    assert files, f"the room {room} has no files"
    for file in files:
        ours = imports_of(file) & ROOMS - {room}
        assert ours <= MAY_IMPORT[room], (
            f"{file.relative_to(HOUSE)} imports {sorted(ours - MAY_IMPORT[room])}"
        )


@pytest.mark.parametrize("library", ONE_DOOR)
def test_a_library_is_imported_where_it_belongs_and_nowhere_else(library):
    doors = ONE_DOOR[library]
    for room in ROOMS:
        for file in files_of(room):
            name = file.relative_to(HOUSE).as_posix()
            if library in imports_of(file):
                assert any(name.startswith(door) for door in doors), f"{name} imports {library}"


# What a start does not need: each takes a tenth of a second or more, at every job of the clock.
READ_LATER = {
    "cli": ("web", "fastapi", "uvicorn", "alembic", "numpy.random", "demo", "sklearn", "openpyxl", "torch"),
    "commands.jobs": ("web", "fastapi", "uvicorn", "alembic", "notifier.templating", "openpyxl", "torch"),
    "commands.serving": ("alembic", "openpyxl", "docx", "pypdf", "sklearn", "transformers", "torch"),
}


@pytest.mark.parametrize("start", READ_LATER)
def test_a_start_reads_nothing_that_it_does_not_need(start):
    shows = f"import sys; sys.argv[1:] = []; import {start}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", shows], cwd=HOUSE, capture_output=True, text=True, check=True
    )
    assert not set(READ_LATER[start]) & set(done.stdout.split())


def test_every_part_of_the_command_is_where_the_table_says():
    asked = [name for module in set(cli.MODULES.values()) for name in cli._registered(module).commands]
    assert sorted(asked) == sorted(cli.MODULES)
    assert [command.name for command in cli.Commands().values()] == list(cli.MODULES)
