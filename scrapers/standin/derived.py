"""Recorded answers that somebody's program had rewritten, turned back (`PROVENANCE.md`, "Derived").

Three forms: the daily feed (status, dates, budget, a short abstract), the full texts of August 2026 (by
reference) and those of April 2026 (by topic code). The feed decides what there is; the texts fill it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from scrapers.standin.codes import CASCADE, OPEN, PROGRAMMES, STATUS_BY_WORD, TOPIC
from scrapers.standin.days import index_instant
from scrapers.standin.opportunity import Money, Opportunity
from scrapers.standin.portal_html import conditions_html, paragraphs_html, sections_html
from scrapers.standin.shape import number_of

Json = Mapping[str, Any]
KINDS_BY_REFERENCE = (("COMPETITIVE_CALL", "8"), ("PROSPECTS", "2"))
PROGRAMME_BY_WORDS = {
    label.rpartition(" (")[0].removesuffix(" Programme"): code for code, label in PROGRAMMES.items()
}


@dataclass(frozen=True, kw_only=True)
class Texts:
    """The full texts: by reference (August), and by topic code (April, topics only)."""

    by_reference: Mapping[str, Json]
    by_code: Mapping[str, Json]


def is_feed_grant(value: object) -> bool:
    """Whether it is one call of the daily feed."""
    return isinstance(value, dict) and isinstance(value.get("kind"), dict) and "identifier" in value


def is_august_text(value: object) -> bool:
    """Whether it is a full text of the August form."""
    return isinstance(value, dict) and "topicId" in value and "reference" in value


def is_april_text(value: object) -> bool:
    """Whether it is a full text of the April form."""
    return isinstance(value, dict) and "Topic code" in value


def texts(values: Iterable[Json]) -> Texts:
    """Sort full texts by what they can be found by."""
    by_reference, by_code = {}, {}
    for value in values:
        if is_august_text(value):
            by_reference[value["reference"]] = value
        elif is_april_text(value) and "competitive-calls" not in value["CAll link"]:
            by_code[value["Topic code"]] = value
    return Texts(by_reference=by_reference, by_code=by_code)


def from_feed(grants: Iterable[Json], known: Texts) -> list[Opportunity]:
    """The calls of a feed, each with the best text known of it."""
    return with_pots([_enriched(_of_grant(grant), grant, known) for grant in grants])


def _of_grant(grant: Json) -> Opportunity:
    kind = str(grant["kind"]["id"])
    deadline, opens = grant.get("deadlineDate"), grant.get("startDate")
    number = number_of(grant["id"])
    return Opportunity(
        reference=grant["id"],
        kind=kind,
        identifier=grant["identifier"],
        title=grant["title"],
        own_title=(grant["callTitle"] or grant["summary"]) if kind == CASCADE else None,
        call=grant.get("callIdentifier"),
        call_title=grant.get("callTitle"),
        call_number=number if kind == CASCADE else None,
        parent_number=grant["url"].rpartition("/")[2] if kind == CASCADE else None,
        url=grant["url"],
        programme=next((entry["id"] for entry in grant["frameworkProgrammes"]), None),
        divisions=tuple(entry["id"] for entry in grant["programmeDivisions"]),
        action=grant.get("actionType"),
        status=grant["status"]["id"],
        opens=index_instant(opens) if opens else None,
        deadlines=(index_instant(deadline),) if deadline else (),
        model=_model_by_code(grant["identifier"]),
        destination=grant.get("destination"),
        money=_feed_money(grant.get("budget")),
    )


def _feed_money(budget: Json | None) -> Money | None:
    if not budget or not budget.get("totalBudgetEur"):
        return None
    return Money(
        total=int(budget["totalBudgetEur"]),
        grants=int(budget.get("expectedGrants") or 0),
        least=int(budget.get("minContributionEur") or 0),
        most=int(budget.get("maxContributionEur") or 0),
        years=tuple(sorted(budget.get("years") or ())),
    )


def _enriched(one: Opportunity, grant: Json, known: Texts) -> Opportunity:
    if one.kind != TOPIC:
        return one
    august = known.by_reference.get(one.reference)
    if august and august["description"]:
        return _with_august_text(one, august)
    april = known.by_code.get(one.identifier)
    abstract = grant.get("abstract") or ""
    text = _longer(april["Topic description full"] if april else "", abstract)
    return replace(one, description=sections_html(text) or None)


def _longer(first: str, second: str) -> str:
    return first if len(first) >= len(second) else second


def _with_august_text(one: Opportunity, august: Json) -> Opportunity:
    return replace(
        one,
        description=sections_html(august["description"]),
        conditions=_html(conditions_html, august["topicConditions"]),
        support=_html(paragraphs_html, august["supportInfo"]),
        destination_details=_html(paragraphs_html, august["objectives"]),
        model=august["deadlineModel"] or one.model,
        action=august["typesOfAction"] or one.action,
        keywords=_split(august["keywords"]),
        cross_cutting=_split(august["crossCuttingPriorities"]),
    )


def _html(write, text: str) -> str | None:
    return write(text) if text else None


def _split(words: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in words.split(",") if word.strip()))


def _model_by_code(identifier: str) -> str:
    """The feed lost the deadline model; a two-stage topic says so in its code."""
    return "two-stage" if "two-stage" in identifier.lower() else "single-stage"


def with_pots(opportunities: list[Opportunity]) -> list[Opportunity]:
    """Mark the topics that share a pot.

    The derived forms lost which rows stood under one key. Topics of one call with the same total and nothing
    said per project are taken to share it, as those of CERV do in the raw recordings.
    """
    pots = defaultdict(list)
    for one in opportunities:
        if one.kind == TOPIC and one.money and not (one.money.least or one.money.most):
            pots[one.call, one.money.total].append(one.reference)
    shared = {reference for pot in pots.values() if len(pot) > 1 for reference in pot}
    return [
        replace(one, money=replace(one.money, shared=True)) if one.reference in shared else one
        for one in opportunities
    ]


def from_texts(known: Texts, besides: frozenset[str] = frozenset()) -> list[Opportunity]:
    """The calls of the full texts alone, without those whose reference or topic code is in `besides`."""
    august = [_of_august(text) for reference, text in known.by_reference.items() if reference not in besides]
    codes = besides | {one.identifier for one in august}
    april = [_of_april(text) for code, text in known.by_code.items() if code not in codes]
    return with_pots(august + [one for one in april if one.reference not in besides])


def _of_august(text: Json) -> Opportunity:
    reference = text["reference"]
    kind = next((kind for mark, kind in KINDS_BY_REFERENCE if mark in reference), TOPIC)
    bare = Opportunity(
        reference=reference,
        kind=kind,
        identifier=text["topicId"],
        title=text["title"],
        call=text["callIdentifier"] or None,
        call_title=text["callTitle"] or None,
        programme=text["programmeId"],
        divisions=(text["programmeId"],),
        status=STATUS_BY_WORD.get(text["callStatus"], OPEN),
        deadlines=(index_day_of(text["deadline"]),) if text["deadline"] else (),
        model=_model_by_code(text["topicId"]),
        money=_text_money(text),
    )
    return _with_august_text(bare, text) if kind == TOPIC else bare


def _text_money(text: Json) -> Money | None:
    """The August form tells the sums per project; the total is their most, times the grants."""
    least, most, grants = (int(text[key] or 0) for key in ("budgetMin", "budgetMax", "expectedGrants"))
    return Money(total=most * grants, grants=grants, least=least, most=most) if most and grants else None


def _of_april(text: Json) -> Opportunity:
    reference, kind = _april_reference(text)
    programme = text["Programme"]
    total = re.sub(r"\D", "", text["Budget (EUR) - Year : 2026"])
    return Opportunity(
        reference=reference,
        kind=kind,
        identifier=text["Topic code"],
        title=text["Topic title"],
        call=None if kind != TOPIC else text["Topic code"].rpartition("-")[0],
        programme=programme if programme.isdigit() else PROGRAMME_BY_WORDS.get(programme),
        action=text["Type of Action"] if kind == TOPIC else None,
        status=text["_statusCode"],
        opens=_april_day(text["Opening date"]),
        deadlines=tuple(filter(None, [_april_day(text["Deadline"])])),
        model=_model_by_code(text["Topic code"]),
        description=(sections_html(text["Topic description full"]) or None) if kind == TOPIC else None,
        money=Money(total=int(total), years=("2026",)) if total and kind == TOPIC else None,
    )


def _april_reference(text: Json) -> tuple[str, str]:
    """The April form has no reference: one is made that no other record has."""
    code = text["Topic code"]
    number = re.search(r"EuropeAid/(\d+)", code)
    if number:
        return f"{number[1]}PROSPECTSEN", "2"
    return f"9{number_of(code).zfill(10)}TOPICSen", TOPIC


def _april_day(day: str | None) -> str | None:
    return index_day_of(day) if day and day != "N/A" else None


def index_day_of(day: str) -> str:
    """An ISO day as the index writes it; what follows the day is dropped."""
    return index_instant(day[:10])
