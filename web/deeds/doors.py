"""The doors of the coordinator's work."""

from web import shortcuts, views
from web.access import Access
from web.deeds import asking, correcting, forward, marking, recent, rules, several, stale
from web.doors import GET, POST, Door

DOORS = (
    Door(GET, "/beslut/flera", Access.COORDINATOR, several.ask),
    Door(POST, "/beslut/flera", Access.COORDINATOR, several.decide),
    Door(POST, "/beslut/flera/{number}/angra", Access.COORDINATOR, several.undo),
    Door(GET, "/beslut/till-enhet", Access.COORDINATOR, forward.ask),
    Door(POST, "/beslut/till-enhet", Access.COORDINATOR, forward.send),
    Door(POST, "/beslut/fraga/{number}/ta-bort", Access.COORDINATOR, forward.withdraw),
    Door(GET, "/senaste-beslut", Access.COORDINATOR, recent.recent),
    Door(GET, "/rattelse", Access.COORDINATOR, correcting.ask),
    Door(POST, "/rattelse", Access.COORDINATOR, correcting.send),
    Door(GET, "/beslut/lage", Access.COORDINATOR, stale.since),
    Door(POST, "/vyer", Access.READER, views.keep),
    Door(GET, "/beslut/{deed}", Access.COORDINATOR, asking.asking),
    Door(POST, "/utlysning/{call_id}/barn", Access.COORDINATOR, marking.correct),
    Door(GET, "/installningar/granskning", Access.COORDINATOR, rules.show),
    Door(POST, "/installningar/granskning", Access.COORDINATOR, rules.choose),
    Door(GET, "/installningar/tangenter", Access.COORDINATOR, shortcuts.keys_page),
    Door(POST, "/installningar/tangenter", Access.COORDINATOR, shortcuts.change),
    Door(POST, "/installningar/tangenter/slag", Access.COORDINATOR, shortcuts.switch),
)
