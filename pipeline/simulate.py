"""What learning from answers is worth: a coordinator who answers as the judgements say.

For each need she answers the judged calls as the matcher ranks them: grade 2 or 3 is a yes, less is "does not
touch our need". The ranking of the calls that she has not answered is measured before and after learning. In
the second kind of run she answers this year's calls and next year's are measured: the calls are dealt into two
halves, several times.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from calls.model import Call
from matcher.embedder import Embedder
from matcher.evaluation import RELEVANT, figures
from matcher.learning import Answered, adjusted, learn
from matcher.model import RejectReason, Verdict
from matcher.nearness import nearness
from matcher.pool import Pool
from matcher.score import order, score
from matcher.vectors import Vectors, texts_to_embed
from pipeline.evaluate import CONSIDERED, cached_vectors, gate_mask
from pipeline.judged import Judged, read_judged
from pipeline.match import Progress

SIZES = (0, 5, 10, 20)
WRONG = 10
DEALS = 10
START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the simulation.

    Attributes:
        answers: answers for each need, the wrong ones included; `wrong`: how many of them, the first ones.
        needs: needs that have a relevant call left to find.
        before, after: mean nDCG@10 over the calls not answered, without learning and with it.
        worst: the largest loss of one need.
    """

    answers: int
    wrong: int
    needs: int
    before: float
    after: float
    worst: float


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """What was measured.

    Attributes:
        same_calls: she answers from the top of the queue, the rest of it is measured.
        next_round: she answers one half of the calls, the other half is measured; means over the deals.
        wrong_first: the same with ten wrong answers before the right ones.
        corrected: the wrong ones answered again, rightly; `is_exact` when every score is then as if they had
            never been wrong, and a reset gives back every score as it was before the first answer.
    """

    same_calls: tuple[Row, ...]
    next_round: tuple[Row, ...]
    wrong_first: tuple[Row, ...]
    corrected: tuple[Row, ...]
    is_exact: bool
    model: str

    def as_json(self) -> dict[str, Any]:
        """The object that `fondvakt evaluate --simulate --json` adds."""
        return asdict(self)


def simulate(judged: Judged, vectors: Vectors | None) -> Simulation:
    """Measure learning on a judged collection; the same collection gives the same figures."""
    board = Board(judged, vectors)
    everything = np.ones(len(board.calls), bool)
    dealt = np.random.default_rng(1)
    halves = [dealt.random(len(board.calls)) < 0.5 for _ in range(DEALS)]
    return Simulation(
        same_calls=tuple(board.row(size, 0, [(everything, everything)]) for size in SIZES),
        next_round=tuple(board.row(size, 0, [(half, ~half) for half in halves]) for size in SIZES),
        wrong_first=tuple(
            board.row(WRONG + size, WRONG, [(half, ~half) for half in halves]) for size in SIZES
        ),
        corrected=tuple(
            board.row(WRONG + size, WRONG, [(half, ~half) for half in halves], corrected=True)
            for size in SIZES
        ),
        is_exact=board.undoing_is_exact(),
        model="words" if vectors is None else vectors.model,
    )


