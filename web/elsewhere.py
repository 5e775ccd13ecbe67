"""Where else a filter finds something, for a page of the queue where it finds nothing (`ux.md` 2.7)."""

from collections.abc import Mapping
from dataclasses import replace

from web import queue
from web.board import Board
from web.selection import Selection, Tab, all_calls
from web.visit import Visit

# The other tabs are parts of the first.
WHOLE = (Tab.REVIEW, Tab.BELOW, Tab.LATER, Tab.REFERRED, Tab.ACCEPTED, Tab.REJECTED)


def elsewhere(
    visit: Visit, board: Board, chosen: Selection, near: Mapping[int, float], labels: Mapping[Tab, str]
) -> list[tuple[str, int, str]]:
    """The other tabs, and all calls, where the same filter finds something: name, how many, and address."""
    if not chosen.is_filtered:
        return []
    _ = visit.wording.gettext
    others = [(labels[tab], replace(chosen, tab=tab, page=1)) for tab in WHOLE]
    found = [(_(label), len(board.listed(other, near)), other.address()) for label, other in others]
    calls = [
        call
        for call in board.open_calls
        if queue.call_fits(call, call.days_left(visit.now), chosen, near)
        and queue.is_of(board.rows.get(call.id), chosen)
    ]
    found.append((_("Alla utlysningar"), len(calls), all_calls(chosen)))
    return [one for one in found if one[1]]
