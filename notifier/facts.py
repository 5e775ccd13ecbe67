"""A call's facts in words. What the source does not say is said to be so, never left out or guessed."""

from datetime import datetime
from urllib.parse import urlsplit

from calls.kinds import spoken
from calls.model import Call
from calls.vocabulary import APPLICANT_LABELS, ApplicantType, DeadlineModel, Status
from notifier.headers import clean
from notifier.view import Fact
from notifier.wording import Wording


def facts_of(call: Call, wording: Wording, now: datetime) -> tuple[Fact, ...]:
    """When, how much, who and with whom, always in this order."""
    facts = [
        Fact(label=wording.gettext(spoken(call).by), value=last_day(call, wording, now), is_key=True),
        Fact(label=wording.gettext("Stöd"), value=wording.grant(call)),
        Fact(label=wording.gettext("Egen insats"), value=_own_share(call, wording)),
        Fact(label=wording.gettext("Vem kan söka"), value=_applicants(call, wording)),
        Fact(label=wording.gettext("Kräver"), value=_consortium(call, wording)),
    ]
    if call.status(now) is Status.FORTHCOMING and call.opening_date:
        facts.insert(0, Fact(label=wording.gettext("Öppnar"), value=wording.weekday(call.opening_date)))
    if call.budget is not None:
        facts.insert(-3, Fact(label=wording.gettext("Hela utlysningen"), value=_budget(call, wording)))
    return tuple(facts)


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


def _applicants(call: Call, wording: Wording) -> str:
    if call.eligible_applicants is None:
        return wording.unknown
    kinds = [kind for kind in ApplicantType if kind in call.eligible_applicants]
    return wording.listed([wording.gettext(APPLICANT_LABELS[kind]) for kind in kinds]) or wording.unknown


def _consortium(call: Call, wording: Wording) -> str:
    needed = call.consortium
    if needed is None or (needed.min_partners is None and needed.min_countries is None):
        return wording.unknown
    parts = []
    if needed.min_partners is not None:
        parts.append(wording.ngettext("minst {number} part", "minst {number} parter", needed.min_partners))
    if needed.min_countries is not None:
        parts.append(wording.ngettext("från {number} land", "från {number} länder", needed.min_countries))
    return " ".join(parts)


def _budget(call: Call, wording: Wording) -> str:
    total = wording.money(call.budget or 0, call.currency)
    if call.budget_shared:
        return wording.gettext("{sum}, delas med andra ämnen", sum=total)
    return total
