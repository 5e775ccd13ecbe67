"""A document that somebody brought, as blocks of text: what kind it is by its bytes, then read in a child process.

The child has a limit of time and of memory (`reliability.md` D4), so that a document made to break a reader breaks
that child only. Its name is used for nothing but telling what its ending promises (P-21).
"""

import os
from dataclasses import dataclass

from profiles.intake import child
from profiles.intake.blocks import Block, Kind
from profiles.intake.errors import DocumentRefused
from texts import N_, Message

LARGEST_DOCUMENT = 10 * 2**20
MOST_PAGES = 200
MOST_CHARACTERS = 1_000_000
FEWEST_LETTERS = 40

_PDF, _ZIP, _OLD_OFFICE, _RTF = b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf"
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\x00", b"MM\x00*")
_PROMISED = {".pdf": "pdf", ".docx": "docx", ".txt": "text", ".md": "text"}
_SHOWN = {"pdf": "PDF", "docx": "Word", "text": N_("ren text")}

ENCRYPTED = N_("dokumentet är låst med lösenord; spara det utan lösenord och försök igen")
NO_TEXT = N_(
    "dokumentet har ingen text, bara bilder (det är kanske inskannat); be om en version med text, "
    "eller klistra in texten"
)
TOO_SHORT = N_("texten är för kort för en policy; ta med hela")
DAMAGED = N_("dokumentet är skadat och går inte att läsa")
TOO_MANY_PAGES = N_("dokumentet har {pages} sidor, högst {most} läses")
TOO_LONG = N_("dokumentet har mer än en miljon tecken; ta bara med policyn")
TOO_HEAVY = N_("dokumentet är för tungt att läsa: det tog mer än {seconds} sekunder eller {memory} MiB minne")
MACROS = N_("filen har makron; spara den utan makron")
PACKED_TOO_TIGHT = N_("filen packas upp till mer än vi läser")
NOT_WORD = N_("filen är ett arkiv (ZIP) men inget Word-dokument; väntade PDF, DOCX eller ren text")
REASONS = frozenset(
    {ENCRYPTED, NO_TEXT, DAMAGED, TOO_MANY_PAGES, TOO_LONG, TOO_HEAVY, MACROS, PACKED_TOO_TIGHT, NOT_WORD}
)


@dataclass(frozen=True, kw_only=True)
class Document:
    """What was read: its kind (pdf, docx, text) and its blocks."""

    kind: str
    blocks: tuple[Block, ...]

    @property
    def pages(self) -> int:
        """How many pages hold text."""
        return max((block.page for block in self.blocks), default=0)


def read_document(content: bytes, name: str) -> Document:
    """The blocks of a PDF, a Word document or a plain text.

    Args:
        name: as it was called where it came from; never used as a path.

    Raises:
        DocumentRefused: too large, of another kind than it says, encrypted, without text, damaged, or too heavy.
    """
    kind = _kind(content, name)
    answer = child.answer(kind, content)
    if answer is None:
        values = {"seconds": int(child.SECONDS), "memory": child.MEMORY // 2**20}
        raise DocumentRefused.of(TOO_HEAVY, **values)
    if "reason" in answer:
        text = answer["reason"] if answer["reason"] in REASONS else DAMAGED
        raise DocumentRefused.of(text, **answer.get("values", {}))
    blocks = tuple(
        Block(kind=Kind(kind_), text=text, page=page, number=number + 1)
        for number, (kind_, text, page) in enumerate(answer["blocks"])
    )
    if sum(map(str.isalpha, "".join(block.text for block in blocks))) < FEWEST_LETTERS:
        raise DocumentRefused.of(TOO_SHORT if kind == "text" else NO_TEXT)
    return Document(kind=kind, blocks=blocks)


def _kind(content: bytes, name: str) -> str:
    """What the bytes are; the ending of the name may not say otherwise."""
    if len(content) > LARGEST_DOCUMENT:
        raise DocumentRefused.of(N_("dokumentet är större än 10 MiB"))
    if not content.strip():
        raise DocumentRefused.of(N_("dokumentet är tomt"))
    kind = _by_bytes(content)
    promised = _PROMISED.get(_ending(name))
    if promised and promised != kind:
        raise DocumentRefused.of(
            N_("filen heter {ending} men är {kind}; spara den på nytt i rätt format"),
            ending=_ending(name),
            kind=Message(text=_SHOWN[kind]),
        )
    return kind


def _by_bytes(content: bytes) -> str:
    if _PDF in content[:1024]:
        return "pdf"
    if content.startswith(_ZIP):
        return "docx"
    if content.startswith(_OLD_OFFICE):
        raise DocumentRefused.of(
            N_("filen är i Words gamla format eller låst; spara den som .docx utan lösenord")
        )
    if content.startswith(_RTF):
        raise DocumentRefused.of(N_("filen är RTF; spara den som .docx eller PDF"))
    if content.startswith(_PICTURES):
        raise DocumentRefused.of(N_("filen är en bild; be om en version med text, eller klistra in texten"))
    if b"\x00" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DocumentRefused.of(N_("filen är inget dokument vi läser; väntade PDF, DOCX eller ren text"))
    return "text"


def _ending(name: str) -> str:
    ending = os.path.splitext(name.replace("\\", "/").rsplit("/", 1)[-1])[1].lower()
    return ending if ending.isascii() and len(ending) <= 6 else ""
