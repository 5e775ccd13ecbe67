"""The best calls of many needs in blocks: the same answer whatever the block and whoever works."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.blocks import SPARE, best
from matcher.likeness import CallRows, _whole_calls, likeness


def units(count, seed=1, dimension=16):
    rows = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def slowly(scores, most, allowed, least, free):
    """One need at a time, everything sorted."""
    found = []
    for i, row in enumerate(np.round(scores, 4)):
        chosen, counted = [], 0
        for j in np.argsort(-row, kind="stable"):
            if row[j] < least or not allowed[i, j] or (not free[i, j] and counted == most):
                continue
            counted += not free[i, j]
            chosen.append(int(j))
        found.append(chosen)
    return found


def masked(rows):
    return lambda i, places: rows[i, places]


@settings(max_examples=60, deadline=None)
@given(
    needs=st.integers(1, 12),
    calls=st.integers(1, 150),
    most=st.integers(1, 60),
    least=st.sampled_from([-np.inf, 0.0, 0.2]),
    decimals=st.integers(1, 4),
    with_free=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_the_best_are_those_of_sorting_everything_and_gates_hold(
    needs, calls, most, least, decimals, with_free, seed
):
    random = np.random.default_rng(seed)
    scores = np.round(units(needs, seed) @ units(calls, seed + 1).T, decimals)
    allowed = random.random(scores.shape) > 0.3
    free = (random.random(scores.shape) > 0.8) & with_free
    found = best(scores, most, masked(allowed), least=least, free=masked(free) if with_free else None)
    assert [row.tolist() for row in found] == slowly(scores, most, allowed, least, free)


def test_l07_equal_scores_go_by_position_also_when_more_are_equal_than_there_is_room_for():
    scores = np.full((1, SPARE + 50), 0.5)
    assert next(best(scores, 10, masked(scores > 0))).tolist() == list(range(10))


def test_a_need_whose_unit_may_apply_for_nothing_gets_nothing():
    assert [len(row) for row in best(np.ones((2, 5)), 3, masked(np.zeros((2, 5), bool)))] == [0, 0]


@pytest.mark.parametrize("seed", range(3))
def test_likeness_takes_each_calls_title_and_best_section_whatever_the_block(seed, tmp_path):
    random = np.random.default_rng(seed)
    counts = random.integers(1, 5, 30)
    rows = units(counts.sum(), seed)
    rows[5] = np.nan
    owner = np.repeat(np.arange(30), counts)
    place = np.concatenate([np.arange(count) for count in counts])
    texts = CallRows(rows=rows, owner=owner, place=place, is_title=place == 0, calls=30)
    needs = [units(2, 7), None, units(1, 8)]
    found = likeness(needs, texts, np.zeros(len(rows)))
    with ThreadPoolExecutor(2) as executor:
        again = likeness(needs, texts, np.zeros(len(rows)), executor)
    assert np.array_equal(found.sections, again.sections, equal_nan=True)
    for i, wordings in enumerate(needs):
        for j in range(30):
            mine = (
                []
                if wordings is None
                else [2 * (wordings @ rows[t]).mean() for t in np.flatnonzero(owner == j)]
            )
            assert found.titles[i, j] == pytest.approx(mine[0] if mine else np.nan, abs=1e-5, nan_ok=True)
            sections = [value for value in mine[1:] if not np.isnan(value)]
            assert found.sections[i, j] == pytest.approx(
                max(sections) if sections else np.nan, abs=1e-5, nan_ok=True
            )
            if sections:
                assert found.best[i, j] == 1 + int(np.nanargmax(mine[1:]))


def test_blocks_of_texts_part_no_call():
    owner = np.repeat(np.arange(6), [3, 1, 4, 2, 1, 5])
    for block in range(1, 18):
        parts = list(_whole_calls(owner, block))
        assert [i for part in parts for i in range(part.start, part.stop)] == list(range(len(owner)))
        assert all(owner[part.stop - 1] != owner[part.stop] for part in parts[:-1])
