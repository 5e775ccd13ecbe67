"""A policy document to what a profile can take from it, each with the words it was read from.

Read by structure: headings, lists, the words that lead into a list, and sentences that say what shall be. Nothing is
taken over by itself; a person accepts, edits or drops every part.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from profiles.intake.blocks import Block, Kind
from profiles.intake.policy_facts import facts_of
from profiles.intake.proposed import Place, PolicyReading, ProposedAim, ProposedArea
from profiles.intake.words import children_in, cut, key_of, sentences

LONGEST_AIM = 600
LONGEST_QUOTE = 400
LONGEST_TITLE = 60
MOST = 40  # proposals of a kind; a document with more is no policy


class Section(StrEnum):
    """What a part of a policy is about."""

    AREAS = "areas"
    AIMS = "aims"
    PURPOSE = "purpose"
    STRATEGY = "strategy"
    DUTIES = "duties"
    BACKGROUND = "background"
    OTHER = "other"


# The first that fits decides; each is tried at the beginning of a heading, then of its words.
SECTIONS = tuple(
    (section, re.compile(pattern, re.IGNORECASE))
    for section, pattern in (
        (
            Section.AREAS,
            r"(prioriter\w+ |utpekade |strategiska )?(fokus|insats|mål|utvecklings|tema|profil|prioritets|satsnings)?"
            r"område|prioritering|priority|focus area",
        ),
        (
            Section.DUTIES,
            r"(\w+ )?ansvar|organisation\b|roll(er|fördelning)|uppfölj|utvärder|ekonomi|resurs|nätverk|revider|giltig|"
            r"ikraft|beslut|responsib",
        ),
        (
            Section.BACKGROUND,
            r"bakgrund|inledning|introduktion|koppling|lagstift|sammanfattning|vision\b|framtidsbild|förord|"
            r"omfattning|background|introduction",
        ),
        (Section.STRATEGY, r"strateg(i|ier)\b|genomförande|arbetssätt|metod|former\b"),
        (
            Section.AIMS,
            r"(\w+ )?(mål\b|målsättning|målbild|delmål|effektmål|inriktning|ambition|åtagande|viljeinriktning)|"
            r"(\w+ )?(aims?|goals?|objectives?)\b",
        ),
        (Section.PURPOSE, r"syfte|ändamål|avsikt|purpose"),
    )
)
KNOWN_HEADING = re.compile(
    r"(?:syfte|mål|målsättning(?:ar)?|bakgrund|inledning|genomförande|strategi(?:er)?|ansvar|organisation|ekonomi|"
    r"uppföljning(?: och utvärdering)?|utvärdering|vision|inriktning|definitioner|omfattning|nätverk|omvärldsbevakning|"
    r"organisation och ansvar|ansvar och uppföljning|prioriterade (?:\w+)?områden|fokusområden|policy)\Z",
    re.IGNORECASE,
)

_AREA_LEAD = re.compile(
    r"\b(bidra till|inriktas (på|mot)|fokusera på|prioritera|förutsättningar|områden)\b", re.IGNORECASE
)
_SHALL = re.compile(r"\b(ska|skall|shall)\b", re.IGNORECASE)
_SERVES = re.compile(
    r"\b(bidrar? till|syftar till|syftet\b.* är att|bedrivs för att|betydelsefull\w* för)\b", re.IGNORECASE
)
_SERVED = re.compile(
    r"\b(?:bidrar? (?:\w+ ){0,5}?till|syftar till|är att|för att)(?: att)?(?: byggandet av)?(?: en| ett)? (.+)",
    re.IGNORECASE,
)
# "Deltar i ...", "Positionerar sig som en ...": a verb in the present that a list of aims begins with; "Fler språk" and
# "Hållbar energi" only look like one.
_LEADING_VERB = re.compile(
    r"^(?!Efter|Fler |Mer |Städer|Säker|\w*llbar)(?:[A-ZÅÄÖ]\w*(?:ar|er)|Är|Har|Ska|Skall)(?: sig)?"
    r"(?: i| till| som| på| för)?(?: ett| en)? (?=[a-zåäö])"
)
# "Unga: fler ska ...", "Unga. Fler ska ...": a theme's name before what is said of it.
_NAMED = re.compile(r"([A-ZÅÄÖ](?:(?! ska )[^.:;!?]){2,58})(?:\.|:| [–-]) (\S.+)", re.DOTALL)
_TITLE_END = re.compile(r",? (?:genom|såsom|som|samt|vilket|till exempel|med|enligt|för att|är|vid) |, ")
_DUTY_OF_SOMEONE = re.compile(
    r"^(kommun(fullmäktige|styrelsen|chefen|direktören)|nämnder|varje (nämnd|förvaltning)|samtliga|förvaltning|"
    r"styrelse)",
    re.IGNORECASE,
)


def read_policy(blocks: Sequence[Block]) -> PolicyReading:
    """What the blocks of a policy propose."""
    parts = tuple(_parts(blocks))
    aims, areas = [], []
    has_aims_of_its_own = any(part.section in (Section.AIMS, Section.PURPOSE) for part in parts)
    for part in parts:
        if part.names_areas:
            areas.append(_area(part, is_named=True))
        elif part.is_aim(has_aims_of_its_own):
            aims.append(part)
    if not areas:
        made = [part for part in aims if part.section is not Section.STRATEGY and part.can_be_area]
        areas = [_area(part, is_named=False) for part in made]
    return PolicyReading(
        facts=tuple(facts_of(blocks)),
        aims=_distinct([_aim(part) for part in aims]),
        areas=_distinct(areas),
    )


@dataclass(frozen=True, kw_only=True)
class _Part:
    """An item of a list with its lead and description, or one sentence of running text."""

    section: Section
    text: str
    lead: str = ""
    description: str = ""
    is_item: bool
    block: Block

    @property
    def names_areas(self) -> bool:
        if not self.is_item or self.section in (Section.DUTIES, Section.BACKGROUND, Section.AIMS):
            return False
        return self.section is Section.AREAS or bool(_AREA_LEAD.search(self.lead))

    def is_aim(self, has_aims_of_its_own: bool) -> bool:
        if self.section is Section.DUTIES:
            return False
        if self.is_item:
            return True
        if self.section in (Section.BACKGROUND, Section.STRATEGY, Section.AREAS):
            return False
        if _DUTY_OF_SOMEONE.match(self.text):
            return False
        says_what_for = bool(_SERVES.search(self.text))
        if self.section is Section.OTHER and has_aims_of_its_own:
            return bool(_SHALL.search(self.text))
        return says_what_for or bool(_SHALL.search(self.text))

    @property
    def can_be_area(self) -> bool:
        """What the list names, and what running text says that it serves."""
        return self.is_item or (self.section is Section.PURPOSE and bool(_SERVES.search(self.text)))


def _parts(blocks: Sequence[Block]) -> Iterator[_Part]:
    section, lead = Section.OTHER, ""
    at = 0
    while at < len(blocks):
        block = blocks[at]
        if block.kind is Kind.HEADING:
            section, lead = _section(block.text, section), ""
        elif block.kind is Kind.ITEM:
            described = list(_description(blocks, at))
            yield _Part(
                section=section,
                text=block.text.rstrip(".;, "),
                lead=lead,
                description=" ".join(text.text for text in described),
                is_item=True,
                block=block,
            )
            at += len(described)
        elif _leads(blocks, at):
            *before, lead = sentences(block.text) or [block.text]
            yield from (_Part(section=section, text=text, is_item=False, block=block) for text in before)
        elif section is Section.AREAS and (named := _named_in(block.text)):
            yield from (_Part(section=section, text=text, is_item=True, block=block) for text in named)
        else:
            lead = ""
            yield from (
                _Part(section=section, text=text, is_item=False, block=block)
                for text in sentences(block.text)
                if "\t" not in text and len(text.split()) >= 5
            )
        at += 1


def _named_in(text: str) -> list[str]:
    """The themes of a paragraph in which every sentence begins with a theme's name and a colon; else none."""
    said = sentences(text)
    is_list = len(said) > 1 and all(_NAMED.match(one) and ":" in one[:LONGEST_TITLE] for one in said)
    return said if is_list else []


