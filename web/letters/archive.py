"""What has been sent, week by week: what did we send is a question that anybody may ask a municipality."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from notifier.model import LETTER_KIND_LABELS, LETTER_STATE_LABELS
from notifier.weeks import days_of
from storage import outbox
from storage.database import reading
from web.names import Names
from web.render import page
from web.visit import Here


def weeks(visit: Here) -> Response:
    """Every week with letters, the newest first."""
    with reading(visit.context.engine) as conn:
        found = outbox.by_week(conn, visit.context.tenant)
    return page(
        visit,
        "letters/weeks.html",
        names=Names(visit),
        weeks=list(found.items()),
        states=LETTER_STATE_LABELS,
    )


def week(visit: Here, week: str) -> Response:
    """The letters of one week."""
    try:
        days_of(week)
    except ValueError as failure:
        raise HTTPException(404) from failure
    with reading(visit.context.engine) as conn:
        lines = outbox.lines(conn, visit.context.tenant, week=week)
    if not lines:
        raise HTTPException(404)
    return page(
        visit,
        "letters/week.html",
        names=Names(visit),
        week=week,
        lines=lines,
        states=LETTER_STATE_LABELS,
        kinds=LETTER_KIND_LABELS,
    )
