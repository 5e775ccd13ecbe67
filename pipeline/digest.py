"""The week's letters: who gets one, what is in it, and the outbox row that makes it exactly one.

A letter's bytes are fixed when it is planned. Sending them is `pipeline/sending.py`.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine

from matcher.model import MatchState
from notifier.digest import build_digest
from notifier.errors import NotifierError
from notifier.headers import ascii_address
from notifier.links import Links
from notifier.model import Accepted, Digest, Letter, LetterState, StoredLetter
from notifier.render import render
from notifier.view import LetterContext
from notifier.weeks import days_of, local_day, week_of
from pipeline.limiter import Limiter
from pipeline.sending import WAITING, SendSummary, send
from profiles.model import ContactPerson, Profile
from storage import calls, letters, matches, runs
from storage.database import reading, writing
from storage.errors import SentTwice
from texts import Message

__all__ = [
    "Limiter",
    "Planned",
    "Refused",
    "SendSummary",
    "days_of",
    "letter_context",
    "plan",
    "preview",
    "recipients",
    "send",
    "unreached_sources",
    "week_of",
]


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A letter that could not be made, and why."""

    person: str
    message: Message


@dataclass(frozen=True, kw_only=True)
class Planned:
    """What planning one week came to.

    Attributes:
        letters: numbers of the letters put into the outbox now.
        skipped: persons with nothing new this week, or who have their letter already.
        refused: persons whose letter could not be made.
    """

    week: str
    letters: tuple[int, ...]
    skipped: int
    refused: tuple[Refused, ...] = ()


def letter_context(
    tenant: str,
    profile: Profile,
    now: datetime,
    *,
    public_url: str,
    key: str | Sequence[str],
    mail_from: str | None = None,
    publishers: Mapping[str, str] | None = None,
) -> LetterContext:
    """What all letters of a municipality have in common.

    Without `mail_from` they come from `fondvakt@` the municipality's own domain; answers go to the coordinator.
    """
    domain = profile.mail_domains[0] if profile.mail_domains else urlsplit(public_url).hostname
    sender = mail_from or f"fondvakt@{domain}"
    coordinators = profile.coordinators
    return LetterContext(
        tenant=tenant,
        profile=profile,
        links=Links(public_url, key, tenant),
        sender=sender,
        reply_to=coordinators[0].email if coordinators else sender,
        now=now,
        publishers=publishers or {},
    )


def plan(
    engine: Engine,
    context: LetterContext,
    week: str,
    *,
    unreached: Sequence[str] = (),
    stopped: Collection[str] = (),
) -> Planned:
    """Put the week's letters into the outbox, one a person; a second call adds nothing.

    Args:
        unreached: titles of the sources that could not be read.
        stopped: keys of persons who have stopped the letter.
    """
    days_of(week)
    made, refused, skipped = [], [], 0
    facts = _week_facts(engine, context.tenant, unreached)
    for person in recipients(context.profile, stopped, local_day(context.now)):
        try:
            letter_id = _plan_one(engine, context, person, week, facts)
        except NotifierError as failure:
            refused.append(Refused(person=person.key, message=failure.message))
            continue
        if letter_id is None:
            skipped += 1
        else:
            made.append(letter_id)
    return Planned(week=week, letters=tuple(made), skipped=skipped, refused=tuple(refused))


def preview(
    engine: Engine,
    context: LetterContext,
    week: str,
    *,
    unreached: Sequence[str] = (),
    stopped: Collection[str] = (),
) -> list[Letter]:
    """The week's letters as they are stored, or as they would be made now; nothing is changed.

    Raises:
        NotifierError: when one of them could not be made.
    """
    days_of(week)
    facts, found = _week_facts(engine, context.tenant, unreached), []
    with reading(engine) as conn:
        for person in recipients(context.profile, stopped, local_day(context.now)):
            slot, stored = _place(conn, context, person, week)
            if stored is not None:
                found.append(stored.letter)
            elif (digest := _digest(conn, context, person, week, facts)) is not None:
                found.append(render(digest, context, slot=slot))
    return found


