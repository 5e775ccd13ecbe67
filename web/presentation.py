"""Facts as a reader meets them on a page: dates, money, strength, states, history. Words only, no markup."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from calls.changes import Change
from calls.kinds import Spoken, act_of
from calls.model import BRUSSELS, Call, CallFacts, Deadline
from calls.programmes import programme_name
from calls.vocabulary import (
    SECTION_LABELS,
    STATUS_LABELS,
    DeadlineModel,
    SectionKind,
    Status,
)
from matcher.model import (
    BAND_LABELS,
    MATCH_STATE_LABELS,
    REJECT_REASON_LABELS,
    SYSTEM,
    Decision,
    MatchState,
    Verdict,
)
from matcher.programmes import programme_of
from matcher.review import is_back_to_queue
from notifier.changes import shown_changes
from notifier.facts import applicants, budget, consortium
from notifier.weeks import STOCKHOLM
from notifier.wording import Wording
from profiles.model import Profile, Unit
from texts import N_

VERDICT_LABELS = {
    Verdict.ACCEPT: N_("Godkänd"),
    Verdict.REJECT: N_("Avvisad"),
    Verdict.LATER: N_("Uppskjuten"),
    Verdict.REFER: N_("Till referensgruppen"),
}
MODEL_LABELS = {
    DeadlineModel.SINGLE_STAGE: N_("ett steg"),
    DeadlineModel.TWO_STAGE: N_("två steg"),
    DeadlineModel.CUT_OFFS: N_("flera tillfällen"),
}
MORNING = 6  # before this hour it is still night


@dataclass(frozen=True, kw_only=True)
class When:
    """A call's next deadline.

    Attributes:
        number, unit: "14" and "dagar kvar"; `number` is empty where there is no day to count to, and "I dag" at last.
        day: "fredag 12 mars 2027", empty where there is none.
        clock: "kl. 17.00 Brysseltid", only where the hour is known.
        instant: for machines.
    """

    number: str
    unit: str
    day: str = ""
    clock: str = ""
    instant: str = ""

    @property
    def weekday(self) -> str:
        """The day's first word: "fredag"."""
        return self.day.partition(" ")[0]

    @property
    def date(self) -> str:
        """The rest of the day: "12 mars 2027"."""
        return self.day.partition(" ")[2]


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One line of facts; `known` is False where the source says nothing."""

    label: str
    value: str
    known: bool = True


@dataclass(frozen=True, kw_only=True)
class PastChange:
    """One field's change in one version: short ones as old and new value, texts side by side."""

    label: str
    old: str | None
    new: str


def when(call: CallFacts, wording: Wording, now: datetime) -> When:
    """The next deadline, or why there is none."""
    if call.status(now) is Status.CLOSED:
        last = call.deadlines[-1] if call.deadlines else None
        return When(number="", unit=wording.gettext("Stängd"), day=wording.weekday(last.day) if last else "")
    deadline, days = call.next_deadline(now), call.days_left(now)
    if deadline is None or days is None:
        if call.deadlines is None:
            return When(number="", unit=wording.gettext("Sista dag framgår inte"))
        return When(number="", unit=wording.gettext("Löpande, utan sista dag"))
    number, unit = str(days), wording.catalogue.ngettext("dag kvar", "dagar kvar", days)
    if days == 0:
        number, unit = wording.gettext("I dag"), wording.gettext("är sista dagen")
    return When(
        number=number,
        unit=unit,
        day=wording.weekday(deadline.day),
        clock=clock(deadline, wording),
        instant=deadline.day.isoformat() if deadline.by_day else deadline.at.isoformat(),
    )


def clock(deadline: Deadline, wording: Wording) -> str:
    """The hour in Brussels, empty when only the day is known."""
    if deadline.by_day:
        return ""
    at = deadline.at.astimezone(BRUSSELS)
    shown = wording.clock(at)
    return wording.gettext("kl. {clock} Brysseltid", clock=shown)


