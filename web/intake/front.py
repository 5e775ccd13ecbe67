"""The page that shows every way in and out."""

from starlette.responses import Response

from web.editor.editing import must_have_profile
from web.names import Names
from web.render import page
from web.visit import Here


def front(visit: Here) -> Response:
    """What can be brought in and taken out."""
    profile = must_have_profile(visit)
    return page(
        visit,
        "intake/front.html",
        names=Names(visit),
        units=[unit for unit in profile.units if visit.may_see_unit(unit.key)],
    )
