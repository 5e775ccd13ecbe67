"""Reading judged matches: calls as JSON lines, needs and judgements as tab-separated lines."""

import gzip
import json
import re
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
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
COLUMNS = 3
QUOTED = 60  # characters of a value that is not what was expected
TOLD = 5  # ids named in a remark
CONTRADICTS = N_("säger något annat om {key} än en rad före")
A_DAY, A_NUMBER, A_TEXT = N_("en dag som 2026-03-31"), N_("ett tal"), N_("text")


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A judged collection.

    Attributes:
        names: our number of each call to the collection's own id.
        grades: need to call to grade, 0 to 3; need and call by the collection's ids.
        remarks: what in the files does not hang together and is measured all the same.
    """

    calls: tuple[Call, ...]
    names: dict[int, str]
    profile: Profile
    grades: dict[str, dict[str, int]]
    remarks: tuple[Message, ...] = ()


def read_judged(calls: Path, needs: Path, qrels: Path, needs_en: Path | None = None) -> Judged:
    """Read the three files; a name ending in .gz is unpacked. What stands twice and says the same counts once.

    Raises:
        EvaluationError: a file is missing, empty, or a line of it is not what was expected; says which.
    """
    found = [_call(number, where, record) for number, (where, record) in enumerate(_records(calls), start=1)]
    return read_judgements(found, needs, qrels, needs_en)


def read_judgements(calls: Sequence[Call], needs: Path, qrels: Path, needs_en: Path | None = None) -> Judged:
    """Needs and judgements over calls that are there already; raises as `read_judged` does."""
    names = {call.id: call.identifier or str(call.id) for call in calls}
    asked, grades = _needs(needs), _grades(qrels)
    if asked.keys().isdisjoint(grades):
        raise _wrong(str(qrels), N_("bedömer inget av behoven i {needs}"), needs=needs.name)
    english = {} if needs_en is None else _needs(needs_en)
    if needs_en is not None and asked.keys().isdisjoint(english):
        raise _wrong(str(needs_en), N_("har inget av behoven i {needs}"), needs=needs.name)
    return Judged(
        calls=tuple(calls),
        names=names,
        profile=_profile(list(asked.values()), {need: row[2] for need, row in english.items()}),
        grades=grades,
        remarks=(*_unknown(grades, asked, set(names.values())), *_untranslated(asked, english)),
    )


def _unknown(
    grades: Mapping[str, Mapping[str, int]], needs: Mapping[str, Sequence[str]], calls: set[str]
) -> Iterator[Message]:
    """Judgements of what the other files do not have: a call that is not there cannot be found, and lowers recall."""
    lost = sum(call not in calls for need in grades.keys() & needs for call in grades[need])
    if lost:
        text = N_(
            "Bedömningar av utlysningar som inte finns i filen: {count}; relevanta av dem räknas som missade."
        )
        yield Message(text=text, values={"count": lost})
    if strange := sorted(grades.keys() - needs):
        text = N_("Bedömningar av behov som inte finns i filen räknas inte: {needs}.")
        yield Message(text=text, values={"needs": ", ".join(strange[:TOLD])})


def _untranslated(
    needs: Mapping[str, Sequence[str]], english: Mapping[str, Sequence[str]]
) -> Iterator[Message]:
    if english and (missing := sorted(needs.keys() - english)):
        text = N_("Behov utan engelska: {needs}.")
        yield Message(text=text, values={"needs": ", ".join(missing[:TOLD])})


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
    except UnicodeDecodeError as failure:
        raise _wrong(str(path), N_("är inte text i UTF-8")) from failure
    except (gzip.BadGzipFile, EOFError, zlib.error) as failure:
        raise _wrong(str(path), N_("är inte en hel gzip-fil, fast namnet slutar på .gz")) from failure
    except OSError as failure:
        raise _wrong(str(path), N_("går inte att läsa: {cause}"), cause=cause_of(failure)) from failure


def _opened(path: Path) -> IO[str]:
    """As text; the mark that some programs put first (BOM) is no part of it."""
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig")
    return path.open(encoding="utf-8-sig")


def _records(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Where each call stands, and what it says; one that stands twice comes once."""
    seen: dict[str, dict[str, Any]] = {}
    for where, line in _lines(path):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as failure:
            raise _wrong(where, N_("är inte JSON: {cause}"), cause=str(failure)) from failure
        if not isinstance(record, dict) or any(not _said(record.get(key)) for key in ("id", "title")):
            raise _wrong(
                where, N_("saknar id eller title; väntade en utlysning som ett JSON-objekt med båda")
            )
        identifier = str(record["id"])
        if identifier not in seen:
            seen[identifier] = record
            yield where, record
        elif seen[identifier] != record:
            raise _wrong(where, CONTRADICTS, key=identifier)
    if not seen:
        raise _wrong(str(path), N_("har inga utlysningar"))


