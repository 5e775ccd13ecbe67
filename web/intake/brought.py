"""What a form brought: a file, or a text that was pasted."""

from dataclasses import dataclass

from starlette.datastructures import FormData, UploadFile

from web.visit import CONTROL

LONGEST_PASTED = 200_000
LONGEST_NAME = 120


@dataclass(frozen=True, kw_only=True)
class Brought:
    """A file's bytes with its name for telling, never for finding (P-21); or a pasted text without a name."""

    content: bytes
    name: str = ""


def brought(fields: FormData) -> Brought | None:
    """What came with a form, the file before the text; None when neither did."""
    file = fields.get("file")
    if isinstance(file, UploadFile) and file.filename:
        return Brought(content=file.file.read(), name=shown_name(file.filename))
    text = pasted(fields)
    return Brought(content=text.encode()) if text.strip() else None


def pasted(fields: FormData) -> str:
    """The pasted text, without control characters."""
    value = fields.get("text")
    return CONTROL.sub("", value.replace("\r\n", "\n"))[:LONGEST_PASTED] if isinstance(value, str) else ""


def line_of(fields: FormData, name: str, longest: int) -> str:
    """One field as typed, without control characters and space around it."""
    value = fields.get(name)
    if not isinstance(value, str):
        return ""
    return CONTROL.sub("", value.replace("\r\n", "\n"))[:longest].strip()


def shown_name(name: str) -> str:
    """A file's own name, without the folders that some browsers and every attacker put before it."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(letter for letter in last if letter.isprintable())
    return kept[-LONGEST_NAME:]
