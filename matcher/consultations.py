"""Consultations beside the calls: paired with needs and priority areas, with a threshold and a cap of their own.

A consultation is measured against the calls, of which there are many: what is rare, near to everything or above
the mean is told by them, however few consultations there are. The calls themselves are matched without them
(`matcher/score.py`), so a consultation never moves a call's score or takes its place (docs/decisions/0007).

It has little text, and the bands' promises were measured on calls: only what words and meaning both speak for is
proposed, and never as Stark.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from datetime import datetime

from calls.model import Call
from matcher.indexed import IndexedCalls
from matcher.learning import Answers, learn
from matcher.model import Band, Evidence, Match
from matcher.policy import area_needs
from matcher.pool import Pool
from matcher.score import Gates, Pairing, in_blocks, order, score
from matcher.telling import AREA
from matcher.vectors import Vectors
from profiles.model import Need, PriorityArea, Profile
from texts import N_, Message, Named

LIKELY_FROM, POSSIBLE_FROM = 0.25, 0.15
KEEP_PER_NEED = 3
BESIDE = 500  # calls that consultations are measured against: more of them say the same
OF_AREA = N_("Rör kommunens prioriterade område ”{area}”; inget enskilt behov nämner det.")


def apart(calls: Iterable[Call]) -> tuple[list[Call], list[Call]]:
    """Calls to apply to, and consultations; each in the order given."""
    calls = list(calls)
    return [c for c in calls if not c.is_consultation], [c for c in calls if c.is_consultation]


def measured(beside: Sequence[Call], consultations: Sequence[Call]) -> list[Call]:
    """The consultations behind the calls that they are measured against: evenly out of all, the same every time."""
    step = -(-len(beside) // BESIDE) or 1
    return [*sorted(beside, key=lambda call: call.id)[::step], *consultations]


def band_of(value: float) -> Band:
    """The word for a consultation's score; never Stark."""
    return Band.LIKELY if value >= LIKELY_FROM else Band.POSSIBLE


def match_consultations(
    consultations: Sequence[Call],
    beside: Sequence[Call],
    profile: Profile,
    vectors: Vectors | None,
    now: datetime | None,
    *,
    answers: Answers | None = None,
    executor: Executor | None = None,
) -> list[Match]:
    """Pair consultations with needs, best first; at most three a need, whatever its volume.

    Those about children and young people and those answered before take no place of the others. What shares no
    telling sentence with the need is left out, however near it lies. Where a priority area is met and none of its
    needs, the nearest of them speaks for the area.

    Args:
        beside: the calls that they are measured against.
        vectors, now, answers, executor: as for `match`; answers about calls teach nothing here.
    """
    if not consultations or not profile.needs:
        return []
    known = IndexedCalls(measured(beside, consultations), vectors)
    gates, given = Gates(known.calls, now, profile.nuts3), answers or {}
    found: list[Match] = []
    for needs in in_blocks(profile.needs):
        asking = _asking(known, needs, profile, vectors, gates, given, executor)
        found += [one for i in range(len(needs)) for one in asking.of(i)]
        found += asking.of_areas(found)
    return sorted(found, key=lambda m: (-m.score, m.call_id, m.unit, m.need))


def told_of(
    known: IndexedCalls,
    profile: Profile,
    need: Need,
    vectors: Vectors | None,
    now: datetime,
    answers: Answers | None = None,
) -> tuple[Match, ...]:
    """The consultations that one need is told of as it is being written, best first; those of its area alone are not
    among them.

    Args:
        known: the calls that they are measured against, then the consultations.
        need: its unit must be in the profile; it stands alone there for this look.
    """
    alone = replace(profile, units=(replace(profile.unit(need.unit), needs=(need,)),))
    gates = Gates(known.calls, now, profile.nuts3)
    return tuple(_asking(known, (need,), alone, vectors, gates, answers or {}, None).of(0))


def _asking(
    known: IndexedCalls,
    needs: tuple[Need, ...],
    profile: Profile,
    vectors: Vectors | None,
    gates: Gates,
    answers: Answers,
    executor: Executor | None,
) -> "_Asking":
    pool = Pool(known.calls, (*needs, *area_needs(profile)), vectors, known, executor, profile.unit_names)
    scores = score(pool)
    lessons = learn(known, needs, vectors, scores.total, answers, asked=True)
    return _Asking(pool, needs, scores, gates, profile, lessons, answers)


class _Asking(Pairing):
    """The consultations that a need is told of; in the pool stand the calls beside, then the consultations."""

    def of(self, i: int) -> Iterator[Match]:
        """A need's matches, best first."""
        need, row = self.needs[i], self.row(i)
        answered, left = self.answered(need), KEEP_PER_NEED
        for j in self._near(row):
            value = float(row[j])
            made = self.made(i, j, value, band_of(value), self.reasons(i, j), need)
            is_free = made.children_and_youth or made.call_id in answered
            if made.pairs and (is_free or left) and self._passes(j, need):
                left -= not is_free
                yield made

    def of_areas(self, found: Sequence[Match]) -> Iterator[Match]:
        """One match for each consultation that met an area and, by what was found, none of its needs."""
        for k, area in enumerate(self.pool.needs[len(self.needs) :], start=len(self.needs)):
            own = [i for i, need in enumerate(self.needs) if need.priority_area == area.key]
            served = {self.needs[i].key for i in own}
            met = {one.call_id for one in found if one.need in served}
            for j in self._near(self.scores.total[k]) if own else ():
                i = max(own, key=lambda i: (self.scores.total[i, j], -i))
                if self.pool.calls[j].id not in met and self._passes(j, self.needs[i]):
                    yield from self._of_area(area, k, i, j)

    def _near(self, row) -> Iterator[int]:
        """Positions of the consultations that score enough, best first."""
        return (int(j) for j in order(row) if row[j] >= POSSIBLE_FROM and self.pool.calls[j].is_consultation)

    def _passes(self, j: int, need: Need) -> bool:
        return self.gates.bar(j, self.profile.unit(need.unit), need) is None

    def _of_area(self, area: Need, k: int, i: int, j: int) -> Iterator[Match]:
        value = float(self.scores.total[k, j])
        reasons = (_of_area(self.profile.area(area.key), value),)
        made = self.made(i, j, value, Band.POSSIBLE, reasons, area)
        if made.pairs:
            yield made


def _of_area(area: PriorityArea, value: float) -> Evidence:
    reason = Message(text=OF_AREA, values={"area": Named(sv=area.title, en=area.english_title)})
    return Evidence(signal=AREA, strength=round(value, 4), reason=reason)
