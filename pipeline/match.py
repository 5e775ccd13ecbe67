"""The job that matches: embed what is new, score everything, propose.

Vectors are saved batch by batch, so a kill loses at most one; proposals are written in one transaction at the
end, so the queue is never half old and half new.

Another model takes over in one step, when its vectors are complete: until then the old one's vectors serve, also
over a kill (H2). Vectors of two models are never compared: a `Vectors` holds those of one.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import Engine

from calls.model import Call
from calls.vocabulary import Status
from matcher.consultations import apart, match_consultations
from matcher.embedder import BATCH, Embedder
from matcher.learning import Answers
from matcher.policy import area_needs
from matcher.score import match
from matcher.texts import RECIPE
from matcher.vectors import Text, Vectors, texts_to_embed
from profiles.model import Profile
from storage import active_model, embeddings, learning, matches, reach, rematches
from storage import calls as stored_calls
from storage.active_model import ActiveModel
from storage.database import reading, writing

SAVE_EVERY = 2 * BATCH  # texts embedded between two saves
MATCHED = frozenset({Status.OPEN, Status.FORTHCOMING})

Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class MatchSummary:
    """What a run did.

    Attributes:
        calls, needs: how many were matched; `consultations` of the calls are answered, not applied to.
        embedded: texts that got a vector in this run.
        new, total: matches in the queue that are new, and in all.
        model: the model's name, or "words" when there was none.
        replaced: the model that served until this run, None when this one did already.
    """

    calls: int
    consultations: int
    needs: int
    embedded: int
    new: int
    total: int
    model: str
    replaced: str | None = None

    def as_json(self) -> dict[str, int | str | None]:
        """The object that `fondvakt match --json` prints."""
        return asdict(self)


def match_all(
    engine: Engine,
    tenant: str,
    embedder: Embedder | None,
    profile: Profile,
    profile_version: int,
    now: datetime,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> MatchSummary:
    """Match all calls that are open or to come with all needs of the profile, and consultations beside them.

    Args:
        embedder: None when the model cannot be used: words and programme knowledge alone decide.
        progress: called with texts embedded and texts to embed, after every saved batch.
        executor: works on the products of vectors; None is here, one after another.
    """
    run = _read(engine, tenant, profile, profile_version, now, executor)
    vectors, embedded = None, 0
    if embedder is not None:
        seen = with_answered(run.calls, run.answers)
        old = vectors_until_replaced(engine, tenant, embedder, seen, profile)
        if old is not None:
            run.propose(old)
        vectors, embedded = embed_missing(engine, tenant, embedder, seen, profile, progress)
    proposed, replaced = run.propose(vectors)
    _settle(engine, tenant, profile_version, now, proposed, with_model=vectors is not None)
    return MatchSummary(
        calls=len(run.calls),
        consultations=len(apart(run.calls)[1]),
        needs=len(profile.needs),
        embedded=embedded,
        new=proposed.new,
        total=proposed.total,
        model="words" if vectors is None else vectors.model,
        replaced=None if replaced is None else replaced.model,
    )


@dataclass(frozen=True)
class _Run:
    """What a run starts from, and how it proposes."""

    engine: Engine
    tenant: str
    profile: Profile
    profile_version: int
    now: datetime
    executor: Executor | None
    calls: Sequence[Call]
    answers: Answers
    held: Callable[[int, str, str], bool]

    def propose(self, vectors: Vectors | None) -> tuple[matches.Proposed, ActiveModel | None]:
        """Match with these vectors and put it into the queue; the model that these replace, None when they served."""
        funding, consultations = apart(self.calls)
        given = {"answers": self.answers, "executor": self.executor}
        found = match(funding, self.profile, vectors, self.now, **given)
        found += match_consultations(consultations, funding, self.profile, vectors, self.now, **given)
        versions = {call.id: call.version for call in self.calls}
        with writing(self.engine) as conn:
            replaced = None
            if vectors is not None:
                replaced = active_model.serve(conn, self.tenant, vectors.model, RECIPE, self.now)
            done = matches.propose(
                conn, self.tenant, found, self.profile_version, self.now, self.held, versions
            )
            return done, replaced


def _read(
    engine: Engine,
    tenant: str,
    profile: Profile,
    profile_version: int,
    now: datetime,
    executor: Executor | None,
) -> _Run:
    with reading(engine) as conn:
        calls = stored_calls.by_status(conn, tenant, now, MATCHED)
        answers = learning.answers(conn, tenant)
        held = _held(calls, reach.since(conn, tenant), {unit.key for unit in profile.units})
    return _Run(engine, tenant, profile, profile_version, now, executor, calls, answers, held)


def _settle(
    engine: Engine,
    tenant: str,
    profile_version: int,
    now: datetime,
    proposed: matches.Proposed,
    *,
    with_model: bool,
) -> None:
    """Forget the vectors of a model long replaced, and note what a publication's matching came to."""
    with writing(engine) as conn:
        if with_model:
            active_model.forget_replaced(conn, tenant, now)
        counted = {"new": proposed.new, "gone": proposed.gone, "total": proposed.total}
        rematches.settle(conn, tenant, profile_version, now, **counted)


