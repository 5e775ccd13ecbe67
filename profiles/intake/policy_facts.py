"""The facts of a policy document: title, by whom and when adopted, number, duties; each with its words."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import pairwise

from profiles.intake.blocks import Block, Kind
from profiles.intake.proposed import Fact, Place
from profiles.intake.words import cut, sentences

HEAD_BLOCKS = 30  # where a document presents itself
LONGEST_QUOTE = 300
MONTHS = {
    "januari": 1, "februari": 2, "mars": 3, "april": 4, "maj": 5, "juni": 6, "juli": 7, "augusti": 8,
    "september": 9, "oktober": 10, "november": 11, "december": 12, "january": 1, "february": 2, "march": 3,
    "may": 5, "june": 6, "july": 7, "august": 8, "october": 10,
}  # fmt: skip
NUMBERS = {"annat": 2, "tredje": 3, "fjärde": 4, "femte": 5, "sjätte": 6, "andra": 2}
_DAY = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b|\b(\d{1,2}) ([a-zåäö]{3,9}) (\d{4})\b", re.IGNORECASE)
_TITLE = re.compile(r"\b\w*(policy|strategi|program|riktlinje|handlingsplan|strategy)\w*\b", re.IGNORECASE)
_ABROAD = re.compile(r"internationell|omvärld|europ|\beu\b|international", re.IGNORECASE)
_ADOPTED = re.compile(r"\b(antag\w*|antar|fastställ\w*|beslut(?:ad|at|sdatum)|adopted)\b", re.IGNORECASE)
_ADOPTER = re.compile(
    r"\b(kommunfullmäktige|kommunstyrelsen|regionfullmäktige|city council|municipal council)\b", re.IGNORECASE
)
_NUMBER_LABEL = re.compile(
    r"\b(?:dnr|diarienummer|diarienr|ärendenummer)\b\.?:?\s*([A-ZÅÄÖ]{1,6}[ -]?\d{4}[-/:]\d{1,6}|\d{4}[-/:]\d{1,6})",
    re.IGNORECASE,
)
_PARAGRAPH = re.compile(r"§{1,2}\s?\d{1,4}")
_INTERVAL = re.compile(
    r"\b(?:vart|var|vartdera)\s?(annat|andra|tredje|fjärde|femte|sjätte|\d{1,2}(?::[ae])?)\s+år\b|\bvartannat år\b"
    r"|\b(varje mandatperiod|en gång per mandatperiod)\b|\b(?:vartannat|varannat)\b",
    re.IGNORECASE,
)
_COFINANCING = re.compile(
    r"medfinansiering|extern\w* finansiering|EU-medel|finansiering genom EU|utvecklingspengar|external funding",
    re.IGNORECASE,
)
_TESTED = re.compile(
    r"\balltid\b.*\bpröv|\bpröva(?:s|r)?\b|\b(?:vid|i) (?:all|allt)\b|undersök\w* (?:vid|bör)|\balternativ\b|always",
    re.IGNORECASE,
)
_YEARLY = re.compile(r"\bårlig\w*|\bvarje år\b|\bårsvis\b|\bannual\w*|\bevery year\b", re.IGNORECASE)
_FOLLOWED = re.compile(r"uppfölj|följ\w* upp|redovisa|utvärder|sammanställ|återrapport|follow", re.IGNORECASE)
_CHILDREN = re.compile(r"\bbarn\b|\bunga\b|\bungdom|\bchildren\b", re.IGNORECASE)
_FIRST = re.compile(
    r"priorit|främst|framförallt|framför allt|största vikt|\bförst\b|särskil[dt]|first", re.IGNORECASE
)
_CONTACT = re.compile(r"kontaktperson|contact person", re.IGNORECASE)


def facts_of(blocks: Sequence[Block]) -> Iterator[Fact]:
    """What the document says of itself and of duties, in a fixed order; what it does not say is left out."""
    for read in (_title, _adopted_by, _adopted, _reference, _interval, *_DUTIES):
        if fact := read(blocks):
            yield fact


def _title(blocks: Sequence[Block]) -> Fact | None:
    candidates = [
        block
        for block in blocks[:HEAD_BLOCKS]
        if _TITLE.search(block.text)
        and block.kind is not Kind.ITEM
        and len(block.text) <= 120
        and not block.text.endswith(".")
        and "\t" not in block.text
        and len(block.text.split()) > 1
    ]
    best = next((block for block in candidates if _ABROAD.search(block.text)), None) or next(
        iter(candidates), None
    )
    return _fact("title", best.text, best, best.text) if best else None


def _adopted_by(blocks: Sequence[Block]) -> Fact | None:
    """Who adopts: where the word stands with a council, in the head first, then anywhere."""
    for block in (*blocks[:HEAD_BLOCKS], *blocks):
        for sentence in sentences(block.text):
            who = _ADOPTER.search(sentence)
            if (
                who
                and _ADOPTED.search(sentence)
                and not re.search(r"vänort|medlemskap", sentence[: who.end()], re.IGNORECASE)
            ):
                return _fact("adopted_by", who.group().capitalize(), block, sentence)
    return _adopter_of_heading(blocks)


def _adopter_of_heading(blocks: Sequence[Block]) -> Fact | None:
    """ "Kommunfullmäktige" as a heading, and under it that it adopts the policy."""
    for heading, block in pairwise(blocks):
        who = _ADOPTER.fullmatch(heading.text.strip())
        if (
            who
            and _ADOPTED.match(block.text)
            and re.search("policy|strategi|program", block.text, re.IGNORECASE)
        ):
            return _fact(
                "adopted_by", who.group().capitalize(), block, f"{heading.text}: {sentences(block.text)[0]}"
            )
    return None


def _adopted(blocks: Sequence[Block]) -> Fact | None:
    """The day beside a word of adopting, beside the label date, or beside the document's number."""
    head = blocks[:HEAD_BLOCKS]
    by_word = (block for block in head if _ADOPTED.search(block.text))
    by_label = (block for block in head if re.match(r"(datum|date)\b", block.text, re.IGNORECASE))
    by_number = (block for block in head if _NUMBER_LABEL.search(block.text))
    for found in (by_word, by_label, by_number):
        for block in found:
            if len(block.text) <= 300 and (day := _day(block.text)):
                return _fact("adopted", day, block, block.text)
    return None


