"""Publishers' HTML to plain text: blocks on lines of their own, no marks, nothing that runs or hides.

`text_of` and `sections_of` take any string and never raise. `PageReader` reads a page whose layout is known and
speaks up when it is not.
"""

import html as entities
import re
import unicodedata
from collections.abc import Iterator
from itertools import islice

from bs4 import BeautifulSoup, Tag
from lxml import etree

from calls.model import CallSection
from calls.vocabulary import SectionKind
from scrapers.errors import OddValue
from texts import N_

MOST_MARKUP = 1_000_000
MOST_TEXT = 60_000
# fmt: off
BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5",
    "h6", "header", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "optgroup", "option", "p",
    "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
))
UNSEEN = frozenset((
    "script", "style", "template", "noscript", "iframe", "object", "svg", "math", "head", "title", "select",
    "button",
))
# fmt: on
IS_MARKUP = re.compile(r"<[a-zA-Z/!?]")
INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
PILED_MARKS = re.compile(f"([{MARKS}]{{4}})[{MARKS}]+")
GARBLED = re.compile("[ÃÂ][\u00a0-\u00bf\u0192-\u2122]|â€|â‚¬")
SPACES = re.compile(r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
FOOTNOTE_MARK = re.compile(r"\s*\[\d{1,3}\]\s*")
FOOTNOTE = re.compile(r"\[\d{1,3}\]")
INLINE_NOTE = re.compile(r"\[\[([^\[\]]{1,2000})\]\]")
MAIL_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])", re.I)
STRAY_START = re.compile(r'^">\s*')
HEAD_CLASS = "topicdescriptionkind"
HEAD, TAIL = "\ue000", "\ue001"  # private-use signs around a head while the text is walked
PLAIN_HEAD = re.compile(
    r"(?:^|(?<=[.\n)!?;%…\d]))\s*"
    r"(Expected [Oo]utcomes?|Expected [Ii]mpacts?|Specific [Oo]bjectives?|Objectives?|Scope)\s*:",
    re.M,
)
KINDS = (
    ("expected outcome", SectionKind.OUTCOME),
    ("expected impact", SectionKind.OUTCOME),
    ("objective", SectionKind.OBJECTIVE),
    ("specific objective", SectionKind.OBJECTIVE),
    ("scope", SectionKind.SCOPE),
)


def clean(text: str) -> str:
    """Composed letters; no control, bidi, zero-width or surrogate signs; no letters under piles of marks."""
    text = INVISIBLE.sub("", repaired(text).replace("\r\n", "\n").replace("\r", "\n"))
    return PILED_MARKS.sub(r"\1", unicodedata.normalize("NFC", text))


def repaired(text: str) -> str:
    """Text that was encoded twice ("SkÃ¥ne") as it was meant, when all of it comes out whole; else as it is (S-34)."""
    if not GARBLED.search(text):
        return text
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text


def is_garbled(text: str) -> bool:
    """Whether letters are left that were encoded twice."""
    return GARBLED.search(text) is not None


def one_line(markup: str) -> str:
    """A title or label as one line of text."""
    return " ".join(text_of(markup).split())


def text_of(markup: str) -> str:
    """The visible text: a line a block, footnotes and mail addresses left out, at most `MOST_TEXT` signs.

    Text without markup keeps its own lines. Never raises.
    """
    return _finish(_walked(markup).replace(HEAD, "").replace(TAIL, ""))


def sections_of(markup: str) -> tuple[CallSection, ...]:
    """The text parted at its heads ("Expected Outcome:", "Scope:"); one section a kind, in the order of reading.

    Heads are the publisher's marked ones, else the known ones at the start of a sentence. Text before the first
    head is OTHER; text without any is the SUMMARY. An unknown head starts OTHER and stays as its first line.
    """
    walked = _walked(markup)
    if HEAD not in walked:
        walked = PLAIN_HEAD.sub(lambda found: f"{HEAD}{found[1]}{TAIL}", walked)
    lead, *parts = walked.split(HEAD)
    lead = lead.replace(TAIL, "")
    if not parts:
        return _merged([(SectionKind.SUMMARY, lead)])
    found = [(SectionKind.OTHER, lead)]
    for part in parts:
        head, _, body = part.partition(TAIL)
        found.append(_section(head, body.replace(TAIL, "")))
    return _merged(found)


