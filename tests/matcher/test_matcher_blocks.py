"""The best calls of many needs in blocks: the same answer whatever the block and whoever works."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.blocks import SPARE, top_matches
from matcher.likeness import CallRows, _whole_calls, likeness


def units(count, seed=1, dimension=16):
    rows = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def slowly(needs, calls, allowed, kind, k):
    """One need at a time, everything sorted."""
    found = []
    for need, row in zip(needs, kind, strict=True):
        scores = np.round(need @ calls.T, 4)
        open_calls = [j for j in np.argsort(-scores, kind="stable") if allowed[row, j]][:k]
        found.append(open_calls + [-1] * (k - len(open_calls)))
    return np.array(found)


@settings(max_examples=40, deadline=None)
@given(
    needs=st.integers(0, 30),
    calls=st.integers(1, 120),
    k=st.integers(1, 60),
    block=st.integers(1, 40),
    seed=st.integers(0, 1000),
)
def test_every_block_gives_what_sorting_everything_gives_and_gates_hold(needs, calls, k, block, seed):
    left, right = units(needs, seed), units(calls, seed + 1)
    random = np.random.default_rng(seed)
    allowed, kind = random.random((3, calls)) > 0.3, random.integers(0, 3, needs)
    found = top_matches(left, right, allowed, kind, k=k, block=block)
    assert found.indices.tolist() == slowly(left, right, allowed, kind, k).reshape(needs, k).tolist()
    assert (np.isfinite(found.scores) == (found.indices >= 0)).all()


def test_an_executor_changes_nothing():
    left, right = units(300), units(200, 2)
    allowed, kind = np.ones((1, 200), bool), np.zeros(300, np.int64)
    alone = top_matches(left, right, allowed, kind, k=20, block=50)
    with ThreadPoolExecutor(2) as executor:
        together = top_matches(left, right, allowed, kind, k=20, block=50, executor=executor)
    assert (alone.indices == together.indices).all()
    assert (alone.scores == together.scores).all()


def test_l07_equal_scores_go_by_position_also_when_more_are_equal_than_there_is_room_for():
    right = np.tile(units(1), (SPARE + 50, 1))
    found = top_matches(units(1), right, np.ones((1, len(right)), bool), np.zeros(1, np.int64), k=10)
    assert found.indices[0].tolist() == list(range(10))


def test_a_need_whose_unit_may_apply_for_nothing_gets_nothing():
    found = top_matches(units(2), units(5), np.zeros((1, 5), bool), np.zeros(2, np.int64), k=3)
    assert (found.indices == -1).all()


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
