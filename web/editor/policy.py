"""The municipality's direction: the policy, its aims and the priority areas."""

from dataclasses import dataclass, field, replace

from starlette.datastructures import FormData
from starlette.responses import Response

from profiles.model import Aim, Municipality, PriorityArea
from profiles.parts import PartKind
from texts import N_, Message
from web.decisions import Fault
from web.editor.editing import editing, may_edit, new_key
from web.editor.need_form import day_typed, number_typed
from web.editor.saving import save_typed
from web.editor.telling import told
from web.flash import flash_page
from web.names import Names
from web.visit import Fields, Here, Visit, text_of

MOST_ROWS = 40
EMPTY_ROWS = 1
FACTS = ("title", "adopted_by", "adopted", "reference", "owner", "revision_interval_years")
FLAGS = ("tests_cofinancing", "yearly_follow_up", "children_first")
AIM = ("key", "text", "text_en")
AREA = ("key", "title", "title_en", "description", "description_en", "children")


@dataclass(frozen=True, kw_only=True)
class TypedPolicy:
    """What stands in the fields, as text: facts by name, and rows of aims and areas."""

    facts: dict[str, str]
    flags: dict[str, bool]
    aims: tuple[dict[str, str], ...]
    areas: tuple[dict[str, str], ...]

    @property
    def aim_rows(self) -> tuple[dict[str, str], ...]:
        """The aims and an empty row."""
        return (*self.aims, *({name: "" for name in AIM} for _ in range(EMPTY_ROWS)))

    @property
    def area_rows(self) -> tuple[dict[str, str], ...]:
        """The areas and an empty row."""
        return (*self.areas, *({name: "" for name in AREA} for _ in range(EMPTY_ROWS)))


@dataclass(frozen=True, kw_only=True)
class ReadPolicy:
    """The part as typed, and what of it could not be read."""

    part: Municipality
    faults: list[Fault] = field(default_factory=list)


def show(visit: Here) -> Response:
    """The direction as it holds, or as the coordinator's draft has it."""
    found = editing(visit, PartKind.POLICY)
    return _page(visit, typed_policy(found.part))


def save(visit: Here, fields: Fields) -> Response:
    """Keep the direction in the coordinator's draft."""
    found = editing(visit, PartKind.POLICY)
    typed = policy_typed_from(fields)
    read = policy_from(typed, found.part)
    if read.faults:
        return _page(visit, typed, faults=read.faults, status=422)
    return save_typed(visit, PartKind.POLICY, "", read.part, fields, onto="/profil/inriktning")


def typed_policy(part: Municipality) -> TypedPolicy:
    """What stands in the fields before anybody writes."""
    policy = part.policy
    return TypedPolicy(
        facts={name: _written(getattr(policy, name)) for name in FACTS},
        flags={name: getattr(policy, name) for name in FLAGS},
        aims=tuple({name: getattr(aim, name) for name in AIM} for aim in policy.aims),
        areas=tuple(
            {name: getattr(area, name) for name in AREA[:-1]}
            | {"children": "1" if area.children_and_youth else ""}
            for area in part.priority_areas
        ),
    )


def policy_typed_from(form: FormData) -> TypedPolicy:
    """What was sent. A row's children mark names the row, since a box that is not ticked sends nothing."""
    ticked = set(form.getlist("area-children"))
    areas = _rows(form, "area", AREA[:-1])
    return TypedPolicy(
        facts={name: text_of(form.get(name)) for name in FACTS},
        flags={name: form.get(name) == "1" for name in FLAGS},
        aims=tuple(row for row in _rows(form, "aim", AIM) if row["text"] or row["text_en"]),
        areas=tuple(
            row | {"children": "1" if str(place) in ticked else ""}
            for place, row in enumerate(areas)
            if row["title"] or row["description"]
        ),
    )


def policy_from(typed: TypedPolicy, blank: Municipality) -> ReadPolicy:
    """The part that was typed; the municipality's other facts as `blank` has them."""
    faults: list[Fault] = []
    facts = typed.facts
    adopted, years = day_typed(facts["adopted"]), number_typed(facts["revision_interval_years"], 20)
    if facts["adopted"] and adopted is None:
        text = N_("”{typed}” är ingen dag; skriv som 2027-01-31.")
        values = {"typed": facts["adopted"][:60]}
        faults.append(Fault(field="adopted", message=Message(text=text, values=values)))
    if facts["revision_interval_years"] and not years:
        text = N_("”{typed}” är inget heltal från 1 till 20.")
        values = {"typed": facts["revision_interval_years"][:60]}
        faults.append(Fault(field="revision_interval_years", message=Message(text=text, values=values)))
    policy = replace(
        blank.policy,
        title=facts["title"][:200],
        adopted_by=facts["adopted_by"][:200],
        adopted=adopted,
        reference=facts["reference"][:200] or None,
        owner=facts["owner"][:200] or None,
        revision_interval_years=years or None,
        aims=_aims(typed.aims),
        **typed.flags,
    )
    return ReadPolicy(part=replace(blank, policy=policy, priority_areas=_areas(typed.areas)), faults=faults)


def _page(
    visit: Visit, typed: TypedPolicy, *, faults: list[Fault] | None = None, status: int = 200
) -> Response:
    found = editing(visit, PartKind.POLICY)
    used = [need.priority_area for need in found.published.needs]
    return flash_page(
        visit,
        "editor/policy.html",
        status=status,
        names=Names(visit),
        told=told(visit),
        editing=found,
        policy=found.part.policy,
        typed=typed,
        faults=faults or [],
        used={key: used.count(key) for key in used},
        may=may_edit(visit, PartKind.POLICY),
    )


def _rows(form: FormData, name: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
    values = [[text_of(value) for value in form.getlist(f"{name}-{column}")] for column in columns]
    return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=False)][:MOST_ROWS]


def _aims(rows: tuple[dict[str, str], ...]) -> tuple[Aim, ...]:
    made: list[Aim] = []
    for row in rows:
        key = _key(row, row["text"], [aim.key for aim in made], "mal")
        made.append(Aim(key=key, text=row["text"], text_en=row["text_en"] or row["text"]))
    return tuple(made)


def _areas(rows: tuple[dict[str, str], ...]) -> tuple[PriorityArea, ...]:
    made: list[PriorityArea] = []
    for row in rows:
        made.append(
            PriorityArea(
                key=_key(row, row["title"], [area.key for area in made], "omrade"),
                title=row["title"][:200],
                title_en=(row["title_en"] or row["title"])[:200],
                description=row["description"] or row["title"],
                description_en=row["description_en"] or row["description"] or row["title"],
                children_and_youth=bool(row["children"]),
            )
        )
    return tuple(made)


def _key(row: dict[str, str], title: str, taken: list[str], otherwise: str) -> str:
    return row["key"] if row["key"] and row["key"] not in taken else new_key(title, taken, otherwise)


def _written(value: object) -> str:
    return "" if value is None else str(value)
