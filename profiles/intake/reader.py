"""The child process that reads one document: bytes come in, blocks go out as JSON.

Run as `python -m profiles.intake.reader KIND`. It takes its limits upon itself before it opens anything.
"""

import json
import resource
import sys
from collections.abc import Callable

from profiles.intake import documents
from profiles.intake.blocks import Block, Line, blocks_of
from profiles.intake.errors import Unread
from profiles.intake.policies import KNOWN_HEADING


def main() -> None:
    """Read standard input, write the answer."""
    limit()
    content = sys.stdin.buffer.read()
    try:
        answer = {"blocks": [(b.kind.value, b.text, b.page) for b in READERS[sys.argv[1]](content)]}
    except Unread as failure:
        answer = {"reason": failure.reason, "values": failure.values}
    except MemoryError:
        sys.exit(1)
    sys.stdout.buffer.write(json.dumps(answer).encode())


def limit() -> None:
    """No more memory, seconds of work or open files than a document may cost; no writing at all."""
    resource.setrlimit(resource.RLIMIT_AS, (documents.MEMORY, documents.MEMORY))
    seconds = int(documents.SECONDS)
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


def decoded(content: bytes) -> str:
    """UTF-8 or UTF-16 with its mark, UTF-8 without, else what Swedish Windows writes."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


READERS: dict[str, Callable[[bytes], tuple[Block, ...]]] = {"pdf": _pdf, "docx": _docx, "text": _text}

if __name__ == "__main__":
    main()
