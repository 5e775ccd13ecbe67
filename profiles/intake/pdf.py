"""PDF to blocks. Letters larger or bolder than the page's usual ones make a heading; a wide gap makes a paragraph."""

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from pypdf import PdfReader
from pypdf._page import PageObject
from pypdf.errors import PyPdfError

from profiles.intake import documents
from profiles.intake.blocks import Block, Line, blocks_of
from profiles.intake.errors import Unread
from profiles.intake.policies import KNOWN_HEADING

WIDE_GAP = 1.6  # line heights between paragraphs
LARGER = 1.12
# What a reader of PDF meets in files that are not whole; each means that the file is damaged.
BROKEN = (
    PyPdfError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    RecursionError,
    OSError,
    AssertionError,
)


@dataclass
class _Piece:
    """Letters of one line with their height on the page."""

    text: str
    y: float
    size: float
    is_bold: bool


@dataclass
class _Row:
    """One line of a page."""

    y: float
    page: int
    pieces: list[_Piece] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces).rstrip()

    @property
    def size(self) -> float:
        return max((piece.size for piece in self.pieces if piece.text.strip()), default=0.0)

    @property
    def is_bold(self) -> bool:
        return all(piece.is_bold for piece in self.pieces if piece.text.strip())


def pdf_blocks(content: bytes) -> tuple[Block, ...]:
    """The blocks of a PDF. Raises Unread when it is encrypted, too long or damaged."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unread(documents.ENCRYPTED)
        pages = len(reader.pages)
        if pages > documents.MOST_PAGES:
            raise Unread(documents.TOO_MANY_PAGES, pages=pages, most=documents.MOST_PAGES)
        rows = [row for number, page in enumerate(reader.pages, start=1) for row in _rows(page, number)]
    except BROKEN as failure:
        raise Unread(documents.DAMAGED) from failure
    if sum(len(row.text) for row in rows) > documents.MOST_CHARACTERS:
        raise Unread(documents.TOO_LONG)
    return blocks_of(list(_lines(rows)), KNOWN_HEADING)


def _rows(page: PageObject, number: int) -> Iterator[_Row]:
    """The lines of a page, in the order that the file gives them."""
    pieces: list[_Piece] = []

    def take(text: str, cm: list[float], tm: list[float], font: dict | None, size: float) -> None:
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        scale = abs(tm[3] * cm[3]) or 1.0
        name = str((font or {}).get("/BaseFont", ""))
        pieces.append(
            _Piece(text, y, size * scale, bool(re.search("bold|black|heavy|semibold", name, re.IGNORECASE)))
        )

    page.extract_text(visitor_text=take)
    row: _Row | None = None
    for piece in pieces:
        for at, part in enumerate(piece.text.split("\n")):
            if at and row is not None:
                yield row
                row = None
            if part.strip() and row is None:
                row = _Row(y=piece.y, page=number)
            if part and row is not None:
                row.pieces.append(_Piece(part, piece.y, piece.size, piece.is_bold))
    if row is not None:
        yield row


def _lines(rows: list[_Row]) -> Iterator[Line]:
    """Rows as lines, with an empty one where a paragraph ends."""
    rows = [row for row in rows if row.text.strip()]
    sizes = Counter(round(row.size, 1) for row in rows for _ in row.text)
    usual = sizes.most_common(1)[0][0] if sizes else 0.0
    step = _step(rows)
    mostly_bold = sum(row.is_bold for row in rows) > len(rows) / 2
    before: _Row | None = None
    for row in rows:
        stands_out = row.size > usual * LARGER or (row.is_bold and not mostly_bold and len(row.text) <= 80)
        if before is not None and (before.page != row.page or _is_apart(before, row, step) or stands_out):
            yield Line(text="", page=row.page)
        yield Line(text=row.text, page=row.page, is_heading=True if stands_out and usual else None)
        before = row


def _step(rows: list[_Row]) -> float:
    """From one line to the next within a paragraph: the smallest step that is seen often; 0 when none is."""
    steps = Counter(round(a.y - b.y) for a, b in pairwise(rows) if a.page == b.page and a.y > b.y)
    often = [step for step, times in steps.items() if times >= max(2, steps.total() / 10)]
    return min(often, default=0)


def _is_apart(above: _Row, below: _Row, step: float) -> bool:
    return bool(step) and above.y - below.y > WIDE_GAP * step
