"""The week's letters: who gets one, what is in it, and the outbox row that makes it exactly one.

A letter's bytes are fixed when it is planned. Sending them is `pipeline/sending.py`.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine

from notifier.digest import ToldBefore, build_digest
from notifier.errors import NotifierError
from notifier.headers import ascii_address
from notifier.links import Links
from notifier.model import Accepted, Digest, Letter, LetterState, StoredLetter
from notifier.notice_letter import notice_letter
from notifier.notices import nothing_new
from notifier.render import render
from notifier.view import LetterContext
from notifier.weeks import days_of, local_day
from pipeline import unreviewed
from pipeline.readers import Reader
from pipeline.week import WeekFacts, place_of, still_stand, week_facts
from profiles.model import ContactPerson, Profile
from storage import calls, holds, letters, notices, outbox, runs
from storage.database import reading, writing
from storage.errors import SentTwice
from texts import N_, Message

# After so long without a letter there is one of two lines.
SILENT_WEEKS = timedelta(weeks=4)
# How often the week is read anew when somebody decides while a letter is being made.
PATIENCE = 5
OVERTAKEN = N_("Kön ändrades gång på gång medan brevet gjordes. Försök igen.")


class Overtaken(NotifierError):
    """A letter would tell what somebody has just taken back; the week must be read anew."""


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

    Without `mail_from` they come from `fondvakt@` the municipality's own domain; answers go to a coordinator in
    office.
    """
    domain = profile.mail_domains[0] if profile.mail_domains else urlsplit(public_url).hostname
    sender = mail_from or f"fondvakt@{domain}"
    coordinator = profile.coordinator_on(local_day(now))
    return LetterContext(
        tenant=tenant,
        profile=profile,
        links=Links(public_url, key, tenant),
        sender=sender,
        reply_to=coordinator.email if coordinator else sender,
        coordinator=coordinator,
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
            for _ in range(PATIENCE - 1):
                with suppress(Overtaken):
                    letter_id = plan_one(engine, context, reader, week, facts)
                    break
                facts = week_facts(engine, context, week, unreached, stopped)
            else:
                letter_id = plan_one(engine, context, reader, week, facts)
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


def unreached_sources(engine: Engine, tenant: str, titles: Mapping[str, str], now: datetime) -> list[str]:
    """Titles of the sources whose newest try did not end well; `titles` by the source's key."""
    with reading(engine) as conn:
        newest = runs.latest(conn, tenant, now)
    return [titles.get(harvest.source, harvest.source) for harvest in newest if harvest.went_wrong]


def plan_one(
    engine: Engine, context: LetterContext, reader: Reader, week: str, facts: WeekFacts
) -> int | None:
    """Put one person's letter into the outbox; its number, None when there is none to add.

    Raises:
        Overtaken: somebody has decided otherwise since the facts were read; nothing was added.
        NotifierError: the letter could not be made.
    """
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
            if not still_stand(conn, context.tenant, facts, letter, person.units):
                raise Overtaken.of(OVERTAKEN)
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
    conn: Connection, context: LetterContext, reader: Reader, week: str, slot: str, facts: WeekFacts
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


def _note_silence(engine: Engine, tenant: str, person: ContactPerson, week: str, facts: WeekFacts) -> None:
    """Only the first silent week is written down."""
    if person.key not in facts.silent:
        with writing(engine) as conn:
            notices.note_silence(conn, tenant, person.key, days_of(week)[0])


def _forget_others(engine: Engine, tenant: str, facts: WeekFacts) -> None:
    """Who gets no letters now is not waiting in silence."""
    others = set(facts.silent) - {reader.person.key for reader in facts.readers}
    if others:
        with writing(engine) as conn:
            notices.end_silence(conn, tenant, others)


def _cancel_outdated(engine: Engine, context: LetterContext, person: ContactPerson, week: str) -> None:
    """A letter that waits for an address that is no longer the person's is cancelled (M-39)."""
    with reading(engine) as conn:
        if not _is_outdated(slot_of(conn, context, person, week)[1], person):
            return
    with writing(engine) as conn:
        _, stored = slot_of(conn, context, person, week)
        if stored is not None and _is_outdated(stored, person):  # it may have been claimed since
            letters.record(conn, context.tenant, stored.id, LetterState.CANCELLED, context.now)


def _is_outdated(stored: StoredLetter | None, person: ContactPerson) -> bool:
    if stored is None or stored.state not in (*outbox.WAITING, LetterState.HELD):
        return False
    return stored.letter.to.casefold() != ascii_address(person.email).casefold()


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
    conn: Connection, context: LetterContext, reader: Reader, week: str, facts: WeekFacts
) -> Digest | None:
    tenant, person = context.tenant, reader.person
    received = letters.received(conn, tenant, person.key)
    accepted = [one for one in facts.for_reader(reader) if _is_for(one, received, facts)]
    older = {
        one.call.id: received[one.call.id]
        for one in accepted
        if one.call.id in received and one.call.version > received[one.call.id]
    }
    changes = {
        call_id: calls.changes_since(conn, tenant, call_id, version) for call_id, version in older.items()
    }
    return build_digest(
        person,
        context.profile,
        accepted,
        ToldBefore(received=received, changes=changes, to_units=facts.told_before(reader)),
        context.now,
        week,
        unreached=facts.unreached,
        unreviewed=sum(facts.unreviewed[unit] for unit in person.units),
        awaiting=facts.awaiting if facts.is_turn_of(reader) else (),
        followed=[call for key in sorted(reader.keys) for call in facts.followed.get(key, ())],
    )


def _is_for(one: Accepted, received: Mapping[int, int], facts: WeekFacts) -> bool:
    """What the unit has been told already is for those who were not told: they get letters more seldom."""
    return place_of(one.match) not in facts.told or one.match.call_version > received.get(one.call.id, 0)
