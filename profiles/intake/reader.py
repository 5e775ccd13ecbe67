"""The child process that reads one document: bytes come in, blocks or rows go out as JSON.

Run as `python -m profiles.intake.reader KIND`. It takes its limits upon itself before it opens anything.
"""

import json
import resource
import sys
from collections.abc import Callable
from typing import Any

from profiles.intake import child, documents
from profiles.intake.blocks import Block, Line, blocks_of
from profiles.intake.decoding import decoded
from profiles.intake.errors import Unread
from profiles.intake.policies import KNOWN_HEADING


def main() -> None:
    """Read standard input, write the answer."""
    limit()
    content = sys.stdin.buffer.read()
    try:
        said = json.dumps(answer(sys.argv[1], content))
    except MemoryError:
        sys.exit(1)
    sys.stdout.buffer.write(said.encode())


def answer(kind: str, content: bytes) -> dict[str, Any]:
    """What is in the document, or why it was not read."""
    try:
        return READERS[kind](content)
    except Unread as failure:
        return {"reason": failure.reason, "values": failure.values}


def limit() -> None:
    """No more memory, seconds of work or open files than a document may cost; no writing at all."""
    resource.setrlimit(resource.RLIMIT_AS, (child.MEMORY, child.MEMORY))
    seconds = int(child.SECONDS)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _pdf(content: bytes) -> tuple[Block, ...]:
    from profiles.intake.pdf import pdf_blocks

    return pdf_blocks(content)


def _docx(content: bytes) -> tuple[Block, ...]:
    from profiles.intake.docx import docx_blocks

    return docx_blocks(content)


def _text(content: bytes) -> tuple[Block, ...]:
    text = decoded(content)
    if len(text) > documents.MOST_CHARACTERS:
        raise Unread(documents.TOO_LONG)
    return text_blocks(text)


def text_blocks(text: str) -> tuple[Block, ...]:
    """The blocks of plain text; a form feed begins a page."""
    lines = [
        Line(text=line.expandtabs(8) if line.startswith("\t") else line, page=number)
        for number, page in enumerate(text.split("\f"), start=1)
        for line in page.splitlines()
    ]
    return blocks_of(lines, KNOWN_HEADING)


def _xlsx(content: bytes) -> dict[str, Any]:
    from profiles.intake.sheet_readers import xlsx_sheets

    return {"sheets": xlsx_sheets(content)}


def _csv(content: bytes) -> dict[str, Any]:
    from profiles.intake.sheet_readers import csv_sheets

    return {"sheets": csv_sheets(content)}


def _told(blocks: tuple[Block, ...]) -> dict[str, Any]:
    return {"blocks": [(block.kind.value, block.text, block.page) for block in blocks]}


READERS: dict[str, Callable[[bytes], dict[str, Any]]] = {
    "pdf": lambda content: _told(_pdf(content)),
    "docx": lambda content: _told(_docx(content)),
    "text": lambda content: _told(_text(content)),
    "xlsx": _xlsx,
    "csv": _csv,
}

if __name__ == "__main__":
    main()
