"""What has changed in a call since the reader last got it, in words: field, old, new."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from calls.changes import Change
from calls.kinds import Spoken
from calls.model import BRUSSELS, Deadline
from calls.vocabulary import (
    APPLICANT_LABELS,
    SECTION_LABELS,
    STATUS_LABELS,
    ApplicantType,
    SectionKind,
    Status,
)
from notifier.headers import clean, cut
from notifier.wording import Wording
from texts import N_

DEADLINES = frozenset({"deadlines", "deadline_hours"})
FIELD_LABELS = {
    "title": N_("Rubrik"),
    "opening_date": N_("Öppnar"),
    "announced": N_("Läge"),
    "budget": N_("Utlysningens budget"),
    "grant_min": N_("Lägsta stöd per projekt"),
    "grant_max": N_("Högsta stöd per projekt"),
    "cofinancing_rate": N_("EU-stödets andel"),
    "eligible_applicants": N_("Vem kan söka"),
    "eligible_countries": N_("Länder"),
    "sections": N_("Texten"),
}


@dataclass(frozen=True, kw_only=True)
class ShownChange:
    """One change as it stands in the letter; `old` is None where only the new is told."""

    label: str
    old: str | None
    new: str


def shown_changes(changes: Iterable[Change], wording: Wording, words: Spoken) -> tuple[ShownChange, ...]:
    """The changes in the reader's language, in the order given; `words` are those of the call's kind."""
    return tuple(_shown(change, wording, words) for change in changes)


def _shown(change: Change, wording: Wording, words: Spoken) -> ShownChange:
    label = wording.gettext(words.last_day if change.field in DEADLINES else FIELD_LABELS[change.field])
    if change.field == "sections":
        return ShownChange(label=label, old=None, new=_sections(change, wording))
    show = _SHOW[change.field]
    return ShownChange(
        label=label,
        old=_value(change.old, show, wording),
        new=_value(change.new, show, wording),
    )


def _value(value: Any, show: Callable[[Any, Wording], str], wording: Wording) -> str:
    return wording.unknown if value is None else show(value, wording)


def _sections(change: Change, wording: Wording) -> str:
    """Which parts of the text read differently; the words themselves are on the call's page."""
    old, new = change.old or {}, change.new or {}
    kinds = [kind for kind in SectionKind if old.get(kind.value) != new.get(kind.value)]
    names = [wording.gettext(SECTION_LABELS[kind]) for kind in kinds]
    return wording.gettext("ny lydelse av {parts}", parts=wording.listed(names))


def _days(days: list[str], wording: Wording) -> str:
    if not days:
        return wording.gettext("löpande, utan sista dag")
    return wording.listed([wording.day(date.fromisoformat(day)) for day in days])


def _moments(moments: list[str | None], wording: Wording) -> str:
    """With their hours; one of which only the day is known has not changed."""
    known = [Deadline(at=datetime.fromisoformat(one).replace(tzinfo=BRUSSELS)) for one in moments if one]
    return wording.listed([wording.deadline(one) for one in known])


def _applicants(codes: list[str], wording: Wording) -> str:
    return wording.listed([wording.gettext(APPLICANT_LABELS[ApplicantType(code)]) for code in codes])


_SHOW: dict[str, Callable[[Any, Wording], str]] = {
    "title": lambda value, _: cut(clean(value), 200),
    "opening_date": lambda value, wording: wording.day(date.fromisoformat(value)),
    "deadlines": _days,
    "deadline_hours": _moments,
    "announced": lambda value, wording: wording.gettext(STATUS_LABELS[Status(value)]),
    "budget": lambda value, wording: wording.money(value),
    "grant_min": lambda value, wording: wording.money(value),
    "grant_max": lambda value, wording: wording.money(value),
    "cofinancing_rate": lambda value, wording: wording.percent(value),
    "eligible_applicants": _applicants,
    "eligible_countries": lambda value, _: ", ".join(value),
}
