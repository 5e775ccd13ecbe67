"""Where a need is tried on the stored calls while it is written: worked out once, kept until the calls change.

What concerns the calls alone takes seconds for thousands of them; a need is then ranked in a moment. One desk
serves all pages of a process.
"""

from collections.abc import Callable, Hashable, Sequence
from datetime import datetime, timedelta
from threading import Lock, Thread

import numpy as np
import structlog
from sqlalchemy import Engine

from calls.model import Call
from matcher.consultations import apart
from matcher.embedder import Embedder
from matcher.indexed import IndexedCalls
from matcher.policy import area_needs, meeting
from matcher.score import Look
from matcher.texts import RECIPE
from matcher.vectors import Vectors, texts_to_embed
from pipeline.kept import Kept
from pipeline.match import embed
from pipeline.preview import indexed_calls, vectors_of
from profiles.model import Need, Profile
from storage import active_model, embeddings
from storage import calls as stored_calls
from storage.database import reading
from storage.errors import StorageError

PAST = timedelta(days=365)
OPEN, ASKED, PAST_YEAR = "open", "asked", "past"  # the calls, the consultations, and the calls of a year
VECTORS_KEPT, LOOKS_KEPT, NEEDS_KEPT = 2000, 40, 1000
log = structlog.get_logger()


class Desk:
    """The calls that needs are tried on, and the vectors of the words tried.

    Args:
        embedder: the model, loaded when it is first asked for; None when there is none.
    """

    def __init__(self, embedder: Callable[[], Embedder | None] = lambda: None) -> None:
        self._load = embedder
        self._lock, self._loading = Lock(), Lock()
        self._making = {name: Lock() for name in (OPEN, ASKED, PAST_YEAR)}
        self._model: tuple[Embedder | None] | None = None
        self._kept: dict[str, tuple[tuple, IndexedCalls]] = {}
        self._vectors: Kept[str, np.ndarray] = Kept(VECTORS_KEPT)
        self._looks: Kept[tuple[IndexedCalls, Hashable], Look] = Kept(LOOKS_KEPT)
        self._met: Kept[tuple[IndexedCalls, Need, str | None], np.ndarray] = Kept(NEEDS_KEPT)
        self._warming = False

    def open_calls(self, engine: Engine, tenant: str, now: datetime) -> IndexedCalls:
        """The calls that are open or to come."""
        return self._indexed(OPEN, engine, tenant, now, lambda: indexed_calls(engine, tenant, now))

    def open_consultations(self, engine: Engine, tenant: str, now: datetime) -> IndexedCalls:
        """The consultations that are open or to come, and the calls that they are measured against."""
        return self._indexed(
            ASKED, engine, tenant, now, lambda: indexed_calls(engine, tenant, now, consultations=True)
        )

    def past_calls(self, engine: Engine, tenant: str, now: datetime) -> IndexedCalls:
        """Everything that was there in the last twelve months, closed or not."""
        return self._indexed(PAST_YEAR, engine, tenant, now, lambda: _last_year(engine, tenant, now))

    def ready(self, engine: Engine, tenant: str, now: datetime) -> list[IndexedCalls]:
        """The open calls, and the consultations, that can be ranked against at once; empty while they are made."""
        mark = _mark(engine, tenant, now)
        kept = [self._kept.get(name) for name in (ASKED, OPEN)]
        return [one[1] for one in kept if one is not None and one[0] == mark]

    def warm(
        self, engine: Engine, tenant: str, now: datetime, then: Callable[[], object] = lambda: None
    ) -> None:
        """Have the open calls and the model made ready meanwhile, and then what `then` asks for; returns at once."""
        with self._lock:
            if self._warming:
                return
            self._warming = True
        Thread(target=self._warmed, args=(engine, tenant, now, then), daemon=True).start()

    def vectors(
        self, engine: Engine, tenant: str, indexed: IndexedCalls, profile: Profile, needs: Sequence[Need]
    ) -> Vectors | None:
        """The calls' vectors with those of these needs and of the areas; None when the model cannot be used for
        them. What the last run stored is read, what is new is embedded, and both are kept."""
        model = self.model()
        if model is None or indexed.vectors is None or model.name != indexed.vectors.model:
            return None
        texts = texts_to_embed((), (*needs, *area_needs(profile)))
        known = indexed.vectors.by_key
        asked = {text.key: text for text in texts if text.key not in known}
        found = self._vectors.find(asked)
        if missing := asked.keys() - found.keys():
            with reading(engine) as conn:
                stored = embeddings.find(conn, tenant, model.name, RECIPE, missing)
            made = embed(model, [text for key, text in asked.items() if key in missing and key not in stored])
            self._vectors.add(stored | made)
            found |= stored | made
        return Vectors(model=model.name, by_key={**known, **found})

    def beside(
        self, engine: Engine, tenant: str, indexed: IndexedCalls, profile: Profile, need: Need
    ) -> np.ndarray | None:
        """Which calls meet the other needs of the need's area, shape (calls,); None when it has none."""
        others = needs_beside(profile, need)
        if not others or not indexed.calls:
            return None
        named = {other: (indexed, other, profile.unit_names.get(other.unit)) for other in others}
        known = self._met.find(named.values())
        missing = [other for other in others if named[other] not in known]
        if missing:
            vectors = self.vectors(engine, tenant, indexed, profile, missing)
            rows = meeting(indexed, profile, missing, vectors)
            made = {named[other]: row for other, row in zip(missing, rows, strict=True)}
            self._met.add(made)
            known |= made
        return np.any(list(known.values()), axis=0)

    def remembered(self, indexed: IndexedCalls, key: Hashable, look: Callable[[], Look]) -> Look:
        """What was looked at before, or is now: of a need that is edited, the published one stays the same."""
        whole = (indexed, key)
        known = self._looks.find([whole])
        if not known:
            known = {whole: look()}
            self._looks.add(known)
        return known[whole]

    def model(self) -> Embedder | None:
        """The embedder, loaded once: who asks while it is loaded waits for it."""
        with self._loading:
            if self._model is None:
                self._model = (self._load(),)
            return self._model[0]

    @property
    def loaded(self) -> Embedder | None:
        """The embedder where it is loaded already; waits for nothing."""
        return self._model[0] if self._model else None

    def _warmed(self, engine: Engine, tenant: str, now: datetime, then: Callable[[], object]) -> None:
        try:
            self.open_calls(engine, tenant, now)
            self.open_consultations(engine, tenant, now)
            self.model()
            then()
        except StorageError as failure:
            log.warning("calls were not made ready for trying needs", reason=str(failure))
        finally:
            self._warming = False

    def _indexed(
        self,
        name: str,
        engine: Engine,
        tenant: str,
        now: datetime,
        make: Callable[[], IndexedCalls],
    ) -> IndexedCalls:
        """Made once while nothing changes: who asks while they are made waits for them."""
        mark = _mark(engine, tenant, now)
        with self._making[name]:
            kept = self._kept.get(name)
            if kept is None or kept[0] != mark:
                old, kept = kept, (mark, make())
                self._kept[name] = kept
                if old is not None:
                    self._looks.forget(lambda key: key[0] is old[1])
                    self._met.forget(lambda key: key[0] is old[1])
            return kept[1]


