"""A profile as a file that a person can read and edit; reading it again gives the same profile."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

import tomlkit
from tomlkit.items import AoT, Table

from profiles.load import FORMAT
from profiles.model import (
    Aim,
    ContactPerson,
    Goal,
    Need,
    Policy,
    Priority,
    PriorityArea,
    Profile,
    Unit,
    Volume,
)


def profile_text(profile: Profile) -> str:
    """The profile as TOML; what is not stated is left out."""
    return tomlkit.dumps(profile_document(profile))


def profile_document(profile: Profile) -> tomlkit.TOMLDocument:
    """The profile as the tables of its file."""
    document = tomlkit.document()
    document.add("format", FORMAT)
    document.add("municipality", _municipality(profile))
    document.add("policy", _policy(profile.policy))
    _add_all(document, "priority_areas", map(_priority_area, profile.priority_areas))
    _add_all(document, "people", map(_person, profile.people))
    _add_all(document, "units", map(unit_table, profile.units))
    return document


def _municipality(profile: Profile) -> Table:
    table = _table(
        key=profile.key,
        name=profile.name,
        name_en=profile.name_en,
        county=profile.county,
        nuts3=profile.nuts3,
        inhabitants=profile.inhabitants,
        municipal_code=profile.municipal_code,
        organisation_number=profile.organisation_number,
        mail_domains=list(profile.mail_domains),
        networks=list(profile.networks) or None,
    )
    if profile.twin_towns:
        towns = tomlkit.array()
        for town in profile.twin_towns:
            inline = tomlkit.inline_table()
            inline.update({"name": town.name, "country": town.country})
            towns.append(inline)
        table.add("twin_towns", towns.multiline(True))
    return table


def _policy(policy: Policy) -> Table:
    table = _table(
        title=policy.title,
        adopted=policy.adopted,
        adopted_by=policy.adopted_by,
        reference=policy.reference,
        owner=policy.owner,
        revision_interval_years=policy.revision_interval_years,
        tests_cofinancing=policy.tests_cofinancing,
        yearly_follow_up=policy.yearly_follow_up,
        children_first=policy.children_first,
    )
    _add_all(table, "aims", map(_aim, policy.aims))
    return table


def _aim(aim: Aim) -> Table:
    return _table(key=aim.key, text=aim.text, text_en=aim.text_en)


def _priority_area(area: PriorityArea) -> Table:
    return _table(
        key=area.key,
        title=area.title,
        title_en=area.title_en,
        description=area.description,
        description_en=area.description_en,
        children_and_youth=area.children_and_youth or None,
    )


def _person(person: ContactPerson) -> Table:
    return _table(
        key=person.key,
        name=person.name,
        email=person.email,
        role=person.role.value,
        units=list(person.units),
        language=person.language,
        **{"from": person.appointed_from, "to": person.appointed_to},
        deputy=person.is_deputy or None,
        phone=person.phone or None,
    )


def unit_table(unit: Unit) -> Table:
    """One unit as a table of the file."""
    table = _table(
        key=unit.key,
        name=unit.name,
        name_en=unit.name_en,
        kind=unit.kind.value,
        legal_form=unit.legal_form.value,
        board=unit.board,
        preparation_days=unit.preparation_days,
        own_contribution_max=unit.own_contribution_max,
        may_lead=unit.may_lead,
        working_languages=list(unit.working_languages) or None,
        countries_of_interest=list(unit.countries_of_interest) or None,
    )
    _add_all(table, "goals", map(_goal, unit.goals))
    _add_all(table, "needs", map(_need, unit.needs))
    return table


def _goal(goal: Goal) -> Table:
    return _table(key=goal.key, text=goal.text, year=goal.year)


def _need(need: Need) -> Table:
    return _table(
        key=need.key,
        title=need.title,
        title_en=need.title_en or None,
        text=need.text,
        text_en=need.text_en or None,
        priority_area=need.priority_area,
        children_and_youth=need.children_and_youth or None,
        goal=need.goal,
        must=list(need.must) or None,
        never=list(need.never) or None,
        begins=need.begins,
        ends=need.ends,
        applicants=[applicant.value for applicant in need.applicants] or None,
        size_min=need.size_min,
        size_max=need.size_max,
        own_share_max_percent=need.own_share_max_percent,
        priority=_unless(need.priority, Priority.NORMAL),
        volume=_unless(need.volume, Volume.BALANCED),
        owner=need.owner,
    )


def _unless(value: StrEnum, usual: StrEnum) -> str | None:
    """What is as usual is not written."""
    return None if value is usual else value.value


def _table(**values: Any) -> Table:
    table = tomlkit.table()
    for key, value in values.items():
        if value is not None:
            table.add(key, value)
    return table


def _add_all(around: Mapping[str, Any], key: str, tables: Iterable[Table]) -> None:
    """Add an array of tables; nothing when there are none."""
    array: AoT = tomlkit.aot()
    for table in tables:
        array.append(table)
    if len(array):
        around.add(key, array)
