"""A need: its form, what it would find while it is being written, and what it found in twelve months."""

from dataclasses import dataclass, replace

from fastapi import Request
from starlette.responses import HTMLResponse, Response

from pipeline import guards
from pipeline.comparing import BackTest, Comparison, Fate, back_test, compare
from pipeline.patience import within
from profiles.model import (
    APPLICANT_LABELS,
    PRIORITY_LABELS,
    VOLUME_LABELS,
    Need,
    Profile,
    Role,
    Unit,
)
from profiles.parts import PartKind, with_part
from storage import tallies
from storage.database import reading
from texts import N_, Message
from web.decisions import Fault
from web.editor.difference import label_said
from web.editor.editing import Editing, editing_unit, may_edit, must_edit, need_in, new_key, warm
from web.editor.need_form import Read, Typed, field_of, need_from, typed_from, typed_of
from web.editor.rights import publishes
from web.editor.saving import save_typed
from web.editor.telling import told
from web.flash import flash_page
from web.names import Names
from web.render import piece
from web.visit import Fields, Here, Visit

NEW = ""
LEAST_WORDS = 3
TOO_LITTLE = Message(text=N_("Skriv några ord om vad ni vill förändra, så visas vad det skulle ge."))


def show(visit: Here, unit: str, need: str) -> Response:
    """One need."""
    editing, around = editing_unit(visit, unit)
    found = need_in(around, need)
    return _page(visit, editing, around, found, typed_of(found))


def begin(visit: Here, unit: str) -> Response:
    """The empty form of a new need."""
    must_edit(visit, PartKind.UNIT, unit)
    editing, around = editing_unit(visit, unit)
    blank = _blank(editing.published, around)
    return _page(visit, editing, around, blank, typed_of(blank))


def save(visit: Here, unit: str, need: str, fields: Fields) -> Response:
    """Keep the need in the reader's draft; on to its difference when that was asked for."""
    must_edit(visit, PartKind.UNIT, unit)
    editing, around = editing_unit(visit, unit)
    return _save(visit, editing, around, need_in(around, need), fields)


def create(visit: Here, unit: str, fields: Fields) -> Response:
    """Keep a new need in the reader's draft."""
    must_edit(visit, PartKind.UNIT, unit)
    editing, around = editing_unit(visit, unit)
    return _save(visit, editing, around, _blank(editing.published, around), fields)


def preview(visit: Here, unit: str, request: Request, fields: Fields) -> Response:
    """What the need as typed would find: a part of the page for script, the whole page without."""
    must_edit(visit, PartKind.UNIT, unit)
    editing, around, blank, typed, read = _as_typed(visit, unit, fields)
    if request.headers.get("hx-request") == "true":
        seen = _seen(visit, editing, around, read)
        shown = {"need": read.need, "unit": around, "typed": typed}
        return HTMLResponse(
            piece(visit, "editor/preview.html", names=Names(visit), Fate=Fate, seen=seen, **shown)
        )
    seen = within(visit.context.patience, lambda: _seen(visit, editing, around, read))
    return _page(
        _at_need(visit, blank),
        editing,
        around,
        blank,
        typed,
        faults=read.faults,
        seen=seen,
        waits_for="" if seen else "visning",
        read=read,
    )


def look_back(visit: Here, unit: str, request: Request, fields: Fields) -> Response:
    """The last twelve months with the answers given then, for the need as typed."""
    must_edit(visit, PartKind.UNIT, unit)
    editing, around, blank, typed, read = _as_typed(visit, unit, fields)
    if request.headers.get("hx-request") == "true":
        past = _past(visit, editing, around, read.need)
        return HTMLResponse(piece(visit, "editor/past.html", past=past))
    past = within(visit.context.patience, lambda: _past(visit, editing, around, read.need))
    return _page(
        _at_need(visit, blank),
        editing,
        around,
        blank,
        typed,
        faults=read.faults,
        past=past,
        waits_for="" if past else "tillbakablick",
        read=read,
    )


def _as_typed(visit: Visit, unit: str, fields: Fields) -> tuple[Editing, Unit, Need, Typed, Read]:
    """A need as a form has it: where it is edited, the need before, what was typed and what it means."""
    editing, around = editing_unit(visit, unit)
    key = str(fields.get("need") or NEW)
    blank = need_in(around, key) if key else _blank(editing.published, around)
    typed = typed_from(fields)
    return editing, around, blank, typed, need_from(typed, blank)


def _at_need(visit: Visit, need: Need) -> Visit:
    """The visit at the need's own page: what is posted without script is answered at an address of its own."""
    return replace(
        visit, path=f"/profil/behov/{need.unit}/{need.key}" if need.key else f"/profil/nytt-behov/{need.unit}"
    )


def _save(visit: Visit, editing: Editing, unit: Unit, blank: Need, fields: Fields) -> Response:
    typed = typed_from(fields)
    read = need_from(typed, blank)
    if not typed.title:
        message = Message(text=N_("Ge behovet en kort rubrik."))
        read.faults.append(Fault(field="title", message=message))
    if read.faults:
        return _page(visit, editing, unit, blank, typed, faults=read.faults, read=read, status=422)
    need = read.need
    if not need.key:
        need = replace(need, key=new_key(need.title, (one.key for one in unit.needs), "behov"))
    is_removed = fields.get("do") == "remove"
    after = _with_need(unit, need, is_removed=is_removed)
    onto = f"/profil/enhet/{unit.key}" if is_removed else f"/profil/behov/{unit.key}/{need.key}"
    return save_typed(visit, PartKind.UNIT, unit.key, after, fields, onto=onto)


