"""Vectors, embedded once: kept by model, text recipe and text hash, so that two models never meet (H1)."""

from collections.abc import Iterable, Mapping

import numpy as np
from sqlalchemy import Connection, func, select

from storage.database import in_batches, insert_or_ignore
from storage.errors import BadVector
from storage.tables import embedding
from texts import N_, Message

LENGTH_TOLERANCE = 1e-3


def find(
    conn: Connection, tenant: str, model: str, recipe: str, hashes: Iterable[str]
) -> dict[str, np.ndarray]:
    """The vectors that are known, by text hash: float32, shape (dimension,), of unit length."""
    rows = (
        row
        for some in in_batches(hashes)
        for row in conn.execute(
            select(embedding.c.text_hash, embedding.c.vector).where(
                embedding.c.tenant == tenant,
                embedding.c.model == model,
                embedding.c.recipe == recipe,
                embedding.c.text_hash.in_(some),
            )
        )
    )
    return {row.text_hash: np.frombuffer(row.vector, dtype="<f4").astype(np.float32) for row in rows}


def save(conn: Connection, tenant: str, model: str, recipe: str, vectors: Mapping[str, np.ndarray]) -> None:
    """Keep vectors by text hash; one that is known already stays as it is.

    Args:
        vectors: each of shape (dimension,) and unit length, all of one dimension.

    Raises:
        BadVector: a vector is not finite, not of unit length, or of another length than the model's others
            (D-15); nothing of the call is kept then.
    """
    dimension = _dimension(conn, tenant, model, recipe)
    rows = []
    for text_hash, given in vectors.items():
        vector = np.asarray(given, dtype="<f4")
        dimension = dimension or vector.size
        _check(vector, dimension, model)
        named = {"tenant": tenant, "model": model, "recipe": recipe, "text_hash": text_hash}
        rows.append(named | {"dimension": dimension, "vector": vector.tobytes()})
    if rows:
        insert_or_ignore(conn, embedding, rows)


def newest(conn: Connection, tenant: str) -> int:
    """Stands for all vectors: another number when any has been added; 0 when there are none."""
    wanted = select(func.coalesce(func.max(embedding.c.id), 0)).where(embedding.c.tenant == tenant)
    return conn.execute(wanted).scalar_one()


def _dimension(conn: Connection, tenant: str, model: str, recipe: str) -> int | None:
    """The length of the vectors that are kept for this model and recipe, None when there are none."""
    return conn.execute(
        select(embedding.c.dimension)
        .where(embedding.c.tenant == tenant, embedding.c.model == model, embedding.c.recipe == recipe)
        .limit(1)
    ).scalar()


def _check(vector: np.ndarray, dimension: int, model: str) -> None:
    fault: Message | None = None
    if vector.shape != (dimension,):
        fault = Message(
            text=N_("den har formen {shape}, väntade {dimension} tal"),
            values={"shape": str(vector.shape), "dimension": dimension},
        )
    elif not np.isfinite(vector).all():
        fault = Message(text=N_("den har tal som inte är ändliga"))
    elif abs(float(np.linalg.norm(vector)) - 1) > LENGTH_TOLERANCE:
        fault = Message(
            text=N_("dess längd är {length}, väntade 1"), values={"length": f"{np.linalg.norm(vector):.4f}"}
        )
    if fault is not None:
        raise BadVector.of(
            N_("En vektor från modellen {model} sparas inte: {fault}."), model=model, fault=fault
        )
