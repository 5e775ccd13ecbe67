"""What all pages of the editor tell: the matching after a publication, and a save that came late."""

from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.responses import Response

from pipeline.on_request import Progress
from storage import rematches
from storage.database import reading
from storage.proposals import EDITABLE, Proposal, ProposalChanged
from storage.rematches import Rematch
from web.editor.difference import VALUE_LABELS, value_said
from web.names import Names
from web.render import page
from web.visit import Visit, text_of

SHOWN_FOR_MINUTES = 30
# Fields of forms that are called otherwise than the value they become; what forms carry; what is ticked.
FIELDS = {"area": "priority_area", "share": "own_share_max_percent", "children": "children_and_youth"}
UNTOLD = frozenset({"csrf", "stamp", "revision", "need", "do", "key"})
FLAGS = frozenset({"children", "may_lead", "tests_cofinancing", "yearly_follow_up", "children_first"})


@dataclass(frozen=True, kw_only=True)
class Told:
    """How the matching after the newest publication stands; `rematch` is None when there is nothing to tell."""

    rematch: Rematch | None
    is_running: bool


def told(visit: Visit) -> Told:
    """The matching that is asked for, or was done in the last half hour."""
    with reading(visit.context.engine) as conn:
        newest = rematches.newest(conn, visit.context.tenant)
    if newest is not None and newest.ended_at is not None:
        is_old = (visit.now - newest.ended_at).total_seconds() > SHOWN_FOR_MINUTES * 60
        newest = None if is_old else newest
    progress = visit.context.rematcher.progress if visit.context.rematcher else Progress.IDLE
    waits = newest is not None and newest.ended_at is None
    return Told(
        rematch=newest,
        is_running=waits and progress is Progress.RUNNING,
    )


def draft_page(proposal: Proposal) -> str:
    """Where a draft is read, decided and published."""
    return f"/profil/utkast/{proposal.id}"


def collided(visit: Visit, failure: ProposalChanged, *, text: str, back: str) -> Response:
    """A save that came late: what holds now, and all that was typed, to go on from (P-19, P-23)."""
    current = failure.current
    return page(
        visit,
        "editor/collided.html",
        status=409,
        names=Names(visit),
        current=current,
        is_editable=current is not None and current.state in EDITABLE,
        text=text,
        back=back,
    )


def typed_words(visit: Visit, fields: FormData) -> str:
    """All that was typed in a form of the editor, a line a field: what was not saved is not lost (P-19)."""
    _ = visit.wording.gettext
    said = []
    for name, value in fields.multi_items():
        text, part = text_of(value), name.rpartition("-")[2]
        if part in UNTOLD or not text:
            continue
        field = FIELDS.get(part, part)
        value = value_said(visit, field, "true" if name in FLAGS else text)
        said.append(f"{_(VALUE_LABELS[field]).capitalize()}: {value}" if field in VALUE_LABELS else text)
    return "\n".join(said)
