"""The JSON that the index keeps inside strings: `budgetOverview` and `actions` (`eu-portal.md` section 5)."""

import json
import zlib
from collections import defaultdict
from collections.abc import Iterable

from scrapers.standin.codes import BUDGET_BASED, LUMP_SUM, PROCEDURES, STATUS_WORDS, UNIT_GRANT
from scrapers.standin.opportunity import Opportunity

ACTION_CODES = {
    "Research and Innovation Actions": "RIA",
    "Innovation Actions": "IA",
    "Coordination and Support Actions": "CSA",
    "Programme Cofund Actions": "COFUND",
    "Project Grants": "PJG",
    "Lump Sum Grants": "LS",
    "Simple Grants": "SIMPLE",
}


def budget_tables(opportunities: Iterable[Opportunity]) -> dict[str, str]:
    """Call code to its `budgetOverview`: every topic of the call, topics of one pot under one key."""
    by_call = defaultdict(list)
    for one in opportunities:
        if one.money is not None and one.call is not None:
            by_call[one.call].append(one)
    return {call: _table(topics) for call, topics in by_call.items()}


def _table(topics: list[Opportunity]) -> str:
    keyed = defaultdict(list)
    for one in topics:
        pot = f"{one.call} {one.money.total}" if one.money.shared else one.reference
        keyed[str(100_000 + zlib.crc32(pot.encode()) % 900_000)].append(_row(one))
    years = sorted(
        {year for rows in keyed.values() for row in rows for year in row["budgetYearMap"]}, reverse=True
    )
    return _dumped({"budgetYearsColumns": years, "budgetTopicActionMap": keyed})


def _row(one: Opportunity) -> dict:
    return {
        "action": f"{one.identifier} - {action_name(one.action)}",
        "expectedGrants": one.money.grants,
        "minContribution": one.money.least,
        "maxContribution": one.money.most,
        "budgetYearMap": _by_year(one),
        "plannedOpeningDate": (one.opens or "")[:10],
        "deadlineModel": one.model,
        "deadlineDates": [deadline[:10] for deadline in one.deadlines],
    }


def _by_year(one: Opportunity) -> dict[str, str]:
    """The total over the years: which year pays what is not known, so they share it evenly."""
    years = one.money.years or ((one.opens or "2026")[:4],)
    share, rest = divmod(one.money.total, len(years))
    return {year: str(share + (rest if year == years[0] else 0)) for year in years}


def action_name(action: str | None) -> str:
    """`HORIZON-RIA HORIZON  Research and Innovation Actions`: a code, then the words."""
    words = action or "Grants"
    programme, _, kind = words.partition(" ")
    code = ACTION_CODES.get(kind.strip(), "".join(word[0] for word in kind.split() if word[0].isalpha()))
    return f"{programme}-{code or 'AG'} {words}"


def agreement_kind(action: str | None) -> int:
    """The grant agreement's code, told by the words of the action."""
    words = action or ""
    return LUMP_SUM if "Lump Sum" in words else UNIT_GRANT if "Unit" in words else BUDGET_BASED


def actions_json(one: Opportunity) -> str:
    """The topic's kinds of action, with status and dates; ids are numbers here."""
    status = STATUS_WORDS[one.status].removesuffix(" for submission")
    agreement = agreement_kind(one.action)
    return _dumped(
        [
            {
                "types": [
                    {
                        "typeOfAction": action_name(one.action),
                        "typeOfMGA": [
                            {"id": agreement, "abbreviation": "AG", "description": "Action Grant"},
                        ],
                    }
                ],
                "status": {"id": int(one.status), "abbreviation": status, "description": status},
                "plannedOpeningDate": (one.opens or "")[:10],
                "submissionProcedure": {
                    "id": PROCEDURES[one.model],
                    "abbreviation": one.model,
                    "description": one.model,
                },
                "deadlineDates": [deadline[:10] for deadline in one.deadlines],
            }
        ]
    )


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
