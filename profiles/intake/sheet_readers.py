"""XLSX and CSV to rows of cells, as plain lists that a child process can hand over."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

import openpyxl
from lxml.etree import LxmlError
from openpyxl.cell import Cell
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from profiles.intake import documents, sheets
from profiles.intake.decoding import decoded
from profiles.intake.errors import Unread
from profiles.intake.packages import check_package

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
BROKEN = (
    BadZipFile, InvalidFileException, LxmlError, ParseError, KeyError, ValueError, TypeError, IndexError, OSError,
    AttributeError, NotImplementedError,
)  # fmt: skip


def xlsx_sheets(content: bytes) -> list[dict[str, Any]]:
    """The sheets of a workbook. Raises Unread when it is none, has macros, is damaged or too large."""
    try:
        check_package(content, "xl/workbook.xml", sheets.NOT_SHEET)
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=False, keep_links=False)
        return [_sheet(sheet) for sheet in book.worksheets]
    except BROKEN as failure:
        raise Unread(documents.DAMAGED) from failure


def _sheet(sheet: Worksheet) -> dict[str, Any]:
    if sheet.max_row > sheets.MOST_ROWS and sum(1 for _ in _rows(sheet)) > sheets.MOST_ROWS:
        raise Unread(sheets.TOO_MANY_ROWS, most=sheets.MOST_ROWS)
    hidden = [
        column
        for dimension in sheet.column_dimensions.values()
        if dimension.hidden
        for column in range((dimension.min or 1) - 1, min(dimension.max or 1, sheets.MOST_COLUMNS))
    ]
    return {
        "name": sheet.title,
        "is_hidden": sheet.sheet_state != "visible",
        "rows": list(_rows(sheet)),
        "merged": [str(place) for place in sheet.merged_cells.ranges],
        "hidden_columns": sorted(hidden),
    }


def _rows(sheet: Worksheet) -> Iterator[tuple[int, list, bool]]:
    for number, row in enumerate(sheet.iter_rows(max_col=sheets.MOST_COLUMNS), start=1):
        cells = [_cell(cell) for cell in row]
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            yield number, cells, bool(sheet.row_dimensions[number].hidden)


def _cell(cell: Cell) -> tuple[str, Any] | None:
    value = cell.value
    if value is None or (isinstance(value, str) and not value.strip(" \u00a0")):
        return None
    if cell.data_type == "f":
        return "formula", str(value)[:80]
    if cell.data_type == "e":
        return "error", str(value)[:80]
    if isinstance(value, bool):
        return "bool", value
    if isinstance(value, datetime):
        return (
            ("date", value.date().isoformat()) if value.time() == time() else ("text", value.isoformat(" "))
        )
    if isinstance(value, date):
        return "date", value.isoformat()
    if isinstance(value, int | float):
        return "number", value
    return "text", str(value)


def csv_sheets(content: bytes) -> list[dict[str, Any]]:
    """The one sheet of a CSV file; semicolon, comma or tab, as its first line shows."""
    text = decoded(content)
    separator, text = _separator(text)
    rows = []
    try:
        for number, cells in enumerate(
            csv.reader(io.StringIO(text, newline=""), delimiter=separator), start=1
        ):
            if len(rows) > sheets.MOST_ROWS:
                raise Unread(sheets.TOO_MANY_ROWS, most=sheets.MOST_ROWS)
            found = [_csv_cell(cell) for cell in cells[: sheets.MOST_COLUMNS]]
            while found and found[-1] is None:
                found.pop()
            if found:
                rows.append((number, found, False))
    except csv.Error as failure:
        raise Unread(sheets.NO_TABLE) from failure
    return [{"name": "", "is_hidden": False, "rows": rows, "merged": [], "hidden_columns": []}]


def _separator(text: str) -> tuple[str, str]:
    """The sign between cells; Excel may tell it in a line of its own."""
    first, _, rest = text.partition("\n")
    if first.strip().lower() in ("sep=;", "sep=,", "sep=\t"):
        return first.strip()[4:] or "\t", rest
    return max(";,\t", key=first.count), text


def _csv_cell(text: str) -> tuple[str, Any] | None:
    """A text; one that we made inert on the way out is itself again, and one that begins a formula is told as such."""
    if not text.strip(" \u00a0"):
        return None
    if text[0] == "'" and text[1:2] in FORMULA_SIGNS:
        return "text", text[1:]
    return ("formula" if text[0] in "=@" else "text"), text
