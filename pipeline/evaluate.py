"""The job that measures: the product's own matcher over judged needs, the clock ignored.

Vectors are kept in a folder by model, recipe and text, so that a second run takes seconds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from matcher.embedder import Embedder
from matcher.evaluation import RELEVANT, NeedFigures, figures, means
from matcher.fitting import features, left_out
from matcher.gates import barring
from matcher.pool import Pool
from matcher.score import Gates, order, score
from matcher.texts import RECIPE
from matcher.vectors import Text, Vectors, texts_to_embed
from pipeline.banding import BandFigures, band_figures
from pipeline.baselines import rankings
from pipeline.judged import Judged, read_judged
from pipeline.match import Progress, by_length, embedded_in_parts
from texts import Message, translate

CONSIDERED = 200  # places of a ranking that the measures look at


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What was measured.

    Attributes:
        total: the product's own weights, needs in Swedish only.
        left_out: each need under weights learned on the other needs; None for too few needs.
        with_english: the product's weights when the profile carries idiomatic English too; None without it.
        with_english_left_out: the same by weights learned on the other needs.
        bands: how often each word for a score is right.
        by_need: each need's measures.
        by_signal: the measures when one signal alone ranks, gates on; signals that need a model only with one.
        ladder: simpler methods beside, gates off (`pipeline/baselines.py`).
        barred: calls that a gate kept out for at least one unit, by reason.
        relevant: relevant pairs in all.
        model: name of the model, or "words".
    """

    total: dict[str, float | int]
    left_out: dict[str, float | int] | None
    with_english: dict[str, float | int] | None
    with_english_left_out: dict[str, float | int] | None
    bands: tuple[BandFigures, ...]
    by_need: tuple[NeedFigures, ...]
    by_signal: dict[str, dict[str, float | int]]
    ladder: dict[str, dict[str, float | int]]
    barred: dict[Message, int]
    relevant: int
    model: str

    @property
    def lost(self) -> int:
        """Relevant pairs that a gate kept out."""
        return sum(len(one.lost) for one in self.by_need)

    @property
    def lost_share(self) -> float:
        """The same, of all relevant pairs, 0 to 1."""
        return self.lost / self.relevant if self.relevant else 0.0

    def as_json(self) -> dict[str, Any]:
        """The object that `fondvakt evaluate --json` prints."""
        return self.total | {
            "model": self.model,
            "recipe": RECIPE,
            "left_out": self.left_out,
            "with_english": self.with_english,
            "with_english_left_out": self.with_english_left_out,
            "bands": [band.as_json() for band in self.bands],
            "by_need": [
                {
                    "need": one.need,
                    "relevant": one.relevant,
                    "ndcg@10": round(one.ndcg, 4),
                    "recall@20": round(one.recall, 4),
                    "precision@5": round(one.precision, 4),
                    "unjudged@10": one.unjudged,
                    "lost": list(one.lost),
                }
                for one in self.by_need
            ],
            "by_signal": self.by_signal,
            "ladder": self.ladder,
            "barred": {translate(reason, "sv"): count for reason, count in self.barred.items()},
            "lost": self.lost,
            "lost_share": round(self.lost_share, 4),
        }


@dataclass(frozen=True, kw_only=True)
class Material:
    """What is measured on.

    Attributes:
        english: the same with the needs' English wordings beside; None without them.
        vectors: of all texts of both; None without a model.
    """

    judged: Judged
    english: Judged | None
    vectors: Vectors | None

    @property
    def remarks(self) -> tuple[Message, ...]:
        """What in the files does not hang together and is measured all the same."""
        return (self.english or self.judged).remarks


def read_material(
    calls: Path,
    needs: Path,
    qrels: Path,
    model: Callable[[], Embedder | None],
    cache_dir: Path,
    *,
    needs_en: Path | None = None,
    progress: Progress | None = None,
) -> Material:
    """Read judged files (`design.md`), and embed what has no vector yet.

    Args:
        model: loads the embedder, when the files have been read; gives None when there is none.
        needs_en: the same needs in English: measured beside, as a profile that carries them would do.
        cache_dir: where vectors are kept between runs.

    Raises:
        EvaluationError: a file cannot be read.
    """
    judged = read_judged(calls, needs, qrels)
    english = None if needs_en is None else read_judged(calls, needs, qrels, needs_en)
    embedder, vectors = model(), None
    if embedder is not None:
        asked = judged.profile.needs + (() if english is None else english.profile.needs)
        vectors = cached_vectors(embedder, texts_to_embed(judged.calls, asked), cache_dir, progress)
    return Material(judged=judged, english=english, vectors=vectors)


