"""Reading judged matches: calls as JSON lines, needs and judgements as tab-separated lines."""

import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any

from calls.model import Call, CallSection, Deadline
from calls.vocabulary import SectionKind
from matcher.errors import EvaluationError
from profiles.model import LegalForm, Need, Policy, Profile, Unit, UnitKind
from texts import N_, Message, cause_of

HEADS = {
    "expected outcome": SectionKind.OUTCOME,
    "expected outcomes": SectionKind.OUTCOME,
    "expected impact": SectionKind.OUTCOME,
    "expected results": SectionKind.OUTCOME,
    "objective": SectionKind.OBJECTIVE,
    "objectives": SectionKind.OBJECTIVE,
    "specific challenge": SectionKind.OBJECTIVE,
    "scope": SectionKind.SCOPE,
    "activities": SectionKind.SCOPE,
}
HEAD = re.compile(rf"(?:^|(?<=[.;:\s]))({'|'.join(sorted(HEADS, key=len, reverse=True))})\s*:", re.IGNORECASE)
EXTERNAL_ACTION = "EUROPEAID/"
COMPANY_WORDS = ("bolag", "koncern", " ab")


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A judged collection.

    Attributes:
        names: our number of each call to the collection's own id.
        grades: need to call to grade, 0 to 3; need and call by the collection's ids.
    """

    calls: tuple[Call, ...]
    names: dict[int, str]
    profile: Profile
    grades: dict[str, dict[str, int]]


def read_judged(calls: Path, needs: Path, qrels: Path, needs_en: Path | None = None) -> Judged:
    """Read the three files; a name ending in .gz is unpacked.

    Raises:
        EvaluationError: a file is missing, or a line of it is not what was expected; says which.
    """
    found = [_call(number, where, record) for number, (where, record) in enumerate(_records(calls), start=1)]
    return read_judgements(found, needs, qrels, needs_en)


def read_judgements(calls: Sequence[Call], needs: Path, qrels: Path, needs_en: Path | None = None) -> Judged:
    """Needs and judgements over calls that are there already; raises as `read_judged` does."""
    english = {} if needs_en is None else {row[0]: row[2] for _, row in _rows(needs_en, 3)}
    return Judged(
        calls=tuple(calls),
        names={call.id: call.identifier or str(call.id) for call in calls},
        profile=_profile([row for _, row in _rows(needs, 3)], english),
        grades=_grades(qrels),
    )


def sections_of(text: str) -> tuple[CallSection, ...]:
    """The parts of a call's running text, by the portal's own heads; what stands before them is the summary."""
    parts = HEAD.split(text)
    found = [CallSection(kind=SectionKind.SUMMARY, text=parts[0].strip())] if parts[0].strip() else []
    for head, part in zip(parts[1::2], parts[2::2], strict=True):
        if part.strip():
            found.append(CallSection(kind=HEADS[head.lower()], text=part.strip()))
    return tuple(found)


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    try:
        with _opened(path) as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield f"{path.name}:{number}", line.rstrip("\r\n")
    except (OSError, UnicodeDecodeError, EOFError) as failure:
        cause = cause_of(failure) if isinstance(failure, OSError) else str(failure)
        raise _wrong(str(path), N_("går inte att läsa: {cause}"), cause=cause) from failure


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def _records(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for where, line in _lines(path):
        try:
            record = json.loads(line)
        except ValueError as failure:
            raise _wrong(where, N_("är inte JSON: {cause}"), cause=str(failure)) from failure
        if not isinstance(record, dict) or not record.get("id") or not record.get("title"):
            raise _wrong(
                where, N_("saknar id eller title; väntade en utlysning som ett JSON-objekt med båda")
            )
        yield where, record


def _rows(path: Path, columns: int) -> Iterator[tuple[str, list[str]]]:
    for where, line in _lines(path):
        row = line.split("\t")
        if len(row) != columns:
            text = N_("har {found} kolumner; väntade {expected} med tabb emellan")
            raise _wrong(where, text, found=len(row), expected=columns)
        yield where, row


def _grades(path: Path) -> dict[str, dict[str, int]]:
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for where, (need, call, grade) in _rows(path, 3):
        if grade not in ("0", "1", "2", "3"):
            raise _wrong(where, N_("har betyget {grade}; väntade 0, 1, 2 eller 3"), grade=repr(grade))
        grades[need][call] = int(grade)
    return dict(grades)


def _call(number: int, where: str, record: dict[str, Any]) -> Call:
    identifier = str(record["id"])
    try:
        deadlines = (Deadline.on(_day(record["deadline"])),) if record.get("deadline") else None
        return Call(
            id=number,
            kind="2" if identifier.upper().startswith(EXTERNAL_ACTION) else "1",
            title=str(record["title"]),
            url="",
            identifier=identifier,
            call_title=record.get("call"),
            programme_label=record.get("programme"),
            action_type=record.get("action"),
            opening_date=_day(record["opens"]) if record.get("opens") else None,
            deadlines=deadlines,
            budget=_whole(record.get("budget")),
            grant_min=_whole(record.get("gmin")),
            grant_max=_whole(record.get("gmax")),
            sections=sections_of(str(record.get("text") or "")),
        )
    except (ValueError, TypeError) as failure:
        raise _wrong(where, N_("går inte att tolka: {cause}"), cause=str(failure)) from failure


def _wrong(where: str, fault: str, **values: Any) -> EvaluationError:
    """`where` is a file, or file:line."""
    text = N_("{where} {fault}.")
    return EvaluationError(
        Message(text=text, values={"where": where, "fault": Message(text=fault, values=values)})
    )


def _day(value: Any) -> date:
    return date.fromisoformat(str(value)[:10])


def _whole(value: Any) -> int | None:
    return None if value in (None, "") else round(float(value))


def _profile(rows: list[list[str]], english: dict[str, str]) -> Profile:
    """A Swedish municipality of these units; a unit that says it is a company is one."""
    by_unit: dict[str, list[list[str]]] = defaultdict(list)
    for row in rows:
        by_unit[row[1]].append(row)
    units = tuple(
        _unit(f"unit-{number}", name, rows, english) for number, (name, rows) in enumerate(by_unit.items())
    )
    return Profile(
        key="judged",
        name="Bedömda behov",
        name_en="Judged needs",
        county="",
        nuts3="SE232",
        policy=Policy(title="", adopted_by=""),
        mail_domains=(),
        units=units,
    )


def _unit(key: str, name: str, rows: list[list[str]], english: dict[str, str]) -> Unit:
    is_company = any(word in name.lower() for word in COMPANY_WORDS)
    return Unit(
        key=key,
        name=name,
        name_en=name,
        kind=UnitKind.COMPANY if is_company else UnitKind.DEPARTMENT,
        legal_form=LegalForm.MUNICIPAL_COMPANY if is_company else LegalForm.MUNICIPALITY,
        needs=tuple(
            Need(
                key=need,
                unit=key,
                title="",
                title_en="",
                text=text,
                text_en=english.get(need, ""),
                priority_area="",
            )
            for need, _, text in rows
        ),
    )
