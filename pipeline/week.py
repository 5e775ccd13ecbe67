"""What the letters of a week have in common: what was accepted, who gets letters, and whose turn it is."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from sqlalchemy import Connection, Engine

from calls.model import Call
from matcher.model import Match, MatchState, StoredMatch
from matcher.review import went_unreviewed
from notifier.model import Accepted, Letter
from notifier.notice_model import Question
from notifier.view import LetterContext
from notifier.weeks import days_of, local_day
from pipeline import unreviewed
from pipeline.notices import is_withdrawn, waiting_for
from pipeline.readers import Reader, readers
from storage import calls, follows, matches, notices, rounds, wishes
from storage.database import reading
from storage.wishes import Rhythm

# What closes sooner than this after the next monthly letter is told at once.
MONTHLY_NEEDS = timedelta(days=14)
OUT = frozenset({MatchState.ACCEPTED, MatchState.SENT})


@dataclass(frozen=True, kw_only=True)
class WeekFacts:
    """What the letters of a week have in common, read once for all of them.

    Attributes:
        stored: the matches behind `accepted`, as they stood.
        accepted: the accepted matches, and those told to somebody of the unit, with their calls as they read now.
        told: (call, unit, need) of those told.
        going: matches that nobody has looked at and that go out all the same; they stand in `accepted` too.
        unreviewed: unit to how many other calls wait in the queue for it.
        readers: who gets letters.
        silent: person to the Monday of the first week without a letter.
        awaiting: what units have been asked and have not answered.
        followed: person to the calls that they follow and that are still shown.
        monday: the week's Monday.
    """

    stored: Sequence[StoredMatch]
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

    def told_before(self, reader: Reader) -> frozenset[tuple[int, str, str]]:
        """What the reader's units had been told before the last letter: no news to the unit, whoever joins it.

        For monthly letters, which gather what others were told week by week, only what is older than the appointment.
        """
        since = self.monday - timedelta(days=7)
        if reader.wishes.rhythm is not Rhythm.WEEKLY:
            since = reader.person.appointed_from or date.min
        return frozenset(place for place, day in self._told_days.items() if day < since)

    @cached_property
    def _told_days(self) -> dict[tuple[int, str, str], date]:
        """When each thing that was told had been decided: once for thousands of readers."""
        return {
            place_of(one.match): local_day(one.decision.at)
            for one in self.stored
            if one.decision and place_of(one.match) in self.told
        }

    def _cannot_wait(self, call: Call) -> bool:
        deadline = call.next_deadline(self.now)
        return deadline is not None and deadline.day < next_first_monday(self.monday) + MONTHLY_NEEDS


def still_stand(
    conn: Connection, tenant: str, facts: WeekFacts, letter: Letter, units: Collection[str]
) -> bool:
    """Whether nobody has taken back, since the facts were read, what a letter tells these units."""
    told = {call_id for call_id, _ in letter.calls}
    now = {one.id: one.state for one in matches.find(conn, tenant, call_ids=told)} if told else {}
    return all(
        now.get(one.id) in OUT or now.get(one.id) is one.state
        for one in facts.stored
        if one.match.call_id in told and one.match.unit in units
    )


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
    """Read it all in one moment of the database.

    Args:
        unreached: titles of the sources that could not be read.
        stopped: keys of persons who have stopped the letter.
    """
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
            stored=stored,
            accepted=[
                Accepted(match=one.match, call=found[one.match.call_id], unreviewed=_is_unreviewed(one))
                for one in stored
                if one.state is not MatchState.ACCEPTED
                or unreviewed.still_approved(one, found[one.match.call_id])
            ],
            going=going,
            told=frozenset(place_of(one.match) for one in told),
            unreviewed=_left_in_queue(conn, tenant, new, going, now),
            unreached=unreached,
            readers=readers(context.profile, local_day(now), stopped, chosen),
            silent=notices.silent_since(conn, tenant),
            awaiting=waiting_for(conn, context),
            followed=_followed(conn, tenant),
            monday=days_of(week)[0],
            now=now,
        )


def _left_in_queue(
    conn: Connection, tenant: str, new: Sequence[StoredMatch], going: Sequence[StoredMatch], now: datetime
) -> Counter[str]:
    """Unit to how many calls stay in the queue when what goes unreviewed has gone."""
    gone = {one.id for one in going}
    left = unreviewed.in_queue(conn, tenant, [one for one in new if one.id not in gone], now)
    return Counter(unit for one in left for unit in one.units)


def _is_unreviewed(stored: StoredMatch) -> bool:
    return stored.state is MatchState.NEW or went_unreviewed(stored)


def place_of(match: Match) -> tuple[int, str, str]:
    """Call, unit and need: what makes a match the same one."""
    return match.call_id, match.unit, match.need


def _followed(conn: Connection, tenant: str) -> dict[str, list[Call]]:
    standing = follows.standing(conn, tenant)
    found = {call.id: call for call in calls.find(conn, tenant, {one.call_id for one in standing})}
    by_person: dict[str, list[Call]] = {}
    for one in standing:
        if not is_withdrawn(found[one.call_id]):
            by_person.setdefault(one.person, []).append(found[one.call_id])
    return by_person
