"""The ways in of signing in with an outside account."""

from web.access import Access
from web.doors import GET, POST, Door
from web.oidc import pages

DOORS = (
    Door(GET, "/logga-in/oidc", Access.PUBLIC, pages.start),
    Door(GET, "/logga-in/oidc/svar", Access.PUBLIC, pages.come_back),
    Door(GET, "/logga-in/koppla", Access.SIGNED_IN, pages.link_page),
    Door(POST, "/logga-in/koppla", Access.SIGNED_IN, pages.link),
    Door(POST, "/logga-in/koppla/bort", Access.SIGNED_IN, pages.unlink),
)
