"""The mails beside the digest: reminders, changes and questions, each occasion told once (`ux.md` 1.7).

What is due follows from what people follow, from the calls as they read now, and from the ledger of what has been
told. A letter and the rows of what it tells are added together, so a second process or a restart adds nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from calls.model import Call
from calls.vocabulary import Status
from notifier import notices as written
from notifier.errors import NotifierError
from notifier.model import Letter, LetterKind
from notifier.notice_letter import notice_letter
from notifier.notice_model import Closing, Moved, Question
from notifier.notice_view import NoticeView
from notifier.reminders import step_due
from notifier.view import LetterContext
from notifier.weeks import STOCKHOLM, local_day, week_of
from pipeline.readers import Reader, readers
from storage import answers_given, assignments, calls, follows, letters, notices, referrals, wishes
from storage.answers_given import KIND_LABELS
from storage.database import reading, writing
from storage.errors import SentTwice
from storage.follows import By, Follow
from texts import Message

# What is told at once; changes of words alone wait for the digest.
AT_ONCE = frozenset(
    {
        "deadlines",
        "deadline_hours",
        "announced",
        "opening_date",
        "budget",
        "grant_min",
        "grant_max",
        "cofinancing_rate",
        "eligible_applicants",
        "eligible_countries",
    }
)
HOURS = range(5, 22)


@dataclass(frozen=True, kw_only=True)
class Due:
    """One mail that is due: to whom, what kind, the words, and what it tells once.

    Attributes:
        calls: (call id, version) of the changes in it, so that the digest does not tell them again.
    """

    reader: Reader
    view: NoticeView
    occasions: tuple[str, ...]
    calls: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Told:
    """What one run came to.

    Attributes:
        letters: numbers of the letters put into the outbox now, each with its kind.
        refused: persons whose letter could not be made, with the reason.
    """

    letters: tuple[tuple[int, LetterKind], ...] = ()
    refused: tuple[tuple[str, Message], ...] = ()

    def __add__(self, other: "Told") -> "Told":
        return Told(letters=self.letters + other.letters, refused=self.refused + other.refused)

    def count(self, kind: LetterKind) -> int:
        """How many letters of a kind there are."""
        return sum(one is kind for _number, one in self.letters)


def is_daytime(now: datetime) -> bool:
    """Whether people are written to at this hour, 05 to 22 in Stockholm; alarms do not ask."""
    return now.astimezone(STOCKHOLM).hour in HOURS


def remind(engine: Engine, context: LetterContext, *, stopped: Collection[str] = ()) -> Told:
    """Put today's reminders into the outbox, at most one mail a person and day."""
    return tell_all(engine, context, reminders_due(engine, context, stopped), _by_day)


def notify(engine: Engine, context: LetterContext, *, stopped: Collection[str] = ()) -> Told:
    """Put notices of changes, and questions to units and the reference group, into the outbox."""
    due = [*changes_due(engine, context, stopped), *questions_due(engine, context, stopped)]
    return tell_all(engine, context, due, _by_hour)


def reminders_due(engine: Engine, context: LetterContext, stopped: Collection[str] = ()) -> list[Due]:
    """The reminders that followers should have by now, without those that they have had."""
    today = local_day(context.now)
    with reading(engine) as conn:
        there = _readers(conn, context, stopped)
        standing = _standing(conn, context)
        told = notices.told(conn, context.tenant, LetterKind.REMINDER)
        answers = {
            (one.answer.person, one.answer.call_id): KIND_LABELS[one.answer.kind]
            for one in reversed(
                answers_given.newest(conn, context.tenant, {one.call_id for one, _call in standing})
            )
        }
    found = []
    for reader in there:
        if not reader.wants(LetterKind.REMINDER):
            continue
        mine = _unique(
            closing
            for one, call in standing
            if one.person in reader.keys
            and (closing := _closing(one, call, context.now, today, answers)) is not None
            and (reader.person.key, closing.occasion) not in told
        )
        mine = sorted(mine, key=lambda one: (one.day, one.call.id))[: written.MOST]
        if mine:
            view = written.reminder(reader.person, context, mine)
            found.append(Due(reader=reader, view=view, occasions=tuple(one.occasion for one in mine)))
    return found


