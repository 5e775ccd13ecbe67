"""Units and people out of a sheet, put into the profile: every fault by its cell, and nothing at all on any fault.

A row with a key, name or address that the profile has changes it; others are new. An empty cell leaves what holds.
Nobody is removed by being left out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from profiles.diff import ProfileChange, profile_differences
from profiles.intake.columns import PEOPLE, UNITS, Column, Table
from profiles.intake.roster_cells import Unfit, value_of
from profiles.intake.sheets import Row, Sheet
from profiles.intake.words import key_of
from profiles.load import read_profile
from profiles.model import ContactPerson, LegalForm, Profile, Unit, UnitKind
from profiles.problems import ProfileError
from profiles.write import profile_text
from texts import N_, Message

MOST_FAULTS = 100
_PATH = re.compile(r"(units|people)\[(\d+)\](?:\.(\w+))?")
_FIELDS = {"from": "appointed_from", "to": "appointed_to", "deputy": "is_deputy"}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong, and where: a row counted from 1, and the column's letter and title; None for a whole sheet."""

    sheet: str
    message: Message
    row: int | None = None
    column: str | None = None
    title: str | None = None

    @property
    def told(self) -> Message:
        """The fault as one sentence with its place."""
        where = {"sheet": self.sheet, "row": self.row, "title": self.title, "column": self.column}
        if self.row is None:
            text = N_("{sheet}: {what}") if self.sheet else N_("{what}")
        elif self.title is None:
            text = N_("{sheet}, rad {row}: {what}") if self.sheet else N_("rad {row}: {what}")
        elif self.sheet:
            text = N_("{sheet}, rad {row}, kolumn {title} ({column}): {what}")
        else:
            text = N_("rad {row}, kolumn {title} ({column}): {what}")
        return Message(text=text, values=where | {"what": self.message})


@dataclass(frozen=True, kw_only=True)
class RosterReading:
    """What a sheet would do. `profile` is None when there is any fault: nothing is taken in half.

    Attributes:
        units, people: how many rows were read.
    """

    profile: Profile | None
    faults: tuple[Fault, ...]
    changes: tuple[ProfileChange, ...] = ()
    units: int = 0
    people: int = 0


@dataclass
class _Line:
    """One row as values by field, with where each stands."""

    sheet: Sheet
    row: Row
    values: dict[str, Any]
    columns: dict[str, tuple[int, Column]]

    def fault(self, message: Message, field: str | None = None) -> Fault:
        at = self.columns.get(field or "")
        return Fault(
            sheet=self.sheet.name,
            message=message,
            row=self.row.number,
            column=letter(at[0]) if at else None,
            title=at[1].title if at else None,
        )


def read_roster(sheets: Sequence[Sheet], profile: Profile) -> RosterReading:
    """What the sheets make of the profile, as a dry run."""
    faults: list[Fault] = []
    lines: dict[Table, list[_Line]] = {UNITS: [], PEOPLE: []}
    for sheet in sheets:
        table = _table_of(sheet)
        if table is None:
            continue
        faults += _sheet_faults(sheet)
        lines[table] += _lines(sheet, table, faults)
    if not lines[UNITS] and not lines[PEOPLE] and not faults:
        faults.append(
            Fault(
                sheet="", message=Message(text=N_("hittade varken enheter eller personer; utgå från mallen"))
            )
        )
    after, owners = profile, {}
    if not faults:
        after = _with_units(profile, lines[UNITS], owners, faults)
        after = _with_people(after, lines[PEOPLE], owners, faults)
    if not faults:
        faults += _rule_faults(after, owners)
    counts = {"units": len(lines[UNITS]), "people": len(lines[PEOPLE])}
    if faults:
        return RosterReading(profile=None, faults=tuple(faults[:MOST_FAULTS]), **counts)
    return RosterReading(profile=after, faults=(), changes=profile_differences(profile, after), **counts)


