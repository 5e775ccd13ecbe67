"""A sheet that somebody brought, XLSX or CSV, as rows of plain cells; read in a child process with limits.

What a person cannot see or check in the sheet is not taken: formulas, hidden rows and sheets, cells put together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from profiles.intake import child, documents
from profiles.intake.errors import SheetRefused
from texts import N_

LARGEST_SHEET = 5 * 2**20
MOST_ROWS = 2000
MOST_COLUMNS = 60

NOT_SHEET = N_("filen är ett arkiv (ZIP) men inget kalkylark; väntade XLSX eller CSV")
TOO_MANY_ROWS = N_("bladet har fler än {most} rader; dela upp det")
NO_TABLE = N_("filen är ingen tabell vi läser; väntade XLSX eller CSV")
REASONS = documents.REASONS | {NOT_SHEET, TOO_MANY_ROWS, NO_TABLE}


class CellKind(StrEnum):
    """What a cell holds."""

    TEXT = "text"
    NUMBER = "number"
    BOOL = "bool"
    DATE = "date"
    FORMULA = "formula"
    ERROR = "error"


@dataclass(frozen=True)
class Cell:
    """One cell; a date's value is ISO text, a formula's and an error's what stands there."""

    kind: CellKind
    value: Any


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row with its number in the sheet; None for an empty cell."""

    number: int
    cells: tuple[Cell | None, ...]
    is_hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One sheet; rows without anything are left out.

    Attributes:
        merged: places where cells are put together, such as A3:B3.
        hidden_columns: counted from 0.
    """

    name: str
    rows: tuple[Row, ...]
    is_hidden: bool = False
    merged: tuple[str, ...] = ()
    hidden_columns: tuple[int, ...] = ()


def read_sheets(
    content: bytes, read: Callable[[str, bytes], dict[str, Any] | None] = child.answer
) -> tuple[Sheet, ...]:
    """The sheets of an XLSX file, or the one of a CSV file in UTF-8, UTF-16 or Windows-1252.

    Args:
        read: reads a kind of file; without limits only where the file is one's own.

    Raises:
        SheetRefused: too large, another kind of file, locked, with macros, damaged, or too heavy.
    """
    answer = read(_kind(content), content)
    if answer is None:
        values = {"seconds": int(child.SECONDS), "memory": child.MEMORY // 2**20}
        raise SheetRefused.of(documents.TOO_HEAVY, **values)
    if "reason" in answer:
        text = answer["reason"] if answer["reason"] in REASONS else documents.DAMAGED
        raise SheetRefused.of(text, **answer.get("values", {}))
    return tuple(_sheet(sheet) for sheet in answer["sheets"])


def _kind(content: bytes) -> str:
    if len(content) > LARGEST_SHEET:
        raise SheetRefused.of(N_("kalkylarket är större än 5 MiB"))
    if not content.strip():
        raise SheetRefused.of(N_("filen är tom"))
    if content.startswith(b"PK\x03\x04"):
        return "xlsx"
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise SheetRefused.of(
            N_("filen är i Excels gamla format eller låst; spara den som .xlsx utan lösenord")
        )
    has_mark = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    if content.startswith(b"%PDF") or (b"\x00" in content and not has_mark):
        raise SheetRefused.of(NO_TABLE)
    return "csv"


def _sheet(document: dict[str, Any]) -> Sheet:
    return Sheet(
        name=document["name"],
        rows=tuple(
            Row(number=number, cells=_cells(cells), is_hidden=hidden)
            for number, cells, hidden in document["rows"]
        ),
        is_hidden=document["is_hidden"],
        merged=tuple(document["merged"]),
        hidden_columns=tuple(document["hidden_columns"]),
    )


def _cells(cells: Sequence[Any]) -> tuple[Cell | None, ...]:
    return tuple(None if cell is None else Cell(CellKind(cell[0]), cell[1]) for cell in cells)
