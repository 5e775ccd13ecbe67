"""The form of a need: what was typed, and the need it means."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

from starlette.datastructures import FormData

from profiles.model import Applicant, Need, Priority, Volume
from texts import N_, Message
from web.decisions import Fault
from web.visit import text_of

LARGEST = 1_000_000_000
# The last name of a problem's key path to the field that it is corrected in.
FIELDS_OF_PROBLEMS = {"priority_area": "area", "own_share_max_percent": "share"}


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What stands in the fields, as text."""

    title: str = ""
    text: str = ""
    title_en: str = ""
    text_en: str = ""
    area: str = ""
    goal: str = ""
    must: str = ""
    never: str = ""
    begins: str = ""
    ends: str = ""
    size_min: str = ""
    size_max: str = ""
    share: str = ""
    priority: str = Priority.NORMAL.value
    volume: str = Volume.BALANCED.value
    owner: str = ""
    applicants: tuple[str, ...] = ()
    children: bool = False


@dataclass(frozen=True, kw_only=True)
class Read:
    """A need as typed, and what of it could not be read."""

    need: Need
    faults: list[Fault] = field(default_factory=list)


def typed_of(need: Need) -> Typed:
    """What stands in the fields of a need before anybody writes."""
    return Typed(
        title=need.title,
        text=need.text,
        title_en=need.title_en,
        text_en=need.text_en,
        area=need.priority_area,
        goal=need.goal or "",
        must=", ".join(need.must),
        never=", ".join(need.never),
        begins=_written(need.begins),
        ends=_written(need.ends),
        size_min=_written(need.size_min),
        size_max=_written(need.size_max),
        share=_written(need.own_share_max_percent),
        priority=need.priority.value,
        volume=need.volume.value,
        owner=need.owner or "",
        applicants=tuple(applicant.value for applicant in need.applicants),
        children=need.children_and_youth,
    )


def typed_from(form: FormData) -> Typed:
    """What was sent; fields that nobody knows are left out (P-20)."""
    names = {one.name for one in fields(Typed)} - {"applicants", "children"}
    given = {name: text_of(form.get(name)) for name in names if form.get(name) is not None}
    chosen = tuple(text_of(value) for value in form.getlist("applicants"))
    return Typed(**given, applicants=chosen, children=form.get("children") == "1")


def need_from(typed: Typed, blank: Need) -> Read:
    """The need that was typed; what cannot be read stays as `blank` has it, and is told."""
    faults: list[Fault] = []

    def read(name: str, how: Callable[[str], Any], said: str) -> Any:
        text = getattr(typed, name)
        if not text:
            return None
        value = how(text)
        if value is None:
            faults.append(Fault(field=name, message=Message(text=said, values={"typed": text[:60]})))
        return value

    day = N_("”{typed}” är ingen dag; skriv som 2027-01-31.")
    number = N_("”{typed}” är inget heltal från 0 till en miljard.")
    percent = N_("”{typed}” är inget heltal från 0 till 100.")
    need = replace(
        blank,
        title=typed.title[:200],
        text=typed.text,
        title_en=typed.title_en[:200],
        text_en=typed.text_en,
        priority_area=typed.area,
        goal=typed.goal or None,
        must=terms(typed.must),
        never=terms(typed.never),
        begins=read("begins", day_typed, day),
        ends=read("ends", day_typed, day),
        size_min=read("size_min", lambda text: number_typed(text, LARGEST), number),
        size_max=read("size_max", lambda text: number_typed(text, LARGEST), number),
        own_share_max_percent=read("share", lambda text: number_typed(text, 100), percent),
        applicants=tuple(Applicant(value) for value in typed.applicants if value in set(Applicant)),
        priority=_one_of(Priority, typed.priority, Priority.NORMAL),
        volume=_one_of(Volume, typed.volume, Volume.BALANCED),
        owner=typed.owner or None,
        children_and_youth=typed.children,
    )
    return Read(need=need, faults=faults)


def terms(text: str) -> tuple[str, ...]:
    """Words and phrases parted by commas or lines, each once."""
    parts = (" ".join(part.split()) for part in text.replace("\n", ",").split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def field_of(path: str) -> str:
    """The field to correct for a problem's key path such as units[2].needs[0].priority_area."""
    last = path.rpartition(".")[2].partition("[")[0]
    return FIELDS_OF_PROBLEMS.get(last, last)


def _written(value: Any) -> str:
    return "" if value is None else str(value)


def day_typed(text: str) -> date | None:
    """A day written as 2027-01-31; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def number_typed(text: str, most: int) -> int | None:
    """A whole number from 0, its thousands apart or not; None for anything else."""
    plain = "".join(text.split())
    if not (plain.isascii() and plain.isdecimal() and len(plain) < 12):
        return None
    return int(plain) if int(plain) <= most else None


def _one_of(kind: type, value: str, usual: Any) -> Any:
    allowed: Mapping[str, Any] = {one.value: one for one in kind}
    return allowed.get(value, usual)