def _with_need(unit: Unit, need: Need, *, is_removed: bool) -> Unit:
    """The unit with a need in its place, a new one last; or without it."""
    if is_removed:
        return replace(unit, needs=_others(unit, need))
    if any(one.key == need.key for one in unit.needs):
        return replace(unit, needs=tuple(need if one.key == need.key else one for one in unit.needs))
    return replace(unit, needs=(*unit.needs, need))


def _page(
    visit: Visit,
    editing: Editing,
    unit: Unit,
    need: Need,
    typed: Typed,
    *,
    faults: list[Fault] | None = None,
    seen: "Seen | None" = None,
    past: BackTest | None = None,
    waits_for: str = "",
    read: Read | None = None,
    status: int = 200,
) -> Response:
    shown = read.need if read else need
    may = may_edit(visit, PartKind.UNIT, unit.key)
    if may:
        warm(visit, editing.published, need)
    return flash_page(
        visit,
        "editor/need.html",
        status=status,
        names=Names(visit),
        told=told(visit),
        editing=editing,
        unit=unit,
        need=need,
        typed=typed,
        faults=faults or [],
        seen=seen,
        past=past,
        waits_for=waits_for,
        Fate=Fate,
        may=may,
        publishes=publishes(visit, PartKind.UNIT, unit.key),
        warnings=guards.of_need(editing.after, shown, visit.today) if need.key or read else [],
        problems=_problems(visit, editing, unit, need) if status == 200 else [],
        choices=_choices(visit, editing.after, unit),
    )


@dataclass(frozen=True)
class Seen:
    """What the preview tells: the comparison with its warnings, or why there is none."""

    comparison: Comparison | None
    warnings: list[guards.Warn]
    faults: list[Fault]


def _seen(visit: Visit, editing: Editing, unit: Unit, read: Read) -> Seen:
    need = read.need if read.need.key else replace(read.need, key="nytt-behov")
    after = _profile_with(editing, unit, need)
    own = guards.of_need(after, need, visit.today)
    if len(guards.WORD.findall(f"{need.title} {need.text}")) < LEAST_WORDS:
        return Seen(None, [], [Fault(field="text", message=TOO_LITTLE)])
    context = visit.context
    found = compare(context.desk, context.engine, context.tenant, editing.published, after, need, visit.now)
    warned = guards.of_matching(need, found, after, is_quiet=_is_quiet(visit, editing.published, need))
    return Seen(found, own + warned, read.faults)


def _past(visit: Visit, editing: Editing, unit: Unit, need: Need) -> BackTest:
    need = need if need.key else replace(need, key="nytt-behov")
    after = _profile_with(editing, unit, need)
    context = visit.context
    return back_test(context.desk, context.engine, context.tenant, after, need, visit.now)


def _profile_with(editing: Editing, unit: Unit, need: Need) -> Profile:
    """The profile that holds, with the need in the unit as it is written."""
    return with_part(editing.published, unit.key, replace(unit, needs=(*_others(unit, need), need)))


def _others(unit: Unit, need: Need) -> tuple[Need, ...]:
    return tuple(one for one in unit.needs if one.key != need.key)


def _is_quiet(visit: Visit, published: Profile, need: Need) -> bool:
    """Whether a published need has met nothing for 90 days while something was matched at all."""
    if all(one.id != need.id for one in published.needs):
        return False
    since = visit.now - guards.QUIET
    with reading(visit.context.engine) as conn:
        hits = tallies.need_hits(conn, visit.context.tenant, since)
    mine = hits.get((need.unit, need.key))
    return bool(hits) and (mine is None or (mine.recent == 0 and mine.open == 0))


def _problems(visit: Visit, editing: Editing, unit: Unit, need: Need) -> list[tuple[str, str, Message]]:
    """What must be put right in this need before it can be published: id and name of the field, and what is wrong."""
    if editing.draft is None or not need.key:
        return []
    unit_at = next((n for n, one in enumerate(editing.after.units) if one.key == unit.key), None)
    need_at = next((n for n, one in enumerate(unit.needs) if one.key == need.key), None)
    start = f"units[{unit_at}].needs[{need_at}]"
    return [
        (field_of(problem.key), label_said(visit, problem.key), problem.message)
        for problem in editing.problems
        if problem.key.startswith(start)
    ]


def _blank(profile: Profile, unit: Unit) -> Need:
    area = profile.priority_areas[0].key if len(profile.priority_areas) == 1 else ""
    return Need(key=NEW, unit=unit.key, title="", title_en="", text="", text_en="", priority_area=area)


def _choices(visit: Visit, profile: Profile, unit: Unit) -> dict[str, list[tuple[str, str]]]:
    """What the lists of the form offer: value and words."""
    _, english = visit.wording.gettext, visit.language == "en"
    aims = [(aim.key, aim.text_en if english else aim.text) for aim in profile.policy.aims]
    people = [p for p in profile.people if p.role in (Role.COORDINATOR, Role.CONTACT, Role.HEAD)]
    return {
        "areas": [(area.key, area.title_en if english else area.title) for area in profile.priority_areas],
        "goals": [(goal.key, f"{goal.year}: {goal.text}" if goal.year else goal.text) for goal in unit.goals],
        "aims": aims,
        "applicants": [(value.value, _(label)) for value, label in APPLICANT_LABELS.items()],
        "priorities": [(value.value, _(label)) for value, label in PRIORITY_LABELS.items()],
        "volumes": [(value.value, _(label)) for value, label in VOLUME_LABELS.items()],
        "owners": [
            (person.key, person.name)
            for person in people
            if unit.key in person.units or person.role is Role.COORDINATOR
        ],
    }
