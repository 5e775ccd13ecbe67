"""The job that measures: the product's own matcher over judged needs, the clock ignored.

Vectors are kept in a folder by model, recipe and text, so that a second run takes seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from calls.model import Call
from matcher.embedder import Embedder
from matcher.evaluation import RELEVANT, NeedFigures, figures, means
from matcher.gates import barring
from matcher.likeness import likeness
from matcher.pool import Pool
from matcher.score import Gates, Scores, order, score
from matcher.signals import SIGNALS
from matcher.texts import RECIPE, call_texts, need_wordings
from matcher.vectors import QUERY, Vectors, texts_to_embed
from matcher.words import english_concepts
from pipeline.judged import Judged, read_judged
from pipeline.match import Progress, by_length, embed
from profiles.model import Need

SAVE_EVERY = 128
CONSIDERED = 200  # places of a ranking that the measures look at


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What was measured.

    Attributes:
        by_need: each need's measures.
        by_signal: the measures when one signal alone ranks, gates on.
        ladder: simpler methods beside: BM25 with the Swedish need, and the model as it comes; gates off.
        barred: calls that a gate kept out for at least one unit, by reason.
        model: name of the model, or "words".
    """

    total: dict[str, float | int]
    by_need: tuple[NeedFigures, ...]
    by_signal: dict[str, dict[str, float | int]]
    ladder: dict[str, dict[str, float | int]]
    barred: dict[str, int]
    model: str

    def as_json(self) -> dict[str, Any]:
        """The object that `fondvakt evaluate --json` prints."""
        return self.total | {
            "model": self.model,
            "recipe": RECIPE,
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
            "barred": self.barred,
            "lost": sum(len(one.lost) for one in self.by_need),
        }


def evaluate(
    calls: Path,
    needs: Path,
    qrels: Path,
    embedder: Embedder | None,
    cache_dir: Path,
    *,
    needs_en: Path | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Measure the matcher on judged files (`design.md`).

    Args:
        needs_en: the same needs in English, when a profile that carries them is to be measured.
        cache_dir: where vectors are kept between runs.

    Raises:
        EvaluationError: a file cannot be read.
    """
    judged = read_judged(calls, needs, qrels, needs_en)
    vectors = None
    if embedder is not None:
        vectors = cached_vectors(embedder, judged.calls, judged.profile.needs, cache_dir, progress)
    return measure(judged, vectors)


def measure(judged: Judged, vectors: Vectors | None) -> Evaluation:
    """All figures of one judged collection."""
    pool = Pool(judged.calls, judged.profile.needs, vectors)
    scores = score(pool)
    kept = gate_mask(pool, judged)
    by_need = figures_of(judged, pool, scores.total, kept)
    return Evaluation(
        total=means(by_need),
        by_need=tuple(by_need),
        by_signal={signal.name: _alone(judged, pool, scores, signal.name, kept) for signal in SIGNALS},
        ladder=_ladder(judged, pool),
        barred=_barred(judged, pool),
        model="words" if vectors is None else vectors.model,
    )


def gate_mask(pool: Pool, judged: Judged) -> np.ndarray:
    """Which pairs pass the gates; shape (needs, calls)."""
    gates = Gates(pool.calls, None)
    units = [judged.profile.unit(need.unit) for need in pool.needs]
    return np.array([[barring(gates.of(j, unit)) is None for j in range(len(pool.calls))] for unit in units])


def cached_vectors(
    embedder: Embedder,
    calls: Sequence[Call],
    needs: Sequence[Need],
    cache_dir: Path,
    progress: Progress | None = None,
) -> Vectors:
    """Vectors of all texts, from the folder where they are there, made and kept where they are not."""
    folder = cache_dir / f"{embedder.name.replace('/', '--')}-{RECIPE}"
    folder.mkdir(parents=True, exist_ok=True)
    texts = {text.key: text for text in texts_to_embed(calls, needs)}
    known: dict[str, np.ndarray] = {}
    for part in sorted(folder.glob("*.npz")):
        with np.load(part) as stored:
            known |= dict(zip(stored["keys"].tolist(), stored["rows"], strict=True))
    missing = by_length(text for key, text in texts.items() if key not in known)
    for start in range(0, len(missing), SAVE_EVERY):
        made = embed(embedder, missing[start : start + SAVE_EVERY])
        _keep(folder / f"{next(iter(made))}.npz", made)
        known |= made
        if progress is not None:
            progress(min(start + SAVE_EVERY, len(missing)), len(missing))
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


def _alone(judged: Judged, pool: Pool, scores: Scores, name: str, kept: np.ndarray) -> dict[str, float | int]:
    return means(figures_of(judged, pool, scores.strengths[name], kept))


def _ladder(judged: Judged, pool: Pool) -> dict[str, dict[str, float | int]]:
    """Simple methods, gates off, the need in Swedish as it stands."""
    swedish = [" ".join(need_wordings(need).swedish) for need in pool.needs]
    words = np.stack([pool.index.score(english_concepts(text)) for text in swedish])
    found = {"bm25, Swedish": means(figures_of(judged, pool, words, None))}
    if pool.vectors is not None and (near := pool.swedish_likeness) is not None:
        plain = _uncorrected(pool)
        best = np.where(np.isnan(near.sections), near.titles, near.sections)
        found["model as it comes, Swedish"] = means(figures_of(judged, pool, plain, None))
        found["the same, hubness corrected"] = means(figures_of(judged, pool, best, None))
    return found


def _uncorrected(pool: Pool) -> np.ndarray:
    rows = [pool.vectors.rows(need_wordings(need).swedish, QUERY) for need in pool.needs]
    found = likeness(rows, [call_texts(call) for call in pool.calls], pool.vectors, None)
    return np.where(np.isnan(found.sections), found.titles, found.sections)


def _barred(judged: Judged, pool: Pool) -> dict[str, int]:
    gates = Gates(pool.calls, None)
    reasons: dict[str, set[int]] = {}
    for unit in judged.profile.units:
        for j in range(len(pool.calls)):
            check = barring(gates.of(j, unit))
            if check is not None:
                reasons.setdefault(check.reason.text, set()).add(j)
    return {reason: len(calls) for reason, calls in sorted(reasons.items(), key=lambda item: -len(item[1]))}
