"""Commands that change something leave a word in the history (F7); a person is exported and erased by command (G2)."""

import json
from pathlib import Path

import pytest
import typer
from command_line import fondvakt
from installation import settings_for

import cli
from profiles.load import load_profile, preset_path
from profiles.write import profile_text

# Whatever a command changes by somebody's word stands in the history. Jobs keep their own books: harvests, versions
# of calls, proposals of the matcher, slots of the clock, the outbox and its tries.
TOLD = {
    "init", "decide", "learned", "profile import", "restore", "signin", "operator signin", "person export",
    "person erase", "letters resend", "letters arrived", "letters release", "bounces resume", "token create",
    "token revoke", "webhooks resend", "webhooks arrived",
}  # fmt: skip
JOBS = {
    "collect",
    "match",
    "digest send",
    "letters send",
    "bounces read",
    "notices",
    "webhooks send",
    "demo",
    "serve",
}
READS = {
    "calls", "queue", "evaluate", "backup", "doctor", "standin", "profile check", "profile export",
    "profile read-policy", "profile diff", "digest preview", "letters list", "letters try",
    "letters check", "bounces list", "sources list", "sources doctor", "history verify", "history export",
    "judged export", "token list", "webhooks list",
}  # fmt: skip


def commands(group=None, before: tuple[str, ...] = ()) -> list[str]:
    """Every command by its full name."""
    found = []
    for name, one in (group or typer.main.get_command(cli.app)).commands.items():
        inner = getattr(one, "commands", None)
        found += commands(one, (*before, name)) if inner else [" ".join((*before, name))]
    return found


@pytest.mark.parametrize("name", commands(), ids=lambda name: f"F7 {name}")
def test_every_command_is_known_to_change_something_or_not(name):
    assert sum(name in kind for kind in (TOLD, JOBS, READS)) == 1


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """An installation of the made-up municipality, and its settings."""
    folder = tmp_path_factory.mktemp("history")
    settings = settings_for(folder, "http://localhost:1")
    assert fondvakt("init", "--municipality", "exempelstad", settings=settings).code == 0
    return settings, folder


def told(settings) -> list[tuple[str, str]]:
    lines = fondvakt("history", "export", settings=settings).out.splitlines()
    return [(event["kind"], event["action"]) for event in map(json.loads, lines)]


def profile_without(folder: Path, key: str) -> str:
    profile = load_profile(preset_path("exempelstad"))
    file = folder / "without.toml"
    object.__setattr__(profile, "people", tuple(one for one in profile.people if one.key != key))
    file.write_text(profile_text(profile), encoding="utf-8")
    return str(file)


def test_deeds_of_the_command_line_are_told__F7_G2(house):
    settings, folder = house
    assert told(settings) == [("profile", "import")]
    assert "/logga-in/lank/" in fondvakt("operator", "signin", settings=settings).out
    assert "/logga-in/lank/" in fondvakt("signin", "samordnare", settings=settings).out
    assert fondvakt("letters", "release", settings=settings).code == 0
    found = fondvakt("person", "export", "kontakt-naringsliv", settings=settings).json()
    assert found["addresses"] == ["kontakt.naringsliv@exempelstad.example"]
    assert (
        fondvakt("profile", "import", profile_without(folder, "kontakt-naringsliv"), settings=settings).code
        == 0
    )
    erased = fondvakt(
        "person", "erase", "kontakt-naringsliv", "--decision", "KS 1", "--json", settings=settings
    )
    assert erased.json()["pseudonym"].startswith("borttagen-")
    new = told(settings)
    assert new[0] == ("person", "erase")
    assert {
        ("sending", "release"),
        ("person", "export"),
        ("person", "signin-link"),
        ("person", "break-glass"),
    } < set(new)
    everything = fondvakt("history", "export", settings=settings).out
    assert "kontakt.naringsliv" not in everything
    assert fondvakt("history", "verify", "--json", settings=settings).json()["broken"] == []


def test_somebody_in_the_profile_is_not_erased__G2(house):
    settings, _folder = house
    outcome = fondvakt("person", "erase", "kontakt-skola", "--decision", "KS 1", settings=settings)
    assert outcome.code == 2
    assert "ta först bort personen" in outcome.boxed()


def test_an_unknown_person_is_told_of(house):
    settings, _folder = house
    assert "finns inte" in fondvakt("person", "export", "ingen", settings=settings).boxed()


def test_files_of_an_export_are_ones_own(house, tmp_path):
    settings, _folder = house
    folder = tmp_path / "ut"
    assert fondvakt("person", "export", "samordnare", "--out", str(folder), settings=settings).code == 0
    assert sorted(file.name for file in folder.iterdir()) == ["samordnare.json", "samordnare.txt"]
    assert folder.stat().st_mode & 0o077 == 0
