"""Keeping what somebody wants in their own draft: the same for what is typed and for what is read from a file."""

from starlette.datastructures import FormData
from starlette.responses import Response

from pipeline.drafting import keep
from profiles.parts import Part, PartKind
from storage.proposals import Proposal, ProposalChanged
from web.editor.editing import Editing, sent_stamp
from web.editor.telling import collided, draft_page, typed_words
from web.flash import Flash, go_on
from web.visit import Visit

SAVED = Flash(deed="draft-saved")


def save_typed(
    visit: Visit, kind: PartKind, key: str, part: Part | None, fields: FormData, *, onto: str = ""
) -> Response:
    """Keep what a form says, and go on: to the draft when it is to be reviewed or no other page is named.

    Words that come late, when somebody has saved since, are given back.
    """
    try:
        kept = keep_draft(visit, kind, key, part, sent_stamp(fields))
    except ProposalChanged as failure:
        return collided(visit, failure, text=typed_words(visit, fields), back=visit.path)
    is_reviewed = fields.get("do") == "review" or not onto
    return go_on(visit, draft_page(kept) if is_reviewed else onto, SAVED)


def save_read(visit: Visit, around: Editing, part: Part, *, back: str) -> Response:
    """Keep what was read from a text in the draft that it was shown beside, and go on to the draft."""
    try:
        kept = keep_draft(visit, around.kind, around.key, part, around.stamp)
    except ProposalChanged as failure:
        return collided(visit, failure, text="", back=back)
    return go_on(visit, draft_page(kept), SAVED)


def keep_draft(
    visit: Visit, kind: PartKind, key: str, part: Part | None, draft: tuple[int, int] | None
) -> Proposal:
    """The reader's draft of a part. Arguments and errors as for `pipeline.drafting.keep`."""
    context = visit.context
    return keep(
        context.engine,
        context.tenant,
        kind,
        key,
        part,
        visit.person.key,
        visit.now,
        base_version=visit.profile_version,
        draft=draft,
    )
