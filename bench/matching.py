"""Matching: many needs against many calls, embedding, one edited need, and whether the order holds still."""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bench.figures import MIB, Figure, shared_folder
from calls.model import Call
from matcher.blocks import BLOCK, best, slices
from matcher.embedder import Embedder, load_embedder, load_model
from matcher.indexed import IndexedCalls
from matcher.pool import Pool
from matcher.score import order, score
from matcher.texts import call_texts
from matcher.vectors import PASSAGE, Text, Vectors, texts_to_embed
from pipeline.judged import read_judged
from pipeline.match import by_length, embed, embed_texts
from pipeline.preview import rank_one_need
from profiles.load import load_profile, preset_path
from storage.database import open_database

NEEDS, CALLS, DIMENSION, TOP = 21_000, 5_000, 384, 50
KINDS = 3  # municipality, company, federation
RUNS = 3
TIMES_BARE, EDIT_MS = 2.0, 300.0
SPEED = 1 / 0.9  # at least 0.9 of the library's speed, as time
EVERY = 4  # embedding is measured on every fourth text: the whole takes ten minutes on two cores
GOLDEN_CALLS = 40
MODELS = Path.home() / ".cache" / "fondvakt" / "models"
NOW = datetime(2026, 8, 22, 4, tzinfo=UTC)


def measure() -> Iterator[Figure]:
    """All parts; those that need the recorded calls are left out where they are missing."""
    yield from measure_many()
    shared = shared_folder()
    if shared is None:
        print("matching: embedding, editing and order skipped, no recorded data beside the repository")
        return
    folder = shared / "eval"
    calls = read_judged(folder / "calls.jsonl.gz", folder / "needs.tsv", folder / "qrels.tsv").calls
    yield from measure_edit(calls)
    embedder = load_embedder("embedded", MODELS)
    yield from measure_embedding(calls, embedder)
    yield from measure_order(calls, embedder)


def measure_many() -> Iterator[Figure]:
    """The bare product with argpartition beside ours, on the same arrays; the least of a few runs of each."""
    random = np.random.default_rng(1)
    needs, calls = _units(random, NEEDS), _units(random, CALLS)
    allowed, kind = random.random((KINDS, CALLS)) > 0.2, random.integers(0, KINDS, NEEDS)
    bare, ours = _least_in_turn(
        lambda: np.argpartition(needs @ calls.T, CALLS - TOP, axis=1)[:, CALLS - TOP :],
        lambda: _best_of_all(needs, calls, allowed, kind),
    )
    title = f"{NEEDS} needs x {CALLS} calls, best {TOP}"
    yield Figure(what=f"{title}: numpy alone, no gates", value=bare, unit="s")
    yield Figure(what=f"{title}: ours, gates and order", value=ours, unit="s")
    yield Figure(what="  times numpy alone", value=ours / bare, unit="x", limit=TIMES_BARE)
    yield Figure(what="  similarities held at a time", value=BLOCK * CALLS * 4 / MIB, unit="MiB")


def _best_of_all(needs: np.ndarray, calls: np.ndarray, allowed: np.ndarray, kind: np.ndarray) -> int:
    """The work of `matcher.score.match` in blocks, its scores replaced by cosines; pairs found."""
    found = 0
    for part in slices(NEEDS):

        def passes(i: int, places: np.ndarray, mine: np.ndarray = kind[part]) -> np.ndarray:
            return allowed[mine[i], places]

        found += sum(len(row) for row in best(needs[part] @ calls.T, TOP, passes))
    return found


def measure_edit(calls: Sequence[Call]) -> Iterator[Figure]:
    """One need edited against 5,000 calls made of the recorded ones; their vectors are random."""
    many = _multiplied(calls)
    random = np.random.default_rng(2)
    texts = texts_to_embed(many, ())
    rows = dict(zip((text.key for text in texts), _units(random, len(texts)), strict=True))
    model = _Random()
    started = time.perf_counter()
    indexed = IndexedCalls(many, Vectors(model=model.name, by_key=rows)).warm()
    yield Figure(what=f"{len(many)} calls indexed, once", value=time.perf_counter() - started, unit="s")
    profile = load_profile(preset_path("exempelstad"))
    seconds = [
        min(_seconds(lambda: rank_one_need(indexed, profile, need, model, NOW)) for _ in range(RUNS))  # noqa: B023 - called at once
        for need in profile.needs[: 2 * RUNS]
    ]
    what = f"one need edited, {len(many)} calls ranked anew: "
    yield Figure(what=f"{what}median", value=1000 * float(np.median(seconds)), unit="ms", limit=EDIT_MS)
    yield Figure(what=f"{what}longest", value=1000 * max(seconds), unit="ms")


