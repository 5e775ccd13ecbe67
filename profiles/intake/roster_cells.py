"""One cell of the sheet of units and people, as the value its column holds."""

import re
from datetime import date, timedelta
from typing import Any

from profiles.intake.columns import Column, Form
from profiles.intake.sheets import Cell, CellKind
from texts import N_, Message, MessageError

YES = frozenset({"ja", "yes", "sant", "true", "x", "1"})
NO = frozenset({"nej", "no", "falskt", "false", "0"})
FIRST_SERIAL, LAST_SERIAL = 20_000, 80_000  # 1954 to 2119: a day as Excel counts it
_EXCEL_ZERO = date(1899, 12, 30)


class Unfit(MessageError):
    """A cell does not hold what its column holds."""


def value_of(cell: Cell | None, column: Column) -> Any:
    """The cell's value, None for an empty cell.

    Raises:
        Unfit: a formula, an error of the spreadsheet, or another kind of value.
    """
    if cell is None:
        return None
    if cell.kind is CellKind.FORMULA:
        raise _unfit(N_("cellen har en formel ({value}); klistra in värdet i stället"), cell)
    if cell.kind is CellKind.ERROR:
        raise _unfit(N_("cellen visar ett fel ({value})"), cell)
    return _READERS[column.form](cell, column)


def _text(cell: Cell, _column: Column) -> str:
    """As written; only blanks around it go, so that a line end in an address is still seen (P-11)."""
    return _written(cell)


def _number(cell: Cell, _column: Column) -> int:
    if cell.kind is CellKind.NUMBER and float(cell.value).is_integer():
        return int(cell.value)
    text = re.sub(r"[ \u00a0\u202f]", "", _written(cell))
    if cell.kind is CellKind.TEXT and re.fullmatch(r"-?(?:0|[1-9][0-9]{0,11})", text):
        return int(text)
    raise _unfit(N_("väntade ett heltal, fick {value}"), cell)


def _flag(cell: Cell, _column: Column) -> bool:
    if cell.kind is CellKind.BOOL:
        return bool(cell.value)
    text = _written(cell).casefold()
    if text in YES or text in NO:
        return text in YES
    raise _unfit(N_("väntade ja eller nej, fick {value}"), cell)


def _day(cell: Cell, _column: Column) -> date:
    """A date, an ISO date as text, or a day as Excel counts it."""
    if cell.kind is CellKind.NUMBER and FIRST_SERIAL <= cell.value <= LAST_SERIAL:
        return _EXCEL_ZERO + timedelta(days=int(cell.value))
    text = _written(cell)
    if cell.kind is CellKind.TEXT and re.fullmatch(r"[2-7][0-9]{4}", text):
        return _EXCEL_ZERO + timedelta(days=int(text))
    try:
        return date.fromisoformat(text.removesuffix(" 00:00:00"))
    except ValueError as failure:
        raise _unfit(N_("väntade en dag som 2027-01-31, fick {value}"), cell) from failure


def _choice(cell: Cell, column: Column) -> Any:
    means = dict(column.choices)
    text = _written(cell).casefold()
    if text not in means:
        first = {meaning: word for word, meaning in reversed(column.choices)}
        allowed = ", ".join(first[meaning] for meaning in dict.fromkeys(means.values()))
        raise _unfit(N_("{value} är inget av {allowed}"), cell, allowed=allowed)
    return means[text]


def _list(cell: Cell, _column: Column) -> tuple[str, ...]:
    return tuple(
        part.strip(" \u00a0") for part in re.split(r"[;,\n]", _written(cell)) if part.strip(" \u00a0")
    )


def _written(cell: Cell) -> str:
    """A cell as a person sees it."""
    if isinstance(cell.value, float) and cell.value.is_integer():
        return str(int(cell.value))
    return str(cell.value).strip(" \u00a0")


def _unfit(text: str, cell: Cell, **values: Any) -> Unfit:
    return Unfit(Message(text=text, values={"value": repr(str(cell.value)[:60])} | values))


_READERS = {
    Form.TEXT: _text,
    Form.NUMBER: _number,
    Form.FLAG: _flag,
    Form.DAY: _day,
    Form.CHOICE: _choice,
    Form.LIST: _list,
}
