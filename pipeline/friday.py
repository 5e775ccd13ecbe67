"""What Monday's letters would be, told the coordinators on Friday (`ux.md` 1.6)."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import Engine

from matcher.model import MatchState
from notifier import office as written
from notifier.model import LetterKind
from notifier.notice_model import Rehearsal
from notifier.view import LetterContext
from notifier.weeks import local_day, week_of
from pipeline.hindrances import hindrances
from pipeline.notices import Due, Told, tell, waiting_for
from pipeline.own_publishing import by_units
from pipeline.readers import coordinators
from pipeline.rehearsal import rehearse
from storage import matches, wishes
from storage.database import reading

WEEK = timedelta(days=7)


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
        unreviewed = len(matches.find(conn, context.tenant, states=[MatchState.NEW]))
        unanswered = len(waiting_for(conn, context))
        in_the_way = hindrances(conn, context, week, found, stopped)
        published = by_units(conn, context.tenant, context.profile, context.now - WEEK)
    changed = {one.key for one in published}
    return Rehearsal(
        week=week,
        letters=len(letters),
        matches=sum(one.items for one in letters),
        unreviewed=unreviewed,
        unanswered=unanswered,
        hindrances=in_the_way,
        published=tuple((unit.name, unit.name_en) for unit in context.profile.units if unit.key in changed),
    )
