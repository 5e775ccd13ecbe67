"""An opportunity as one result of the search service (`eu-portal.md` section 3).

In `metadata` every value is a list of strings, and what is not known is missing.
"""

import hashlib
import re
import zlib
from collections.abc import Iterable
from typing import Any

from scrapers.standin.codes import CASCADE, PROSPECT, SORT_STATUS, TOPIC
from scrapers.standin.money import actions_json, agreement_kind, budget_tables
from scrapers.standin.opportunity import Opportunity

Result = dict[str, Any]

API_VERSION = "2.151"
PORTAL = "https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/opportunities"
SUBMISSION_NOTE = "<p>The submission system opens on the day given in the heading of the topic.</p>"


def results(opportunities: Iterable[Opportunity], ingested: str) -> list[Result]:
    """All opportunities in the service's form.

    Args:
        ingested: when the index read them, in the index's form.
    """
    known = list(opportunities)
    tables = budget_tables(one for one in known if one.kind == TOPIC)
    return [result(one, tables.get(one.call or ""), ingested) for one in known]


def result(one: Opportunity, budget_table: str | None, ingested: str) -> Result:
    """One result: envelope and metadata."""
    summary = one.own_title or one.title
    url = one.url or _page(one)
    language = language_in(one.reference)
    mark = hashlib.sha256(f"{one.reference}{ingested}".encode()).hexdigest().upper()
    metadata = _common(one, url, language, mark, ingested) | _of_kind(one, budget_table)
    return {
        "apiVersion": API_VERSION,
        "reference": one.reference,
        "url": url,
        "contentType": "text/plain",
        "language": language,
        "databaseLabel": "SEDIA",
        "database": "SEDIA",
        "summary": summary,
        "weight": 1.0 + zlib.crc32(mark.encode()) % 900 / 100,
        "groupById": SORT_STATUS[one.status],
        "accessRestriction": False,
        "checksum": mark,
        "metadata": {name: values for name, values in metadata.items() if values is not None},
        "citation": f"{summary}. Available at: {url}",
    }


def number_of(reference: str) -> str:
    """The number a reference starts with: `13324COMPETITIVE_CALLen` gives 13324."""
    found = re.match(r"\d+", reference)
    return found[0] if found else str(zlib.crc32(reference.encode()))


def language_in(reference: str) -> str:
    """The language that a reference ends with; English for those that end with something else."""
    found = re.search(r"(?:TOPICS|COMPETITIVE_CALL|PROSPECTS)\w*?([A-Za-z]{2})$", reference)
    return found[1].lower() if found else "en"


def _page(one: Opportunity) -> str:
    if one.kind == TOPIC:
        return f"{PORTAL}/topic-details/{one.identifier}"
    if one.kind == PROSPECT:
        return f"{PORTAL}/prospect-details/{one.reference}"
    # The index puts the parent's number here, so several calls share one address (section 3).
    return f"{PORTAL}/competitive-calls-cs/{one.parent_number or one.call_number}"


def _common(
    one: Opportunity, url: str, language: str, mark: str, ingested: str
) -> dict[str, list[str] | None]:
    return {
        "identifier": [one.identifier],
        "REFERENCE": [one.reference],
        "DATASOURCE": ["SEDIA"],
        "type": [one.kind],
        "status": [one.status],
        "sortStatus": [SORT_STATUS[one.status]],
        "language": [language],
        "title": [one.title],
        "callIdentifier": _listed(one.call),
        "callTitle": _listed(one.own_title or one.call_title),
        "callccm2Id": _listed(one.call_number),
        "frameworkProgramme": _listed(one.programme),
        "programmeDivision": list(one.divisions),
        "programmePeriod": ["2021 - 2027"],
        "startDate": _listed(one.opens),
        "es_SortDate": _listed(one.opens),
        "deadlineDate": list(one.deadlines) or None,
        "url": [url],
        "focusArea": [],
        "links": ["[]"],
        "latestInfos": ["[]"],
        "esST_checksum": [mark],
        "esST_FileName": ["file.txt"],
        "es_ContentType": ["text/plain"],
        "esDA_IngestDate": [ingested],
    } | {name: [value] for name, value in one.more}


def _of_kind(one: Opportunity, budget_table: str | None) -> dict[str, list[str] | None]:
    if one.kind == TOPIC:
        return _topic(one, budget_table)
    if one.kind == CASCADE:
        several = [one.model] if len(one.deadlines) > 1 else None
        bare = {"ccm2Id": _listed(one.parent_number), "descriptionByte": [], "budgetOverview": []}
        return bare | {"deadlineModel": several} | _sum(one)
    return {"ccm2Id": [number_of(one.reference)]} | _sum(one)


def _sum(one: Opportunity) -> dict[str, list[str] | None]:
    """Cascade and external-action calls state their money plainly."""
    return {"budget": [str(one.money.total)], "currency": [one.money.currency]} if one.money else {}


def _topic(one: Opportunity, budget_table: str | None) -> dict[str, list[str] | None]:
    return {
        "ccm2Id": [number_of(one.reference)],
        "typesOfAction": _listed(one.action),
        "typeOfMGAs": [str(agreement_kind(one.action))],
        "deadlineModel": [one.model],
        "descriptionByte": _listed(one.description),
        "topicConditions": _listed(one.conditions),
        "supportInfo": _listed(one.support),
        "sepTemplate": [SUBMISSION_NOTE],
        "destinationDescription": _listed(one.destination),
        "destinationDetails": _listed(one.destination_details),
        "keywords": [*dict.fromkeys([one.identifier, *_listed_or_none(one.call), *one.keywords])],
        "tags": list(one.keywords[:8]),
        "crossCuttingPriorities": list(one.cross_cutting) or None,
        "cenTagsA": [f"TOPICS-{zlib.crc32(word.encode()) % 10**6:06}" for word in one.keywords[:5]],
        "budgetOverview": _listed(budget_table),
        "actions": [actions_json(one)],
        "allowPartnerSearch": ["true"],
        "specificObjective": [],
    }


def _listed(value: str | None) -> list[str] | None:
    return None if value is None else [value]


def _listed_or_none(value: str | None) -> list[str]:
    return [] if value is None else [value]
