"""A unit: what it is, its limits and goals, and its needs."""

from dataclasses import replace

from starlette.responses import Response

from pipeline import guards
from profiles.model import LEGAL_FORM_LABELS, UNIT_KIND_LABELS, LegalForm, Unit, UnitKind
from profiles.parts import PartKind
from web.decisions import Fault
from web.editor.editing import (
    Editing,
    editing_unit,
    may_edit,
    must_edit,
    must_have_profile,
    new_key,
    warm,
)
from web.editor.rights import publishes
from web.editor.saving import save_typed
from web.editor.telling import told
from web.editor.unit_form import TypedUnit, typed_unit, unit_from, unit_typed_from
from web.flash import flash_page
from web.names import Names
from web.visit import Fields, Here, Visit


def show(visit: Here, unit: str) -> Response:
    """One unit."""
    found, around = editing_unit(visit, unit)
    return _page(visit, found, around, typed_unit(around))


def begin(visit: Here) -> Response:
    """The empty form of a new unit."""
    must_have_profile(visit)
    return _page(visit, None, _blank(), TypedUnit())


def create(visit: Here, fields: Fields) -> Response:
    """Keep a new unit in a draft."""
    profile = must_have_profile(visit)
    typed = unit_typed_from(fields)
    read = unit_from(typed, _blank())
    if read.faults:
        return _page(visit, None, read.unit, typed, faults=read.faults, status=422)
    unit = replace(read.unit, key=new_key(typed.name, (one.key for one in profile.units), "enhet"))
    return save_typed(visit, PartKind.UNIT, unit.key, unit, fields, onto=f"/profil/enhet/{unit.key}")


def save(visit: Here, unit: str, fields: Fields) -> Response:
    """Keep the unit in the reader's draft; its needs stay as the draft has them."""
    must_edit(visit, PartKind.UNIT, unit)
    found, around = editing_unit(visit, unit)
    if fields.get("do") == "remove":
        return save_typed(visit, PartKind.UNIT, unit, None, fields)
    typed = unit_typed_from(fields)
    read = unit_from(typed, around)
    if read.faults:
        return _page(visit, found, around, typed, faults=read.faults, status=422)
    return save_typed(visit, PartKind.UNIT, unit, read.unit, fields, onto=f"/profil/enhet/{unit}")


def _page(
    visit: Visit,
    found: Editing | None,
    unit: Unit,
    typed: TypedUnit,
    *,
    faults: list[Fault] | None = None,
    status: int = 200,
) -> Response:
    _ = visit.wording.gettext
    profile = found.after if found else must_have_profile(visit)
    may = found is None or may_edit(visit, PartKind.UNIT, unit.key)
    if may:
        warm(visit, found.published if found else profile)
    is_there = found is not None and any(one.key == unit.key for one in found.published.units)
    return flash_page(
        visit,
        "editor/unit.html",
        status=status,
        names=Names(visit),
        told=told(visit),
        editing=found,
        unit=unit,
        typed=typed,
        faults=faults or [],
        is_there=is_there,
        may=may,
        publishes=publishes(visit, PartKind.UNIT, unit.key),
        warnings=guards.of_unit(profile, unit, visit.today) if unit.key else [],
        need_warnings={
            need.key: [warn for warn in guards.of_need(profile, need, visit.today) if not warn.is_note]
            for need in unit.needs
        },
        contacts=profile.contacts_of(unit.key, visit.today) if unit.key else (),
        kinds=[(kind.value, _(UNIT_KIND_LABELS[kind])) for kind in UnitKind],
        forms=[(form.value, _(LEGAL_FORM_LABELS[form])) for form in LegalForm],
    )


def _blank() -> Unit:
    return Unit(key="", name="", name_en="", kind=UnitKind.DEPARTMENT, legal_form=LegalForm.MUNICIPALITY)