def facts(call: CallFacts, wording: Wording, now: datetime) -> list[Fact]:
    """Everything the publisher says in numbers and dates, always in this order."""
    _ = wording.gettext
    if call.is_consultation:
        return _asked(call, wording, now)
    rows = [
        (_("Läge"), _(STATUS_LABELS[call.status(now)])),
        (_("Öppnar"), wording.weekday(call.opening_date) if call.opening_date else None),
        (_("Sista ansökningsdag"), _deadlines(call, wording)),
        (_("Stöd"), grant(call, wording)),
        (_("Hela utlysningen"), budget(call, wording)),
        (_("EU-stödets andel"), _rate(call, wording)),
        (_("Vem kan söka"), applicants(call, wording)),
        (_("Kräver"), consortium(call, wording)),
        (_("Projektets längd"), call.duration),
        (_("Typ av åtgärd"), call.action_type),
    ]
    return [Fact(label=label, value=value or wording.unknown, known=bool(value)) for label, value in rows]


def _asked(call: CallFacts, wording: Wording, now: datetime) -> list[Fact]:
    """What a consultation's source says; there is no money to tell of."""
    _, act = wording.gettext, act_of(call)
    rows = [
        (_("Läge"), _(STATUS_LABELS[call.status(now)])),
        (_("Öppnar"), wording.weekday(call.opening_date) if call.opening_date else None),
        (_("Sista dag att svara"), _deadlines(call, wording)),
        (_("Vem får svara"), _("alla")),
        (_("Slag av handling"), _(act) if act else None),
    ]
    return [Fact(label=label, value=value or wording.unknown, known=bool(value)) for label, value in rows]


def grant(call: CallFacts, wording: Wording) -> str | None:
    """What one project may get, None when the source does not say."""
    return None if call.grant_min is None and call.grant_max is None else wording.grant(call)


def programme(call: CallFacts, wording: Wording) -> str | None:
    """The programme's name, else the publisher's words for it."""
    return programme_name(call.programme, wording.language) or call.programme_label


def about(call: CallFacts, wording: Wording) -> str:
    """What the call's programme funds, in our own words; empty when we have none."""
    known = programme_of(call)
    if known is None:
        return ""
    return known.about_en if wording.language == "en" else known.about


def unit_of(profile: Profile | None, key: str) -> Unit | None:
    """A unit, None when the profile no longer has it."""
    return next((unit for unit in (profile.units if profile else ()) if unit.key == key), None)


def band_label(band: Any, wording: Wording) -> str:
    """How strong, as a word."""
    return wording.gettext(BAND_LABELS[band])


def state_label(state: MatchState, wording: Wording) -> str:
    """Where a match stands, as a word."""
    return wording.gettext(MATCH_STATE_LABELS[state])


def decision_line(decision: Decision, name: str, wording: Wording) -> str:
    """What was decided, by whom, when, and why."""
    at = moment(decision.at, wording)
    if is_back_to_queue(decision):
        return wording.gettext("Ångrad, tillbaka i kön – {name}, {at}", name=name, at=at)
    label = wording.gettext(VERDICT_LABELS[decision.verdict])
    if decision.verdict is Verdict.LATER and decision.until is not None:
        until = wording.day(decision.until.astimezone(STOCKHOLM).date())
        label = wording.gettext("Uppskjuten till {day}", day=until)
    if decision.reason is not None:
        reason = wording.gettext(REJECT_REASON_LABELS[decision.reason])
        label = wording.gettext("{label}: {reason}", label=label, reason=reason)
    if decision.duplicate_of is not None:
        label = wording.gettext("{label} av utlysning {number}", label=label, number=decision.duplicate_of)
    if decision.by == SYSTEM:
        return wording.gettext("Gick ut ogranskad enligt enhetens val, {at}", at=at)
    return wording.gettext("{what} – {name}, {at}", what=label, name=name, at=at)


