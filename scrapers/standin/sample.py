"""The made-up sample that comes with the program: its compact form, and dates that move with the clock."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from scrapers.standin.codes import CASCADE, FORTHCOMING, OPEN, PROSPECT, TOPIC
from scrapers.standin.days import index_day, shifted
from scrapers.standin.opportunity import Money, Opportunity
from scrapers.standin.portal_html import conditions_html, named_sections_html, paragraphs_html
from scrapers.standin.shape import number_of

Json = Mapping[str, Any]


def sample_folder() -> Path:
    """Where the sample lies."""
    return Path(__file__).parent / "sample"


def is_sample(value: object) -> bool:
    """Whether it is a record in the sample's form."""
    return isinstance(value, dict) and {"reference", "type", "opens", "deadlines"} <= value.keys()


def shift(folder: Path, today: date) -> timedelta:
    """How far the dates of a folder move: whole weeks since its `sample.toml` says it was written, else nothing."""
    note = folder / "sample.toml"
    if not note.is_file():
        return timedelta()
    written = tomllib.loads(note.read_text(encoding="utf-8"))["written"]
    return timedelta(weeks=(today - written).days // 7)


def from_sample(values: Iterable[Json], today: date, by: timedelta) -> list[Opportunity]:
    """Records of the sample's form, their dates moved and their status as of today."""
    return [_opportunity(value, today, by) for value in values]


def _opportunity(value: Json, today: date, by: timedelta) -> Opportunity:
    kind = value["type"]
    opens = shifted(value["opens"], by) if value["opens"] else None
    ahead = opens is not None and date.fromisoformat(opens[:10]) > today
    cascade = kind == CASCADE
    parts = _topic_parts(value) if kind == TOPIC else _other_parts(value)
    return Opportunity(
        reference=value["reference"],
        kind=kind,
        identifier=value["identifier"],
        title=value["title"],
        own_title=value["call_title"] if cascade else None,
        call=None if cascade else value.get("call"),
        call_title=value.get("call_title"),
        call_number=str(value.get("call_number") or number_of(value["reference"])) if cascade else None,
        parent_number=str(int(number_of(value["identifier"])) % 10**8) if cascade else None,
        programme=value.get("programme"),
        divisions=tuple(value.get("divisions") or ()),
        action=value.get("action"),
        status=FORTHCOMING if ahead else OPEN,
        opens=_index_form(opens),
        deadlines=tuple(_index_form(shifted(deadline, by)) for deadline in value["deadlines"]),
        model=value.get("model") or "single-stage",
        keywords=tuple(value.get("keywords") or ()),
        cross_cutting=tuple(value.get("cross_cutting") or ()),
        money=_money(value.get("budget"), opens),
        **parts,
    )


def _index_form(day: str | None) -> str | None:
    """A day, or `2026-09-01T17:00`, as the index writes it."""
    if day is None:
        return None
    if len(day) == 10:
        return index_day(date.fromisoformat(day))
    return f"{day[:16]}:00.000+0000"


def _topic_parts(value: Json) -> dict[str, str | None]:
    sections = (("Objective", "objective"), ("Scope", "scope"), ("Expected Outcome", "outcome"))
    conditions = value.get("conditions")
    return {
        "description": named_sections_html((head, value.get(key)) for head, key in sections) or None,
        "conditions": conditions_html(conditions) if conditions else None,
    }


def _other_parts(value: Json) -> dict[str, tuple[tuple[str, str], ...]]:
    """Cascade calls have fields of their own in place of a description; external-action calls have none."""
    if value["type"] == PROSPECT:
        return {}
    told = " ".join(value[key] for key in ("objective", "scope", "outcome") if value.get(key))
    more = {
        "furtherInformation": paragraphs_html(told),
        "beneficiaryAdministration": paragraphs_html(value.get("conditions") or ""),
        "duration": paragraphs_html(value.get("duration") or ""),
        **_project(value.get("project")),
    }
    return {"more": tuple((name, text) for name, text in more.items() if text)}


def _project(project: Json | str | None) -> dict[str, str]:
    if not project:
        return {}
    if isinstance(project, str):
        return {"projectAcronym": project, "projectName": project}
    acronym = project.get("acronym", "")
    return {"projectAcronym": acronym, "projectName": project.get("name", acronym)}


def _money(budget: Json | None, opens: str | None) -> Money | None:
    if not budget or not budget.get("total"):
        return None
    return Money(
        total=budget["total"],
        shared=bool(budget.get("shared")),
        grants=budget.get("grants") or 0,
        least=budget.get("min") or 0,
        most=budget.get("max") or 0,
        years=(opens[:4],) if opens else (),
        currency=budget.get("currency") or "EUR",
    )
