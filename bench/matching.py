"""Matching: many needs against many calls, embedding, one edited need, and whether the order holds still."""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import numpy as np

from bench.figures import MIB, Figure, shared_folder
from calls.model import Call
from matcher.blocks import BLOCK, best
from matcher.embedder import Embedder, load_embedder, load_model
from matcher.indexed import IndexedCalls
from matcher.learning import Answered, Answers
from matcher.model import RejectReason, Verdict
from matcher.pool import Pool
from matcher.score import look, order, score
from matcher.texts import call_texts, text_hash
from matcher.vectors import PASSAGE, Text, Vectors, texts_to_embed
from pipeline.desk import Desk
from pipeline.judged import read_judged
from pipeline.match import by_length, embed, embed_texts
from profiles.load import load_profile, preset_path
from profiles.model import Need, Profile
from storage.database import open_database

NEEDS, CALLS, DIMENSION, TOP = 21_000, 5_000, 384, 50
KINDS = 3  # municipality, company, federation
RUNS = 3
TIMES_BARE, EDIT_MS = 2.0, 300.0
SPEED = 1 / 0.9  # at least 0.9 of the library's speed, as time
PARTS = 8  # embedding is measured in so many parts, the library and ours in turn
EDITS = 12  # needs
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
    embedder = load_embedder("embedded", MODELS)
    made: dict[str, np.ndarray] = {}
    yield from measure_embedding(calls, embedder, made)
    yield from measure_edit(calls, embedder, made)
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
    for start in range(0, NEEDS, BLOCK):
        part = slice(start, min(start + BLOCK, NEEDS))

        def passes(i: int, places: np.ndarray, mine: np.ndarray = kind[part]) -> np.ndarray:
            return allowed[mine[i], places]

        found += sum(len(row) for row in best(needs[part] @ calls.T, TOP, passes))
    return found


def measure_embedding(
    calls: Sequence[Call], embedder: Embedder, made: dict[str, np.ndarray]
) -> Iterator[Figure]:
    """The library's encode over texts sorted by length, beside ours with everything saved; then ours again.

    Part by part in turn, so that other work of the machine slows both alike.

    Args:
        made: gets the vectors, by the key of their texts.
    """
    texts = [
        Text(kind=PASSAGE, text=text) for text in dict.fromkeys(p.text for c in calls for p in call_texts(c))
    ]
    chosen = by_length(texts)
    model = load_model(MODELS / embedder.name)
    model.max_seq_length = embedder.max_tokens
    bare, ours, again = 0.0, 0.0, 0
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(f"sqlite:///{folder}/bench.sqlite")
        for part in (chosen[start::PARTS] for start in range(PARTS)):
            words = [text.text for text in part]
            bare += _seconds(lambda: model.encode(words, prompt="passage: ", normalize_embeddings=True))  # noqa: B023 - called at once
            started = time.perf_counter()
            made |= embed_texts(engine, "default", embedder, part)[0].by_key
            ours += time.perf_counter() - started
        again = embed_texts(engine, "default", embedder, chosen)[1]
        engine.dispose()
    title = f"embedding the {len(texts)} texts of {len(calls)} calls"
    yield Figure(what=f"{title}: encode alone", value=bare, unit="s")
    yield Figure(what=f"{title}: ours, saved", value=ours, unit="s", limit=bare * SPEED)
    yield Figure(what="  texts embedded by a second run", value=again, unit="texts", limit=0)


