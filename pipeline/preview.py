"""The calls that a need is tried on while somebody is writing it (`pipeline/desk.py`).

What concerns the calls alone is worked out once and kept by the caller; a need that is edited is then ranked in a
moment (`matcher.score.look`). Nothing is written.
"""

from datetime import datetime

from sqlalchemy import Engine

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
    that they are measured against."""
    with reading(engine) as conn:
        funding, asked = apart(stored_calls.by_status(conn, tenant, now, MATCHED))
        calls = measured(funding, asked) if consultations else funding
        serving = active_model.find(conn, tenant)
        vectors = None
        if serving is not None and serving.recipe == RECIPE:
            taught = with_answered(calls, learning.answers(conn, tenant))
            keys = {text.key for text in texts_to_embed(taught, ())}
            known = embeddings.find(conn, tenant, serving.model, RECIPE, keys)
            vectors = Vectors(model=serving.model, by_key=known) if known else None
    return IndexedCalls(calls, vectors).warm()
