"""One need against the stored calls, while somebody is writing it: what would it find?

What concerns the calls alone is worked out once and kept by the caller; a need that is edited is then ranked in a
moment. Nothing is written.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Engine

from matcher.embedder import Embedder
from matcher.indexed import IndexedCalls
from matcher.model import Match
from matcher.score import match
from matcher.texts import RECIPE
from matcher.vectors import Vectors, texts_to_embed
from pipeline.match import MATCHED, embed, with_answered
from profiles.model import Need, Profile
from storage import active_model, embeddings, learning
from storage import calls as stored_calls
from storage.database import reading


def indexed_calls(engine: Engine, tenant: str, now: datetime) -> IndexedCalls:
    """The calls that are open or to come, ready to rank needs against: with the vectors of the model that serves,
    those of answered calls that are gone among them."""
    with reading(engine) as conn:
        calls = sorted(stored_calls.by_status(conn, tenant, now, MATCHED), key=lambda call: call.id)
        serving = active_model.find(conn, tenant)
        vectors = None
        if serving is not None and serving.recipe == RECIPE:
            taught = with_answered(calls, learning.answers(conn, tenant))
            keys = {text.key for text in texts_to_embed(taught, ())}
            known = embeddings.find(conn, tenant, serving.model, RECIPE, keys)
            vectors = Vectors(model=serving.model, by_key=known) if known else None
    return IndexedCalls(calls, vectors).warm()


def rank_one_need(
    indexed: IndexedCalls,
    profile: Profile,
    need: Need,
    embedder: Embedder | None,
    now: datetime,
    keep: int = 15,
) -> list[Match]:
    """The need's matches as it reads now, best first.

    Args:
        need: its unit must be in the profile; it takes the place of the profile's need with the same key.
        embedder: None, or one of another model than the calls' vectors: words and programme knowledge decide.
    """
    unit = replace(profile.unit(need.unit), needs=(need,))
    alone = replace(profile, units=(unit,))
    if embedder is None or indexed.vectors is None or embedder.name != indexed.vectors.model:
        return match(indexed.calls, alone, None, now, keep=keep, known=indexed)
    asked = [text for text in texts_to_embed((), (need,)) if text.key not in indexed.vectors.by_key]
    vectors = Vectors(
        model=embedder.name, by_key={**indexed.vectors.by_key, **(embed(embedder, asked) if asked else {})}
    )
    return match(indexed.calls, alone, vectors, now, keep=keep, known=indexed)
