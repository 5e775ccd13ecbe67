"""What is set for this installation, and the tokens of other programs."""

from web.access import Access
from web.doors import GET, POST, Door
from web.settings import pages, tokens

DOORS = (
    Door(GET, "/installningar", Access.OPERATION, pages.settings),
    Door(GET, "/installningar/api", Access.COORDINATOR, tokens.every),
    Door(POST, "/installningar/api", Access.COORDINATOR, tokens.make),
    Door(POST, "/installningar/api/avsluta", Access.COORDINATOR, tokens.end),
)