def _reference(blocks: Sequence[Block]) -> Fact | None:
    for block in blocks[:HEAD_BLOCKS]:
        if number := _NUMBER_LABEL.search(block.text.replace("\t", " ")):
            return _fact("reference", number.group(1).strip(), block, block.text)
    for block in blocks[:HEAD_BLOCKS]:
        paragraph = _PARAGRAPH.search(block.text)
        if paragraph and _ADOPTED.search(block.text) and len(block.text) <= 300:
            return _fact("reference", paragraph.group(), block, block.text)
    return None


def _interval(blocks: Sequence[Block]) -> Fact | None:
    for block, sentence in _every_sentence(blocks):
        found = _INTERVAL.search(sentence)
        if found and re.search(r"revid|aktualiser|ses över|omprövas|revis", sentence, re.IGNORECASE):
            word = (found.group(1) or "").casefold()
            years = NUMBERS.get(word) or (int(re.match(r"\d+", word).group()) if word[:1].isdigit() else 0)
            years = years or (4 if found.group(2) else 2)
            if 1 <= years <= 20:
                return _fact("revision_interval_years", years, block, sentence)
    return None


def _duty(field: str, *patterns: re.Pattern[str]) -> Callable[[Sequence[Block]], Fact | None]:
    """Reads one duty: a sentence in which all the patterns stand."""

    def read(blocks: Sequence[Block]) -> Fact | None:
        for block, sentence in _every_sentence(blocks):
            if block.kind is not Kind.HEADING and all(pattern.search(sentence) for pattern in patterns):
                return _fact(field, True, block, sentence)
        return None

    return read


_DUTIES = (
    _duty("tests_cofinancing", _COFINANCING, _TESTED),
    _duty("yearly_follow_up", _YEARLY, _FOLLOWED),
    _duty("children_first", _CHILDREN, _FIRST),
    _duty("contact_persons", _CONTACT),
)


def _every_sentence(blocks: Sequence[Block]) -> Iterator[tuple[Block, str]]:
    for block in blocks:
        for sentence in sentences(block.text):
            yield block, sentence


def _day(text: str) -> date | None:
    for found in _DAY.finditer(text):
        year, month, day, spoken_day, spoken_month, spoken_year = found.groups()
        try:
            if year:
                return date(int(year), int(month), int(day))
            number = MONTHS.get(spoken_month.casefold())
            if number:
                return date(int(spoken_year), number, int(spoken_day))
        except ValueError:
            continue  # 2016-13-45 is no day
    return None


def _fact(field: str, value: str | int | bool | date, block: Block, quote: str) -> Fact:
    place = Place(page=block.page, paragraph=block.number, quote=cut(" ".join(quote.split()), LONGEST_QUOTE))
    return Fact(field=field, value=value, place=place)
