"""What learning from answers is worth: a coordinator who answers as the judgements say.

For each need she answers the judged calls as the matcher ranks them: grade 2 or 3 is a yes, less is "does not
touch our need". What she would refuse gains nothing in the measure, and the scores before learning are by weights
learned on the other needs, as for a need that nobody has seen.

Two measures. "The same queue" is the need's whole list: accepted calls keep their place, refused ones leave. In
the "next round" she answers this year's calls and next year's are measured: the calls are dealt into two halves,
several times.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from calls.model import Call
from matcher.evaluation import RELEVANT, figures
from matcher.fitting import features, left_out
from matcher.learning import Answered, adjusted, learn
from matcher.model import RejectReason, Verdict
from matcher.pool import Pool
from matcher.score import order, score
from matcher.vectors import Vectors
from pipeline.evaluate import CONSIDERED, gate_mask, grade_matrix, relevance
from pipeline.judged import Judged

SIZES = (0, 5, 10, 20)
WRONG, THEN_RIGHT = 10, (0, 10)
DEALS = 10
START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the simulation; all figures but the counts are nDCG@10.

    Attributes:
        answers: answers for each need, the wrong ones included; `wrong`: how many of them, the first ones.
        needs: needs that have a relevant call to find.
        unanswered: the mean before any answer; None where the answered calls are not measured.
        before, after: the mean without learning and with it, answers given.
        error: standard error of the mean difference, over needs.
        worst: the largest loss of one need by learning, and `worst_need` which; empty when none loses.
        whole_worst: the largest loss of one need by answers and learning together; None as `unanswered`.
    """

    answers: int
    wrong: int
    needs: int
    unanswered: float | None
    before: float
    after: float
    error: float
    worst: float
    worst_need: str
    whole_worst: float | None


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """What was measured.

    Attributes:
        same_queue: she answers from the top of the queue, and all of it is measured.
        next_round: she answers one half of the calls, the other half is measured; means over the deals.
        wrong_first: the same with ten wrong answers before the right ones.
        corrected: the wrong ones answered again, rightly; `is_exact` when every score is then as if they had
            never been wrong, and a reset gives back every score as it was before the first answer.
    """

    same_queue: tuple[Row, ...]
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
    dealt = np.random.default_rng(1)
    halves = [dealt.random(len(board.calls)) < 0.5 for _ in range(DEALS)]
    return Simulation(
        same_queue=tuple(board.same_queue(size) for size in SIZES),
        next_round=tuple(board.next_round(size, halves) for size in SIZES),
        wrong_first=tuple(board.next_round(WRONG + size, halves, WRONG) for size in THEN_RIGHT),
        corrected=tuple(board.next_round(WRONG + size, halves, WRONG, corrected=True) for size in THEN_RIGHT),
        is_exact=board.undoing_is_exact(),
        model="words" if vectors is None else vectors.model,
    )


class Board:
    """The judged collection, scored once."""

    def __init__(self, judged: Judged, vectors: Vectors | None):
        self.calls: Sequence[Call] = sorted(judged.calls, key=lambda call: call.id)
        self._needs = judged.profile.needs
        self._vectors = vectors
        pool = Pool(self.calls, self._needs, vectors, units=judged.profile.unit_names)
        self._kept = gate_mask(pool, judged)
        self._total = _scores(pool, judged, self._kept)
        self._grades = grade_matrix(pool, judged)
        judged_calls = [
            call for call, known in zip(self.calls, (self._grades >= 0).any(axis=0), strict=True) if known
        ]
        self._indexed = pool.indexed
        self._near = pool.indexed.nearness(judged_calls, vectors)

    def same_queue(self, size: int) -> Row:
        """She answers the first judged calls of each need's list; the whole list is measured."""
        everything = np.ones(len(self.calls), bool)
        drawn = [self._drawn(i, everything, size) for i in range(len(self._needs))]
        total = self._learned([self._answers(i, chosen, 0) for i, chosen in enumerate(drawn)])
        found = {}
        for i, chosen in enumerate(drawn):
            stays = everything.copy()
            stays[[j for j in chosen if self._grades[i, j] < RELEVANT]] = False
            rows = (self._total[i], everything), (self._total[i], stays), (total[i], stays)
            measured = [self._ndcg(i, row, part) for row, part in rows]
            if None not in measured:
                found[i] = measured
        return self._row(found, size, 0, answered_too=True)

    def next_round(
        self, size: int, halves: Sequence[np.ndarray], wrong: int = 0, *, corrected: bool = False
    ) -> Row:
        """She answers the calls of each half in turn; those of the other half are measured."""
        by_need: dict[int, list[tuple[float, float]]] = {}
        for half in halves:
            drawn = [self._drawn(i, half, size) for i in range(len(self._needs))]
            given = [self._answers(i, chosen, wrong) for i, chosen in enumerate(drawn)]
            total = self._learned(given, corrected, drawn)
            for i in range(len(drawn)):
                before = self._ndcg(i, self._total[i], ~half)
                if before is not None:
                    by_need.setdefault(i, []).append((before, self._ndcg(i, total[i], ~half)))
        found = {i: [0.0, *np.mean(pairs, axis=0)] for i, pairs in by_need.items()}
        return self._row(found, size, wrong, answered_too=False)

    def _row(self, found: Mapping[int, Sequence[float]], size: int, wrong: int, *, answered_too: bool) -> Row:
        """Of each need's nDCG before any answer, without learning and with it."""
        table = np.array([found[i] for i in found]).reshape(-1, 3)
        unanswered, before, after = np.mean(table, axis=0) if len(table) else (0.0, 0.0, 0.0)
        by_learning, by_all = table[:, 2] - table[:, 1], table[:, 2] - table[:, 0]
        worst = float(by_learning.min(initial=0.0))
        hurt = [i for i, lost in zip(found, by_learning, strict=True) if lost == worst < 0]
        spread = float(np.std(by_learning) / max(1, len(table)) ** 0.5) if len(table) else 0.0
        return Row(
            answers=size,
            wrong=wrong,
            needs=len(table),
            unanswered=round(float(unanswered), 4) if answered_too else None,
            before=round(float(before), 4),
            after=round(float(after), 4),
            error=round(spread, 4),
            worst=round(worst, 4),
            worst_need=self._needs[hurt[0]].key if hurt else "",
            whole_worst=round(float(by_all.min(initial=0.0)), 4) if answered_too else None,
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
        lessons = learn(self._indexed, self._needs, self._vectors, self._total, by_need, self._near)
        total = self._total.copy()
        for i, lesson in lessons.items():
            total[i] = adjusted(total[i], lesson.shift)
        return total

    def _ndcg(self, i: int, row: np.ndarray, part: np.ndarray) -> float | None:
        """Over a part of the calls; None when there is nothing relevant to find among all of them."""
        grades = {
            str(j): int(self._grades[i, j]) for j in np.flatnonzero(part) if self._grades[i, j] >= RELEVANT
        }
        if not grades:
            return None
        may = part & self._kept[i]
        ranked = [str(j) for j in order(np.where(may, row, -np.inf))[:CONSIDERED] if may[j]]
        return figures("", ranked, grades).ndcg


def _scores(pool: Pool, judged: Judged, kept: np.ndarray) -> np.ndarray:
    """By weights learned on the other needs; by the product's where the others are too few. Four decimals."""
    scores = score(pool)
    chances = left_out(features(pool, scores.strengths)[1], relevance(pool, judged), kept)
    return scores.total if chances is None else np.round(chances, 4)