def _said(value: Any) -> bool:
    return isinstance(value, (str, int)) and bool(str(value).strip())


def _rows(path: Path) -> Iterator[tuple[str, list[str]]]:
    for where, line in _lines(path):
        row = [part.strip() for part in line.split("\t")]
        if len(row) != COLUMNS:
            text = N_("har {found} kolumner; väntade {expected} med tabb emellan")
            raise _wrong(where, text, found=len(row), expected=COLUMNS)
        yield where, row


def _needs(path: Path) -> dict[str, list[str]]:
    """Each need's id to its row: id, unit, text."""
    found: dict[str, list[str]] = {}
    for where, row in _rows(path):
        if not row[0] or not row[2]:
            raise _wrong(where, N_("saknar id eller text; väntade id, enhet och text"))
        if found.setdefault(row[0], row) != row:
            raise _wrong(where, CONTRADICTS, key=row[0])
    if not found:
        raise _wrong(str(path), N_("har inga behov"))
    return found


def _grades(path: Path) -> dict[str, dict[str, int]]:
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for where, (need, call, grade) in _rows(path):
        if grade not in ("0", "1", "2", "3"):
            raise _wrong(where, N_("har betyget {grade}; väntade 0, 1, 2 eller 3"), grade=repr(grade))
        if grades[need].setdefault(call, int(grade)) != int(grade):
            raise _wrong(where, CONTRADICTS, key=f"{need} {call}")
    if not grades:
        raise _wrong(str(path), N_("har inga bedömningar"))
    return dict(grades)


def _call(number: int, where: str, record: dict[str, Any]) -> Call:
    def read(key: str, reader: Callable[[Any], Any], expected: str) -> Any:
        return _read(where, record, key, reader, expected)

    identifier = str(record["id"]).strip()
    closes = read("deadline", _day, A_DAY)
    return Call(
        id=number,
        kind="2" if identifier.upper().startswith(EXTERNAL_ACTION) else "1",
        title=str(record["title"]),
        url="",
        identifier=identifier,
        call_title=read("call", _text, A_TEXT),
        programme_label=read("programme", _text, A_TEXT),
        action_type=read("action", _text, A_TEXT),
        opening_date=read("opens", _day, A_DAY),
        deadlines=None if closes is None else (Deadline.on(closes),),
        budget=read("budget", _whole, A_NUMBER),
        grant_min=read("gmin", _whole, A_NUMBER),
        grant_max=read("gmax", _whole, A_NUMBER),
        sections=sections_of(read("text", _text, A_TEXT) or ""),
    )


def _read(where: str, record: dict[str, Any], key: str, reader: Callable[[Any], Any], expected: str) -> Any:
    """A value of a call; None where it has none."""
    value = record.get(key)
    if value is None or value == "":
        return None
    try:
        return reader(value)
    except (ValueError, TypeError, OverflowError) as failure:
        text = N_("har {value} som {key}; väntade {expected}")
        values = {"value": repr(value)[:QUOTED], "key": key, "expected": Message(text=expected)}
        raise _wrong(where, text, **values) from failure


def _wrong(where: str, fault: str, **values: Any) -> EvaluationError:
    """`where` is a file, or file:line."""
    text = N_("{where} {fault}.")
    return EvaluationError.of(text, where=where, fault=Message(text=fault, values=values))


def _day(value: Any) -> date:
    return date.fromisoformat(str(value)[:10])


def _whole(value: Any) -> int:
    return round(float(value))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} is no text")
    return value


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
