"""The week's letters: who gets one, what is in it, and the outbox row that makes it exactly one.

A letter's bytes are fixed when it is planned. Sending them is `pipeline/sending.py`.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine

from calls.model import Call
from matcher.model import Match, MatchState, StoredMatch
from matcher.review import went_unreviewed
from notifier.digest import build_digest
from notifier.errors import NotifierError
from notifier.headers import ascii_address
from notifier.links import Links
from notifier.model import Accepted, Digest, Letter, LetterState, StoredLetter
from notifier.notice_model import Question
from notifier.notices import nothing_new, notice_letter
from notifier.render import render
from notifier.view import LetterContext
from notifier.weeks import days_of, local_day, week_of
from pipeline import unreviewed
from pipeline.limiter import Limiter
from pipeline.notices import waiting_for
from pipeline.readers import Reader, readers, recipients
from pipeline.sending import WAITING, SendSummary, send
from profiles.model import ContactPerson, Profile
from storage import calls, follows, holds, letters, matches, notices, rounds, runs, wishes
from storage.database import reading, writing
from storage.errors import SentTwice
from storage.wishes import Rhythm
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


# After so long without a letter there is one of two lines.
SILENT_WEEKS = timedelta(weeks=4)
# What closes sooner than this after the next monthly letter is told at once.
MONTHLY_NEEDS = timedelta(days=14)


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
    facts = week_facts(engine, context, week, unreached, stopped)
    for reader in facts.readers:
        try:
            letter_id = _plan_one(engine, context, reader, week, facts)
        except NotifierError as failure:
            refused.append(Refused(person=reader.person.key, message=failure.message))
            continue
        if letter_id is None:
            skipped += 1
        else:
            made.append(letter_id)
    _forget_others(engine, context.tenant, facts)
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
    facts, found = week_facts(engine, context, week, unreached, stopped), []
    with reading(engine) as conn:
        for reader in facts.readers:
            slot, stored = slot_of(conn, context, reader.person, week)
            letter = stored.letter if stored else written(conn, context, reader, week, slot, facts)
            if letter is not None:
                found.append(letter)
    return found


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
    engine: Engine, context: LetterContext, reader: Reader, week: str, facts: "WeekFacts"
) -> int | None:
    """One person's letter; None when there is none to add."""
    person = reader.person
    _cancel_outdated(engine, context, person, week)
    with reading(engine) as conn:
        slot, stored = slot_of(conn, context, person, week)
        letter = None if stored else written(conn, context, reader, week, slot, facts)
    if letter is None:
        if stored is None and facts.is_turn_of(reader):
            _note_silence(engine, context.tenant, person, week, facts)
        return None
    try:
        with writing(engine) as conn:
            notices.end_silence(conn, context.tenant, [person.key])
            letter_id = letters.add(conn, context.tenant, letter, slot, context.now)
            if letter_id is not None:
                units = reader.person.units
                unreviewed.accept_told(conn, context.tenant, facts.going, letter, units, context.now)
            if letter_id is not None and holds.is_held(conn, context.tenant, week, person.key):
                letters.record(conn, context.tenant, letter_id, LetterState.HELD, context.now)
            return letter_id
    except SentTwice:  # another process planned the same calls between our reading and writing
        return None


def written(
    conn: Connection, context: LetterContext, reader: Reader, week: str, slot: str, facts: "WeekFacts"
) -> Letter | None:
    """The week's letter of one reader, in two lines when silence lasts; None when there is nothing to say."""
    digest = _digest(conn, context, reader, week, facts)
    if digest is not None:
        return render(digest, context, slot=slot)
    if not facts.is_turn_of(reader):
        return None
    since = facts.silent.get(reader.person.key)
    has_been_long = since is not None and days_of(week)[0] - since >= SILENT_WEEKS
    if not has_been_long and not reader.wishes.also_empty:
        return None
    view = nothing_new(reader.person, context, silent_weeks=has_been_long)
    return notice_letter(view, reader.person, context, week=week, slot=slot)


def _note_silence(engine: Engine, tenant: str, person: ContactPerson, week: str, facts: "WeekFacts") -> None:
    """Only the first silent week is written down."""
    if person.key not in facts.silent:
        with writing(engine) as conn:
            notices.note_silence(conn, tenant, person.key, days_of(week)[0])


def _forget_others(engine: Engine, tenant: str, facts: "WeekFacts") -> None:
    """Who gets no letters now is not waiting in silence."""
    others = set(facts.silent) - {reader.person.key for reader in facts.readers}
    if others:
        with writing(engine) as conn:
            notices.end_silence(conn, tenant, others)


def _cancel_outdated(engine: Engine, context: LetterContext, person: ContactPerson, week: str) -> None:
    """A letter that waits for an address that is no longer the person's is cancelled (M-39)."""
    with reading(engine) as conn:
        _, stored = slot_of(conn, context, person, week)
    if stored is None or stored.state not in WAITING:
        return
    if stored.letter.to.casefold() == ascii_address(person.email).casefold():
        return
    with writing(engine) as conn:
        letters.record(conn, context.tenant, stored.id, LetterState.CANCELLED, context.now)


