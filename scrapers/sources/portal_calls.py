"""One record of the portal to one call, field by field as `eu-portal.md` says. Pure; one odd record is Skipped."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

from calls.model import CallSection, Deadline, ScrapedCall
from calls.programmes import key_by_code, key_by_identifier, programme_name
from calls.vocabulary import DeadlineModel, SectionKind, Status
from scrapers.errors import OddValue, reason_of
from scrapers.markup import one_line, sections_of, text_of
from scrapers.notes import UNKNOWN_STATUS, checked_title
from scrapers.source import Skipped
from scrapers.sources.plain_statements import applicants_in, rate_in, runs_on
from scrapers.sources.portal_budget import Money, plain_money, topic_money
from scrapers.sources.portal_records import CASCADE, PROSPECT, TOPIC, Row
from scrapers.values import checked_dates, json_in, portal_day, portal_deadline
from texts import N_

KEY = "eu-portal"
PAGES = "https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/opportunities/"
STATUS_CODES = {"31094501": Status.FORTHCOMING, "31094502": Status.OPEN, "31094503": Status.CLOSED}
MOST_WORDS = 80
UNKNOWN_PROGRAMME = N_("Källan anger ett program som vi inte känner till")
UNKNOWN_MODEL = N_("Källan anger en ansökningsform som vi inte känner till")
BROKEN_ACTIONS = N_("Uppgifterna om ansökningsomgången gick inte att läsa – se utlysningen")
PASSED_OR_CONTINUOUS = N_("Sista dag passerad eller löpande – kontrollera")


def parse_record(row: Row, as_of: date | None = None) -> ScrapedCall | Skipped:
    """The call that a record describes, or why it is left out.

    Args:
        as_of: the day on which the index was read, when known; only used to tell a call that runs on from one
            whose deadlines are still to come.
    """
    try:
        return _call(row, as_of)
    except ValueError as failure:
        return Skipped(reference=row.reference, reason=reason_of(failure))


def _call(row: Row, as_of: date | None) -> ScrapedCall:
    kind = _kind(row)
    identifier = _identifier(row, kind)
    money = topic_money(row, identifier) if kind == TOPIC and identifier else plain_money(row)
    actions, broken = _actions(row)
    notes = [*money.notes, *broken]
    title, call_title = _titles(row, kind, notes)
    sections = _sections(row, kind)
    announced = _announced(row, actions, notes)
    opening = _opening(row, actions, money)
    deadlines = _deadlines(row, actions, money)
    notes += checked_dates(opening, deadlines)
    deadlines = _unless_running_on(deadlines, announced, sections, as_of, notes)
    texts = _rule_texts(sections)
    return ScrapedCall(
        source=KEY,
        reference=row.reference,
        kind=kind,
        title=title,
        url=_address(row, kind, identifier),
        identifier=identifier,
        shares_identifier=kind == CASCADE,
        call_code=_line(row.text("callIdentifier")),
        call_title=call_title,
        **_programme(row, identifier, notes),
        action_type="; ".join(dict.fromkeys(map(one_line, row.texts("typesOfAction")))) or None,
        announced=announced,
        opening_date=opening,
        deadlines=deadlines,
        deadline_model=_model(row, actions, money, notes),
        budget=money.total,
        budget_shared=money.shared,
        grant_min=money.grant_min,
        grant_max=money.grant_max,
        expected_grants=money.expected_grants,
        currency=money.currency,
        cofinancing_rate=rate_in(*texts),
        eligible_applicants=applicants_in(*texts),
        duration=_line(row.text("duration")),
        sections=sections,
        keywords=_keywords(row),
        cross_cutting=tuple(dict.fromkeys(row.texts("crossCuttingPriorities"))),
        notes=tuple(dict.fromkeys(notes)),
    )


def _kind(row: Row) -> str:
    if row.type not in (TOPIC, PROSPECT, CASCADE):
        raise OddValue(N_("posten är av typ {kind}, som inte är någon utlysning"), kind=repr(row.type))
    return row.type


def _identifier(row: Row, kind: str) -> str | None:
    identifier = _line(row.text("identifier"))
    if identifier is None and kind == TOPIC:
        raise OddValue(N_("ett ämne utan kod"))
    if identifier is not None and len(identifier) > 200:
        raise OddValue(N_("{value} är för lång för att vara en kod"), value=repr(identifier[:60]))
    return identifier


def _titles(row: Row, kind: str, notes: list[str]) -> tuple[str, str | None]:
    """The call's own title and its parent's. A cascade call's `title` is its parent topic's (§3)."""
    parent = _line(row.text("title" if kind == CASCADE else "callTitle"))
    own = [row.text("callTitle" if kind == CASCADE else "title")]
    own += [value for name in ("summary", "content") if isinstance(value := row.fields.get(name), str)]
    title = next((line for words in own if (line := _line(words))), None)
    return checked_title(title, notes), parent


def _address(row: Row, kind: str, identifier: str | None) -> str:
    """The page for people, built and never taken from the index, whose own addresses are wrong (§12)."""
    if kind == TOPIC:
        return f"{PAGES}topic-details/{quote(identifier or '', safe='')}"
    if kind == PROSPECT:
        return f"{PAGES}prospect-details/{quote(row.reference, safe='')}"
    number = (row.text("callccm2Id") or "").strip()
    if not re.fullmatch(r"\d{1,12}", number):
        found = re.match(r"\d{1,12}", row.reference)
        if found is None:
            raise OddValue(N_("en kaskadutlysning utan eget nummer"))
        number = found[0]
    return f"{PAGES}competitive-calls-cs/{number}"


def _programme(row: Row, identifier: str | None, notes: list[str]) -> Mapping[str, Any]:
    """The programme by its code, else by how the identifier begins, else noted as unknown."""
    code = (row.text("frameworkProgramme") or "").strip()
    key = key_by_code(code) or key_by_identifier(identifier or "")
    if key is None:
        notes.append(UNKNOWN_PROGRAMME)
    divisions = dict.fromkeys(division.strip() for division in row.texts("programmeDivision"))
    return {
        "programme": key,
        "programme_label": programme_name(key, "en") or code or None,
        "divisions": tuple(division for division in divisions if division and division != code),
    }


def _actions(row: Row) -> tuple[list[Mapping[str, Any]], list[str]]:
    """The entries of `actions`, and a note when they are broken."""
    try:
        actions = row.json("actions") or []
    except ValueError:
        return [], [BROKEN_ACTIONS]
    if not isinstance(actions, list) or not all(isinstance(action, Mapping) for action in actions):
        return [], [BROKEN_ACTIONS]
    return actions, []


def _announced(row: Row, actions: list[Mapping[str, Any]], notes: list[str]) -> Status | None:
    """The status as announced: that of the actions, said to be the fresher one, else the record's (§6)."""
    codes = [code for action in actions if (code := _id(action.get("status")))] or row.texts("status")
    known = {STATUS_CODES[code.strip()] for code in codes if code.strip() in STATUS_CODES}
    if len(known) < len({code.strip() for code in codes}):
        notes.append(UNKNOWN_STATUS)
    order = (Status.OPEN, Status.FORTHCOMING, Status.CLOSED)
    return next((status for status in order if status in known), None)


