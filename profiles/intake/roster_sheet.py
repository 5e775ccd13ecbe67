"""Units and people as a spreadsheet: the template, filled with what holds; no cell is ever a formula (F8, X-01).

openpyxl is read when a workbook is made: it takes longer to read than all our own pages together.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from profiles.intake.columns import PEOPLE, TABLES, UNITS, Column, Form, Table
from profiles.model import (
    LEGAL_FORM_LABELS,
    ROLE_LABELS,
    UNIT_KIND_LABELS,
    ContactPerson,
    LegalForm,
    Profile,
    Role,
    Unit,
    UnitKind,
)
from texts import catalogue

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
LAST_ROW = 2000
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def roster_xlsx(profile: Profile, language: str, *, filled: bool = True) -> bytes:
    """A workbook with a sheet of units and one of people.

    Args:
        filled: False gives the headings alone.
    """
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for table in TABLES:
        sheet = book.create_sheet(table.title if language == "sv" else table.title_en)
        _fill(sheet, table, list(_rows(profile, table, language)) if filled else [], language)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def roster_csv(profile: Profile, table: Table, language: str) -> bytes:
    """One of the tables as Swedish Excel reads it: semicolons, and a mark for UTF-8.

    A text that a spreadsheet would run gets an apostrophe before it, which reading takes away again (X-02).
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(_titles(table, language))
    for row in _rows(profile, table, language):
        writer.writerow(["" if value is None else inert(str(value)) for value in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def inert(text: str) -> str:
    """A text that no spreadsheet runs."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def _fill(sheet: "Worksheet", table: Table, rows: Sequence[Sequence[Any]], language: str) -> None:
    from openpyxl.styles import Alignment, Font

    for at, title in enumerate(_titles(table, language), start=1):
        cell = sheet.cell(row=1, column=at, value=title)
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[cell.column_letter].width = max(14, min(44, len(title) + 6))
    for number, row in enumerate(rows, start=2):
        for at, value in enumerate(row, start=1):
            if isinstance(value, str):
                cell = sheet.cell(row=number, column=at)
                cell.value = _UNSTORABLE.sub("", value)
                cell.data_type = "s"  # a text, whatever it begins with
            elif value is not None:
                sheet.cell(row=number, column=at, value=value)
    sheet.freeze_panes = "A2"
    for at, column in enumerate(table.columns, start=1):
        _add_choices(sheet, column, at, language)


def _add_choices(sheet: "Worksheet", column: Column, at: int, language: str) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    words = _choices(column, language)
    if words:
        choice = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
        sheet.add_data_validation(choice)
        name = sheet.cell(row=1, column=at).column_letter
        choice.add(f"{name}2:{name}{LAST_ROW}")


def _choices(column: Column, language: str) -> list[str]:
    if column.form is Form.FLAG:
        return ["ja", "nej"] if language == "sv" else ["yes", "no"]
    kinds = {"kind": UnitKind, "legal_form": LegalForm, "role": Role}
    if column.field in kinds:
        return [_said(value, language) for value in kinds[column.field]]
    return []


def _titles(table: Table, language: str) -> list[str]:
    return [column.title if language == "sv" else column.title_en for column in table.columns]


def _rows(profile: Profile, table: Table, language: str) -> Iterator[list[Any]]:
    things: Sequence[Unit | ContactPerson] = profile.units if table is UNITS else profile.people
    for thing in things:
        yield [_written(getattr(thing, column.field), column, language) for column in table.columns]


def _written(value: Any, column: Column, language: str) -> Any:
    if column.form is Form.FLAG:
        return _choices(column, language)[0 if value else 1]
    if column.form is Form.LIST:
        return ", ".join(value) or None
    if isinstance(value, UnitKind | LegalForm | Role):
        return _said(value, language)
    return value


def _said(value: UnitKind | LegalForm | Role, language: str) -> str:
    """A word of the column's own choices, so that it can be read back."""
    labels = {UnitKind: UNIT_KIND_LABELS, LegalForm: LEGAL_FORM_LABELS, Role: ROLE_LABELS}[type(value)]
    label = catalogue(language).gettext(labels[value])
    table, field = (PEOPLE, "role") if isinstance(value, Role) else (UNITS, _FIELD_OF[type(value)])
    known = dict(next(column for column in table.columns if column.field == field).choices)
    return label if known.get(label.casefold()) is value else value.value


_FIELD_OF = {UnitKind: "kind", LegalForm: "legal_form"}
