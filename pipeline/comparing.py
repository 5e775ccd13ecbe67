"""A need as it is being written beside the one that holds: what would come, what would go, what stays, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Engine

from calls.model import Call
from matcher.consultations import told_of
from matcher.gates import barring, checks
from matcher.learning import Answered, Answers
from matcher.model import Check, Match, Verdict
from matcher.need_gates import need_checks
from matcher.score import Look, look
from matcher.volume import per_week
from pipeline.desk import Desk, needs_beside
from profiles.model import Need, Profile
from storage import learning
from storage.database import reading


class Fate(StrEnum):
    """What an edit does to a call."""

    COMES = "comes"
    GOES = "goes"
    STAYS = "stays"


@dataclass(frozen=True, kw_only=True)
class ComparedCall:
    """One call of the comparison.

    Attributes:
        match: as the edited need has it; as the old one had it for what goes.
        bar: the gate that takes it away; None when it only lies further off than others now.
    """

    call: Call
    fate: Fate
    match: Match
    bar: Check | None = None


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """All of it.

    Attributes:
        rows: what comes, then what goes, then what stays; each best first.
        kept_out: calls that a gate keeps out of what the edited need would find, best first.
        weekly, weekly_before: about how many come in a week; None before there was a need.
        searched: how many calls were looked at.
        consultations: what comes, goes and stays among those that are open to answer, as `rows`.
    """

    rows: tuple[ComparedCall, ...]
    kept_out: tuple[tuple[Call, Check], ...]
    weekly: float
    weekly_before: float | None
    searched: int
    consultations: tuple[ComparedCall, ...] = ()

    def of(self, fate: Fate) -> tuple[ComparedCall, ...]:
        """The calls with one fate."""
        return tuple(row for row in self.rows if row.fate is fate)


@dataclass(frozen=True, kw_only=True)
class PastCall:
    """A call of the last twelve months, what was answered of it, and whether the need as it reads now finds it."""

    call: Call
    verdict: Verdict | None
    is_found: bool


@dataclass(frozen=True, kw_only=True)
class BackTest:
    """The last twelve months with the answers given then.

    Attributes:
        rows: those that were answered yes or no first, then the others that the need finds; newest first.
    """

    rows: tuple[PastCall, ...]

    def count(self, verdict: Verdict | None = None, *, found: bool | None = None) -> int:
        """How many were answered so; `found` counts only those that are, or are not, found now."""
        return sum(
            (verdict is None or row.verdict == verdict) and (found is None or row.is_found is found)
            for row in self.rows
        )


def compare(
    desk: Desk, engine: Engine, tenant: str, before: Profile, after: Profile, need: Need, now: datetime
) -> Comparison:
    """How the edited need would change what is proposed of the calls that are open or to come.

    Args:
        before: the profile that holds.
        after: with the edits in it; the need's unit must be there.
    """
    indexed = desk.open_calls(engine, tenant, now)
    new = _look(desk, engine, tenant, after, need, now)
    held = next((one for one in before.needs if one.id == need.id), None)
    old = None if held is None else _look(desk, engine, tenant, before, held, now)
    by_id = {call.id: call for call in indexed.calls}
    return Comparison(
        rows=_rows(new, old, by_id, after, need, now),
        kept_out=tuple((by_id[barred.call_id], barred.check) for barred in new.barred),
        weekly=per_week([by_id[match.call_id] for match in new.proposed]),
        weekly_before=None if old is None else per_week([by_id[match.call_id] for match in old.proposed]),
        searched=len(indexed.calls),
        consultations=_consultations(desk, engine, tenant, before, after, need, now),
    )


def _consultations(
    desk: Desk, engine: Engine, tenant: str, before: Profile, after: Profile, need: Need, now: datetime
) -> tuple[ComparedCall, ...]:
    by_id = {call.id: call for call in desk.open_consultations(engine, tenant, now).calls}
    if not any(call.is_consultation for call in by_id.values()):
        return ()
    new = _look(desk, engine, tenant, after, need, now, asked=True)
    held = next((one for one in before.needs if one.id == need.id), None)
    old = None if held is None else _look(desk, engine, tenant, before, held, now, asked=True)
    return _rows(new, old, by_id, after, need, now)


def make_ready(
    desk: Desk, engine: Engine, tenant: str, profile: Profile, now: datetime, need: Need | None = None
) -> None:
    """Have what a comparison starts from worked out meanwhile; returns at once.

    Args:
        profile: the one that holds.
        need: as it is shown: the published one, or a new one that is still empty; None while none is chosen.
    """
    if need is None:
        desk.warm(engine, tenant, now)
        return
    held = next((one for one in profile.needs if one.id == need.id), None)

    def start() -> None:
        if held is not None:
            _look(desk, engine, tenant, profile, held, now)
            _look(desk, engine, tenant, profile, held, now, asked=True)
        else:
            indexed = desk.open_calls(engine, tenant, now)
            desk.beside(engine, tenant, indexed, profile, need)

    desk.warm(engine, tenant, now, start)


def back_test(
    desk: Desk, engine: Engine, tenant: str, profile: Profile, need: Need, now: datetime
) -> BackTest:
    """What the need as it reads now would have found in twelve months, beside what was answered then."""
    indexed = desk.past_calls(engine, tenant, now)
    with reading(engine) as conn:
        answered = learning.answers(conn, tenant, as_taught=False, unit=need.unit).get(need.id, ())
    verdicts = {one.call.id: one.verdict for one in answered if one.verdict is not Verdict.LATER}
    keep = max(len(indexed.calls) // 20, 50)
    vectors = desk.vectors(engine, tenant, indexed, profile, (need,))
    found = {one.call_id for one in look(indexed, profile, need, vectors, None, keep=keep).proposed}
    rows = [
        PastCall(call=call, verdict=verdicts.get(call.id), is_found=call.id in found)
        for call in indexed.calls
        if call.id in found or call.id in verdicts
    ]
    return BackTest(rows=tuple(sorted(rows, key=lambda row: (row.verdict is None, -row.call.id))))


def _look(
    desk: Desk,
    engine: Engine,
    tenant: str,
    profile: Profile,
    need: Need,
    now: datetime,
    *,
    asked: bool = False,
) -> Look:
    """What the need finds among the open calls as a member of this profile: what the nightly run would say.

    Args:
        asked: look at the consultations instead.
    """
    indexed = (desk.open_consultations if asked else desk.open_calls)(engine, tenant, now)
    with reading(engine) as conn:
        answers = learning.answers(conn, tenant, unit=need.unit)
    beside = needs_beside(profile, need)
    names = tuple(profile.unit_names.get(other.unit) for other in beside)
    around = (replace(profile.unit(need.unit), needs=()), beside, names)
    direction = (profile.policy.children_first, profile.priority_areas, profile.nuts3)

    def looked() -> Look:
        vectors = desk.vectors(engine, tenant, indexed, profile, (need,))
        if asked:
            return Look(proposed=told_of(indexed, profile, need, vectors, now, answers), barred=())
        beside = desk.beside(engine, tenant, indexed, profile, need)
        return look(indexed, profile, need, vectors, now, answers=answers, beside=beside)

    return desk.remembered(indexed, (need, around, direction, _taught(answers), now.date()), looked)


def _taught(answers: Answers) -> tuple:
    """Stands for what was answered."""

    def said(one: Answered) -> tuple:
        return one.call.id, one.call.version, one.verdict, one.reason, one.at, one.score

    return tuple((need, *map(said, answers[need])) for need in sorted(answers))


def _rows(
    new: Look,
    old: Look | None,
    by_id: Mapping[int, Call],
    after: Profile,
    need: Need,
    now: datetime,
) -> tuple[ComparedCall, ...]:
    was = {match.call_id: match for match in old.proposed} if old else {}
    fates = [(match, Fate.STAYS if match.call_id in was else Fate.COMES) for match in new.proposed]
    found = {match.call_id for match in new.proposed}
    rows = [ComparedCall(call=by_id[match.call_id], fate=fate, match=match) for match, fate in fates]
    for match in was.values():
        if match.call_id not in found:
            call = by_id[match.call_id]
            bar = barring(checks(call, after.unit(need.unit), now, after.nuts3)) or barring(
                need_checks(call, need, now)
            )
            rows.append(ComparedCall(call=call, fate=Fate.GOES, match=match, bar=bar))
    order = list(Fate)
    return tuple(sorted(rows, key=lambda row: (order.index(row.fate), -row.match.score)))