def _model(
    row: Row, actions: list[Mapping[str, Any]], money: Money, notes: list[str]
) -> DeadlineModel | None:
    written = (row.text("deadlineModel") or money.deadline_model or _procedure(actions) or "").strip()
    if not written:
        return None
    try:
        return DeadlineModel(written.lower())
    except ValueError:
        notes.append(UNKNOWN_MODEL)
        return None


def _procedure(actions: list[Mapping[str, Any]]) -> str | None:
    names = (action.get("submissionProcedure") for action in actions)
    words = (name.get("abbreviation") for name in names if isinstance(name, Mapping))
    return next((word for word in words if isinstance(word, str)), None)


def _opening(row: Row, actions: list[Mapping[str, Any]], money: Money) -> date | None:
    planned = (action.get("plannedOpeningDate") for action in actions)
    written = row.text("startDate") or next((day for day in planned if isinstance(day, str)), money.opening)
    return portal_day(written) if written else None


def _deadlines(row: Row, actions: list[Mapping[str, Any]], money: Money) -> tuple[Deadline, ...] | None:
    """Every deadline in order, doubles removed; None when the record states none, which is not "open" (§6)."""
    written = [text for text in row.texts("deadlineDate") if text.strip()]
    if not written:
        days = [action.get("deadlineDates") for action in actions]
        written = [day for part in days if isinstance(part, list) for day in part if isinstance(day, str)]
    written = written or list(money.deadlines)
    by_instant = {deadline.at: deadline for deadline in map(portal_deadline, written)}
    return tuple(by_instant[at] for at in sorted(by_instant)) or None


