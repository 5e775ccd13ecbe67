"""Word documents to blocks: styles tell headings and lists; text that was struck in tracked changes is left out."""

import io
import re
from collections.abc import Iterator
from zipfile import BadZipFile

import docx
from docx.document import Document as WordDocument
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml.etree import LxmlError

from profiles.intake import documents
from profiles.intake.blocks import Block, Kind, Line, blocks_of, numbered
from profiles.intake.errors import Unread
from profiles.intake.packages import check_package
from profiles.intake.policies import KNOWN_HEADING

_HEADING = re.compile(r"(heading|rubrik|title|titel|underrubrik)\b", re.IGNORECASE)
_LIST = re.compile(r"(list|lista|punktlista|numrerad)", re.IGNORECASE)
_LISTED = re.compile(
    r"(\w+ )?(del|effekt|huvud)?(mål|målsättningar|områden?|fokusområden?|inriktning(ar)?)\Z", re.IGNORECASE
)
BROKEN = (
    BadZipFile,
    PackageNotFoundError,
    LxmlError,
    KeyError,
    ValueError,
    OSError,
    AttributeError,
    NotImplementedError,
)


def docx_blocks(content: bytes) -> tuple[Block, ...]:
    """The blocks of a Word document. Raises Unread when it is none, has macros, is damaged or unpacks to too much."""
    try:
        check_package(content, "word/document.xml", documents.NOT_WORD)
        blocks = list(_blocks(docx.Document(io.BytesIO(content))))
    except BROKEN as failure:
        raise Unread(documents.DAMAGED) from failure
    if sum(len(block.text) for block in blocks) > documents.MOST_CHARACTERS:
        raise Unread(documents.TOO_LONG)
    if any(block.kind is not Kind.TEXT for block in blocks):
        return numbered(blocks)
    return blocks_of(
        [line for block in blocks for line in (Line(text=block.text), Line(text=""))], KNOWN_HEADING
    )


def _blocks(document: WordDocument) -> Iterator[Block]:
    for part in document.iter_inner_content():
        if isinstance(part, Table):
            yield from _of_table(part)
        else:
            yield from _of_paragraph(part)


def _of_paragraph(paragraph: Paragraph) -> Iterator[Block]:
    style = (paragraph.style.name if paragraph.style is not None else "") or ""
    properties = paragraph._p.pPr
    is_list = properties is not None and properties.numPr is not None
    text = _text(paragraph)
    if not text.strip():
        return
    kind = Kind.TEXT
    if _HEADING.match(style):
        kind = Kind.HEADING
    elif is_list or _LIST.match(style):
        kind = Kind.ITEM
    elif _is_bold_line(paragraph, text):
        kind = Kind.HEADING
    for line in text.split("\n"):
        bullet = re.match(r"\s*[•●▪–-]\s+", line)
        found = Kind.ITEM if bullet and kind is Kind.TEXT else kind
        line = (line[bullet.end() :] if bullet else line).strip()
        if line:
            yield Block(kind=found, text=re.sub(r"[ \u00a0]{2,}", " ", line))


def _of_table(table: Table) -> Iterator[Block]:
    """Each row as one line, a merged cell once; where a column is headed by aims or areas, its cells are a list."""
    listed: int | None = None
    for row in table.rows:
        cells: list[str] = []
        for cell in row.cells:
            said = " ".join(_text(paragraph).strip() for paragraph in cell.paragraphs).strip()
            if said and (not cells or cells[-1] != said):
                cells.append(said)
        if listed is not None and listed < len(cells):
            yield Block(kind=Kind.ITEM, text=cells.pop(listed))
            cells = ["", *cells] if cells else []  # beside the item, not its description
        elif listed is None:
            listed = next(
                (at for at, said in enumerate(cells) if len(cells) > 1 and _LISTED.match(said)), None
            )
        if cells:
            yield Block(kind=Kind.TEXT, text="\t".join(cells))


def _text(paragraph: Paragraph) -> str:
    """All words that stand, inserted ones too; deleted ones are in elements of another name."""
    words = []
    for element in paragraph._p.iter(qn("w:t"), qn("w:tab"), qn("w:br"), qn("w:noBreakHyphen")):
        if element.tag == qn("w:t"):
            words.append(element.text or "")
        elif element.tag == qn("w:noBreakHyphen"):
            words.append("-")
        elif element.getparent().tag == qn("w:r"):  # a tab stop of the style is no tab in the text
            words.append("\t" if element.tag == qn("w:tab") else "\n")
    return "".join(words)


def _is_bold_line(paragraph: Paragraph, text: str) -> bool:
    """A heading by hand: a short line, all bold."""
    runs = [run for run in paragraph.runs if run.text.strip()]
    return bool(runs) and len(text) <= 70 and text[-1] not in ".:;," and all(run.bold for run in runs)
