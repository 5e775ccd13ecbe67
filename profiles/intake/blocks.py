"""A document as headings, list items and paragraphs, each with the place where it stands.

Lines of plain text and of PDF have no marks of their own, so what a line is, is told by its form: a bullet, a number,
a short line without an end, a colon before a list.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

LONGEST_HEADING = 70
MOST_WORDS_OF_HEADING = 9
LONGEST_TITLE = 60
LONGEST_ITEM = 9  # lines of an item in a numbered list
RUNNING = 3  # a heading that comes this often stands at the head of pages

_MARKDOWN = re.compile(r"(#{1,6})\s+(.+)")
_BULLET = re.compile(r"\s*(?:[•●▪◦‣∙·–—*✓✔➢►\uf0b7\uf0a7\uf0d8-]|o(?=\s{2,}|\t))\s+(?=\S)")
_NUMBER = re.compile(r"\s*(?:\d{1,2}(?:\.\d{1,2})*[.)]?|[a-z]\))\s+(?=\S)")
_COUNTED = re.compile(r"\s*(\d{1,2})[.)]\s+\S")
_ENDED = re.compile(r"[.:;!?…]['\"”’)]*$")
_NO_HEADING_END = re.compile(
    r"[.,;:!?@]$|\b(ska|skall|till|att|är|för|av|på|om|och|i|med|genom|som)$|\b(ska|skall)\b", re.IGNORECASE
)


class Kind(StrEnum):
    """What a block is."""

    HEADING = "heading"
    ITEM = "item"
    TEXT = "text"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line as it stands. `is_heading` is None where the document does not say, as in plain text."""

    text: str
    page: int = 1
    is_heading: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Block:
    """A heading, an item of a list or a paragraph.

    Attributes:
        page: counted from 1; always 1 where a document has no pages.
        number: the block's place among all blocks that hold words, from 1: what a reader is told as paragraph.
    """

    kind: Kind
    text: str
    page: int = 1
    number: int = 0


def blocks_of(lines: Sequence[Line], known_heading: re.Pattern[str]) -> tuple[Block, ...]:
    """Lines as blocks.

    Args:
        known_heading: what headings of such documents say; such a line is one even without space around it.
    """
    return numbered(_Reader(lines, known_heading).blocks())


