"""The handbook says what there is: every setting, every command, and nothing that does not exist."""

import re
from pathlib import Path

import pytest
import typer

import cli
from pipeline.settings import ENVIRONMENT_ONLY, Settings, known_names
from profiles.load import read_profile

HOUSE = Path(__file__).parents[1]
HANDBOOK = (HOUSE / "docs/operating.md").read_text(encoding="utf-8")
PAGES = [HOUSE / "README.md", *sorted((HOUSE / "docs").rglob("*.md"))]
SETTING = re.compile(r"FONDVAKT_[A-Z_<>ÅÄÖ]*[A-Z>]")
FOR_ALL_SOURCES = "FONDVAKT_SOURCE_<KÄLLA>_URL"
FOR_PROCESSES = {"FONDVAKT_LEASH"}  # set by the service for its own children, never by a person


def commands(group, before: str = "") -> list[str]:
    """The command's parts as they are written on the line, such as "digest send"."""
    found = []
    for name, command in group.commands.items():
        inner = commands(command, f"{before}{name} ") if hasattr(command, "commands") else []
        found += inner or [before + name]
    return found


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_is_described(field):
    assert f"| `FONDVAKT_{field.upper()}` |" in HANDBOOK


def test_the_settings_of_the_sources_are_described():
    for name in known_names():
        if name.startswith("FONDVAKT_SOURCE_"):
            key = name.removeprefix("FONDVAKT_SOURCE_").removesuffix("_URL")
            assert f"`{name}`" in HANDBOOK or (name.endswith("_URL") and f"`{key}`" in HANDBOOK), name


@pytest.mark.parametrize("name", commands(typer.main.get_command(cli.app)))
def test_every_command_is_described(name):
    assert re.search(rf"`fondvakt {name}\b", HANDBOOK)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_environment_variable_that_a_page_names_exists(page):
    known = {*known_names(), *ENVIRONMENT_ONLY, FOR_ALL_SOURCES} - FOR_PROCESSES
    named = set(SETTING.findall(page.read_text(encoding="utf-8")))
    assert named <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_page_names_exists(page):
    known = commands(typer.main.get_command(cli.app))
    for words in re.findall(r"`fondvakt ([a-z-]+(?: [a-z-]+)?)", page.read_text(encoding="utf-8")):
        assert any(
            words == name or words.split()[0] == name or name.startswith(f"{words} ") for name in known
        ), words


def test_every_page_that_another_page_points_to_exists():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} -> {target}"


def test_the_shortest_profile_of_the_handbook_is_one_to_begin_with():
    (text,) = re.findall(r"```toml\n(format = 1.*?)```", HANDBOOK, re.DOTALL)
    profile = read_profile(text, "provstad.toml")
    assert (profile.units, profile.needs) == ((), ())
    assert len(profile.coordinators) == 1
