"""Deadlines in the reader's own calendar: private addresses, and single files (`ux.md` 1.8)."""

from web.access import Access
from web.calendars import addresses, files
from web.doors import GET, POST, Door

# `/utlysning/{call_id}.ics` must stand before the page of a call, whose path it would fit too.
DOORS = (
    Door(GET, "/utlysning/{call_id}.ics", Access.READER, files.of_call),
    Door(GET, "/kalender/utlysning/{token:path}", Access.PUBLIC, files.from_letter),
    Door(GET, "/kalender/{token}.ics", Access.PUBLIC, files.feed),
    Door(GET, "/mina-val/kalender", Access.READER, addresses.own),
    Door(POST, "/mina-val/kalender", Access.READER, addresses.change),
)
