"""What people do with drafts of parts of the profile, each deed with its place in history."""

from datetime import datetime

from sqlalchemy import Connection, Engine

from profiles.parts import Part, PartKind, part_document
from storage import audit, proposals
from storage.database import writing
from storage.proposals import Proposal, State

DEEDS = {
    State.PROPOSED: "propose",
    State.RETURNED: "return",
    State.WITHDRAWN: "withdraw",
    State.DRAFT: "take-back",
}


def keep(
    engine: Engine,
    tenant: str,
    kind: PartKind,
    key: str,
    part: Part | None,
    author: str,
    now: datetime,
    *,
    base_version: int,
    draft: tuple[int, int] | None = None,
) -> Proposal:
    """The part as somebody wants it, kept as their draft: a new one, or the one they were writing.

    Args:
        key: a unit's; empty for the other kinds.
        part: None when a unit is to be taken out.
        base_version: of the profile that a new draft begins from.
        draft: number and revision of the draft that was written in; None begins a new one.

    Raises:
        ProposalChanged: somebody, perhaps the same person in another window, saved or decided it since; or, for
            a new one, the author has begun one meanwhile.
    """
    document = part_document(part)
    with writing(engine) as conn:
        if draft is None:
            if (begun := proposals.own_draft(conn, tenant, kind, key, author)) is not None:
                raise proposals.ProposalChanged(begun)
            made = proposals.begin(
                conn,
                tenant,
                kind=kind.value,
                key=key,
                base_version=base_version,
                document=document,
                author=author,
                now=now,
            )
        else:
            made = proposals.save(conn, tenant, draft[0], document, draft[1], now)
        action = "begin" if draft is None else "save"
        _record(conn, tenant, made, action, author, now)
        return made


def move(
    engine: Engine,
    tenant: str,
    proposal: Proposal,
    state: State,
    by: str,
    now: datetime,
    *,
    note: str | None = None,
    reply: str = "",
) -> Proposal:
    """Propose a draft, return it with words, throw it away, or take it back to go on writing.

    Args:
        proposal: as the reader saw it.

    Raises:
        ProposalChanged: it was saved or decided since.
    """
    with writing(engine) as conn:
        made = proposals.settle(
            conn, tenant, proposal.id, state, proposal.revision, by, now, note=note, reply=reply
        )
        _record(conn, tenant, made, DEEDS[state], by, now, reason=reply or note or "")
        return made


def _record(
    conn: Connection,
    tenant: str,
    made: Proposal,
    action: str,
    by: str,
    now: datetime,
    reason: str = "",
) -> None:
    after = {
        "part": f"{made.kind}:{made.key}".rstrip(":"),
        "state": made.state.value,
        "revision": made.revision,
    }
    event = audit.Event(
        actor=by,
        channel="web",  # drafts are written on the pages alone
        kind="proposal",
        key=str(made.id),
        action=action,
        after=after,
        reason=reason,
        profile_version=made.base_version,
    )
    audit.record(conn, tenant, event, now)
