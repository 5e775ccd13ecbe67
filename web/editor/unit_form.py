"""The form of a unit: what was typed, and the unit it means. Its needs have a form of their own."""

from dataclasses import dataclass, field, fields, replace

from starlette.datastructures import FormData

from profiles.countries import country_code, country_guess
from profiles.model import Goal, LegalForm, Unit, UnitKind
from texts import N_, Message
from web.decisions import Fault
from web.editor.editing import new_key
from web.editor.need_form import LARGEST, number_typed, terms
from web.visit import text_of

MOST_GOALS = 20
EMPTY_ROWS = 2


@dataclass(frozen=True, kw_only=True)
class TypedGoal:
    """One row of the goals."""

    key: str = ""
    text: str = ""
    year: str = ""


@dataclass(frozen=True, kw_only=True)
class TypedUnit:
    """What stands in the fields, as text."""

    name: str = ""
    name_en: str = ""
    kind: str = UnitKind.DEPARTMENT.value
    legal_form: str = LegalForm.MUNICIPALITY.value
    board: str = ""
    preparation_days: str = "42"
    own_contribution_max: str = ""
    working_languages: str = ""
    countries_of_interest: str = ""
    may_lead: bool = True
    goals: tuple[TypedGoal, ...] = ()

    @property
    def rows(self) -> tuple[TypedGoal, ...]:
        """The goals, and some empty rows to write more in."""
        return (*self.goals, *(TypedGoal() for _ in range(EMPTY_ROWS)))


@dataclass(frozen=True, kw_only=True)
class ReadUnit:
    """A unit as typed, and what of it could not be read."""

    unit: Unit
    faults: list[Fault] = field(default_factory=list)


def typed_unit(unit: Unit) -> TypedUnit:
    """What stands in the fields of a unit before anybody writes."""
    return TypedUnit(
        name=unit.name,
        name_en=unit.name_en,
        kind=unit.kind.value,
        legal_form=unit.legal_form.value,
        board=unit.board or "",
        preparation_days=str(unit.preparation_days),
        own_contribution_max="" if unit.own_contribution_max is None else str(unit.own_contribution_max),
        working_languages=", ".join(unit.working_languages),
        countries_of_interest=", ".join(unit.countries_of_interest),
        may_lead=unit.may_lead,
        goals=tuple(
            TypedGoal(key=goal.key, text=goal.text, year="" if goal.year is None else str(goal.year))
            for goal in unit.goals
        ),
    )


def unit_typed_from(form: FormData) -> TypedUnit:
    """What was sent; fields that nobody knows are left out (P-20)."""
    names = {one.name for one in fields(TypedUnit)} - {"may_lead", "goals"}
    given = {name: text_of(form.get(name)) for name in names if form.get(name) is not None}
    columns = [[text_of(value) for value in form.getlist(f"goal-{name}")] for name in ("key", "text", "year")]
    rows = [TypedGoal(key=k, text=t, year=y) for k, t, y in zip(*columns, strict=False) if t or y]
    return TypedUnit(**given, may_lead=form.get("may_lead") == "1", goals=tuple(rows[:MOST_GOALS]))


def unit_from(typed: TypedUnit, blank: Unit) -> ReadUnit:
    """The unit that was typed, its needs as `blank` has them; what cannot be read is told."""
    faults: list[Fault] = []
    days = number_typed(typed.preparation_days, 730)
    if days is None:
        text = N_("Ange hur många dagar ni minst behöver för en ansökan, 0 till 730.")
        faults.append(Fault(field="preparation_days", message=Message(text=text)))
    most = number_typed(typed.own_contribution_max, LARGEST)
    if typed.own_contribution_max and most is None:
        text = N_("”{typed}” är inget heltal från 0 till en miljard.")
        values = {"typed": typed.own_contribution_max[:60]}
        faults.append(Fault(field="own_contribution_max", message=Message(text=text, values=values)))
    if not typed.name:
        faults.append(Fault(field="name", message=Message(text=N_("Ange enhetens namn."))))
    unit = replace(
        blank,
        name=typed.name[:200],
        name_en=(typed.name_en or typed.name)[:200],
        kind=_one_of(UnitKind, typed.kind, blank.kind),
        legal_form=_one_of(LegalForm, typed.legal_form, blank.legal_form),
        board=typed.board[:200] or None,
        preparation_days=blank.preparation_days if days is None else days,
        own_contribution_max=most,
        may_lead=typed.may_lead,
        working_languages=tuple(word.casefold() for word in terms(typed.working_languages)),
        countries_of_interest=_countries(typed.countries_of_interest, faults),
        goals=_goals(typed.goals, faults),
    )
    return ReadUnit(unit=unit, faults=faults)


def _goals(rows: tuple[TypedGoal, ...], faults: list[Fault]) -> tuple[Goal, ...]:
    made: list[Goal] = []
    for place, row in enumerate(rows):
        year = number_typed(row.year, 2100)
        if row.year and (year is None or year < 1990):
            text = N_("”{typed}” är inget år; skriv som 2027.")
            message = Message(text=text, values={"typed": row.year[:20]})
            faults.append(Fault(field=f"goal-year-{place}", message=message))
            year = None
        taken = [goal.key for goal in made] + [other.key for other in rows if other.key]
        key = (
            row.key
            if row.key and row.key not in {goal.key for goal in made}
            else new_key(row.text, taken, "mal")
        )
        if row.text:
            made.append(Goal(key=key, text=row.text, year=year))
    return tuple(made)


def _countries(text: str, faults: list[Fault]) -> tuple[str, ...]:
    """Codes of countries written as code, or by Swedish or English name (P-18)."""
    codes = []
    for written in terms(text):
        code = country_code(written)
        if code is None:
            said = N_("”{typed}” är inget land; skriv en kod som PL, eller landets namn.")
            if guess := country_guess(written):
                said = N_("”{typed}” är inget land; menade du {guess}?")
            values = {"typed": written[:60], "guess": guess or ""}
            faults.append(Fault(field="countries_of_interest", message=Message(text=said, values=values)))
        else:
            codes.append(code)
    return tuple(dict.fromkeys(codes))


def _one_of(kind: type, value: str, usual: object) -> object:
    return {one.value: one for one in kind}.get(value, usual)
