"""What a person can check: the reasons behind a score, and the sentences that met."""

from functools import lru_cache

import numpy as np

from calls.model import Call
from calls.vocabulary import SECTION_LABELS, SectionKind
from matcher.model import Evidence, SentencePair
from matcher.pool import Pool
from matcher.programmes import action_of, programme_of
from matcher.texts import TITLE, call_texts, sentences
from matcher.translate import translate
from matcher.words import Concept, term_stems, tokens
from texts import N_, Message

MAX_PAIRS = 3
MAX_CALL_SENTENCES = 200
SHOWN_WORDS = 6
UNDESCRIBED = N_("Programmet är inte beskrivet.")
HOW_OFTEN = (
    (0.7, N_("{name} passar ofta kommuner.")),
    (0.35, N_("{name} passar ibland kommuner.")),
    (0.0, N_("{name} passar sällan kommuner.")),
)
PLACES = {TITLE: N_("rubrik")} | {kind.value: label for kind, label in SECTION_LABELS.items()}


def evidence(pool: Pool, strengths: dict[str, np.ndarray], i: int, j: int) -> tuple[Evidence, ...]:
    """One reason a signal that speaks for the pair, the strongest first; silent signals are left out."""
    found = [
        Evidence(signal=name, strength=round(float(matrix[i, j]), 4), reason=REASONS[name](pool, i, j))
        for name, matrix in strengths.items()
        if not np.isnan(matrix[i, j]) and matrix[i, j] > 0
    ]
    return tuple(sorted(found, key=lambda item: (-item.strength, item.signal)))


def pairs(pool: Pool, i: int, j: int) -> tuple[SentencePair, ...]:
    """At most three sentences of the call, each beside the sentence of the need that it met; both quoted.

    Sentences meet in the concepts they share; the more of the need's concepts a sentence takes up, the better.
    """
    need, call = pool.needs[i], pool.calls[j]
    asked = need_sentences(need.text or need.title)
    met = [
        (
            overlap,
            place,
            SentencePair(need=said, call=sentence, section=section, similarity=round(overlap, 4)),
        )
        for place, (section, sentence, stems) in enumerate(_call_sentences(call))
        for said, overlap in [_best(asked, pool.concepts[i], stems)]
        if overlap > 0
    ]
    met.sort(key=lambda item: (-item[0], item[1]))
    return tuple(pair for _, _, pair in met[:MAX_PAIRS])


@lru_cache(maxsize=512)
def need_sentences(text: str) -> list[tuple[str, tuple[Concept, ...]]]:
    """A need's sentences, each with the concepts it speaks of."""
    found = sentences(text) or [text.strip()]
    return [(sentence, translate(sentence)) for sentence in found]


@lru_cache(maxsize=1024)
def _call_sentences(call: Call) -> list[tuple[str, str, frozenset[str]]]:
    """Section, sentence and stems of each, the title first."""
    found = [(TITLE, call.title)]
    for section in call.sections:
        if section.kind is not SectionKind.CONDITIONS:
            found += [(section.kind.value, sentence) for sentence in sentences(section.text)]
    return [(section, said, frozenset(tokens(said))) for section, said in found[:MAX_CALL_SENTENCES]]


def _best(asked, whole: tuple[Concept, ...], stems: frozenset[str]) -> tuple[str, float]:
    """The sentence of the need with most in common; the whole need's concepts when it has no Swedish ones."""
    scored = [(_share(concepts, stems), said) for said, concepts in asked]
    best, said = max(scored, key=lambda item: item[0])
    return said, max(best, _share(whole, stems) if best == 0 or not any(c for _, c in asked) else best)


def _share(concepts: tuple[Concept, ...], stems: frozenset[str]) -> float:
    """The share of the concepts, by weight, that a sentence takes up with at least one whole term."""
    total = sum(concept.weight for concept in concepts)
    if not total:
        return 0.0
    return sum(concept.weight for concept in concepts if _said(concept, stems)) / total


def _said(concept: Concept, stems: frozenset[str]) -> bool:
    return any((needed := term_stems(term)) and stems.issuperset(needed) for term in concept.terms)


def _why_meaning(pool: Pool, i: int, j: int) -> Message:
    likeness = pool.english_likeness
    place = call_texts(pool.calls[j])[likeness.best[i, j] if likeness is not None else 0].section
    text = N_("Behovet ligger nära det som utlysningen handlar om ({place}).")
    return Message(text=text, values={"place": Message(text=PLACES.get(place, place))})


def _why_own_words(pool: Pool, i: int, j: int) -> Message:
    return Message(text=N_("Behovet, så som ni har skrivit det, liknar utlysningen."))


def _why_words(pool: Pool, i: int, j: int) -> Message:
    met = [c for c in pool.concepts[i] if any(pool.index.term_scores(term)[j] > 0 for term in c.terms)]
    said = list(dict.fromkeys(concept.said for concept in met))[:SHOWN_WORDS]
    return Message(text=N_("Utlysningen tar upp: {words}."), values={"words": ", ".join(said)})


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