def recipients(
    profile: Profile, stopped: Collection[str] = (), on: date | None = None
) -> list[ContactPerson]:
    """Who gets a letter, each with the units it is about; one an address however many roles it has (M-10).

    Contact persons in office on that day, and for a unit that has nobody else its deputies. Without a day,
    everybody whom the profile names as a contact person.
    """
    told: dict[str, list[str]] = {}
    for unit in {unit for person in profile.people for unit in person.units}:
        for person in profile.contacts_of(unit, on, stopped):
            told.setdefault(person.key, []).append(unit)
    by_address: dict[str, ContactPerson] = {}
    for person in profile.people:
        if person.key not in told or person.key in stopped:
            continue
        first = by_address.setdefault(person.email.strip().casefold(), replace(person, units=()))
        theirs = [key for key in person.units if key in told[person.key]]
        units = tuple(dict.fromkeys((*first.units, *theirs)))
        by_address[person.email.strip().casefold()] = replace(first, units=units)
    return list(by_address.values())


def unreached_sources(engine: Engine, tenant: str, titles: Mapping[str, str]) -> list[str]:
    """Titles of the sources whose newest try did not end well; `titles` by the source's key."""
    with reading(engine) as conn:
        newest = runs.latest(conn, tenant)
    return [
        titles.get(harvest.source, harvest.source)
        for harvest in newest
        if harvest.outcome not in ("sound", "running")
    ]


def _plan_one(
    engine: Engine, context: LetterContext, person: ContactPerson, week: str, facts: "_WeekFacts"
) -> int | None:
    """One person's letter; None when there is none to add."""
    _cancel_outdated(engine, context, person, week)
    with reading(engine) as conn:
        slot, stored = _place(conn, context, person, week)
        digest = None if stored else _digest(conn, context, person, week, facts)
    if digest is None:
        return None
    letter = render(digest, context, slot=slot)
    try:
        with writing(engine) as conn:
            return letters.add(conn, context.tenant, letter, slot, context.now)
    except SentTwice:  # another process planned the same calls between our reading and writing
        return None


def _cancel_outdated(engine: Engine, context: LetterContext, person: ContactPerson, week: str) -> None:
    """A letter that waits for an address that is no longer the person's is cancelled (M-39)."""
    with reading(engine) as conn:
        _, stored = _place(conn, context, person, week)
    if stored is None or stored.state not in WAITING:
        return
    if stored.letter.to.casefold() == ascii_address(person.email).casefold():
        return
    with writing(engine) as conn:
        letters.record(conn, context.tenant, stored.id, LetterState.CANCELLED, context.now)


def _place(
    conn: Connection, context: LetterContext, person: ContactPerson, week: str
) -> tuple[str, StoredLetter | None]:
    """The person's slot of the week and the letter in it; a cancelled letter frees the next slot."""
    number = 1
    while True:
        slot = week if number == 1 else f"{week}/{number}"
        there = letters.in_slot(conn, context.tenant, person.key, slot)
        if there is None or there.state is not LetterState.CANCELLED:
            return slot, there
        number += 1


def _digest(
    conn: Connection, context: LetterContext, person: ContactPerson, week: str, facts: "_WeekFacts"
) -> Digest | None:
    tenant = context.tenant
    received = letters.received(conn, tenant, person.key)
    older = {
        one.call.id: received[one.call.id]
        for one in facts.accepted
        if one.call.id in received and one.call.version > received[one.call.id]
    }
    return build_digest(
        person,
        context.profile,
        facts.accepted,
        received,
        context.now,
        week,
        facts.unreached,
        changes={
            call_id: calls.changes_since(conn, tenant, call_id, version) for call_id, version in older.items()
        },
        unreviewed=sum(facts.unreviewed[unit] for unit in person.units),
    )


@dataclass(frozen=True, kw_only=True)
class _WeekFacts:
    """What the letters of a week have in common, read once for all of them.

    Attributes:
        accepted: the accepted matches with their calls as they read now.
        unreviewed: unit to how many proposals nobody has looked at.
    """

    accepted: Sequence[Accepted]
    unreviewed: Counter[str]
    unreached: Sequence[str]


def _week_facts(engine: Engine, tenant: str, unreached: Sequence[str]) -> _WeekFacts:
    with reading(engine) as conn:
        stored = matches.find(conn, tenant, states=[MatchState.ACCEPTED])
        found = {call.id: call for call in calls.find(conn, tenant, {one.match.call_id for one in stored})}
        new = matches.find(conn, tenant, states=[MatchState.NEW])
    return _WeekFacts(
        accepted=[Accepted(match=one.match, call=found[one.match.call_id]) for one in stored],
        unreviewed=Counter(one.match.unit for one in new),
        unreached=unreached,
    )
