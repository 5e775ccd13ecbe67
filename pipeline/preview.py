"""The calls that a need is tried on while somebody is writing it (`pipeline/desk.py`).

What concerns the calls alone is worked out once and kept by the caller; a need that is edited is then ranked in a
moment (`matcher.score.look`). Nothing is written.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine

from calls.model import Call
from calls.vocabulary import CONSULTATION
from matcher.consultations import apart, measured
from matcher.indexed import IndexedCalls
from matcher.texts import RECIPE
from matcher.vectors import Vectors, texts_to_embed
from pipeline.match import MATCHED, with_answered
from storage import active_model, embeddings, learning
from storage import calls as stored_calls
from storage.database import reading


def indexed_calls(engine: Engine, tenant: str, now: datetime, *, consultations: bool = False) -> IndexedCalls:
    """The calls that are open or to come, ready to rank needs against: with the vectors of the model that serves,
    those of answered calls that are gone among them. Consultations only where they are asked for, behind the calls
    that they are measured against; where there are none, nothing."""
    with reading(engine) as conn:
        if consultations and not stored_calls.by_status(conn, tenant, now, MATCHED, kind=CONSULTATION):
            return IndexedCalls([])
        funding, asked = apart(stored_calls.by_status(conn, tenant, now, MATCHED))
        calls = measured(funding, asked) if consultations else funding
        vectors = vectors_of(conn, tenant, with_answered(calls, learning.answers(conn, tenant)))
    return IndexedCalls(calls, vectors).warm()


def vectors_of(conn: Connection, tenant: str, calls: Sequence[Call]) -> Vectors | None:
    """Those of the calls' texts by the model that serves; None without any, or when they are of another recipe."""
    serving = active_model.find(conn, tenant)
    if serving is None or serving.recipe != RECIPE:
        return None
    keys = {text.key for text in texts_to_embed(calls, ())}
    known = embeddings.find(conn, tenant, serving.model, RECIPE, keys)
    return Vectors(model=serving.model, by_key=known) if known else None
