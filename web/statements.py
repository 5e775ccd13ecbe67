"""What a public body states of its service."""

from starlette.responses import Response

from web.names import Names
from web.render import page
from web.visit import Here


def accessibility(visit: Here) -> Response:
    """The accessibility statement, with a way to report faults."""
    contact = visit.profile.coordinator_on(visit.today) if visit.profile else None
    return page(visit, "statements/accessibility.html", names=Names(visit), contact=contact)
