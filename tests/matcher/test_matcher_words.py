"""Words: what a call says often counts more, and so do words that stand beside each other as in the term."""

from itertools import pairwise

import numpy as np
import pytest

from matcher.phrases import Phrases
from matcher.words import Concept, WordIndex, tokens

FILLER = "bridges ferries museums orchards quarries harvests tunnels lasers copper opera"


def asked(*terms: str) -> list[Concept]:
    return [Concept(said=terms[0], terms=terms)]


def test_words_beside_each_other_count_more_than_the_same_words_apart():
    apart = f"energy from the sun {FILLER} the community of fishers"
    beside = f"sun {FILLER} energy community of fishers from the sea"
    scores = WordIndex([apart, beside, FILLER, FILLER]).score(asked("energy community"))
    assert scores[1] > scores[0] > scores[2] == 0


def test_the_same_words_in_another_order_are_no_phrase():
    scores = WordIndex([f"community energy {FILLER}", f"energy community {FILLER}", FILLER]).score(
        asked("energy community")
    )
    assert scores[1] > scores[0]


def test_no_phrase_goes_from_one_call_into_the_next():
    phrases = Phrases(
        [["solar", "energy"], ["community", "hall"]], {"solar": 0, "energy": 1, "community": 2, "hall": 3}
    )
    calls, often = phrases.count("energy", "community")
    assert len(calls) == len(often) == 0


def test_a_call_about_a_thing_stands_well_above_one_that_mentions_it():
    texts = [f"{'flood ' * times} {' '.join([FILLER] * 10)}" for times in (1, 2, 10, 0)]
    once, twice, ten, never = WordIndex(texts).score(asked("flood"))
    assert ten > 1.7 * twice > 1.7 * once > never == 0


@pytest.mark.parametrize("seed", range(5))
def test_phrases_are_counted_as_by_reading(seed):
    rng = np.random.default_rng(seed)
    texts = [list(rng.choice(list("abc"), rng.integers(0, 12))) for _ in range(8)]
    phrases = Phrases(texts, {"a": 0, "b": 1, "c": 2})
    for first, second in (("a", "b"), ("b", "b"), ("c", "a"), ("a", "missing")):
        calls, often = phrases.count(first, second)
        read = {i: sum((x, y) == (first, second) for x, y in pairwise(text)) for i, text in enumerate(texts)}
        assert dict(zip(calls.tolist(), often.tolist(), strict=True)) == {i: n for i, n in read.items() if n}


def test_no_texts_score_nothing():
    assert WordIndex([]).score(asked("energy community")).shape == (0,)
    assert tokens("") == []
