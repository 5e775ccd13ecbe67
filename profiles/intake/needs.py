"""A paragraph of a plan to proposed needs: one a sentence that wants something of its own.

Sentences that could stand in any plan are dropped, those that say the same are told once, and what another need of
the unit says already is marked. All of it happens here; no text leaves the machine.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from profiles.intake.blocks import Block, Kind
from profiles.intake.words import children_in, cut, key_of, sentences
from profiles.model import Need, PriorityArea

LONGEST_NEED = 800
LONGEST_TITLE = 70
FEWEST_TELLING = 3
MOST_NEEDS = 30
SAME_WORDS = 0.7
SAME_MEANING = 0.93  # cosine of the embedded model: ordinary pairs of sentences lie around 0.8
STEM = 6

Likeness = Callable[[Sequence[str], Sequence[str]], Sequence[Sequence[float]]]
"""Cosine of every text of the first list with every one of the second, shape (len(first), len(second))."""

_WANTS = re.compile(
    r"\b(ska|skall|vill|behöver|behövs|bör|måste|satsa\w*|utveckla\w*|stärk\w*|minska\w*|öka\w*|förbättra\w*|inför\w*|"
    r"pröva\w*|skapa\w*|erbjud\w*|främja\w*|bygg\w*|fler|färre|bättre|shall|want|need)\b",
    re.IGNORECASE,
)
_ROUTINE = re.compile(
    r"\b(budget\w*|bokslut\w*|delårs\w*|sammanträd\w*|delegation\w*|reglemente\w*|internkontroll\w*|"
    r"redovisa\w*|nettokostnad\w*|prognos\w*|tkr|mnkr|kronor|protokoll\w*)\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"^(det|detta|de|dessa|därför|därmed|därigenom|på så sätt|genom detta|målet är|syftet är|dessutom|även)\b",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"^(?:under (?:året|perioden|\d{4}(?:\s?[-–]\s?\d{4})?),? |(?:år )?\d{4}(?:\s?[-–]\s?\d{4})? )?"
    r"(?:vi|\w*(?:förvaltningen|nämnden|bolaget|kommunen|enheten|avdelningen|verksamheten))?\s*"
    r"(?:ska|skall|vill|behöver|bör|måste)?\s*(?:ska|skall|vill|behöver|bör|måste)?\s*"
    r"(?:vi|\w+(?:förvaltningen|nämnden|bolaget)|kommunen)?\s*(?:också|även|fortsatt|fortsätta)?\s*(?:att)?\s*",
    re.IGNORECASE,
)
# Words that any plan has; what is left of a sentence without them is what it is about.
_GENERIC = re.compile(
    r"(aktiv|ansvar|arbet|bedriv|behov|bra\b|effektiv|fokus|fortsatt|fortsätt|förutsättning|förvaltning|gemensam|god[ats]?\b|"
    r"hållbar|hög|insats|invånar|kommun|kontinuerlig|kvalit|medarbetar|mål\b|målen|målsättning|nämnd|organisation|plan\b|"
    r"process|resurs|samverk|satsning|strateg|stärk|säkerställ|syft|tydlig|utgångspunkt|utveckl|verksamhet|vision|år\b|"
    r"året|åtgärd|öka|också|även|under|mycket|många|olika|andra|samtlig|viktig|möjlig|kunna|behöver|skapa|arbeta)"
)
_STOP = re.compile(
    r"(och|att|som|med|för|till|den|det|ett|ska|skall|vill|har|kan|från|inom|när|eller|där|deras|sina|vara|"
    r"blir|bli|får|finns|genom|efter|utan|mer|fler|alla|vid|över|bör|måste|också|varje)"
)


@dataclass(frozen=True, kw_only=True)
class ProposedNeed:
    """A need as the plan's words suggest it.

    Attributes:
        priority_area: key of the area that it seems to serve; None when none is near.
        like: title of a need of the unit that says the same; None when there is none.
        quote: the sentences as they were pasted.
    """

    key: str
    title: str
    text: str
    priority_area: str | None
    children_and_youth: bool
    like: str | None
    quote: str


def propose_needs(
    blocks: Sequence[Block],
    areas: Sequence[PriorityArea],
    existing: Sequence[Need] = (),
    likeness: Likeness | None = None,
) -> tuple[ProposedNeed, ...]:
    """The needs that a plan's text suggests, in its order; empty when it says nothing of its own.

    Args:
        existing: needs that the unit has.
        likeness: compares by meaning as well; by words alone where it is None.
    """
    wanted = _distinct(_wishes(blocks), likeness)[:MOST_NEEDS]
    if not wanted:
        return ()
    nearest_area = _nearest(wanted, [f"{area.title}. {area.description}" for area in areas], likeness)
    proposals = []
    for text, area in zip(wanted, nearest_area, strict=True):
        title = _title(text)
        proposals.append(
            ProposedNeed(
                key=key_of(title),
                title=title,
                text=cut(text, LONGEST_NEED),
                priority_area=None if area is None else areas[area].key,
                children_and_youth=children_in(text),
                like=None,
                quote=text,
            )
        )
    likes = _same_as(wanted, existing, likeness)
    return _with_own_keys([replace(one, like=like) for one, like in zip(proposals, likes, strict=True)])


def _wishes(blocks: Sequence[Block]) -> list[str]:
    """Sentences that want something particular, each with those that go on from it."""
    found: list[str] = []
    open_to_more = False
    for block in blocks:
        if block.kind is Kind.HEADING:
            open_to_more = False
            continue
        for sentence in sentences(block.text) if block.kind is Kind.TEXT else [block.text]:
            if open_to_more and _GOES_ON.match(sentence) and len(found[-1]) + len(sentence) < LONGEST_NEED:
                found[-1] = f"{found[-1]} {sentence}"
            elif _is_wish(sentence, block.kind is Kind.ITEM):
                found.append(_whole(sentence))
                open_to_more = True
            else:
                open_to_more = False
    return found


def _is_wish(sentence: str, is_item: bool) -> bool:
    if len(sentence) < 20 or _ROUTINE.search(sentence) or sentence.endswith((":", "?")):
        return False
    return (is_item or bool(_WANTS.search(sentence))) and len(telling(sentence)) >= FEWEST_TELLING - is_item


def telling(text: str) -> frozenset[str]:
    """Stems of the words that say what a text is about."""
    words = re.findall(r"[^\W\d_]{3,}", text.casefold())
    return frozenset(word[:STEM] for word in words if not _GENERIC.match(word) and not _STOP.fullmatch(word))


def _distinct(texts: Sequence[str], likeness: Likeness | None) -> list[str]:
    """Each thing once, the longer wording of two."""
    if len(texts) < 2:
        return list(texts)
    near = likeness(texts, texts) if likeness else None
    kept: list[int] = []
    for at, text in enumerate(texts):
        twin = next(
            (
                k
                for k, other in enumerate(kept)
                if overlap(text, texts[other]) >= SAME_WORDS
                or (near is not None and near[at][other] >= SAME_MEANING)
            ),
            None,
        )
        if twin is None:
            kept.append(at)
        elif len(text) > len(texts[kept[twin]]):
            kept[twin] = at
    return [texts[at] for at in kept]


def overlap(one: str, other: str) -> float:
    """Share of telling words that both have, of the one with fewer; 0 for texts too short to tell."""
    a, b = telling(one), telling(other)
    return len(a & b) / min(len(a), len(b)) if min(len(a), len(b)) >= 2 else 0.0


def _nearest(texts: Sequence[str], others: Sequence[str], likeness: Likeness | None) -> list[int | None]:
    """For each text the other that is nearest, None when none has a word in common and nothing tells more."""
    if not others:
        return [None] * len(texts)
    near = likeness(texts, others) if likeness else [[0.0] * len(others)] * len(texts)
    found: list[int | None] = []
    for text, row in zip(texts, near, strict=True):
        shared = [len(telling(text) & telling(other)) for other in others]
        best = max(range(len(others)), key=lambda at: (row[at] + 0.02 * shared[at], -at))
        found.append(best if shared[best] or likeness else None)
    return found


def _same_as(texts: Sequence[str], existing: Sequence[Need], likeness: Likeness | None) -> list[str | None]:
    if not existing:
        return [None] * len(texts)
    said = [f"{need.title}. {need.text}" for need in existing]
    near = likeness(texts, said) if likeness else None
    found: list[str | None] = []
    for row, text in enumerate(texts):
        like = next(
            (
                need.title
                for column, need in enumerate(existing)
                if overlap(text, said[column]) >= SAME_WORDS
                or (near is not None and near[row][column] >= SAME_MEANING)
            ),
            None,
        )
        found.append(like)
    return found


def _title(text: str) -> str:
    """What is wanted, without who wants it and when."""
    first = sentences(text)[0].rstrip(".;, ")
    core = first[_OPENING.match(first).end() :] or first
    core = re.split(
        r", (?:så att|för att|genom|vilket|samt)\b| (?:så att|genom att|för att|i syfte att) ", core
    )[0]
    core = cut(core, LONGEST_TITLE, whole_sentences=False)
    return core[0].upper() + core[1:]


def _whole(sentence: str) -> str:
    sentence = sentence.strip().rstrip(";,")
    return (sentence[0].upper() + sentence[1:]) + ("" if sentence[-1] in ".!?" else ".")


def _with_own_keys(proposals: Sequence[ProposedNeed]) -> tuple[ProposedNeed, ...]:
    taken: set[str] = set()
    kept = []
    for proposal in proposals:
        key, number = proposal.key, 2
        while key in taken:
            key, number = f"{proposal.key}-{number}", number + 1
        taken.add(key)
        kept.append(replace(proposal, key=key))
    return tuple(kept)
