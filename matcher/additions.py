"""The coordinator's own words: a file of the vocabulary's form, put in front of the product's."""

from collections.abc import Mapping
from pathlib import Path

from matcher import pairs, texts, translate
from matcher.errors import VocabularyError
from texts import N_, Message, cause_of

MOST_BYTES = 1 << 20
Entries = dict[str, tuple[str, ...]]


def read_additions(path: Path) -> Entries:
    """Swedish word or phrase, in small letters, to its English terms; empty lines and those after # are left out.

    Raises:
        VocabularyError: the file cannot be read, or a line is not what was expected; says which line.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _wrong(path, None, Message(text=N_("filen är större än en mebibyte")))
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as failure:
        raise _wrong(path, None, Message(text=N_("filen är inte UTF-8"))) from failure
    except OSError as failure:
        raise _wrong(path, None, cause_of(failure)) from failure
    found: Entries = {}
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.startswith("#"):
            swedish, terms = _entry(path, number, line)
            if swedish in found:
                raise _wrong(
                    path, number, Message(text=N_("{word} står redan längre upp"), values={"word": swedish})
                )
            found[swedish] = terms
    return found


def use_additions(entries: Mapping[str, tuple[str, ...]]) -> None:
    """Translate with these entries in front of the product's from now on, in this process."""
    translate.put_in_front(entries)
    texts.need_wordings.cache_clear()
    pairs.need_sentences.cache_clear()


def _entry(path: Path, number: int, line: str) -> tuple[str, tuple[str, ...]]:
    columns = line.split("\t")
    if len(columns) != 2:
        text = N_("väntade svenska, en tabb och engelska, fick {columns} delar")
        raise _wrong(path, number, Message(text=text, values={"columns": len(columns)}))
    swedish = " ".join(columns[0].lower().split())
    terms = tuple(" ".join(term.split()) for term in columns[1].split(";") if term.strip())
    if not any(sign.isalpha() for sign in swedish):
        raise _wrong(path, number, Message(text=N_("det svenska ordet saknas")))
    if not terms:
        raise _wrong(path, number, Message(text=N_("de engelska orden saknas")))
    return swedish, terms


def _wrong(path: Path, number: int | None, fault: Message) -> VocabularyError:
    if number is None:
        return VocabularyError.of(N_("Ordlistan {path}: {fault}."), path=str(path), fault=fault)
    values = {"path": str(path), "number": number, "fault": fault}
    return VocabularyError.of(N_("Ordlistan {path}, rad {number}: {fault}."), **values)