def needs_beside(profile: Profile, need: Need) -> tuple[Need, ...]:
    """The other needs of the profile that serve the need's area; none when that is not described."""
    described = {area.key for area in profile.priority_areas if area.description}
    if need.priority_area not in described:
        return ()
    return tuple(
        one for one in profile.needs if one.priority_area == need.priority_area and one.id != need.id
    )


def _mark(engine: Engine, tenant: str, now: datetime) -> tuple:
    """Stands for the calls, their vectors and the day."""
    with reading(engine) as conn:
        serving = active_model.find(conn, tenant)
        newest = embeddings.newest(conn, tenant)
        return (*stored_calls.mark(conn, tenant), serving.model if serving else None, newest, now.date())


def _last_year(engine: Engine, tenant: str, now: datetime) -> IndexedCalls:
    with reading(engine) as conn:
        funding, _ = apart(stored_calls.find(conn, tenant))
        calls = [call for call in funding if _was_there(call, now - PAST)]
        vectors = vectors_of(conn, tenant, calls)
    return IndexedCalls(calls, vectors).warm()


def _was_there(call: Call, since: datetime) -> bool:
    """Whether a call could be applied to at some time since then, as far as its deadlines say."""
    if call.first_seen_at >= since or not call.deadlines:
        return True
    return max(deadline.at for deadline in call.deadlines) >= since
