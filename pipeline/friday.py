"""What Monday's letters would be, told the coordinators on Friday (`ux.md` 1.6)."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from notifier import office as written
from notifier.model import LetterKind
from notifier.notice_model import Rehearsal, Urgent
from notifier.view import LetterContext
from notifier.weeks import local_day, week_of
from pipeline import unreviewed
from pipeline.hindrances import hindrances
from pipeline.notices import Due, Told, tell, waiting_for
from pipeline.own_publishing import by_units
from pipeline.readers import coordinators
from pipeline.rehearsal import rehearse
from pipeline.unreviewed import Waiting
from profiles.model import Profile
from storage import decided, wishes
from storage.database import reading

WEEK = timedelta(days=7)
# What nobody has looked at and that closes sooner than this is named (T-19).
URGENT_DAYS = 10


def announce(
    engine: Engine, context: LetterContext, *, stopped: Collection[str] = (), unreached: Sequence[str] = ()
) -> Told:
    """Put the rehearsal of the coming week into the outbox, one for each coordinator."""
    told = coming_week(engine, context, stopped=stopped, unreached=unreached)
    with reading(engine) as conn:
        chosen = wishes.everybodys(conn, context.tenant)
    made = Told()
    for reader in coordinators(context.profile, local_day(context.now), stopped, chosen):
        if reader.wants(LetterKind.REHEARSAL):
            view = written.rehearsal(reader.person, context, told)
            due = Due(reader=reader, view=view, occasions=(told.week,))
            number = tell(engine, context, due, f"{LetterKind.REHEARSAL.value}/{told.week}")
            made += Told(letters=((number, LetterKind.REHEARSAL),) if number else ())
    return made


def coming_week(
    engine: Engine, context: LetterContext, *, stopped: Collection[str] = (), unreached: Sequence[str] = ()
) -> Rehearsal:
    """The coming week as it would be made now."""
    today = local_day(context.now)
    week = week_of(context.now + timedelta(days=7 - today.weekday()))
    found = rehearse(engine, context, week, unreached=unreached, stopped=stopped)
    letters = [one for one in found if one.letter is not None]
    with reading(engine) as conn:
        waiting = unreviewed.waiting(conn, context.tenant, context.now)
        untouched_since = _untouched_since(conn, context, waiting)
        unanswered = len(waiting_for(conn, context))
        in_the_way = hindrances(conn, context, week, found, stopped)
        published = by_units(conn, context.tenant, context.profile, context.now - WEEK)
    changed = {one.key for one in published}
    return Rehearsal(
        week=week,
        letters=len(letters),
        matches=sum(one.items for one in letters),
        unreviewed=len(waiting),
        unanswered=unanswered,
        hindrances=in_the_way,
        published=tuple((unit.name, unit.name_en) for unit in context.profile.units if unit.key in changed),
        urgent=_urgent(waiting, context.profile, context.now),
        untouched_since=untouched_since,
    )


def _urgent(waiting: Sequence[Waiting], profile: Profile, now: datetime) -> tuple[Urgent, ...]:
    names = {unit.key: (unit.name, unit.name_en) for unit in profile.units}
    near = [
        (left, one) for one in waiting if (left := one.call.days_left(now)) is not None and left < URGENT_DAYS
    ]
    near.sort(key=lambda pair: (pair[0], pair[1].call.id))
    return tuple(
        Urgent(call=one.call, units=tuple(names[key] for key in one.units if key in names)) for _, one in near
    )


def _untouched_since(conn: Connection, context: LetterContext, waiting: Sequence[Waiting]) -> datetime | None:
    """Since when nobody has decided anything though something waits; None when that is less than a week."""
    if not waiting:
        return None
    since = decided.last_at(conn, context.tenant) or min(one.since for one in waiting)
    return since if context.now - since >= WEEK else None
