"""Units and their needs out of a profile file."""

import re

from profiles.countries import country_code
from profiles.model import Applicant, Goal, LegalForm, Need, Priority, Unit, UnitKind, Volume
from profiles.reading import Table, guessed
from texts import N_

SHORTEST_NEED = 20
LONGEST_TEXT = 2000
LONGEST_TERM = 60
FEWEST_WORDS = 3
LARGEST_SUM = 1_000_000_000
_WORD = re.compile(r"[^\W\d_]{2,}")
_LANGUAGE = re.compile(r"[a-z]{2}")


def read_unit(table: Table) -> Unit:
    """One unit with its goals and needs; what is wrong is noted in the table's report."""
    key = table.key()
    made = Unit(
        key=key,
        name=table.text("name"),
        name_en=table.text("name_en"),
        kind=table.choice("kind", UnitKind) or UnitKind.DEPARTMENT,
        legal_form=table.choice("legal_form", LegalForm) or LegalForm.MUNICIPALITY,
        board=table.optional_text("board"),
        preparation_days=table.number("preparation_days", least=0, most=730, default=42) or 0,
        own_contribution_max=table.number("own_contribution_max", least=0, most=LARGEST_SUM),
        may_lead=table.flag("may_lead", default=True),
        working_languages=_languages(table),
        countries_of_interest=_countries(table),
        goals=tuple(_goal(goal) for goal in table.tables("goals")),
        needs=tuple(_need(need, key) for need in table.tables("needs")),
    )
    table.close()
    return made


def _goal(table: Table) -> Goal:
    goal = Goal(
        key=table.key(),
        text=table.text("text", longest=LONGEST_TEXT, lines=True),
        year=table.number("year", least=1990, most=2100),
    )
    table.close()
    return goal


def _need(table: Table, unit: str) -> Need:
    need = Need(
        key=table.key(),
        unit=unit,
        title=table.text("title"),
        title_en="" if table.is_blank("title_en") else table.text("title_en"),
        text=_need_text(table, "text"),
        # English may be left out: the vocabulary of municipal work then translates alone.
        text_en="" if table.is_blank("text_en") else _need_text(table, "text_en"),
        priority_area=table.text("priority_area"),
        children_and_youth=table.flag("children_and_youth"),
        goal=table.optional_text("goal"),
        must=_terms(table, "must"),
        never=_terms(table, "never"),
        begins=table.day("begins"),
        ends=table.day("ends"),
        applicants=table.choices("applicants", Applicant),
        size_min=table.number("size_min", least=0, most=LARGEST_SUM),
        size_max=table.number("size_max", least=0, most=LARGEST_SUM),
        own_share_max_percent=table.number("own_share_max_percent", least=0, most=100),
        priority=table.choice("priority", Priority, Priority.NORMAL) or Priority.NORMAL,
        volume=table.choice("volume", Volume, Volume.BALANCED) or Volume.BALANCED,
        owner=table.optional_text("owner"),
    )
    _check_spans(need, table)
    table.close()
    return need


def _need_text(table: Table, key: str) -> str:
    """What a need says must be enough to match on, and not a whole call (P-09)."""
    text = table.text(key, shortest=SHORTEST_NEED, longest=LONGEST_TEXT, lines=True)
    if len(text) >= SHORTEST_NEED and len(_WORD.findall(text)) < FEWEST_WORDS:
        table.report.add(table.at(key), N_("säger för lite: skriv vad som ska ändras, och för vem"))
    return text


def _terms(table: Table, key: str) -> tuple[str, ...]:
    """Words or phrases to look for; one must say something."""
    terms = table.texts(key)
    for number, term in enumerate(terms):
        path = table.at(f"{key}[{number}]")
        if not re.search(r"\w{2}", term):
            table.report.add(path, N_("{term} är inget ord att leta efter"), term=repr(term))
        elif len(term) > LONGEST_TERM:
            table.report.add(
                path, N_("är längre än {longest} tecken; skriv ett ord i taget"), longest=LONGEST_TERM
            )
    return terms


def _check_spans(need: Need, table: Table) -> None:
    if need.begins and need.ends and need.ends < need.begins:
        table.report.add(table.at("ends"), N_("{last} är före {first}"), last=need.ends, first=need.begins)
    if need.size_min is not None and need.size_max is not None and need.size_max < need.size_min:
        table.report.add(
            table.at("size_max"), N_("{last} är mindre än {first}"), last=need.size_max, first=need.size_min
        )


def _languages(table: Table) -> tuple[str, ...]:
    found = table.texts("working_languages")
    for number, code in enumerate(found):
        if not _LANGUAGE.fullmatch(code):
            path = table.at(f"working_languages[{number}]")
            table.report.add(path, N_("väntade en kod som {like}, fick {value}"), like="en", value=repr(code))
    return found


def _countries(table: Table) -> tuple[str, ...]:
    """Countries by code, or by Swedish or English name (P-18); kept as codes."""
    codes = []
    for number, written in enumerate(table.texts("countries_of_interest")):
        code = country_code(written)
        if code is None:
            path = table.at(f"countries_of_interest[{number}]")
            text = N_("{country} är inget land; skriv en kod som PL{guess}")
            table.report.add(path, text, country=repr(written), guess=guessed(written, ()))
        else:
            codes.append(code)
    return tuple(dict.fromkeys(codes))
