"""A draft: how it differs from what holds, and what becomes of it."""

from collections.abc import Iterable

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import Response

from pipeline.drafting import move
from pipeline.publishing import (
    REACH_LABELS,
    NotPublishable,
    PartMoved,
    PublishingError,
    Reach,
    base_of,
    publish,
    put_on_top,
)
from profiles.diff import profile_differences
from profiles.model import Profile
from profiles.parts import PART_LABELS, PartKind, part_differences, part_from, part_of, problems_of, with_part
from profiles.problems import Problem
from storage import proposals
from storage.database import reading
from storage.proposals import ALIVE, EDITABLE, STATE_LABELS, Proposal, ProposalChanged, State
from texts import N_, Message
from web import former
from web.editor.difference import Line, lines, place_said
from web.editor.editing import may_edit, must_edit, must_have_profile
from web.editor.rights import may_publish
from web.editor.telling import collided, told
from web.flash import Flash, flash_page, go_on
from web.names import Names
from web.visit import Fields, Here, Refused, Visit, number_of, text_of

UNKNOWN = Message(text=N_("Det går inte att göra med utkastet. Gå tillbaka och försök igen."))
WORDS_MISSING = Message(text=N_("Skriv vad som behöver ändras, så att den som föreslog vet."))


def show(visit: Here, draft: str) -> Response:
    """One draft or proposal."""
    return _page(visit, _draft(visit, draft))


def decide(visit: Here, draft: str, fields: Fields) -> Response:
    """Propose, publish, return, throw away, take back, or put on top of what holds."""
    found = _draft(visit, draft)
    must_edit(visit, PartKind(found.kind), found.key)
    if str(fields.get("revision")) != str(found.revision):
        return collided(visit, ProposalChanged(found), text=_words(fields), back=visit.path)
    deed = DEEDS.get(str(fields.get("do")))
    if deed is None:
        raise Refused(422, UNKNOWN)
    try:
        return deed(visit, found, fields)
    except ProposalChanged as failure:
        return collided(visit, failure, text=_words(fields), back=visit.path)


def _propose(visit: Visit, found: Proposal, fields: FormData) -> Response:
    _must_be_mine(visit, found)
    if found.state not in EDITABLE:
        raise Refused(422, UNKNOWN)
    if problems := _problems(visit, found):
        return _page(visit, found, problems=problems, status=422)
    _move(visit, found, State.PROPOSED, note=text_of(fields.get("note")))
    return go_on(visit, _home(found), Flash(deed="proposed"))


def _publish(visit: Visit, found: Proposal, fields: FormData) -> Response:
    if found.state not in ALIVE or not _may_publish(visit, found):
        raise Refused(403, UNKNOWN)
    reaches = Reach.NEW if fields.get("reach") == Reach.NEW.value else Reach.OPEN
    context = visit.context
    try:
        publish(
            context.engine,
            context.tenant,
            found.id,
            found.revision,
            visit.person.key,
            visit.now,
            reaches=reaches,
        )
    except PartMoved as failure:
        return _page(visit, found, moved=failure, status=409)
    except NotPublishable as failure:
        return _page(visit, found, problems=failure.problems, status=422)
    except PublishingError as failure:
        return _page(visit, found, said=failure.message, status=422)
    if context.rematcher is not None:
        context.rematcher.ask()
    return go_on(visit, "/profil", Flash(deed="published"))


def _may_publish(visit: Visit, found: Proposal) -> bool:
    """The coordinator every draft; a contact person what they wrote themselves of a unit that publishes by itself."""
    if not visit.is_coordinator and (found.author != visit.person.key or found.state not in EDITABLE):
        return False
    kind = PartKind(found.kind)
    before, after = part_of(_base(visit, found), kind, found.key), part_from(kind, found.document)
    return may_publish(visit, kind, found.key, before, after)


def _return(visit: Visit, found: Proposal, fields: FormData) -> Response:
    if not visit.is_coordinator or found.state is not State.PROPOSED:
        raise Refused(403, UNKNOWN)
    reply = text_of(fields.get("reply"))
    if not reply:
        return _page(visit, found, said=WORDS_MISSING, status=422)
    _move(visit, found, State.RETURNED, reply=reply)
    return go_on(visit, "/profil", Flash(deed="returned"))


def _withdraw(visit: Visit, found: Proposal, fields: FormData) -> Response:
    _must_be_mine(visit, found)
    _move(visit, found, State.WITHDRAWN)
    return go_on(visit, _home(found), Flash(deed="withdrawn"))


def _take_back(visit: Visit, found: Proposal, fields: FormData) -> Response:
    _must_be_mine(visit, found)
    if found.state is not State.PROPOSED:
        raise Refused(422, UNKNOWN)
    _move(visit, found, State.DRAFT)
    return go_on(visit, _home(found), Flash(deed="taken-back"))


