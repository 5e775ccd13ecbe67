"""What does not go out with the coming letters, and why: held, in doubt, refused, paused, or nobody to send to."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from sqlalchemy import Connection

from notifier.model import OPERATOR, LetterState
from notifier.notice_model import Hindrance, Why
from notifier.standing import CAUSE_LABELS, Paused
from notifier.view import LetterContext
from notifier.weeks import local_day
from pipeline.bounces import paused_among
from pipeline.rehearsal import Rehearsed
from profiles.model import ContactPerson, Role
from storage import bounces, holds, outbox, subscriptions
from storage.holds import Hold
from texts import N_, Message

_STATES = {
    LetterState.HELD: Why.LETTER_HELD,
    LetterState.IN_DOUBT: Why.IN_DOUBT,
    LetterState.FAILED: Why.FAILED,
}


def hindrances(
    conn: Connection,
    context: LetterContext,
    week: str,
    letters: Sequence[Rehearsed],
    stopped: Collection[str] = (),
) -> tuple[Hindrance, ...]:
    """Everything in the way of a week's letters: first what stops all of them, last the units without anybody.

    Args:
        letters: the week's letters as they would be made now.
        stopped: keys of everybody who gets no letters.
    """
    return (
        *_all_of_them(conn, context, week),
        *_unsettled(conn, context),
        *_of_the_week(conn, context, week, letters),
        *_silent(conn, context),
        *_units_left(context, stopped),
    )


def _all_of_them(conn: Connection, context: LetterContext, week: str) -> Iterator[Hindrance]:
    if outbox.sending_of(conn, context.tenant).is_held:
        yield Hindrance(why=Why.RESTORED)
    if (hold := holds.of_week(conn, context.tenant, week).get(holds.EVERYBODY)) is not None:
        yield Hindrance(why=Why.ALL_HELD, by=_name(context, hold.by), at=hold.at)


def _unsettled(conn: Connection, context: LetterContext) -> Iterator[Hindrance]:
    """Letters that wait for a person's word."""
    for line in outbox.lines(conn, context.tenant, states=_STATES):
        yield Hindrance(
            why=_STATES[line.state],
            who=_name(context, line.person),
            subject=line.subject,
            said=line.error or "",
            letter_id=line.id,
        )


def _of_the_week(
    conn: Connection, context: LetterContext, week: str, letters: Iterable[Rehearsed]
) -> Iterator[Hindrance]:
    """Letters that cannot be made, and those that somebody holds one by one."""
    held = holds.of_week(conn, context.tenant, week)
    for one in letters:
        told = {"who": one.person.name, "units": _units(context, one.person.units), "person": one.person.key}
        hold: Hold | None = held.get(one.person.key)
        if one.refused is not None:
            yield Hindrance(why=Why.REFUSED, said=one.refused, **told)
        elif hold is not None and one.letter is not None and one.stored is None:
            yield Hindrance(why=Why.HELD, by=_name(context, hold.by), at=hold.at, **told)


def _silent(conn: Connection, context: LetterContext) -> Iterator[Hindrance]:
    """Contact persons who get no letters."""
    today = local_day(context.now)
    bouncing = paused_among(bounces.events(conn, context.tenant), context.profile)
    for person in context.profile.people:
        if person.role is Role.CONTACT and person.is_in_office(today):
            found = _said_no(conn, context, person, bouncing.get(person.key))
            if found is not None:
                yield found


def _units_left(context: LetterContext, stopped: Collection[str]) -> Iterator[Hindrance]:
    """Units that are left without anybody."""
    for unit in context.profile.units_without_recipient(local_day(context.now), stopped):
        yield Hindrance(why=Why.NOBODY, units=((unit.name, unit.name_en),))


def _said_no(
    conn: Connection, context: LetterContext, person: ContactPerson, paused: Paused | None
) -> Hindrance | None:
    told = {"who": person.name, "units": _units(context, person.units), "person": person.key}
    if paused is not None:
        said = Message(text=CAUSE_LABELS[paused.cause])
        return Hindrance(why=Why.BOUNCING, at=paused.since, said=said, **told)
    word = subscriptions.of(conn, context.tenant, person.key, context.now)
    if word.stopped:
        return Hindrance(why=Why.STOPPED, **told)
    if word.paused_until is not None:
        return Hindrance(why=Why.PAUSED, at=word.paused_until, **told)
    return None


def _units(context: LetterContext, keys: Iterable[str]) -> tuple[tuple[str, str], ...]:
    found = {unit.key: (unit.name, unit.name_en) for unit in context.profile.units}
    return tuple(found[key] for key in keys if key in found)


def _name(context: LetterContext, key: str) -> str | Message:
    if key == OPERATOR:
        return Message(text=N_("driften"))
    return next((person.name for person in context.profile.people if person.key == key), key)
