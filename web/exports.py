"""Tables as files that do nothing when they are opened (F8)."""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

FORMULA = ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠", "｜", "％")
QUOTE = "'"


def inert(value: Any) -> str:
    """A value as the text of a cell: what a spreadsheet would run as a formula gets an apostrophe before it (X-02).

    So does what begins with an apostrophe already: a reader who takes one away from the cells that begin with one has
    every text back as it was, but for NUL, which no file of this kind can hold.
    """
    text = "" if value is None else str(value)
    text = text.replace("\0", "")
    begins = text.lstrip(" \t\r\n\u00a0\u200b\ufeff")
    return QUOTE + text if begins.startswith(FORMULA) or text.startswith(QUOTE) else text


def csv_pieces(heads: Sequence[str], pieces: Iterable[Iterable[Sequence[Any]]]) -> Iterator[bytes]:
    """A CSV file as Swedish spreadsheets read it, written as its rows come (X-04, X-06).

    Semicolons, every cell quoted, UTF-8 with its mark.
    """
    yield codecs.BOM_UTF8 + _lines([heads])
    for piece in pieces:
        yield _lines(piece)


def _lines(rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([inert(value) for value in row] for row in rows)
    return text.getvalue().encode()