def letter(number: int) -> str:
    """A column's letter as spreadsheets show it; 0 is A, 26 is AA."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def _table_of(sheet: Sheet) -> Table | None:
    """Which table a sheet holds, by its heading row; None when it is another."""
    if not sheet.rows:
        return None
    titles = [str(cell.value) for cell in sheet.rows[0].cells if cell is not None]
    return next((table for table in (PEOPLE, UNITS) if table.is_headed(titles)), None)


def _sheet_faults(sheet: Sheet) -> Iterator[Fault]:
    if sheet.is_hidden:
        yield Fault(sheet=sheet.name, message=Message(text=N_("bladet är dolt; visa det eller ta bort det")))
    for place in sheet.merged[:5]:
        text = N_("cellerna {place} är sammanslagna; dela dem, en rad för varje")
        yield Fault(sheet=sheet.name, message=Message(text=text, values={"place": place}))


def _lines(sheet: Sheet, table: Table, faults: list[Fault]) -> list[_Line]:
    columns = _columns(sheet, table, faults)
    found = []
    for row in sheet.rows[1:]:
        line = _Line(sheet=sheet, row=row, values={}, columns=columns)
        if row.is_hidden:
            faults.append(line.fault(Message(text=N_("raden är dold; visa den eller ta bort den"))))
            continue
        for field, (at, column) in columns.items():
            cell = row.cells[at] if at < len(row.cells) else None
            try:
                line.values[field] = value_of(cell, column)
            except Unfit as unfit:
                faults.append(line.fault(unfit.message, field))
        found.append(line)
    return found


def _columns(sheet: Sheet, table: Table, faults: list[Fault]) -> dict[str, tuple[int, Column]]:
    """Which column holds which field; unknown, double and hidden ones are faults."""
    found: dict[str, tuple[int, Column]] = {}
    head = sheet.rows[0]
    for at, cell in enumerate(head.cells):
        if cell is None:
            continue
        column = table.column(str(cell.value))
        fault = _column_fault(sheet, table, column, at, found)
        if fault is not None:
            shown = str(cell.value)[:60]
            faults.append(
                Fault(sheet=sheet.name, row=head.number, column=letter(at), title=shown, message=fault)
            )
        elif column is not None:
            found[column.field] = (at, column)
    for column in table.columns:
        if column.is_needed and column.field not in found:
            missing = Message(text=N_("kolumnen {title} saknas"), values={"title": column.title})
            faults.append(Fault(sheet=sheet.name, row=head.number, message=missing))
    return found


def _column_fault(
    sheet: Sheet, table: Table, column: Column | None, at: int, found: dict[str, tuple[int, Column]]
) -> Message | None:
    """What is wrong with a column, None when nothing is."""
    if column is None:
        return Message(text=N_("okänd kolumn; mallens kolumner är {known}"), values={"known": table.titles})
    if column.field in found:
        return Message(text=N_("kolumnen finns två gånger"))
    if at in sheet.hidden_columns:
        return Message(text=N_("kolumnen är dold; visa den eller ta bort den"))
    return None


def _with_units(profile: Profile, lines: list[_Line], owners: dict, faults: list[Fault]) -> Profile:
    units = {unit.key: unit for unit in profile.units}
    by_name = {unit.name.casefold(): unit.key for unit in profile.units}
    for line in lines:
        given = {field: value for field, value in line.values.items() if value is not None}
        key = given.pop("key", None) or by_name.get(str(given.get("name", "")).casefold())
        if key is None and not given.get("name"):
            faults.append(line.fault(Message(text=N_("en ny enhet ska ha ett namn")), "name"))
            continue
        key = key or key_of(given["name"])
        if _is_second(owners, ("units", key), line, faults):
            continue
        if key in units:
            units[key] = replace(units[key], **given)
        elif not given.get("name"):
            faults.append(line.fault(Message(text=N_("en ny enhet ska ha ett namn")), "name"))
        else:
            units[key] = _new_unit(key, given)
    return replace(profile, units=tuple(units.values()))


def _new_unit(key: str, given: dict[str, Any]) -> Unit:
    kind = given.get("kind", UnitKind.DEPARTMENT)
    forms = {
        UnitKind.COMPANY: LegalForm.MUNICIPAL_COMPANY,
        UnitKind.FEDERATION: LegalForm.MUNICIPAL_FEDERATION,
    }
    usual = {"name_en": given["name"], "kind": kind, "legal_form": forms.get(kind, LegalForm.MUNICIPALITY)}
    return Unit(**(usual | given | {"key": key}))


def _with_people(profile: Profile, lines: list[_Line], owners: dict, faults: list[Fault]) -> Profile:
    people = {person.key: person for person in profile.people}
    by_address = {person.address: person.key for person in profile.people}
    for line in lines:
        given = {field: value for field, value in line.values.items() if value is not None}
        if "units" in given:
            given["units"] = _unit_keys(given["units"], profile, line, faults)
        key = given.pop("key", None) or by_address.get(str(given.get("email", "")).casefold())
        known = people.get(key) if key else None
        missing = [field for field in ("name", "email") if known is None and not given.get(field)]
        for field in missing:
            faults.append(line.fault(Message(text=N_("saknas, och behövs för en ny person")), field))
        if missing:
            continue
        key = key or key_of(given["name"])
        if _is_second(owners, ("people", key), line, faults):
            continue
        people[key] = replace(known, **given) if known else ContactPerson(**(given | {"key": key}))
    return replace(profile, people=tuple(people.values()))


def _unit_keys(written: Sequence[str], profile: Profile, line: _Line, faults: list[Fault]) -> tuple[str, ...]:
    """Units by key or by name."""
    known = {unit.key: unit.key for unit in profile.units} | {
        unit.name.casefold(): unit.key for unit in profile.units
    }
    keys = []
    for name in written:
        key = known.get(name) or known.get(name.casefold())
        if key is None:
            text = N_("enheten {name} finns varken i profilen eller i bladet med enheter")
            faults.append(line.fault(Message(text=text, values={"name": repr(name)}), "units"))
        else:
            keys.append(key)
    return tuple(dict.fromkeys(keys))


def _is_second(owners: dict, thing: tuple[str, str], line: _Line, faults: list[Fault]) -> bool:
    """Whether an earlier row is about the same unit or person; that is a fault."""
    first = owners.setdefault(thing, line)
    if first is line:
        return False
    text = N_("gäller {key}, som redan står på rad {row}")
    faults.append(
        line.fault(Message(text=text, values={"key": repr(thing[1]), "row": first.row.number}), "key")
    )
    return True


def _rule_faults(after: Profile, owners: dict) -> Iterator[Fault]:
    """The rules of profile files, told by the cells they concern."""
    try:
        read_profile(profile_text(after), after.key)
    except ProfileError as failure:
        for problem in failure.problems:
            found = _PATH.match(problem.key)
            line = None
            if found:
                thing = getattr(after, found.group(1))[int(found.group(2))]
                line = owners.get((found.group(1), thing.key))
            if line is None:
                what = Message(text=N_("{key}: {what}"), values={"key": problem.key, "what": problem.message})
                yield Fault(sheet="", message=what)
            else:
                field = found.group(3) or ""
                yield line.fault(problem.message, _FIELDS.get(field, field))
