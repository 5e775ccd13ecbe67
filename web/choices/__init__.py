"""What a person gets by mail: chosen signed in, or from any letter without signing in."""

from web.access import Access
from web.choices import following, pages
from web.doors import GET, POST, Door

DOORS = (
    Door(GET, "/mina-val", Access.SIGNED_IN, pages.own_page),
    Door(POST, "/mina-val", Access.SIGNED_IN, pages.own),
    Door(GET, "/mina-val/{token:path}", Access.PUBLIC, pages.letter_page),
    Door(POST, "/mina-val/{token:path}", Access.ONE_CLICK, pages.from_letter),
    Door(POST, "/utlysning/{call_id}/folj", Access.EDITOR, following.follow),
)
