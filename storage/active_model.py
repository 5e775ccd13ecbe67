"""Which model's vectors serve: the old one's until the new one's are complete, then the new one's at once (H2)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, or_, select, update

from storage.tables import active_model, embedding

KEPT_FOR = timedelta(days=14)  # how long the vectors of a model that was replaced are kept, for a way back


@dataclass(frozen=True, kw_only=True)
class ActiveModel:
    """The model and text recipe that matches are made with, and since when."""

    model: str
    recipe: str
    since: datetime


def find(conn: Connection, tenant: str) -> ActiveModel | None:
    """The model that serves, None before the first run with one."""
    row = conn.execute(select(active_model).where(active_model.c.tenant == tenant)).first()
    return None if row is None else ActiveModel(model=row.model, recipe=row.recipe, since=row.since)


def serve(conn: Connection, tenant: str, model: str, recipe: str, now: datetime) -> ActiveModel | None:
    """Let this model serve from now on; which one it replaced, None when it served already or was the first.

    The caller sees to it that its vectors are complete, and writes its matches in the same transaction.
    """
    before = find(conn, tenant)
    values = {"model": model, "recipe": recipe, "since": now}
    if before is None:
        conn.execute(insert(active_model).values(tenant=tenant, **values))
        return None
    if (before.model, before.recipe) == (model, recipe):
        return None
    conn.execute(update(active_model).where(active_model.c.tenant == tenant).values(**values))
    return before


def forget_replaced(conn: Connection, tenant: str, now: datetime) -> int:
    """Delete the vectors of models and recipes that do not serve, once the serving one has done so for a
    fortnight; how many were deleted."""
    serving = find(conn, tenant)
    if serving is None or now - serving.since < KEPT_FOR:
        return 0
    others = or_(embedding.c.model != serving.model, embedding.c.recipe != serving.recipe)
    return conn.execute(delete(embedding).where(embedding.c.tenant == tenant, others)).rowcount