def _section(heading: str, around: Section) -> Section:
    """What a heading opens; a heading that says nothing of its own stays within responsibilities."""
    for section, pattern in SECTIONS:
        if pattern.match(heading):
            return section
    for section, pattern in SECTIONS:
        if any(pattern.match(word) for word in heading.split() if len(word) > 3):
            return section
    return Section.DUTIES if around is Section.DUTIES else Section.OTHER


def _description(blocks: Sequence[Block], at: int) -> Iterator[Block]:
    """The paragraphs under an item that is a title, where the list goes on after them or ends with a heading."""
    if len(blocks[at].text) > LONGEST_TITLE or blocks[at].text.endswith("."):
        return
    for block in blocks[at + 1 :]:
        if block.kind is not Kind.TEXT or not block.text[0].isupper() or _leads(blocks, block.number - 1):
            return
        yield block


def _leads(blocks: Sequence[Block], at: int) -> bool:
    """Whether a paragraph is the words that a list begins with."""
    following = blocks[at + 1] if at + 1 < len(blocks) else None
    if following is None or following.kind is not Kind.ITEM:
        return False
    text = blocks[at].text
    return text.endswith(":") or (text[-1] not in ".!?" and "\t" not in text)


def _aim(part: _Part) -> ProposedAim:
    text = part.text if not part.is_item else _led(part.lead, part.text)
    if part.description:
        text = f"{text}: {part.description}"
    text = cut(text if text.endswith(".") else f"{text}.", LONGEST_AIM)
    return ProposedAim(key=key_of(part.text), text=text[0].upper() + text[1:], place=_place(part))


