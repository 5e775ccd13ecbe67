"""Parts of a profile: what one person edits and proposes at a time, taken out of the whole and put back.

A part is the policy with the priority areas and the municipality's facts, one unit with its goals and needs, or
the list of people. Its document is plain JSON, so that a half-written draft can be kept as it is; whether it may be
used is asked of the whole profile with the part in it (`problems_of`).
"""

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from profiles.diff import ProfileChange, profile_differences
from profiles.load import read_profile
from profiles.model import ContactPerson, Municipality, Profile, Unit
from profiles.problems import Problem, ProfileError
from profiles.write import profile_text
from texts import N_


class PartKind(StrEnum):
    """Which part."""

    POLICY = "policy"
    UNIT = "unit"
    PEOPLE = "people"


PART_LABELS = {
    PartKind.POLICY: N_("kommunens inriktning"),
    PartKind.UNIT: N_("enhet"),
    PartKind.PEOPLE: N_("personer"),
}


@dataclass(frozen=True, kw_only=True)
class PeoplePart:
    """Everybody in the profile."""

    people: tuple[ContactPerson, ...]


Part = Municipality | Unit | PeoplePart
KINDS: dict[PartKind, type] = {
    PartKind.POLICY: Municipality,
    PartKind.UNIT: Unit,
    PartKind.PEOPLE: PeoplePart,
}
_FACTS = tuple(field.name for field in fields(Municipality))


class DamagedPart(Exception):
    """A kept document is not of its kind."""


def part_of(profile: Profile, kind: PartKind, key: str = "") -> Part | None:
    """A part as the profile has it; None for a unit that it does not have.

    Args:
        key: a unit's; empty for the other kinds.
    """
    if kind is PartKind.UNIT:
        return next((unit for unit in profile.units if unit.key == key), None)
    if kind is PartKind.PEOPLE:
        return PeoplePart(people=profile.people)
    return Municipality(**{name: getattr(profile, name) for name in _FACTS})


def with_part(profile: Profile, key: str, part: Part | None) -> Profile:
    """The profile with a part put in its place: a new unit last; None takes the unit out.

    Args:
        key: a unit's; empty for the other kinds.
    """
    if isinstance(part, Municipality):
        return replace(profile, **{name: getattr(part, name) for name in _FACTS})
    if isinstance(part, PeoplePart):
        return replace(profile, people=part.people)
    if part is None:
        return replace(profile, units=tuple(unit for unit in profile.units if unit.key != key))
    if all(unit.key != key for unit in profile.units):
        return replace(profile, units=(*profile.units, part))
    return replace(profile, units=tuple(part if unit.key == key else unit for unit in profile.units))


def part_differences(
    before: Profile, after: Profile, kind: PartKind, key: str = ""
) -> tuple[ProfileChange, ...]:
    """What differs in one part between two profiles."""
    return profile_differences(before, with_part(before, key, part_of(after, kind, key)))


def part_document(part: Part | None) -> dict[str, Any] | None:
    """A part as plain JSON; None for a unit that is taken out."""
    return None if part is None else _adapter(type(part)).dump_python(part, mode="json")


def part_from(kind: PartKind, document: Any) -> Part | None:
    """The part of a document. What the model has got since then takes its usual value.

    Raises:
        DamagedPart: it is no document of that kind.
    """
    if document is None and kind is PartKind.UNIT:
        return None
    try:
        return _adapter(KINDS[kind]).validate_python(document)
    except ValidationError as failure:
        raise DamagedPart(str(failure)) from failure


def problems_of(profile: Profile, key: str, part: Part | None) -> tuple[Problem, ...]:
    """Why a profile with this part cannot be published; empty when it can. By the rules of profile files."""
    whole = with_part(profile, key, part)
    try:
        read_profile(profile_text(whole), profile.key)
    except ProfileError as failure:
        return failure.problems
    return ()


@cache
def _adapter(kind: type) -> TypeAdapter:
    return TypeAdapter(kind)