def moment(at: datetime, wording: Wording) -> str:
    """A moment by the clock in Sweden, short: 22 augusti 2026 kl. 06.00."""
    local = at.astimezone(STOCKHOLM)
    shown = wording.clock(local)
    return wording.gettext("{day} kl. {clock}", day=wording.day(local.date()), clock=shown)


def weekday_clock(at: datetime, wording: Wording) -> str:
    """A moment of the days to come by the clock in Sweden: måndag 24 augusti 2026 kl. 07.00."""
    local = at.astimezone(STOCKHOLM)
    shown = wording.clock(local)
    return wording.gettext("{day} kl. {clock}", day=wording.weekday(local.date()), clock=shown)


def read_at(call: Call, wording: Wording, now: datetime) -> str:
    """When the leading source last showed the call: today's by the hour, older ones by the day."""
    if not call.sources:
        return ""
    at = call.sources[0].last_seen_at.astimezone(STOCKHOLM)
    if at.date() == now.astimezone(STOCKHOLM).date():
        shown = wording.clock(at)
        return wording.gettext("läst i dag kl. {clock}", clock=shown)
    return wording.gettext("läst {day}", day=wording.day(at.date()))


def soon(at: datetime, now: datetime, wording: Wording) -> str:
    """A moment to come by the clock in Sweden: "i natt kl. 04.30", "i dag kl. 13.00", else with its day."""
    local, today = at.astimezone(STOCKHOLM), now.astimezone(STOCKHOLM).date()
    shown = wording.clock(local)
    if local.date() == today + timedelta(days=1) and local.hour < MORNING:
        return wording.gettext("i natt kl. {clock}", clock=shown)
    if local.date() == today:
        return wording.gettext("i dag kl. {clock}", clock=shown)
    return weekday_clock(at, wording)


def safe_link(url: str) -> str | None:
    """An address that may be followed, None for anything but http and https."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    return url.strip() if parts.scheme in ("http", "https") and parts.hostname else None


def past_changes(changes: Sequence[Change], wording: Wording, words: Spoken) -> list[PastChange]:
    """What changed in one version, texts section by section."""
    shown: list[PastChange] = []
    for change in changes:
        if change.field == "sections":
            shown.extend(_section_changes(change, wording))
        else:
            (said,) = shown_changes((change,), wording, words)
            shown.append(PastChange(label=said.label, old=said.old, new=said.new))
    return shown


def _section_changes(change: Change, wording: Wording) -> list[PastChange]:
    old, new = change.old or {}, change.new or {}
    return [
        PastChange(
            label=wording.gettext(SECTION_LABELS[kind]),
            old=old.get(kind.value, "") or wording.unknown,
            new=new.get(kind.value, "") or wording.unknown,
        )
        for kind in SectionKind
        if old.get(kind.value) != new.get(kind.value)
    ]


def _deadlines(call: CallFacts, wording: Wording) -> str | None:
    if call.deadlines is None:
        return None
    if not call.deadlines:
        return wording.gettext("löpande, utan sista dag")
    days = [" ".join(filter(None, (wording.weekday(d.day), clock(d, wording)))) for d in call.deadlines]
    if call.deadline_model is None or len(days) == 1:
        return wording.listed(days)
    model = wording.gettext(MODEL_LABELS[call.deadline_model])
    return wording.gettext("{days} ({model})", days=wording.listed(days), model=model)


def _rate(call: CallFacts, wording: Wording) -> str | None:
    if call.cofinancing_rate is None:
        return None
    grant, own = wording.percent(call.cofinancing_rate), wording.percent(1 - call.cofinancing_rate)
    if call.cofinancing_rate == 1:
        return wording.gettext("upp till {grant}", grant=grant)
    return wording.gettext("upp till {grant}; egen insats minst {own}", grant=grant, own=own)