def _led(lead: str, item: str) -> str:
    """An item as a whole sentence: the words before the list, then its own."""
    lead = lead.rstrip(": ")
    begins_small = item[0].islower()
    if not lead or (not begins_small and len(lead.split()) > 4):
        return item
    if not begins_small and not re.match(r"[A-ZÅÄÖ]\w*(?:ar|er|r)\b", item):
        return item
    return f"{lead} {item[0].lower()}{item[1:]}"


def _area(part: _Part, *, is_named: bool) -> ProposedArea:
    if part.is_item and (named := _NAMED.fullmatch(part.text)):
        title, description = named.group(1), f"{named.group(2)} {part.description}".strip()
    else:
        title = _area_title(part.text)
        description = part.description or (part.text if part.text != title else _led(part.lead, part.text))
    description = cut(description if description.endswith(".") else f"{description}.", LONGEST_AIM)
    return ProposedArea(
        key=key_of(title),
        title=title,
        description=description[0].upper() + description[1:],
        children_and_youth=children_in(f"{part.text} {part.description}"),
        is_named=is_named,
        place=_place(part),
    )


def _area_title(text: str) -> str:
    """A theme's name out of an item or a sentence: what it serves, without the verb it begins with."""
    text = text.rstrip(".")
    if (serves := _SERVED.search(text)) and (len(text) > LONGEST_TITLE or serves.start() == 0):
        text = serves.group(1)
    if shall := _SHALL.search(text):
        before, after = text[: shall.start()].strip(), text[shall.end() :].strip()
        text = after if len(before.split()) < 2 or before.startswith(("I ", "Vid ", "Det ")) else before
    text = _LEADING_VERB.sub("", text)
    if len(text) > 40:
        text = _TITLE_END.split(text)[0]
    text = cut(text, LONGEST_TITLE, whole_sentences=False)
    return text[0].upper() + text[1:]


def _place(part: _Part) -> Place:
    text = part.block.text if part.is_item else part.text
    quote = f"{text} {part.description}".strip()
    return Place(page=part.block.page, paragraph=part.block.number, quote=cut(quote, LONGEST_QUOTE))


def _distinct(proposals: Sequence) -> tuple:
    """Each thing once, with a key of its own."""
    kept, keys, said = [], set(), set()
    for proposal in proposals:
        words = getattr(proposal, "title", None) or proposal.text
        if words.casefold() in said or len(kept) == MOST:
            continue
        said.add(words.casefold())
        key, number = proposal.key, 2
        while key in keys:
            key, number = f"{proposal.key[:60]}-{number}", number + 1
        keys.add(key)
        kept.append(proposal if key == proposal.key else replace(proposal, key=key))
    return tuple(kept)
