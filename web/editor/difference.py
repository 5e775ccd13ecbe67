"""A difference for people: the names of things instead of keys, and all that a new thing says."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from profiles.diff import ChangeKind, ProfileChange
from profiles.model import (
    APPLICANT_LABELS,
    LEGAL_FORM_LABELS,
    PRIORITY_LABELS,
    ROLE_LABELS,
    UNIT_KIND_LABELS,
    VOLUME_LABELS,
    Profile,
)
from texts import N_
from web import former
from web.visit import Visit

LONGEST_NAME = 80
# A dot between two steps of a path; a key in brackets may have one, such as [St. Gallen].
STEP = re.compile(r"\.(?![^\[]*\])")
# Names of values in a profile, for people; a path that has none shows as it stands in the file.
VALUE_LABELS = {
    "adopted": N_("antagen"),
    "adopted_by": N_("antagen av"),
    "aims": N_("inriktningens mål"),
    "appointed_from": N_("uppdrag från"),
    "appointed_to": N_("uppdrag till"),
    "applicants": N_("sökande"),
    "begins": N_("gäller från"),
    "board": N_("nämnd eller styrelse"),
    "children_and_youth": N_("barn och unga"),
    "children_first": N_("barn och unga först"),
    "countries_of_interest": N_("länder av intresse"),
    "county": N_("län"),
    "description": N_("beskrivning"),
    "description_en": N_("beskrivning på engelska"),
    "email": N_("e-post"),
    "ends": N_("gäller till"),
    "goal": N_("mål som behovet tjänar"),
    "goals": N_("mål för året"),
    "inhabitants": N_("invånare"),
    "is_deputy": N_("ersättare"),
    "kind": N_("slags enhet"),
    "language": N_("språk"),
    "legal_form": N_("juridisk form"),
    "mail_domains": N_("e-postdomäner"),
    "may_lead": N_("kan leda projekt"),
    "municipality": N_("kommunen"),
    "municipal_code": N_("kommunkod"),
    "must": N_("måste-ord"),
    "name": N_("namn"),
    "name_en": N_("namn på engelska"),
    "needs": N_("behov"),
    "networks": N_("internationella nätverk"),
    "never": N_("aldrig-ord"),
    "nuts3": N_("NUTS-kod"),
    "organisation_number": N_("organisationsnummer"),
    "own_contribution_max": N_("största egna insats, euro"),
    "own_share_max_percent": N_("största egna andel, procent"),
    "owner": N_("ansvarig"),
    "people": N_("personer"),
    "phone": N_("telefon"),
    "policy": N_("policy"),
    "preparation_days": N_("kortaste förberedelse, dagar"),
    "priority": N_("vikt"),
    "priority_area": N_("prioriterat område"),
    "priority_areas": N_("prioriterade områden"),
    "reference": N_("diarienummer"),
    "revision_interval_years": N_("revideras vart, år"),
    "role": N_("roll"),
    "size_max": N_("största bidrag, euro"),
    "size_min": N_("minsta bidrag, euro"),
    "tests_cofinancing": N_("prövar alltid medfinansiering"),
    "text": N_("text"),
    "text_en": N_("text på engelska"),
    "title": N_("rubrik"),
    "title_en": N_("rubrik på engelska"),
    "twin_towns": N_("vänorter"),
    "units": N_("enheter"),
    "volume": N_("hur mycket"),
    "working_languages": N_("arbetsspråk"),
    "year": N_("år"),
    "yearly_follow_up": N_("följs upp varje år"),
}
LANGUAGES = {"sv": N_("svenska"), "en": N_("engelska")}
ANSWERS = {"true": N_("ja"), "false": N_("nej")}
# Values that are words of the profile's own lists.
WORDS: dict[str, Mapping[str, str]] = {
    "applicants": APPLICANT_LABELS,
    "kind": UNIT_KIND_LABELS,
    "language": LANGUAGES,
    "legal_form": LEGAL_FORM_LABELS,
    "priority": PRIORITY_LABELS,
    "role": ROLE_LABELS,
    "volume": VOLUME_LABELS,
} | {
    flag: ANSWERS
    for flag in (
        "children_and_youth",
        "children_first",
        "is_deputy",
        "may_lead",
        "tests_cofinancing",
        "yearly_follow_up",
    )
}
# Values that are keys of other things in the profile.
REFERS = {
    "priority_area": ("priority_areas",),
    "goal": ("goals", "aims"),
    "owner": ("people",),
    "units": ("units",),
}
LONG = frozenset({"aims", "goals", "needs"})


@dataclass(frozen=True, kw_only=True)
class Line:
    """One difference for people: where, what it was, what it is, and what a whole thing says, by label."""

    where: str
    kind: ChangeKind
    old: str | None
    new: str | None
    says: tuple[tuple[str, str], ...] = ()


def lines(visit: Visit, changes: Iterable[ProfileChange], *profiles: Profile | None) -> list[Line]:
    """Differences in the reader's language.

    Args:
        profiles: where things are named that the profile which holds does not have, such as the one with the edits.
    """
    known = [profile for profile in (visit.profile, *profiles) if profile is not None]
    return [_line(visit, known, change) for change in changes]


def place_said(visit: Visit, profile: Profile, path: str) -> str:
    """Where a problem is, of a path by number such as units[2].needs[0].title in this profile."""
    said, unit = [], ""
    for step in STEP.split(path):
        name, number = step.partition("[")[0], _key(step)
        things = _things(profile, unit, name)
        if not (number.isdecimal() and int(number) < len(things)):
            said.append(_label(visit, name))
            continue
        thing = things[int(number)]
        unit = thing.key if name == "units" else unit
        called = _called(thing, visit.language)
        label = f"{_label(visit, name)} ”{called}”" if called else f"{_label(visit, name)} {int(number) + 1}"
        said.append(called if name == "units" and called else label)
    return " › ".join(said)


def label_said(visit: Visit, path: str) -> str:
    """What the last step of a path is called, such as "rubrik"."""
    return _label(visit, STEP.split(path)[-1].partition("[")[0])


def value_said(visit: Visit, field: str, text: str) -> str:
    """A value in the reader's language."""
    return visit.wording.gettext(WORDS[field][text]) if text in WORDS.get(field, {}) else text