def _held(
    calls: Sequence[Call], since: reach.Since, units: Collection[str]
) -> Callable[[int, str, str], bool]:
    """Whether a match is left as it stands, in the queue or out of it.

    Either the call was known before the moment from which its need looks at calls ("bara nya"), or the profile no
    longer has the unit: what waited for it waits on, without owner, until somebody decides (P-07).
    """
    first_seen = {call.id: call.first_seen_at for call in calls}

    def held(call_id: int, unit: str, need: str) -> bool:
        if unit not in units:
            return call_id in first_seen
        start, seen = since.get((unit, need)), first_seen.get(call_id)
        return start is not None and seen is not None and seen < start

    return held


def with_answered(calls: Sequence[Call], answers: Answers) -> list[Call]:
    """The calls, and those no longer matched whose answers teach: nearness to them needs their vectors."""
    found = {answer.call.id: answer.call for some in answers.values() for answer in some if answer.teaches}
    return list((found | {call.id: call for call in calls}).values())


def vectors_until_replaced(
    engine: Engine, tenant: str, embedder: Embedder, calls: Sequence[Call], profile: Profile
) -> Vectors | None:
    """The old model's vectors while this one's are being made; None when this one serves already, or when the
    old ones were made of other texts and say nothing of today's. What is new since then is met by words."""
    texts = texts_to_embed(calls, (*profile.needs, *area_needs(profile)))
    with reading(engine) as conn:
        serving = active_model.find(conn, tenant)
        if serving is None or (serving.model, serving.recipe) == (embedder.name, RECIPE):
            return None
        if serving.recipe != RECIPE:
            return None
        known = embeddings.find(conn, tenant, serving.model, RECIPE, {text.key for text in texts})
    return Vectors(model=serving.model, by_key=known) if known else None


def embed_missing(
    engine: Engine,
    tenant: str,
    embedder: Embedder,
    calls: Sequence[Call],
    profile: Profile,
    progress: Progress | None = None,
) -> tuple[Vectors, int]:
    """The vectors of all texts of calls and needs, and how many of them were made now."""
    return embed_texts(
        engine, tenant, embedder, texts_to_embed(calls, (*profile.needs, *area_needs(profile))), progress
    )


def embed_texts(
    engine: Engine, tenant: str, embedder: Embedder, wanted: Iterable[Text], progress: Progress | None = None
) -> tuple[Vectors, int]:
    """The vectors of all these texts, and how many of them were made now."""
    texts = {text.key: text for text in wanted}
    with reading(engine) as conn:
        known = dict(embeddings.find(conn, tenant, embedder.name, RECIPE, texts))
    missing = by_length(text for key, text in texts.items() if key not in known)
    for made in embedded_in_parts(embedder, missing, progress):
        with writing(engine) as conn:
            embeddings.save(conn, tenant, embedder.name, RECIPE, made)
        known |= made
    return Vectors(model=embedder.name, by_key=known), len(missing)


def embedded_in_parts(
    embedder: Embedder, missing: Sequence[Text], progress: Progress | None = None
) -> Iterator[dict[str, np.ndarray]]:
    """The vectors of some texts, so many at a time that a run which is ended has kept nearly all it made."""
    for start in range(0, len(missing), SAVE_EVERY):
        yield embed(embedder, missing[start : start + SAVE_EVERY])
        if progress is not None:
            progress(min(start + SAVE_EVERY, len(missing)), len(missing))


def by_length(texts: Iterable[Text]) -> list[Text]:
    """Texts of like length beside each other, so that little is spent on padding; the longest first."""
    return sorted(texts, key=lambda text: (text.kind, -len(text.text), text.text))


def embed(embedder: Embedder, texts: Sequence[Text], batch_size: int = BATCH) -> dict[str, np.ndarray]:
    """Key to vector, for texts of both kinds."""
    made = {}
    for kind in sorted({text.kind for text in texts}):
        chosen = [text for text in texts if text.kind == kind]
        rows = embedder.embed([text.text for text in chosen], kind=kind, batch_size=batch_size)
        made |= {text.key: row for text, row in zip(chosen, rows, strict=True)}
    return made
