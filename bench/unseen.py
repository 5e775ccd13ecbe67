"""Needs that nothing was made for: the matcher over needs of our own and the recorded calls, in two halves.

`bench/unseen_needs/README.md` tells how they were made and judged. The vocabulary was widened by what the tuning
half lacked; the holdout was judged when that was done.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure, shared_folder
from matcher.embedder import load_embedder
from matcher.evaluation import means
from matcher.pool import Pool
from matcher.score import score
from pipeline.baselines import BM25_ENGLISH, LIBRARY_ENGLISH, MODEL_SWEDISH, rankings
from pipeline.evaluate import figures_of, gate_mask, read_material

NEEDS = Path(__file__).with_name("unseen_needs")
HALVES = ("tuning", "holdout")
CACHE = Path.home() / ".cache" / "fondvakt"
BESIDE = (BM25_ENGLISH, LIBRARY_ENGLISH, MODEL_SWEDISH)
MEASURES = ("ndcg@10", "recall@20", "precision@5", "unjudged@10")


def measure() -> Iterator[Figure]:
    """Each half by the product, by the product with English beside, without a model, and by simple methods."""
    shared = shared_folder()
    if shared is None:
        print("unseen: skipped, no recorded calls beside the repository")
        return
    for half in HALVES:
        for method, row in rows(shared / "eval" / "calls.jsonl.gz", half).items():
            for name in MEASURES:
                yield Figure(what=f"{half}, {method}: {name}", value=row[name], unit="")


def rows(calls: Path, half: str) -> dict[str, dict[str, float | int]]:
    """Method to its measures over the needs of one half."""
    with tempfile.TemporaryDirectory() as folder:
        needs, english = (part(Path(folder), name, half) for name in ("needs.tsv", "needs-en.tsv"))
        found = read_material(
            calls,
            needs,
            NEEDS / "qrels.tsv",
            lambda: load_embedder("embedded", CACHE / "models"),
            CACHE / "evaluate",
            needs_en=english,
        )
    judged, units = found.judged, found.judged.profile.unit_names
    pool = Pool(judged.calls, judged.profile.needs, found.vectors, units=units)
    asked = found.english.profile.needs
    beside = Pool(judged.calls, asked, found.vectors, pool.indexed, units=units)
    without = Pool(judged.calls, judged.profile.needs, None, units=units)
    kept = gate_mask(pool, judged)
    totals = {"product": pool, "with English beside": beside, "without a model": without}
    measured = {name: means(figures_of(judged, pool, score(one).total, kept)) for name, one in totals.items()}
    simple = rankings(pool, asked, found.vectors)
    return measured | {name: means(figures_of(judged, pool, simple[name], None)) for name in BESIDE}


def part(folder: Path, name: str, half: str) -> Path:
    """The lines of one half, as a file of the form that judged needs have."""
    lines = (line.split("\t", 1) for line in (NEEDS / name).read_text(encoding="utf-8").splitlines())
    path = folder / name
    path.write_text("".join(f"{rest}\n" for of, rest in lines if of == half), encoding="utf-8")
    return path