def _line(visit: Visit, known: list[Profile], change: ProfileChange) -> Line:
    steps = STEP.split(change.path)
    unit = next((_key(step) for step in steps if step.startswith("units[")), "")
    field = steps[-1]

    def said(field: str, value: str | None) -> str | None:
        return None if value is None else _value(visit, known, unit, field, value)

    return Line(
        where=" › ".join(_step(visit, known, unit, step) for step in steps),
        kind=change.kind,
        old=said(field, change.old),
        new=said(field, change.new),
        says=tuple(
            (
                _label(visit, name),
                ("\n" if name in LONG else ", ").join(said(name, value) or "" for value in values),
            )
            for name, values in change.says
        ),
    )


def _step(visit: Visit, known: list[Profile], unit: str, step: str) -> str:
    """One step of a path such as units[skola]: the thing's name where it has one."""
    name, key = step.partition("[")[0], _key(step)
    if not key:
        return _label(visit, name)
    thing = _named(visit, known, unit, name, key)
    if name == "units":
        return thing or former.unit_name(visit, key)
    return f"{_label(visit, name)} ”{thing or key}”"


def _value(visit: Visit, known: list[Profile], unit: str, field: str, value: str) -> str:
    for name in REFERS.get(field, ()):
        if thing := _named(visit, known, unit, name, value):
            return thing
    return value_said(visit, field, value)


def _named(visit: Visit, known: list[Profile], unit: str, name: str, key: str) -> str:
    """What a thing is called in the first profile that has it; empty when none does."""
    for profile in known:
        for thing in _things(profile, unit, name):
            if thing.key == key:
                return _called(thing, visit.language)
    return ""


def _things(profile: Profile, unit: str, name: str) -> tuple[Any, ...]:
    around = next((one for one in profile.units if one.key == unit), None)
    return {
        "aims": profile.policy.aims,
        "goals": around.goals if around else (),
        "needs": around.needs if around else (),
        "people": profile.people,
        "priority_areas": profile.priority_areas,
        "units": profile.units,
    }.get(name, ())


def _called(thing: Any, language: str) -> str:
    """A thing's name, title or words, in English for an English reader where it has them."""
    for field in ("name", "title", "text"):
        if said := (language == "en" and getattr(thing, f"{field}_en", "")) or getattr(thing, field, ""):
            return said if len(said) <= LONGEST_NAME else f"{said[:LONGEST_NAME].rsplit(None, 1)[0]} …"
    return ""


def _label(visit: Visit, name: str) -> str:
    return visit.wording.gettext(VALUE_LABELS[name]) if name in VALUE_LABELS else name


def _key(step: str) -> str:
    return step.partition("[")[2].rstrip("]")