def numbered(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Blocks with their places; what stands at the head of every page is kept once."""
    kept: list[Block] = []
    said: dict[str, int] = {}
    blocks = [block for block in blocks if block.text]
    for block in blocks:
        if block.kind is Kind.HEADING:
            said[block.text] = said.get(block.text, 0) + 1
    seen: set[str] = set()
    for block in blocks:
        if block.kind is Kind.HEADING and said[block.text] >= RUNNING:
            if block.text in seen:
                continue
            seen.add(block.text)
        kept.append(replace(block, number=len(kept) + 1))
    return tuple(kept)


class _Reader:
    """Goes through the lines once; `found` grows, and its last block takes what continues it."""

    def __init__(self, lines: Sequence[Line], known_heading: re.Pattern[str]) -> None:
        self.lines = [replace(line, text=line.text.replace("\u00ad", "")) for line in lines]
        self.known = known_heading
        self.found: list[Block] = []
        self.lists_by_form = False  # a list without bullets: what follows a colon
        self.lists_by_number = False

    def blocks(self) -> list[Block]:
        gap = True
        for at, line in enumerate(self.lines):
            if not line.text.strip():
                gap = True
                continue
            self._take(at, line, gap)
            gap = False
        return self.found

    def _take(self, at: int, line: Line, gap: bool) -> None:
        text = _plain(line.text)
        following = self._following(at)
        if heading := self._heading(at, line, gap, following):
            self._add(Kind.HEADING, heading, line)
            self.lists_by_form = self.lists_by_number = False
        elif bullet := _BULLET.match(line.text):
            self._add(Kind.ITEM, _plain(line.text[bullet.end() :]), line)
            self.lists_by_form = self.lists_by_number = False
        elif (number := _NUMBER.match(line.text)) and (self._in_numbered_list(at) or self._is_counted_on(at)):
            self._add(Kind.ITEM, _plain(line.text[number.end() :]), line)
            self.lists_by_number = True
        elif self._is_unmarked_item(line, text, gap):
            self._add(Kind.ITEM, text, line)
        elif self._continues(text, gap):
            self._join(text)
        else:
            self._add(Kind.TEXT, text, line)
            self.lists_by_form = text.endswith(":")
        if self.found[-1].kind is Kind.TEXT and self.found[-1].text.endswith(":"):
            self.lists_by_form = True

    def _add(self, kind: Kind, text: str, line: Line) -> None:
        self.found.append(Block(kind=kind, text=text, page=line.page))

    def _join(self, text: str) -> None:
        last = self.found[-1]
        if last.text.endswith("-") and text[0].islower() and not re.match(r"(och|eller|samt)\b", text):
            joined = last.text[:-1] + text
        else:
            joined = f"{last.text} {text}"
        self.found[-1] = replace(last, text=joined)

    def _following(self, at: int) -> str:
        """The next line with words, as it stands; empty at the end."""
        return next((line.text for line in self.lines[at + 1 : at + 4] if line.text.strip()), "")

    def _heading(self, at: int, line: Line, gap: bool, following: str) -> str | None:
        if markdown := _MARKDOWN.fullmatch(line.text.strip()):
            return _plain(markdown.group(2))
        bare = _NUMBER.sub("", line.text, count=1) if _NUMBER.match(line.text) else line.text
        bare = _plain(bare).removesuffix(":").strip()
        is_fresh = gap or self._is_complete() or line.text[0].isspace() or bool(_NUMBER.match(line.text))
        is_known = is_fresh and bool(self.known.match(bare))
        if line.is_heading is not None and not is_known:
            return bare if line.is_heading and len(bare) <= 2 * LONGEST_HEADING else None
        if not self._looks_like_heading(bare, line.text, following):
            return None
        if _NUMBER.match(line.text) and self._in_numbered_list(at) and not is_known:
            return None
        if is_known:
            return bare
        if self.found and self.found[-1].kind is Kind.HEADING and _BULLET.match(following):
            return None  # the words that a list begins with
        starts_fresh = gap or line.text[0].isspace()
        leaves_room = not self.lines[at + 1 : at + 2] or not self.lines[at + 1].text.strip()
        return bare if starts_fresh and (leaves_room or len(following.strip()) >= 40) else None

    @staticmethod
    def _looks_like_heading(bare: str, raw: str, following: str) -> bool:
        if not 2 <= len(bare) <= LONGEST_HEADING or len(bare.split()) > MOST_WORDS_OF_HEADING:
            return False
        if not bare[0].isupper() or _NO_HEADING_END.search(bare) or "\t" in raw.strip():
            return False
        return not following or not following.strip()[0].islower() or following[0].isspace()

    def _in_numbered_list(self, at: int) -> bool:
        """Whether the next line with words is numbered too, or this one goes on with a list that is."""
        return self.lists_by_number or bool(_NUMBER.match(self._following(at)))

    def _is_counted_on(self, at: int) -> bool:
        """Whether the next number begins one of the lines below: an item may take several lines."""
        number = _COUNTED.match(self.lines[at].text)
        if number is None:
            return False
        following = (_COUNTED.match(line.text) for line in self.lines[at + 1 : at + LONGEST_ITEM])
        return any(found and int(found.group(1)) == int(number.group(1)) + 1 for found in following)

    def _is_complete(self) -> bool:
        return (
            not self.found or self.found[-1].kind is not Kind.TEXT or bool(_ENDED.search(self.found[-1].text))
        )

    def _is_unmarked_item(self, line: Line, text: str, gap: bool) -> bool:
        """A line after a colon that begins small: bullets are often lost on the way into text."""
        if not self.lists_by_form or not self.found or not text[0].islower():
            return False
        if self.found[-1].kind is Kind.TEXT:
            return True
        if self.found[-1].kind is not Kind.ITEM:
            return False
        indented = self._items_are_indented()
        return line.text[0].isspace() if indented else gap

    def _items_are_indented(self) -> bool:
        first = next(block for block in reversed(self.found) if block.kind is not Kind.ITEM)
        start = self.found.index(first) + 1
        words = self.found[start].text.split()[0]
        return any(line.text[:1].isspace() and line.text.strip().startswith(words) for line in self.lines)

    def _continues(self, text: str, gap: bool) -> bool:
        if not self.found or self.found[-1].kind is Kind.HEADING:
            return False
        last = self.found[-1]
        if _ENDED.search(last.text):
            return not gap and not last.text.endswith(":")
        if text[0].islower() or text[0].isdigit() or last.text.endswith("-"):
            return True
        is_title = last.kind is Kind.ITEM and len(last.text) <= LONGEST_TITLE
        return not gap and not is_title and "\t" not in text


def _plain(text: str) -> str:
    """Without the marks of Markdown and without space around; a tab parts a label from its value."""
    text = re.sub(r"\*\*|__", "", text).strip()
    return re.sub(r" {2,}", " ", text)