class Board:
    """The judged collection, scored once."""

    def __init__(self, judged: Judged, vectors: Vectors | None):
        self.calls: Sequence[Call] = sorted(judged.calls, key=lambda call: call.id)
        self._needs = judged.profile.needs
        self._vectors = vectors
        pool = Pool(self.calls, self._needs, vectors)
        self._kept = gate_mask(pool, judged)
        self._total = score(pool).total
        names = [judged.names[call.id] for call in self.calls]
        given = [judged.grades.get(need.key, {}) for need in self._needs]
        self._grades = np.array([[grades.get(name, -1) for name in names] for grades in given])
        judged_calls = [
            call for call, known in zip(self.calls, (self._grades >= 0).any(axis=0), strict=True) if known
        ]
        self._near = nearness(judged_calls, self.calls, vectors)

    def row(
        self,
        size: int,
        wrong: int,
        parts: Sequence[tuple[np.ndarray, np.ndarray]],
        *,
        corrected: bool = False,
    ) -> Row:
        """Mean over all needs and all parts: calls that may be answered, calls that are measured."""
        by_need: dict[int, list[tuple[float, float]]] = {}
        for asked, measured in parts:
            drawn = [self._drawn(i, asked, size) for i in range(len(self._needs))]
            total = self._learned(
                [self._answers(i, drawn[i], wrong) for i in range(len(drawn))], corrected, drawn
            )
            for i, chosen in enumerate(drawn):
                left = measured.copy()
                left[chosen] = False
                before = self._ndcg(i, self._total[i], left)
                if before is not None:
                    by_need.setdefault(i, []).append((before, self._ndcg(i, total[i], left)))
        means = np.array([np.mean(pairs, axis=0) for pairs in by_need.values()])
        if not len(means):
            return Row(answers=size, wrong=wrong, needs=0, before=0.0, after=0.0, worst=0.0)
        return Row(
            answers=size,
            wrong=wrong,
            needs=len(means),
            before=round(float(means[:, 0].mean()), 4),
            after=round(float(means[:, 1].mean()), 4),
            worst=round(min(0.0, float((means[:, 1] - means[:, 0]).min())), 4),
        )

    def undoing_is_exact(self) -> bool:
        """Whether ten wrong answers a need leave no trace once answered rightly, or once forgotten."""
        everything = np.ones(len(self.calls), bool)
        drawn = [self._drawn(i, everything, WRONG) for i in range(len(self._needs))]
        wrong = [self._answers(i, chosen, WRONG) for i, chosen in enumerate(drawn)]
        right = [self._answers(i, chosen, 0) for i, chosen in enumerate(drawn)]
        moved = self._learned(wrong)
        corrected = self._learned(wrong, True, drawn)
        forgotten = self._learned([[] for _ in drawn])
        return (
            not np.array_equal(moved, self._total)
            and np.array_equal(corrected, self._learned(right))
            and np.array_equal(forgotten, self._total)
        )

    def _drawn(self, i: int, asked: np.ndarray, size: int) -> list[int]:
        """The first calls of the queue that somebody has judged."""
        known = asked & self._kept[i] & (self._grades[i] >= 0)
        return [int(j) for j in order(self._total[i]) if known[j]][:size]

    def _answers(self, i: int, chosen: Sequence[int], wrong: int, later: int = 0) -> list[Answered]:
        found = []
        for place, j in enumerate(chosen):
            is_yes = (self._grades[i, j] >= RELEVANT) != (place < wrong)
            found.append(
                Answered(
                    call=self.calls[j],
                    verdict=Verdict.ACCEPT if is_yes else Verdict.REJECT,
                    reason=None if is_yes else RejectReason.NOT_OUR_NEED,
                    at=START + timedelta(hours=later + place),
                    score=float(self._total[i, j]),
                )
            )
        return found

    def _learned(
        self, answers: list[list[Answered]], corrected: bool = False, drawn: Sequence[Sequence[int]] = ()
    ) -> np.ndarray:
        if corrected:
            again = [self._answers(i, chosen, 0, later=1000) for i, chosen in enumerate(drawn)]
            answers = [first + second for first, second in zip(answers, again, strict=True)]
        by_need = {need.id: given for need, given in zip(self._needs, answers, strict=True)}
        lessons = learn(self.calls, self._needs, self._vectors, self._total, by_need, self._near)
        total = self._total.copy()
        for i, lesson in lessons.items():
            total[i] = adjusted(total[i], lesson.shift)
        return total

    def _ndcg(self, i: int, row: np.ndarray, left: np.ndarray) -> float | None:
        """None when there is nothing relevant left to find."""
        grades = {str(j): int(self._grades[i, j]) for j in np.flatnonzero(left & (self._grades[i] >= 0))}
        if not any(grade >= RELEVANT for grade in grades.values()):
            return None
        may = left & self._kept[i]
        ranked = [str(j) for j in order(np.where(may, row, -np.inf))[:CONSIDERED] if may[j]]
        return figures("", ranked, grades).ndcg


def simulate_files(
    calls: Path,
    needs: Path,
    qrels: Path,
    embedder: Embedder | None,
    cache_dir: Path,
    progress: Progress | None = None,
) -> Simulation:
    """The same on judged files, as `evaluate` reads them.

    Raises:
        EvaluationError: a file cannot be read.
    """
    judged = read_judged(calls, needs, qrels)
    vectors = None
    if embedder is not None:
        texts = texts_to_embed(judged.calls, judged.profile.needs)
        vectors = cached_vectors(embedder, texts, cache_dir, progress)
    return simulate(judged, vectors)
