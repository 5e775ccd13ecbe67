"""A profile, or one unit of it, as a file to keep beside others: TOML or YAML, the same going in and out."""

import re
from dataclasses import dataclass
from enum import StrEnum

import tomlkit

from profiles.load import FORMAT, parsed_file, read_parsed, text_of_bytes
from profiles.model import Profile, Unit
from profiles.problems import ProfileError
from profiles.reading import Report, Table
from profiles.units import read_unit
from profiles.write import profile_document, unit_table
from profiles.yaml_form import yaml_text
from texts import N_

VERSIONED = re.compile(r"-version-([1-9][0-9]{0,8})(?: ?\([0-9]+\))?\.[a-z]+$", re.ASCII)


class FileForm(StrEnum):
    """How a file is written; the value is the ending of its name."""

    TOML = "toml"
    YAML = "yaml"


@dataclass(frozen=True, kw_only=True)
class UnitFile:
    """One unit as a file holds it; `municipality` is the key of the profile that it belongs to."""

    municipality: str
    unit: Unit


def file_text(profile: Profile, form: FileForm) -> str:
    """The whole profile in a form."""
    return _text(profile_document(profile), form)


def unit_file_text(profile: Profile, unit: Unit, form: FileForm) -> str:
    """One unit in a form, with the key of the municipality that it belongs to."""
    document = tomlkit.document()
    document.add("format", FORMAT)
    document.add("part_of", profile.key)
    document.add("unit", unit_table(unit))
    return _text(document, form)


def file_name(profile: Profile, unit: Unit | None, form: FileForm, version: int) -> str:
    """What the file is called: keys and the version, so that no name can carry anything else (X-07)."""
    parts = (profile.key, unit.key if unit else "", f"version-{version}")
    return "-".join(part for part in parts if part) + f".{form.value}"


def base_of(name: str, profile: Profile) -> int | None:
    """The version that a file was made from, as `file_name` called it; None when its name does not say.

    What a browser adds to the name of a second download, such as "(1)", is no hindrance.
    """
    found = VERSIONED.search(name)
    return int(found[1]) if found and name.startswith(profile.key) else None


def read_file(content: bytes, name: str) -> Profile | UnitFile:
    """What a file of either form holds, by its bytes.

    Args:
        name: what the file is called in the problems; its ending tells the form, it is never used as a path.

    Raises:
        ProfileError: it cannot be read or used; every problem is named with its line.
    """
    text = text_of_bytes(content, name)
    document, lines = parsed_file(text, name)
    if "unit" not in document:
        return read_parsed(document, lines, name)
    report = Report(name, lines)
    root = Table(document, "", report)
    if root.number("format", least=1, most=9999) != FORMAT:
        report.add("format", N_("väntade {known}"), known=FORMAT)
    municipality = root.text("part_of")
    unit = read_unit(root.table("unit"))
    root.close()
    if report.problems:
        raise ProfileError(sorted(report.problems, key=lambda problem: problem.line or 0))
    return UnitFile(municipality=municipality, unit=unit)


def _text(document: tomlkit.TOMLDocument, form: FileForm) -> str:
    return tomlkit.dumps(document) if form is FileForm.TOML else yaml_text(document.unwrap())