def slot_of(
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
    conn: Connection, context: LetterContext, reader: Reader, week: str, facts: "WeekFacts"
) -> Digest | None:
    tenant, person = context.tenant, reader.person
    received = letters.received(conn, tenant, person.key)
    accepted = [one for one in facts.for_reader(reader) if _is_for(one, received, facts)]
    older = {
        one.call.id: received[one.call.id]
        for one in accepted
        if one.call.id in received and one.call.version > received[one.call.id]
    }
    return build_digest(
        person,
        context.profile,
        accepted,
        received,
        context.now,
        week,
        facts.unreached,
        changes={
            call_id: calls.changes_since(conn, tenant, call_id, version) for call_id, version in older.items()
        },
        unreviewed=sum(facts.unreviewed[unit] for unit in person.units),
        awaiting=facts.awaiting if facts.is_turn_of(reader) else (),
        followed=[call for key in sorted(reader.keys) for call in facts.followed.get(key, ())],
    )


def _is_for(one: Accepted, received: Mapping[int, int], facts: "WeekFacts") -> bool:
    """What the unit has been told already is for those who were not told: they get letters more seldom."""
    return _place_of(one.match) not in facts.told or one.match.call_version > received.get(one.call.id, 0)


@dataclass(frozen=True, kw_only=True)
class WeekFacts:
    """What the letters of a week have in common, read once for all of them.

    Attributes:
        accepted: the accepted matches, and those told to somebody of the unit, with their calls as they read now.
        told: (call, unit, need) of those told.
        going: matches that nobody has looked at and that go out all the same; they stand in `accepted` too.
        unreviewed: unit to how many other proposals nobody has looked at.
        readers: who gets letters.
        silent: person to the Monday of the first week without a letter.
        awaiting: what units have been asked and have not answered.
        followed: person to the calls that they follow.
        monday: the week's Monday.
    """

    accepted: Sequence[Accepted]
    told: frozenset[tuple[int, str, str]]
    going: Sequence[StoredMatch]
    unreviewed: Counter[str]
    unreached: Sequence[str]
    readers: Sequence[Reader]
    silent: Mapping[str, date]
    awaiting: Sequence[Question]
    followed: Mapping[str, Sequence[Call]]
    monday: date
    now: datetime

    def is_turn_of(self, reader: Reader) -> bool:
        """Whether the week's letter is one that gathers for this reader: weekly, or the month's first Monday."""
        return reader.wishes.rhythm is Rhythm.WEEKLY or self.monday.day <= 7

    def for_reader(self, reader: Reader) -> Sequence[Accepted]:
        """What may go into the reader's letter: between two monthly ones only what closes before it is too late."""
        if self.is_turn_of(reader):
            return self.accepted
        return [one for one in self.accepted if self._cannot_wait(one.call)]

    def _cannot_wait(self, call: Call) -> bool:
        deadline = call.next_deadline(self.now)
        return deadline is not None and deadline.day < next_first_monday(self.monday) + MONTHLY_NEEDS


def next_first_monday(day: date) -> date:
    """The first Monday of a month after that day."""
    start = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    first = day.replace(day=1)
    for month in (first, start):
        monday = month + timedelta(days=-month.weekday() % 7)
        if monday > day:
            return monday
    raise ValueError(f"no Monday after {day.isoformat()}")


def week_facts(
    engine: Engine, context: LetterContext, week: str, unreached: Sequence[str], stopped: Collection[str]
) -> WeekFacts:
    tenant, now = context.tenant, context.now
    with reading(engine) as conn:
        waiting = matches.find(conn, tenant, states=[MatchState.ACCEPTED])
        told = rounds.told_and_open(conn, tenant, now)
        new = matches.find(conn, tenant, states=[MatchState.NEW])
        going = unreviewed.going(conn, tenant, new)
        stored = [*waiting, *told, *going]
        found = {call.id: call for call in calls.find(conn, tenant, {one.match.call_id for one in stored})}
        chosen = wishes.everybodys(conn, tenant)
        return WeekFacts(
            accepted=[
                Accepted(match=one.match, call=found[one.match.call_id], unreviewed=_is_unreviewed(one))
                for one in stored
                if one.state is not MatchState.ACCEPTED
                or unreviewed.still_approved(one, found[one.match.call_id])
            ],
            going=going,
            told=frozenset(_place_of(one.match) for one in told),
            unreviewed=Counter(one.match.unit for one in new if one not in going),
            unreached=unreached,
            readers=readers(context.profile, local_day(now), stopped, chosen),
            silent=notices.silent_since(conn, tenant),
            awaiting=waiting_for(conn, context),
            followed=_followed(conn, tenant),
            monday=days_of(week)[0],
            now=now,
        )


def _is_unreviewed(stored: StoredMatch) -> bool:
    return stored.state is MatchState.NEW or went_unreviewed(stored)


def _place_of(match: Match) -> tuple[int, str, str]:
    return match.call_id, match.unit, match.need


def _followed(conn: Connection, tenant: str) -> dict[str, list[Call]]:
    standing = follows.standing(conn, tenant)
    found = {call.id: call for call in calls.find(conn, tenant, {one.call_id for one in standing})}
    by_person: dict[str, list[Call]] = {}
    for one in standing:
        by_person.setdefault(one.person, []).append(found[one.call_id])
    return by_person