def measure(judged: Judged, vectors: Vectors | None, english: Judged | None = None) -> Evaluation:
    """All figures of one judged collection; `english` is the same with English wordings beside."""
    units = judged.profile.unit_names
    pool = Pool(judged.calls, judged.profile.needs, vectors, units=units)
    scores = score(pool)
    kept = gate_mask(pool, judged)
    relevant = relevance(pool, judged)
    chances = _chances(pool, relevant, kept)
    by_need = figures_of(judged, pool, scores.total, kept)

    def ranked(matrix: np.ndarray, passing: np.ndarray | None = kept) -> dict[str, float | int]:
        return means(figures_of(judged, pool, matrix, passing))

    asked = None if english is None else english.profile.needs
    beside = None if asked is None else Pool(judged.calls, asked, vectors, pool.indexed, units=units)
    learned_beside = None if beside is None else _chances(beside, relevant, kept)
    methods = rankings(pool, asked, vectors)
    return Evaluation(
        total=means(by_need),
        left_out=None if chances is None else ranked(chances),
        with_english=None if beside is None else ranked(score(beside).total),
        with_english_left_out=None if learned_beside is None else ranked(learned_beside),
        bands=band_figures(
            scores.total if chances is None else chances, grade_matrix(pool, judged), kept, RELEVANT
        ),
        by_need=tuple(by_need),
        by_signal={
            name: ranked(matrix) for name, matrix in scores.strengths.items() if not np.isnan(matrix).all()
        },
        ladder={name: ranked(matrix, None) for name, matrix in methods.items()},
        barred=_barred(judged, pool),
        relevant=int(relevant.sum()),
        model="words" if vectors is None else vectors.model,
    )


def _chances(pool: Pool, relevant: np.ndarray, kept: np.ndarray) -> np.ndarray | None:
    """Each pair's, by weights learned on the other needs; None for too few needs."""
    return left_out(features(pool, score(pool).strengths)[1], relevant, kept)


def relevance(pool: Pool, judged: Judged) -> np.ndarray:
    """1 for pairs judged relevant, else 0; shape (needs, calls)."""
    return (grade_matrix(pool, judged) >= RELEVANT).astype(float)


def grade_matrix(pool: Pool, judged: Judged) -> np.ndarray:
    """Grades, shape (needs, calls), -1 for what nobody has judged."""
    given = (judged.grades.get(need.key, {}) for need in pool.needs)
    return np.array([[grades.get(judged.names[call.id], -1) for call in pool.calls] for grades in given])


def gate_mask(pool: Pool, judged: Judged) -> np.ndarray:
    """Which pairs pass the gates; shape (needs, calls)."""
    gates = Gates(pool.calls, None, judged.profile.nuts3)
    units = [judged.profile.unit(need.unit) for need in pool.needs]
    return np.array([[barring(gates.of(j, unit)) is None for j in range(len(pool.calls))] for unit in units])


def cached_vectors(
    embedder: Embedder, wanted: Sequence[Text], cache_dir: Path, progress: Progress | None = None
) -> Vectors:
    """Vectors of all texts, from the folder where they are there, made and kept where they are not."""
    folder = cache_dir / f"{embedder.name.replace('/', '--')}-{RECIPE}"
    folder.mkdir(parents=True, exist_ok=True)
    texts = {text.key: text for text in wanted}
    known: dict[str, np.ndarray] = {}
    for part in sorted(folder.glob("*.npz")):
        with np.load(part) as stored:
            known |= dict(zip(stored["keys"].tolist(), stored["rows"], strict=True))
    missing = by_length(text for key, text in texts.items() if key not in known)
    for made in embedded_in_parts(embedder, missing, progress):
        _keep(folder / f"{next(iter(made))}.npz", made)
        known |= made
    return Vectors(model=embedder.name, by_key={key: known[key] for key in texts})


def _keep(path: Path, made: dict[str, np.ndarray]) -> None:
    """Written aside and renamed: a kill leaves no half file."""
    aside = path.with_suffix(".part")
    with aside.open("wb") as file:
        np.savez(file, keys=np.array(list(made)), rows=np.stack(list(made.values())))
    aside.replace(path)


def figures_of(judged: Judged, pool: Pool, matrix: np.ndarray, kept: np.ndarray | None) -> list[NeedFigures]:
    """Each need's measures under a ranking.

    Args:
        matrix: shape (needs, calls), the higher the better, NaN last.
        kept: which pairs may be proposed; None is all.
    """
    found = []
    for i, need in enumerate(pool.needs):
        grades = judged.grades.get(need.key, {})
        passes = np.ones(len(pool.calls), bool) if kept is None else kept[i]
        row = np.where(passes, np.nan_to_num(matrix[i], nan=-1e9), -np.inf)
        ranked = [judged.names[pool.calls[j].id] for j in order(row)[:CONSIDERED] if passes[j]]
        barred = {judged.names[pool.calls[j].id] for j in np.flatnonzero(~passes)}
        lost = sorted(call for call, grade in grades.items() if grade >= RELEVANT and call in barred)
        found.append(figures(need.key, ranked, grades, lost))
    return found


def _barred(judged: Judged, pool: Pool) -> dict[Message, int]:
    gates = Gates(pool.calls, None, judged.profile.nuts3)
    reasons: dict[Message, set[int]] = {}
    for unit in judged.profile.units:
        for j in range(len(pool.calls)):
            check = barring(gates.of(j, unit))
            if check is not None:
                reasons.setdefault(check.reason, set()).add(j)
    return {reason: len(calls) for reason, calls in sorted(reasons.items(), key=lambda item: -len(item[1]))}
