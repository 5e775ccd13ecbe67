"""A call's facts in words. What the source does not say is said to be so, never left out or guessed."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from calls.kinds import spoken
from calls.model import Call, CallFacts
from calls.vocabulary import APPLICANT_LABELS, ApplicantType, DeadlineModel, Status
from notifier.headers import clean
from notifier.view import Fact
from notifier.wording import Wording
from texts import N_

# How a fact is called in a row of those that are not known.
_IN_A_ROW = {
    N_("Stöd"): N_("stöd per projekt"),
    N_("Egen insats"): N_("egen insats"),
    N_("Vem kan söka"): N_("vem som kan söka"),
    N_("Kräver"): N_("hur många som måste söka ihop"),
}


def facts_of(call: Call, wording: Wording, now: datetime) -> tuple[Fact, ...]:
    """When, how much, who and with whom, always in this order."""
    facts = [Fact(label=wording.gettext(spoken(call).by), value=last_day(call, wording, now), is_key=True)]
    if call.status(now) is Status.FORTHCOMING and call.opening_date:
        facts.insert(0, Fact(label=wording.gettext("Öppnar"), value=wording.weekday(call.opening_date)))
    asked = [
        ("Stöd", wording.grant(call)),
        (N_("Hela utlysningen"), budget(call, wording)),  # readers need not be told that it is not said
        ("Egen insats", _own_share(call, wording)),
        ("Vem kan söka", applicants(call, wording) or wording.unknown),
        ("Kräver", consortium(call, wording) or wording.unknown),
    ]
    unknown = [name for name, value in asked if value == wording.unknown]
    facts += [
        Fact(label=wording.gettext(name), value=value)
        for name, value in asked
        if value and (value != wording.unknown or len(unknown) == 1)
    ]
    return (*facts, *_unknown(unknown, wording))


def _unknown(names: Sequence[str], wording: Wording) -> tuple[Fact, ...]:
    """One line for all that the source does not say, so that a letter does not say the same of each."""
    if len(names) < 2:
        return ()
    said = wording.listed([wording.gettext(_IN_A_ROW[name]) for name in names])
    label = wording.unknown[:1].upper() + wording.unknown[1:]
    return (Fact(label=label, value=said),)


def last_day(call: Call, wording: Wording, now: datetime) -> str:
    """The next deadline with the days left, and what follows it."""
    if call.deadlines is None:
        return wording.unknown
    deadline = call.next_deadline(now)
    if deadline is None:
        return wording.gettext("löpande, utan sista dag")
    said = f"{wording.deadline(deadline)} ({wording.days_left(call.days_left(now) or 0)})"
    later = [wording.day(other.day) for other in call.deadlines if other.at > deadline.at]
    if not later:
        return said
    if call.deadline_model is DeadlineModel.TWO_STAGE:
        return wording.gettext("{first} för steg 1; steg 2 {later}", first=said, later=wording.listed(later))
    return wording.gettext("{first}; sedan {later}", first=said, later=wording.listed(later))


def web_address(url: str) -> tuple[str | None, str]:
    """Where an address may be followed to, and its host in ASCII; None when it is not http or https (M-08)."""
    url = "".join(clean(url).split())
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except (UnicodeError, ValueError):
        return None, url
    if parts.scheme not in ("http", "https") or not host:
        return None, url
    return url, host


def _own_share(call: Call, wording: Wording) -> str:
    if call.cofinancing_rate is None:
        return wording.unknown
    own, grant = wording.percent(1 - call.cofinancing_rate), wording.percent(call.cofinancing_rate)
    if call.cofinancing_rate == 1:
        return wording.gettext("ingen; stödet täcker upp till {grant} av kostnaderna", grant=grant)
    return wording.gettext("minst {own}; stödet täcker upp till {grant} av kostnaderna", own=own, grant=grant)


def applicants(call: CallFacts, wording: Wording) -> str | None:
    """Who may apply, None when the source does not say."""
    kinds = [kind for kind in ApplicantType if kind in (call.eligible_applicants or ())]
    return wording.listed([wording.gettext(APPLICANT_LABELS[kind]) for kind in kinds]) or None


def consortium(call: CallFacts, wording: Wording) -> str | None:
    """How many must apply together, None when the source does not say."""
    needed, parts = call.consortium, []
    if needed is not None and needed.min_partners is not None:
        parts.append(wording.ngettext("minst {number} part", "minst {number} parter", needed.min_partners))
    if needed is not None and needed.min_countries is not None:
        parts.append(wording.ngettext("från {number} land", "från {number} länder", needed.min_countries))
    return " ".join(parts) or None


def budget(call: CallFacts, wording: Wording) -> str | None:
    """The whole call's money, None when the source does not say."""
    if call.budget is None:
        return None
    total = wording.money(call.budget, call.currency)
    return wording.gettext("{sum}, delas med andra ämnen", sum=total) if call.budget_shared else total
