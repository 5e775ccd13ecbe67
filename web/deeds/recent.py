"""The latest decisions that were made for several calls at once, to be taken back until the letter goes."""

from starlette.responses import Response

from storage import bulk
from storage.database import reading
from web.flash import flash_page
from web.names import Names
from web.presentation import VERDICT_LABELS
from web.visit import Here

MOST = 50


def recent(visit: Here) -> Response:
    """Each with how much of it has gone out, and a button where something can be taken back."""
    with reading(visit.context.engine) as conn:
        found = bulk.recent(conn, visit.context.tenant, MOST)
    return flash_page(
        visit,
        "deeds/recent.html",
        names=Names(visit),
        found=found,
        labels=VERDICT_LABELS,
    )