def _unless_running_on(
    deadlines: tuple[Deadline, ...] | None,
    announced: Status | None,
    sections: tuple[CallSection, ...],
    as_of: date | None,
    notes: list[str],
) -> tuple[Deadline, ...] | None:
    """No deadlines for a call that says it is open and runs on, though every printed deadline has passed.

    One quality label has stood so since 2021 (§6); it is shown, to be checked by a person.
    """
    if not deadlines or announced is not Status.OPEN or as_of is None or deadlines[-1].day >= as_of:
        return deadlines
    if not runs_on(*(section.text for section in sections)):
        return deadlines
    notes.append(PASSED_OR_CONTINUOUS)
    return ()


def _sections(row: Row, kind: str) -> tuple[CallSection, ...]:
    """The texts: description by its heads, conditions, destination; a cascade call has its own fields."""
    found = list(sections_of(row.text("descriptionByte") or ""))
    found += _part(SectionKind.CONDITIONS, row.text("topicConditions"))
    broader = ("destinationDescription", "destinationDetails", "missionDetails")
    found += _part(SectionKind.DESTINATION, *map(row.text, broader))
    if kind == CASCADE:
        found += _part(SectionKind.SUMMARY, row.text("furtherInformation"))
        found += _part(SectionKind.CONDITIONS, row.text("beneficiaryAdministration"))
        names = dict.fromkeys(
            filter(None, (_line(row.text("projectAcronym")), _line(row.text("projectName"))))
        )
        if names:
            found += [CallSection(kind=SectionKind.OTHER, text=" – ".join(names))]
    return tuple(found)


def _rule_texts(sections: tuple[CallSection, ...]) -> list[str]:
    """The texts in which a call's own rules may stand, the conditions first; a destination speaks of many calls."""
    own = [section for section in sections if section.kind is not SectionKind.DESTINATION]
    return [section.text for section in sorted(own, key=lambda one: one.kind is not SectionKind.CONDITIONS)]


def _part(kind: SectionKind, *markup: str | None) -> Iterator[CallSection]:
    text = "\n".join(text for part in markup if part and (text := text_of(part)))
    if text:
        yield CallSection(kind=kind, text=text)


def _keywords(row: Row) -> tuple[str, ...]:
    """Keywords and tags without the topic's and call's codes; old rows hold one string with a JSON list (§3)."""
    codes = {code.strip() for name in ("identifier", "callIdentifier") for code in row.texts(name)}
    words: dict[str, str] = {}
    for written in [*row.texts("keywords"), *row.texts("tags")]:
        for word in _listed(written):
            line = _line(word)
            if line and line not in codes and len(line) <= 200:
                words.setdefault(line.casefold(), line)
    return tuple(words.values())[:MOST_WORDS]


def _listed(written: str) -> list[str]:
    if not written.lstrip().startswith("["):
        return [written]
    try:
        words = json_in(written)
    except ValueError:
        return []
    return [word for word in words if isinstance(word, str)] if isinstance(words, list) else []


def _id(value: Any) -> str | None:
    number = value.get("id") if isinstance(value, Mapping) else None
    return str(number) if isinstance(number, int | str) and not isinstance(number, bool) else None


def _line(words: str | None) -> str | None:
    return (one_line(words) or None) if words else None