def _put_on_top(visit: Visit, found: Proposal, fields: FormData) -> Response:
    if found.state is State.PROPOSED and visit.is_coordinator:
        raise Refused(422, UNKNOWN)
    _must_be_mine(visit, found)
    put_on_top(
        visit.context.engine, visit.context.tenant, found.id, found.revision, visit.person.key, visit.now
    )
    return go_on(visit, f"/profil/utkast/{found.id}", Flash(deed="draft-on-top"))


DEEDS = {
    "propose": _propose,
    "publish": _publish,
    "return": _return,
    "withdraw": _withdraw,
    "take-back": _take_back,
    "put-on-top": _put_on_top,
}


def _page(
    visit: Visit,
    found: Proposal,
    *,
    problems: tuple[Problem, ...] | None = None,
    moved: PartMoved | None = None,
    said: Message | None = None,
    status: int = 200,
) -> Response:
    alive = found.state in ALIVE
    return flash_page(
        visit,
        "editor/draft.html",
        status=status,
        names=Names(visit),
        told=told(visit),
        draft=found,
        state=STATE_LABELS[found.state],
        part=part_name(visit, found),
        home=_home(found),
        lines=_lines(visit, found),
        problems=_placed(visit, found, _problems(visit, found) if problems is None else problems)
        if alive
        else [],
        theirs=lines(visit, moved.theirs) if moved else [],
        moved=moved,
        said=said,
        reaches=REACH_LABELS.items(),
        alive=alive,
        is_mine=visit.person is not None and found.author == visit.person.key,
        is_editable=found.state in EDITABLE,
        publishes=alive and _may_publish(visit, found),
        may=alive and may_edit(visit, PartKind(found.kind), found.key),
    )


def part_name(visit: Visit, draft: Proposal) -> str:
    """What the part of a draft is called; a unit that no version of the profile has yet as the draft calls it."""
    if draft.kind != PartKind.UNIT:
        return visit.wording.gettext(PART_LABELS[PartKind(draft.kind)]).capitalize()
    if draft.document is not None and former.unit(visit, draft.key) is None:
        return draft.document["name"]
    return Names(visit).unit(draft.key)


def _draft(visit: Visit, draft: str) -> Proposal:
    """The draft of an address. 404 for one of a part that the reader may not see."""
    must_have_profile(visit)
    with reading(visit.context.engine) as conn:
        found = proposals.get(conn, visit.context.tenant, number_of(draft))
    is_theirs = visit.is_coordinator or (
        found is not None and found.kind == PartKind.UNIT and visit.may_see_unit(found.key)
    )
    if found is None or not is_theirs:
        raise HTTPException(404)
    return found


def _lines(visit: Visit, found: Proposal) -> list[Line]:
    """How the draft differs from the profile it began from."""
    base = _base(visit, found)
    kind = PartKind(found.kind)
    after = with_part(base, found.key, part_from(kind, found.document))
    is_whole = found.document is None or all(unit.key != found.key for unit in base.units)
    if kind is PartKind.UNIT and is_whole:
        return lines(visit, profile_differences(base, after), base, after)
    return lines(visit, part_differences(base, after, kind, found.key), base, after)


def _base(visit: Visit, found: Proposal) -> Profile:
    profile = must_have_profile(visit)
    if found.base_version == visit.profile_version:
        return profile
    with reading(visit.context.engine) as conn:
        return base_of(conn, visit.context.tenant, found, profile)


def _problems(visit: Visit, found: Proposal) -> tuple[Problem, ...]:
    part = part_from(PartKind(found.kind), found.document)
    return problems_of(must_have_profile(visit), found.key, part)


def _placed(visit: Visit, found: Proposal, problems: Iterable[Problem]) -> list[tuple[str, Message]]:
    """Where each problem is, and what is wrong."""
    part = part_from(PartKind(found.kind), found.document)
    after = with_part(must_have_profile(visit), found.key, part)
    return [(place_said(visit, after, problem.key), problem.message) for problem in problems]


def _move(visit: Visit, found: Proposal, state: State, **words: str) -> None:
    context = visit.context
    move(context.engine, context.tenant, found, state, visit.person.key, visit.now, **words)


def _must_be_mine(visit: Visit, found: Proposal) -> None:
    """Whoever wrote it decides over it; the coordinator may clear away what is left."""
    if found.author != visit.person.key and not visit.is_coordinator:
        raise Refused(403, UNKNOWN)


def _home(found: Proposal) -> str:
    if found.kind == PartKind.UNIT:
        return f"/profil/enhet/{found.key}"
    return "/profil/inriktning" if found.kind == PartKind.POLICY else "/profil"


def _words(fields: FormData) -> str:
    return text_of(fields.get("note")) or text_of(fields.get("reply"))