def measure_edit(
    calls: Sequence[Call], embedder: Embedder, made: Mapping[str, np.ndarray]
) -> Iterator[Figure]:
    """One need edited against 5,000 calls made of the recorded ones, as the profile editor does it: the need's page
    is opened, which has its start made ready; then its words are changed and embedded, and every call is ranked,
    some of them answered.

    Args:
        made: vectors of the recorded calls' texts.
    """
    many = _multiplied(calls)
    vectors = Vectors(model=embedder.name, by_key=_of_all(calls, many, made, embedder))
    started = time.perf_counter()
    indexed = IndexedCalls(many, vectors).warm()
    yield Figure(what=f"{len(many)} calls indexed, once", value=time.perf_counter() - started, unit="s")
    profile = load_profile(preset_path("exempelstad"))
    with tempfile.TemporaryDirectory() as folder:
        looked = _Looked(indexed, profile, Desk(lambda: embedder), Path(folder))
        opened, edited = _edits(looked, profile, many)
    what = f"one need edited, {len(many)} calls ranked anew"
    whole = [spent.whole for spent in edited]
    yield Figure(
        what="made ready when a need's page is opened: longest", value=max(s.whole for s in opened), unit="ms"
    )
    yield Figure(what=f"{what}, its words embedded: median", value=median(whole), unit="ms", limit=EDIT_MS)
    yield Figure(what="  longest", value=max(whole), unit="ms", limit=EDIT_MS)
    yield Figure(
        what="  of it ranking with reasons: median", value=median(s.ranking for s in edited), unit="ms"
    )
    yield Figure(
        what="  processor time of the whole: median", value=median(s.used for s in edited), unit="ms"
    )
    yield Figure(what="  processor time: longest", value=max(s.used for s in edited), unit="ms")


def _edits(
    looked: "_Looked", profile: Profile, calls: Sequence[Call]
) -> tuple[list["_Spent"], list["_Spent"]]:
    """What opening each need's page took, and what the edit of it that followed."""
    opened, edited = [], []
    for number, need in enumerate(profile.needs[:EDITS]):
        answers = {need.id: [_answer(call, n) for n, call in enumerate(calls[number::600])]}
        opened.append(looked.at(need, answers))
        changed = replace(
            need, text=f"{need.text} Ändrat {number}.", text_en=f"{need.text_en} Edited {number}."
        )
        edited.append(looked.at(changed, answers))
    looked.engine.dispose()
    return opened, edited


@dataclass(frozen=True)
class _Spent:
    """Milliseconds: of the clock, of them ranking, and of the processor."""

    whole: float
    ranking: float
    used: float


class _Looked:
    """A need looked at, timed; on an empty database, so that nothing but what the desk keeps is ready."""

    def __init__(self, indexed: IndexedCalls, profile: Profile, desk: Desk, folder: Path) -> None:
        self.engine = open_database(f"sqlite:///{folder / 'bench.sqlite'}")
        self._indexed, self._profile, self._desk = indexed, profile, desk

    def at(self, need: Need, answers: Answers) -> _Spent:
        """What it took."""
        started, used = time.perf_counter(), time.process_time()
        where = (self.engine, "default", self._indexed, self._profile)
        known = self._desk.vectors(*where, (need,))
        embedded = time.perf_counter()
        beside = self._desk.beside(*where, need)
        look(self._indexed, self._profile, need, known, NOW, answers=answers, beside=beside)
        ended = time.perf_counter()
        spent = (ended - started, ended - embedded, time.process_time() - used)
        return _Spent(*(1000 * seconds for seconds in spent))


def _answer(call: Call, number: int) -> Answered:
    verdict = Verdict.REJECT if number % 2 else Verdict.ACCEPT
    return Answered(
        call=call, verdict=verdict, reason=RejectReason.NOT_OUR_NEED if number % 2 else None, at=NOW
    )


def _of_all(
    calls: Sequence[Call], many: Sequence[Call], made: Mapping[str, np.ndarray], embedder: Embedder
) -> dict[str, np.ndarray]:
    """Each copy of a call gets the vectors of what it was made of."""
    found = embed(embedder, texts_to_embed((), ()))
    for n, call in enumerate(many):
        for own, copied in zip(call_texts(calls[n % len(calls)]), call_texts(call), strict=True):
            found[text_hash(copied.text, PASSAGE)] = made[text_hash(own.text, PASSAGE)]
    return found


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
