"""The settings in force, for those who run the service and those who use it."""

from starlette.responses import Response

from web.names import Names
from web.render import page
from web.visit import Here


def settings(visit: Here) -> Response:
    """What is set, and where the rest is set."""
    return page(visit, "settings/settings.html", names=Names(visit), settings=visit.context.settings())
