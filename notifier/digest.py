"""What goes into one person's letter: which calls, in which order, and which of them in full.

Rules are those of `ux.md` 1.1 and 1.2: only the person's own units, nothing twice, nothing that has closed, seven
items in full, and children and young people are never cut.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from calls.changes import Change
from calls.model import Call
from calls.vocabulary import Status
from matcher.model import Match
from notifier import earlier
from notifier.consultations import capped, one_less
from notifier.earlier import Place
from notifier.model import Accepted, Digest, DigestItem
from notifier.notice_model import Question
from profiles.model import ContactPerson, Profile

FULL_ITEMS = 7
DATES_AHEAD = 56
_NO_DEADLINE = 10_000


@dataclass(frozen=True, kw_only=True)
class ToldBefore:
    """What the reader and their units have been told before.

    Attributes:
        received: call id to the newest version that the person has had.
        changes: call id to what changed since that version; None when it was not looked up.
        to_units: call, unit and need of what the units were told; none of it is news.
    """

    received: Mapping[int, int] = field(default_factory=dict)
    changes: Mapping[int, tuple[Change, ...]] | None = None
    to_units: Collection[Place] = ()


def build_digest(
    person: ContactPerson,
    profile: Profile,
    accepted: Sequence[Accepted],
    before: ToldBefore,
    now: datetime,
    week: str,
    *,
    unreached: Sequence[str] = (),
    unreviewed: int = 0,
    awaiting: Sequence[Question] = (),
    followed: Sequence[Call] = (),
) -> Digest | None:
    """One person's letter of the week; None when there is nothing to tell.

    Args:
        accepted: matches of the whole municipality, each with its call as it reads now.
        now: aware; days left are counted from here.
        awaiting: what units have been asked and have not answered, the oldest first.
        followed: the calls that the person follows.
    """
    items = [
        _with_history(item, before, profile, now)
        for item in _items(person, profile, accepted)
        if _is_news(item, before, now)
    ]
    news, known = earlier.parted(items, before.received, before.to_units)
    asked = tuple(one for one in awaiting if one.unit in person.units)
    sections = _sections(news, person, profile, now)
    known, more_known = earlier.capped(known, {one.call.id for one in asked}, now)
    if not (news or known or asked):
        return None
    return Digest(
        person=person,
        week=week,
        unreached=tuple(unreached),
        unreviewed=unreviewed,
        awaiting=asked,
        dates=tuple(_dates_ahead(followed, now)),
        earlier=known,
        more_earlier=more_known,
        **sections,
    )


def _sections(
    news: Sequence[DigestItem], person: ContactPerson, profile: Profile, now: datetime
) -> dict[str, tuple[DigestItem, ...]]:
    """What is news, by where it stands in the digest: calls and consultations, each in full and in short."""
    calls = [item for item in news if not item.call.is_consultation]
    full, more = _cap(_in_reading_order(calls, person, profile, now))
    consultations, others = capped([item for item in news if item.call.is_consultation], now)
    return {
        "items": tuple(full),
        "more": tuple(more),
        "consultations": consultations,
        "more_consultations": others,
    }


def shortened(digest: Digest) -> Digest | None:
    """The same letter with one item less in full; None when every item is already one line.

    What concerns children and young people is the last to be shortened, and consultations after the calls.
    """
    if not digest.items:
        return one_less(digest)
    others = [item for item in digest.items if not item.children_and_youth]
    leaving = (others or digest.items)[-1]
    return replace(
        digest,
        items=tuple(item for item in digest.items if item is not leaving),
        more=(leaving, *digest.more),
    )


def _dates_ahead(followed: Iterable[Call], now: datetime) -> list[Call]:
    """Those with a deadline from today to eight weeks ahead, the nearest first."""
    left = [(days, call.id, call) for call in followed if (days := call.days_left(now)) is not None]
    return [call for days, _, call in sorted(left, key=lambda one: one[:2]) if days <= DATES_AHEAD]


def _items(person: ContactPerson, profile: Profile, accepted: Iterable[Accepted]) -> list[DigestItem]:
    """One item a call: a call that meets two of the person's units stands where it is strongest."""
    known = {need.id for need in profile.needs}
    of_call = defaultdict(list)
    for one in accepted:
        if f"{one.match.unit}/{one.match.need}" in known:
            of_call[one.call.id].append(one)
    return [item for together in of_call.values() if (item := _item(person, together)) is not None]


def _item(person: ContactPerson, together: Sequence[Accepted]) -> DigestItem | None:
    own = sorted((one.match for one in together if one.match.unit in person.units), key=_strongest_first)
    if not own:
        return None
    unit = own[0].unit
    return DigestItem(
        call=together[0].call,
        unit=unit,
        matches=tuple(match for match in own if match.unit == unit),
        also_for=tuple(sorted({one.match.unit for one in together} - {unit})),
        unreviewed=all(one.unreviewed for one in together if one.match.unit == unit),
    )


def _strongest_first(match: Match) -> tuple:
    return (match.band.rank, -match.score, match.unit, match.need)


def _is_news(item: DigestItem, before: ToldBefore, now: datetime) -> bool:
    """Not closed (S-81), newer than what the person already has, and not back to how it read then."""
    known = before.received.get(item.call.id)
    if item.call.status(now) is Status.CLOSED:
        return False
    if known is None:
        return True
    return item.call.version > known and (before.changes is None or bool(before.changes.get(item.call.id)))


def _with_history(item: DigestItem, before: ToldBefore, profile: Profile, now: datetime) -> DigestItem:
    days, is_changed = item.call.days_left(now), item.call.id in before.received
    return replace(
        item,
        is_changed=is_changed,
        changes=(before.changes or {}).get(item.call.id, ()) if is_changed else (),
        short_of_time=days is not None and days < _days_needed(item, profile),
    )


def _days_needed(item: DigestItem, profile: Profile) -> int:
    """What an application takes; an answer to a consultation is a letter."""
    return 0 if item.call.is_consultation else profile.unit(item.unit).preparation_days


def _in_reading_order(
    items: Iterable[DigestItem], person: ContactPerson, profile: Profile, now: datetime
) -> list[DigestItem]:
    """Changed ones after new ones; inside: unit, need, band, days left, id."""
    needs = {need.id: place for place, need in enumerate(profile.needs)}

    def place(item: DigestItem) -> tuple:
        days = item.call.days_left(now)
        return (
            item.is_changed,
            person.units.index(item.unit),
            needs[f"{item.unit}/{item.best.need}"],
            item.best.band.rank,
            _NO_DEADLINE if days is None else days,
            item.call.id,
        )

    return sorted(items, key=place)


def _cap(items: Sequence[DigestItem]) -> tuple[list[DigestItem], list[DigestItem]]:
    """Seven in full, the strongest chosen first; one line for the rest and for those short of time.

    The cap never cuts what concerns children and young people, so there can be more than seven.
    """
    in_time = [item for item in items if not item.short_of_time]
    kept = [item for item in in_time if item.children_and_youth]
    rest = [item for item in in_time if not item.children_and_youth]
    chosen = sorted(rest, key=lambda item: item.best.band.rank)[: max(0, FULL_ITEMS - len(kept))]
    full = {item.call.id for item in kept + chosen}
    more = sorted((item for item in items if item.call.id not in full), key=_children_first)
    return [item for item in items if item.call.id in full], more


def _children_first(item: DigestItem) -> bool:
    return not item.children_and_youth