def measure_embedding(calls: Sequence[Call], embedder: Embedder) -> Iterator[Figure]:
    """The library's encode over texts sorted by length, beside ours with everything saved; then ours again."""
    texts = [
        Text(kind=PASSAGE, text=text) for text in dict.fromkeys(p.text for c in calls for p in call_texts(c))
    ]
    chosen = by_length(texts)[::EVERY]
    words = [text.text for text in chosen]
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(f"sqlite:///{folder}/bench.sqlite")
        model = load_model(MODELS / embedder.name)
        model.max_seq_length = embedder.max_tokens
        bare = _seconds(lambda: model.encode(words, prompt="passage: ", normalize_embeddings=True))
        started = time.perf_counter()
        _, made = embed_texts(engine, "default", embedder, chosen)
        ours = time.perf_counter() - started
        _, again = embed_texts(engine, "default", embedder, chosen)
        engine.dispose()
    title = f"embedding {len(chosen)} of {len(texts)} texts of {len(calls)} calls"
    yield Figure(what=f"{title}: encode alone", value=bare, unit="s")
    yield Figure(what=f"{title}: ours ({made} made)", value=ours, unit="s", limit=bare * SPEED)
    yield Figure(what="  texts embedded by a second run", value=again, unit="texts", limit=0)


def measure_order(calls: Sequence[Call], embedder: Embedder) -> Iterator[Figure]:
    """Changes among the first twenty over batches of 1, 8 and 32, and over runs (H3)."""
    profile = load_profile(preset_path("exempelstad"))
    chosen, needs = calls[:GOLDEN_CALLS], profile.needs[:10]
    texts = texts_to_embed(chosen, needs)
    found, rows = [], []
    for size in (1, 8, 32):
        for _ in range(RUNS if size == 8 else 1):
            made = embed(embedder, texts, batch_size=size)
            rows.append(np.stack([made[text.key] for text in texts]))
            total = score(Pool(chosen, needs, Vectors(model=embedder.name, by_key=made))).total
            found.append([tuple(order(row)[:20]) for row in total])
    changed = sum(other != found[0] for other in found)
    least = min(float((rows[0] * other).sum(axis=1).min()) for other in rows)
    yield Figure(
        what="first twenty changed over batches of 1, 8, 32 and three runs", value=changed, unit="", limit=0
    )
    yield Figure(what="  distance of repeated vectors, 1 - cosine", value=1 - least, unit="", limit=1e-4)


class _Random:
    """A model that answers at once: what it costs to embed a need is measured elsewhere."""

    name, dimension, max_tokens = "random-1", DIMENSION, 384

    def embed(self, texts: Sequence[str], **how) -> np.ndarray:
        return _units(np.random.default_rng(len(texts)), len(texts))


def _multiplied(calls: Sequence[Call]) -> list[Call]:
    """5,000 calls: the recorded ones over and over, their titles numbered."""
    return [
        replace(calls[n % len(calls)], id=n + 1, title=f"{calls[n % len(calls)].title} {n // len(calls)}")
        for n in range(CALLS)
    ]


def _units(random: np.random.Generator, count: int) -> np.ndarray:
    rows = random.standard_normal((count, DIMENSION), np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _least_in_turn(*jobs: Callable[[], object]) -> list[float]:
    """The shortest time of each over a few rounds, each round running all: what else the machine does hits all."""
    rounds = [[_seconds(job) for job in jobs] for _ in range(RUNS)]
    return [min(times) for times in zip(*rounds, strict=True)]


def _seconds(job: Callable[[], object]) -> float:
    started = time.perf_counter()
    job()
    return time.perf_counter() - started
