"""One opportunity out of what several publishers say of it.

The leading source wins field by field; the others fill what it does not say.
"""

from collections.abc import Iterable, Sequence
from dataclasses import MISSING, fields, replace
from typing import Any

from calls.model import CallFacts, Deadline
from calls.vocabulary import DeadlineModel

# What a call is named by is never put together from two publishers.
LEADERS_OWN = ("kind", "title", "titles", "url", "language", "identifier", "shares_identifier")
MONEY = ("budget", "grant_min", "grant_max")
# Silence of a field: None, or an empty tuple where the field's default is one. `deadlines=()` is knowledge.
SILENCE = {
    field.name: field.default
    for field in fields(CallFacts)
    if field.name not in (*LEADERS_OWN, "currency") and field.default is not MISSING
}


def merged(facts_by_rank: Sequence[CallFacts]) -> CallFacts:
    """The call as all its sources together tell it.

    Args:
        facts_by_rank: one or more, the leading source first.
    """
    leader = facts_by_rank[0]
    currency = next((facts.currency for facts in facts_by_rank if _states_money(facts)), leader.currency)
    said = {name: _first_said(name, _speakers(name, facts_by_rank, currency)) for name in SILENCE}
    own = {name: getattr(leader, name) for name in LEADERS_OWN}
    return CallFacts(**own, **said, currency=currency)


def united(pages: Sequence[CallFacts]) -> CallFacts:
    """One source's call that it shows on several pages, one cut-off each.

    The first page leads; the deadlines of all are put together. A call with more deadlines than any page shows
    has cut-offs, unless the publisher says that they are stages.
    """
    call = merged(pages)
    stated = [page.deadlines for page in pages if page.deadlines is not None]
    if len(pages) == 1 or not stated:
        return call
    deadlines = _in_order(deadline for deadlines in stated for deadline in deadlines)
    grew = len(deadlines) > max(len(shown) for shown in stated)
    if grew and call.deadline_model is not DeadlineModel.TWO_STAGE:
        return replace(call, deadlines=deadlines, deadline_model=DeadlineModel.CUT_OFFS)
    return replace(call, deadlines=deadlines)


def _states_money(facts: CallFacts) -> bool:
    return any(getattr(facts, name) is not None for name in MONEY)


def _speakers(name: str, facts_by_rank: Sequence[CallFacts], currency: str) -> Iterable[CallFacts]:
    """Sums of different currencies are never put beside each other."""
    if name not in MONEY:
        return facts_by_rank
    return (facts for facts in facts_by_rank if facts.currency == currency)


def _first_said(name: str, speakers: Iterable[CallFacts]) -> Any:
    return next(
        (said for facts in speakers if (said := getattr(facts, name)) != SILENCE[name]), SILENCE[name]
    )


def _in_order(deadlines: Iterable[Deadline]) -> tuple[Deadline, ...]:
    """Each deadline once; a known hour stands for a deadline of which only the day was known."""
    given = set(deadlines)
    exact_days = {deadline.day for deadline in given if not deadline.by_day}
    kept = {d.at: d for d in given if not (d.by_day and d.day in exact_days)}
    return tuple(kept[at] for at in sorted(kept))