def changes_due(engine: Engine, context: LetterContext, stopped: Collection[str] = ()) -> list[Due]:
    """The changes that followers should hear of now, without those that they have heard of."""
    with reading(engine) as conn:
        there = [one for one in _readers(conn, context, stopped) if one.wants(LetterKind.CHANGE)]
        standing = _standing(conn, context)
        told = notices.told(conn, context.tenant, LetterKind.CHANGE)
        found = []
        for reader in there:
            received = letters.received(conn, context.tenant, reader.person.key)
            mine = _unique(
                moved
                for one, call in standing
                if one.person in reader.keys
                and (moved := _moved(conn, context, one, call, received)) is not None
                and (reader.person.key, moved.occasion) not in told
            )
            mine = mine[: written.MOST]
            if mine:
                found.append(_change(reader, context, mine))
    return found


def questions_due(engine: Engine, context: LetterContext, stopped: Collection[str] = ()) -> list[Due]:
    """What the coordinator asks units and the reference group, without what they have been asked."""
    with reading(engine) as conn:
        there = _readers(conn, context, stopped)
        by_unit, to_group = _questions(conn, context)
        told = {
            kind: notices.told(conn, context.tenant, kind)
            for kind in (LetterKind.ASSIGNMENT, LetterKind.INVITATION)
        }
    found = []
    for reader in there:
        mine = [one for one in by_unit if one.unit in reader.person.units]
        found += _asked(reader, context, LetterKind.ASSIGNMENT, mine, told, written.assignment)
        invited = [one for one, keys in to_group if not keys or reader.keys & keys]
        found += _asked(reader, context, LetterKind.INVITATION, invited, told, written.invitation)
    return found


def waiting_for(conn: Connection, context: LetterContext) -> list[Question]:
    """What units have been asked and have not answered, the oldest first; what has closed waits for nobody."""
    return _questions(conn, context)[0]


def tell(
    engine: Engine,
    context: LetterContext,
    due: Due,
    slot: str,
) -> int | None:
    """Put one mail into the outbox with the rows of what it tells; None when it is there already.

    Raises:
        NotifierError: when it cannot be made.
    """
    week = week_of(context.now)
    while True:
        letter = _letter(due, context, week, slot)
        try:
            with writing(engine) as conn:
                number = notices.add(conn, context.tenant, letter, slot, due.occasions, context.now)
                taken = None if number else letters.in_slot(conn, context.tenant, letter.person, slot)
        except SentTwice:  # another process told it between our reading and writing
            return None
        if number is not None or taken is None or taken.state != "cancelled":
            return number
        slot = _next_slot(slot)


def tell_all(
    engine: Engine, context: LetterContext, due: Sequence[Due], slot_of: Callable[[LetterKind, datetime], str]
) -> Told:
    """Put mails into the outbox, each in the slot of its kind and now; what cannot be made stops none of the others."""
    made, refused = [], []
    for one in due:
        try:
            number = tell(engine, context, one, slot_of(one.view.kind, context.now))
        except NotifierError as failure:
            refused.append((one.reader.person.key, failure.message))
            continue
        if number is not None:
            made.append((number, one.view.kind))
    return Told(letters=tuple(made), refused=tuple(refused))


def _letter(due: Due, context: LetterContext, week: str, slot: str) -> Letter:
    return notice_letter(due.view, due.reader.person, context, week=week, slot=slot, calls=due.calls)


def _next_slot(slot: str) -> str:
    """A cancelled letter frees the next slot."""
    bare, mark, number = slot.partition("#")
    return f"{bare}#{int(number) + 1 if mark else 2}"


def _by_day(kind: LetterKind, now: datetime) -> str:
    return f"{kind.value}/{local_day(now).isoformat()}"


def _by_hour(kind: LetterKind, now: datetime) -> str:
    return f"{kind.value}/{now.astimezone(STOCKHOLM):%Y-%m-%dT%H%z}"


def _readers(conn: Connection, context: LetterContext, stopped: Collection[str]) -> list[Reader]:
    chosen = wishes.everybodys(conn, context.tenant)
    return readers(context.profile, local_day(context.now), stopped, chosen)