def _section(head: str, body: str) -> tuple[SectionKind, str]:
    words = " ".join(head.split()).strip(" :").lower()
    kind = next((kind for start, kind in KINDS if words.startswith(start)), None)
    if kind is None:
        return SectionKind.OTHER, f"{' '.join(head.split())}\n{body}"
    return kind, body


def _merged(found: list[tuple[SectionKind, str]]) -> tuple[CallSection, ...]:
    texts: dict[SectionKind, str] = {}
    for kind, body in found:
        text = _finish(body)
        if text:
            texts[kind] = f"{texts[kind]}\n{text}" if kind in texts else text
    return tuple(CallSection(kind=kind, text=text[:MOST_TEXT]) for kind, text in texts.items())


def _walked(markup: str) -> str:
    """The text with a line break at every block's border and private signs around heads."""
    markup = clean(markup[:MOST_MARKUP]).replace(HEAD, "").replace(TAIL, "")
    if not IS_MARKUP.search(markup):
        return entities.unescape(markup)
    root = _parsed(markup)
    return "" if root is None else "".join(_pieces(root))


def _parsed(markup: str) -> etree._Element | None:
    """The tree; None when nothing is left of it. Comments and instructions are dropped by the parser."""
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    try:
        return etree.fromstring(markup.encode("utf-8", "ignore"), parser)
    except etree.LxmlError:
        return None


def _pieces(root: etree._Element) -> Iterator[str]:
    """The tree's text in reading order, without recursion: a tree can be 50,000 deep (S-38)."""
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            yield from _after(element)
        elif _is_left_out(element):
            walk.skip_subtree()
            element.text = None
            element.set("data-left-out", "")
        else:
            yield from _before(element)


def _before(element: etree._Element) -> Iterator[str]:
    if element.tag == "br" or element.tag in BLOCKS:
        yield "\n- " if element.tag == "li" else "\n"
    if _is_head(element):
        yield HEAD
    if element.text:
        # Line breaks in the source are only spaces, save in <pre>.
        yield element.text if element.tag == "pre" else element.text.replace("\n", " ")


def _after(element: etree._Element) -> Iterator[str]:
    if element.get("data-left-out") is None:
        if _is_head(element):
            yield TAIL
        if element.tag in BLOCKS:
            yield "\n"
    if element.tail:
        yield element.tail.replace("\n", " ")


def _is_head(element: etree._Element) -> bool:
    return HEAD_CLASS in (element.get("class") or "")


def _is_left_out(element: etree._Element) -> bool:
    """Scripts and their like, what the publisher hides (S-60), and footnotes with their marks."""
    if element.tag in UNSEEN or element.get("hidden") is not None:
        return True
    if HIDDEN.search(element.get("style") or ""):
        return True
    if element.tag == "sup":
        return FOOTNOTE_MARK.fullmatch(_start_of(element)) is not None
    if element.tag == "p" and "eui-u-font-s" in (element.get("class") or "").split():
        return FOOTNOTE.match(_start_of(element).strip()) is not None
    return False


def _start_of(element: etree._Element) -> str:
    """The first pieces of an element's text: enough to know a footnote, and never a whole tree."""
    return "".join(islice(element.itertext(), 8))


def _finish(text: str) -> str:
    """Lines trimmed, empty ones dropped, entities' invisible signs gone, mail addresses out (`sources.md` §8)."""
    text = STRAY_START.sub("", clean(text).strip())
    text = INLINE_NOTE.sub(r" (\1)", text)
    if "@" in text:  # the search for addresses is the slowest here, and most texts hold none
        text = MAIL_ADDRESS.sub("[…]", text)
    lines = (SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line and line != "-")[:MOST_TEXT].strip()


class PageReader:
    """A page whose layout is known: asks for parts by selector and raises ValueError when they are not there."""

    def __init__(self, html: str, where: str) -> None:
        self.where = where
        start = html.lstrip()[:500].lower()
        if start.startswith("<?xml") and "<html" not in start:
            raise OddValue(N_("{where}: en XML-fil där en webbsida väntades"), where=where)
        self._soup = BeautifulSoup(html, "lxml")

    def one(self, selector: str) -> Tag:
        """The only element that the selector finds."""
        found = self.all(selector)
        if len(found) != 1:
            raise OddValue(
                N_("{where}: {count} av {selector} där en enda väntades"),
                where=self.where,
                count=len(found),
                selector=repr(selector),
            )
        return found[0]

    def all(self, selector: str) -> list[Tag]:
        """Every element that the selector finds."""
        return list(self._soup.select(selector))
