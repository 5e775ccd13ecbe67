"""What a person can check: the reasons behind a score."""

from collections.abc import Sequence

import numpy as np

from calls.kinds import of_kind
from calls.model import Call
from calls.vocabulary import SECTION_LABELS
from matcher.model import Evidence
from matcher.pairs import Told, call_sentences
from matcher.pool import Pool
from matcher.programmes import action_of, programme_of
from matcher.signals import SIGNALS
from matcher.texts import TITLE, call_texts
from matcher.words import Concept, term_stems, written
from texts import N_, Message

SHOWN_WORDS, FEW_WORDS = 6, 2
BEHIND_BEST = 0.25  # a word that tells less than this share of what the best one does is left out
UNDESCRIBED = N_("Programmet är inte beskrivet.")
HOW_OFTEN = (
    (0.7, N_("{name} passar ofta kommuner.")),
    (0.35, N_("{name} passar ibland kommuner.")),
    (0.0, N_("{name} passar sällan kommuner.")),
)
PLACES = {TITLE: N_("rubrik")} | {kind.value: label for kind, label in SECTION_LABELS.items()}


def evidence(pool: Pool, strengths: dict[str, np.ndarray], i: int, j: int) -> tuple[Evidence, ...]:
    """One reason a signal that speaks for the pair, first what moved the score most; silent signals are left out."""
    weights = {s.name: s.weight if pool.vectors is not None else s.weight_without_model for s in SIGNALS}
    found = [
        Evidence(signal=name, strength=round(float(matrix[i, j]), 4), reason=REASONS[name](pool, i, j))
        for name, matrix in strengths.items()
        if not np.isnan(matrix[i, j]) and matrix[i, j] > 0
    ]
    return tuple(sorted(found, key=lambda item: (-item.strength * weights[item.signal], item.signal)))


def _why_meaning(pool: Pool, i: int, j: int) -> Message:
    likeness = pool.english_likeness
    place = call_texts(pool.calls[j])[likeness.best[i, j] if likeness is not None else 0].section
    text = of_kind(
        pool.calls[j],
        N_("Behovet ligger nära det som utlysningen handlar om ({place})."),
        N_("Behovet ligger nära det som samrådet handlar om ({place})."),
    )
    return Message(text=text, values={"place": Message(text=PLACES.get(place, place))})


def _why_own_words(pool: Pool, i: int, j: int) -> Message:
    text = of_kind(
        pool.calls[j],
        N_("Behovet, så som ni har skrivit det, liknar utlysningen."),
        N_("Behovet, så som ni har skrivit det, liknar samrådet."),
    )
    return Message(text=text)


def _why_words(pool: Pool, i: int, j: int) -> Message:
    call, found = pool.calls[j], shared_words(pool, i, j)
    if not found:
        few = (
            N_("Utlysningen använder några av behovets ord."),
            N_("Samrådet använder några av behovets ord."),
        )
        return Message(text=of_kind(call, *few))
    text = of_kind(call, N_("Utlysningen tar upp: {words}."), N_("Samrådet tar upp: {words}."))
    return Message(text=text, values={"words": ", ".join(found)})


def shared_words(pool: Pool, i: int, j: int) -> list[str]:
    """What the call takes up of the need, the most telling first: in the call's own words, or as the vocabulary
    has it where these stand apart in a sentence; the need's word for it stands behind in brackets. Generic words
    are left out; single words of the need's English are taken only where the vocabulary knows too little."""
    found: dict[frozenset[str], tuple[float, str]] = {}
    _share([c for c in pool.concepts[i] if not c.is_plain], pool.calls[j], pool.told, found)
    if len(found) < FEW_WORDS:
        _share([c for c in pool.concepts[i] if c.is_plain], pool.calls[j], pool.told, found)
    ranked = sorted(found.values(), key=lambda item: (-item[0], item[1]))
    telling = [shown for value, shown in ranked if value >= BEHIND_BEST * ranked[0][0]]
    return list(dict.fromkeys(telling))[:SHOWN_WORDS]


def _share(
    concepts: Sequence[Concept], call: Call, told: Told, found: dict[frozenset[str], tuple[float, str]]
) -> None:
    """Add what the call takes up of the concepts, by stems: how much it tells, and the words."""
    for concept in concepts:
        terms = [
            (concept.weight * sum(map(told.by, needed)), needed, sentence, term)
            for needed, term in ((term_stems(term), term) for term in concept.terms)
            if needed and (sentence := _sentence_with(call, needed)) is not None
        ]
        value, needed, sentence, term = max(terms, default=(0.0, (), "", ""))
        if not value or any(other.issuperset(needed) for other in found):
            continue
        shown = written(sentence, needed) or term
        is_same = concept.is_plain or shown.lower() == concept.said.lower()
        found[frozenset(needed)] = (value, shown if is_same else f"{shown} ({concept.said})")


def _sentence_with(call: Call, needed: Sequence[str]) -> str | None:
    return next((said for _, said, stems in call_sentences(call) if stems.issuperset(needed)), None)


def _why_theme(pool: Pool, i: int, j: int) -> Message:
    known = programme_of(pool.calls[j])
    values = {"name": Message(text=known.name), "about": Message(text=known.about)} if known else {}
    return Message(text=N_("{name}: {about}") if known else UNDESCRIBED, values=values)


def _why_programme(pool: Pool, i: int, j: int) -> Message:
    known = programme_of(pool.calls[j])
    if known is None:
        return Message(text=UNDESCRIBED)
    text = next(text for least, text in HOW_OFTEN if known.fit >= least)
    return Message(text=text, values={"name": Message(text=known.name)})


def _why_action(pool: Pool, i: int, j: int) -> Message:
    known = action_of(pool.calls[j])
    return Message(text=known.name if known else N_("Typen av projekt framgår inte."))


REASONS = {
    "meaning": _why_meaning,
    "own_words": _why_own_words,
    "words": _why_words,
    "theme": _why_theme,
    "programme": _why_programme,
    "action": _why_action,
}