def _standing(conn: Connection, context: LetterContext) -> list[tuple[Follow, Call]]:
    """Everybody's followed calls, as the calls read now."""
    followed = follows.standing(conn, context.tenant)
    found = {call.id: call for call in calls.find(conn, context.tenant, {one.call_id for one in followed})}
    return [(one, found[one.call_id]) for one in followed if one.call_id in found]


def _closing(
    one: Follow, call: Call, now: datetime, today, answers: Mapping[tuple[str, int], str]
) -> Closing | None:
    """The step that is due for a follower; None for a call that has closed, is gone, or has no deadline near."""
    deadline = call.next_deadline(now)
    if deadline is None or call.status(now) is Status.CLOSED or is_withdrawn(call):
        return None
    step = step_due(deadline.day, today, local_day(one.since_at))
    if step is None:
        return None
    return Closing(
        call=call,
        unit=one.unit,
        step=step,
        day=deadline.day,
        days_left=call.days_left(now) or 0,
        since_at=one.since_at,
        answered=answers.get((one.person, one.call_id)) if one.by is By.ANSWER else None,
    )


def _moved(
    conn: Connection, context: LetterContext, one: Follow, call: Call, received: Mapping[int, int]
) -> Moved | None:
    """What a follower should hear of a call now; None when it reads as they know it, or only its words differ."""
    if is_withdrawn(call):
        is_open = call.status(context.now) is not Status.CLOSED
        return Moved(call=call, unit=one.unit, is_withdrawn=True) if is_open else None
    known = max(received.get(call.id, 0), one.call_version)
    if call.version <= known:
        return None
    changes = calls.changes_since(conn, context.tenant, call.id, known)
    return Moved(call=call, unit=one.unit, changes=changes) if AT_ONCE & {c.field for c in changes} else None


def is_withdrawn(call: Call) -> bool:
    """Whether no source shows the call any more (D2)."""
    return bool(call.sources) and not any(source.is_seen for source in call.sources)


def _change(reader: Reader, context: LetterContext, moved: Sequence[Moved]) -> Due:
    return Due(
        reader=reader,
        view=written.change(reader.person, context, moved),
        occasions=tuple(one.occasion for one in moved),
        calls=tuple((one.call.id, one.call.version) for one in moved if not one.is_withdrawn),
    )


def _questions(
    conn: Connection, context: LetterContext
) -> tuple[list[Question], list[tuple[Question, frozenset[str]]]]:
    """Open assignments, and open referrals with whom they invite; empty for the whole group."""
    to_units = assignments.open_assignments(conn, context.tenant)
    to_group = referrals.open_referrals(conn, context.tenant)
    asked = {one.call_id for one in (*to_units, *to_group)}
    open_calls = {
        call.id: call
        for call in calls.find(conn, context.tenant, asked)
        if call.status(context.now) is not Status.CLOSED
    }
    names = {person.key: person.name for person in context.profile.people}
    units = [
        Question(
            id=one.id,
            call=open_calls[one.call_id],
            by=names.get(one.asked_by, one.asked_by),
            at=one.asked_at,
            unit=one.unit,
            note=one.note,
        )
        for one in to_units
        if one.call_id in open_calls
    ]
    group = [
        (
            Question(
                id=one.id,
                call=open_calls[one.call_id],
                by=names.get(one.by, one.by),
                at=one.at,
                note=one.note,
            ),
            frozenset(one.invited),
        )
        for one in to_group
        if one.call_id in open_calls
    ]
    return units, group


def _asked(
    reader: Reader,
    context: LetterContext,
    kind: LetterKind,
    asked: Sequence[Question],
    told: Mapping[LetterKind, Collection[tuple[str, str]]],
    write: Callable[..., NoticeView],
) -> list[Due]:
    new = [one for one in asked if (reader.person.key, one.occasion) not in told[kind]][: written.MOST]
    if not new or not reader.wants(kind):
        return []
    view = write(reader.person, context, new)
    return [Due(reader=reader, view=view, occasions=tuple(one.occasion for one in new))]


def _unique(found: Iterable) -> list:
    """One of each occasion: somebody with two roles may follow a call in both."""
    by_occasion: dict[str, object] = defaultdict()
    for one in found:
        by_occasion.setdefault(one.occasion, one)
    return list(by_occasion.values())
