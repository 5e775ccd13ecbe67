"""Calls and needs to proposals, best first."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

import numpy as np

from calls.model import Call
from matcher.blocks import BLOCK, best
from matcher.children import marked
from matcher.evidence import evidence
from matcher.gates import barring, checks
from matcher.indexed import IndexedCalls
from matcher.learning import Adjustment, Answers, adjusted, learn
from matcher.model import Band, Check, Evidence, Match
from matcher.need_gates import need_checks
from matcher.pairs import pairs
from matcher.policy import area_needs, remark
from matcher.pool import Pool
from matcher.signals import SIGNALS
from matcher.vectors import Vectors
from matcher.volume import BOOSTS, limits
from profiles.model import Need, Profile, Unit

WORDS_ONLY = "words"
BIAS = -10.0
BIAS_WITHOUT_MODEL = -9.15
STRONG_FROM, LIKELY_FROM, POSSIBLE_FROM = 0.60, 0.30, 0.06
BANDS = ((STRONG_FROM, Band.STRONG), (LIKELY_FROM, Band.LIKELY), (POSSIBLE_FROM, Band.POSSIBLE))
# What each word stands for: at least so many of its matches are relevant, on needs that nothing was learned on
# (`pipeline/banding.py` measures it, docs/matching.md).
PROMISED = {Band.STRONG: 2 / 3, Band.LIKELY: 1 / 4, Band.POSSIBLE: 1 / 10}
KEEP_PER_NEED = 15
CHILDREN_BOOST = 0.02
BARRED_TOLD = 20


@dataclass(frozen=True)
class Scores:
    """All needs against all calls, before gates.

    Attributes:
        strengths: signal name to its matrix, shape (needs, calls), NaN where it cannot say.
        total: shape (needs, calls), 0 to 1, four decimals.
    """

    strengths: dict[str, np.ndarray]
    total: np.ndarray


def score(pool: Pool) -> Scores:
    """Weigh the signals together: the log-odds of a pair is the weighted sum of its strengths."""
    strengths = {signal.name: signal.strength(pool) for signal in SIGNALS}
    has_model = pool.vectors is not None
    odds = np.full((len(pool.needs), len(pool.calls)), BIAS if has_model else BIAS_WITHOUT_MODEL)
    for signal in SIGNALS:
        known = strengths[signal.name]
        weight = signal.weight if has_model else signal.weight_without_model
        odds += weight * np.where(np.isnan(known), signal.neutral, known)
    return Scores(strengths, np.round(1 / (1 + np.exp(-odds)), 4))


def match(
    calls: Sequence[Call],
    profile: Profile,
    vectors: Vectors | None,
    now: datetime | None,
    *,
    keep: int = KEEP_PER_NEED,
    least: float = POSSIBLE_FROM,
    answers: Answers | None = None,
    known: IndexedCalls | None = None,
    executor: Executor | None = None,
) -> list[Match]:
    """Pair calls with needs, best first; at most `keep` calls a need.

    Args:
        vectors: None when there is no model: words and programme knowledge alone decide, and `Match.model`
            says "words".
        now: aware; the moment that deadlines are measured from. None ignores the clock.
        least: the lowest score worth a coordinator's time, 0 to 1.
        answers: what was answered before, by need; those that teach move the need's scores a little. Calls
            that were answered take no place among the `keep`.
        known: what was worked out of the same calls before; its order of calls is then kept.
        executor: works on the products of vectors; None is here, one after another.
    """
    if not calls or not profile.needs:
        return []
    known = known or IndexedCalls(sorted(calls, key=lambda call: call.id), vectors)
    gates = Gates(known.calls, now, profile.nuts3)
    found: list[Match] = []
    for needs in in_blocks(profile.needs):
        proposing = _proposing(known, profile, needs, vectors, gates, keep, least, answers or {}, executor)
        found += [made for i, need in enumerate(needs) for made in proposing.of(i, need)]
    return sorted(found, key=lambda m: (-m.score, m.call_id, m.unit, m.need))


@dataclass(frozen=True, kw_only=True)
class Barred:
    """A call that would be proposed but for a gate."""

    call_id: int
    score: float
    check: Check


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one need finds, best first, and what its gates keep out, best first."""

    proposed: tuple[Match, ...]
    barred: tuple[Barred, ...]


def look(
    known: IndexedCalls,
    profile: Profile,
    need: Need,
    vectors: Vectors | None,
    now: datetime | None,
    *,
    keep: int = KEEP_PER_NEED,
    answers: Answers | None = None,
    beside: np.ndarray | None = None,
) -> Look:
    """One need looked at closely, as it is being written; arguments as for `match`.

    Args:
        need: its unit must be in the profile; it stands alone there for this look.
        answers: also those of the unit's other needs, which tell who may apply.
        beside: which calls meet the other needs of its area (`matcher.policy.meeting`), shape (calls,): with them
            the remark on the area is the one that `match` makes. None when there are none.
    """
    if not known.calls:
        return Look(proposed=(), barred=())
    alone = replace(profile, units=(replace(profile.unit(need.unit), needs=(need,)),))
    gates = Gates(known.calls, now, profile.nuts3)
    proposing = _proposing(known, alone, (need,), vectors, gates, keep, POSSIBLE_FROM, answers or {}, None)
    proposing = replace(proposing, beside=beside)
    found = sorted(proposing.of(0, need), key=lambda m: (-m.score, m.call_id))
    return Look(proposed=tuple(found), barred=tuple(proposing.barred(0, need, BARRED_TOLD)))


def scores_of(
    known: IndexedCalls, profile: Profile, call_id: int, vectors: Vectors | None
) -> dict[str, float]:
    """How near one call lies to every need of the profile, gates aside: need's id to score; empty without it."""
    place = next((j for j, call in enumerate(known.calls) if call.id == call_id), None)
    if place is None or not profile.needs:
        return {}
    needs = (*profile.needs, *area_needs(profile))
    pool = Pool(known.calls, needs, vectors, known, units=profile.unit_names)
    total = score(pool).total
    return {need.id: float(total[i, place]) for i, need in enumerate(profile.needs)}


def in_blocks(needs: Sequence[Need], size: int = BLOCK) -> Iterator[tuple[Need, ...]]:
    """The needs in parts that are scored at a time: those of a priority area together, since a remark about the
    area looks at all of them (`matcher/policy.py`)."""
    part: tuple[Need, ...] = ()
    by_area = sorted(needs, key=lambda need: need.priority_area)
    for area, some in groupby(by_area, key=lambda need: need.priority_area):
        group = tuple(some)
        for together in [group] if area else [(need,) for need in group]:
            if part and len(part) + len(together) > size:
                yield part
                part = ()
            part += together
    if part:
        yield part


def _proposing(
    known: IndexedCalls,
    profile: Profile,
    needs: tuple[Need, ...],
    vectors: Vectors | None,
    gates: "Gates",
    keep: int,
    least: float,
    answers: Answers,
    executor: Executor | None,
) -> "_Proposing":
    asked = (*needs, *area_needs(profile))
    pool = Pool(known.calls, asked, vectors, known, executor, profile.unit_names)
    scores = score(pool)
    lessons = learn(known, needs, vectors, scores.total, answers)
    return _Proposing(pool, needs, scores, gates, profile, lessons, answers, keep, least)


class Gates:
    """The gates' answers, worked out once for each call and unit."""

    def __init__(self, calls: Sequence[Call], now: datetime | None, nuts3: str = ""):
        self._calls = calls
        self._now = now
        self._nuts3 = nuts3
        self._known: dict[tuple[int, str], tuple[Check, ...]] = {}

    def bar(self, position: int, unit: Unit, need: Need) -> Check | None:
        """What keeps the call at this position from a need, None when nothing does."""
        return barring(self.of(position, unit)) or barring(self.of_need(position, need))

    def of_need(self, position: int, need: Need) -> tuple[Check, ...]:
        """The checks of what the need itself demands."""
        return need_checks(self._calls[position], need, self._now)

    def of(self, position: int, unit: Unit) -> tuple[Check, ...]:
        """All checks of the call at this position."""
        key = (position, unit.key)
        if key not in self._known:
            self._known[key] = checks(self._calls[position], unit, self._now, self._nuts3)
        return self._known[key]


def band_of(value: float) -> Band:
    """The word for a score."""
    return next((band for least, band in BANDS if value >= least), Band.POSSIBLE)


def order(row: np.ndarray) -> np.ndarray:
    """Positions by falling score, ties by position, which follows the call's id."""
    return np.argsort(-row, kind="stable")


@dataclass(frozen=True)
class Pairing:
    """What the matches of some needs are made of; in the pool their areas' needs may stand behind them."""

    pool: Pool
    needs: tuple[Need, ...]
    scores: Scores
    gates: Gates
    profile: Profile
    lessons: Mapping[int, Adjustment]
    answers: Answers

    def row(self, i: int) -> np.ndarray:
        """A need's scores, shape (calls,), moved by what was learned of its answers."""
        row = self.scores.total[i]
        return adjusted(row, self.lessons[i].shift) if i in self.lessons else row

    def answered(self, need: Need) -> set[int]:
        """Ids of the calls that were answered for a need."""
        return {answer.call.id for answer in self.answers.get(need.id, ())}

    def reasons(self, i: int, j: int, beside: np.ndarray | None = None) -> tuple[Evidence, ...]:
        """Why the call meets the need, what was learned, and the remark on its area; `beside` as for `look`."""
        lesson = self.lessons.get(i)
        learned = None if lesson is None else lesson.evidence(j, self.pool.calls[j])
        area = remark(self.pool, self.needs, self.profile, self.scores.strengths, i, j, beside)
        own = evidence(self.pool, self.scores.strengths, i, j)
        return (*own, *(reason for reason in (learned, area) if reason is not None))

    def made(
        self, i: int, j: int, value: float, band: Band, reasons: tuple[Evidence, ...], said: Need
    ) -> Match:
        """A match of a need and a call; `said` is whose words are quoted beside the call's."""
        call, need, vectors = self.pool.calls[j], self.needs[i], self.pool.vectors
        return Match(
            call_id=call.id,
            call_version=call.version,
            unit=need.unit,
            need=need.key,
            score=round(value, 4),
            band=band,
            checks=self.gates.of(j, self.profile.unit(need.unit)) + self.gates.of_need(j, need),
            evidence=reasons,
            pairs=pairs(said, call, self.pool.told),
            children_and_youth=marked(call, need, self.profile),
            model=WORDS_ONLY if vectors is None else vectors.model,
        )


@dataclass(frozen=True)
class _Proposing(Pairing):
    """The calls that a need is told of."""

    keep: int
    least: float
    beside: np.ndarray | None = None

    def of(self, i: int, need: Need) -> list[Match]:
        """The need's matches, best first. Answered calls and those for children take no place of the others."""
        row, calls, unit = self.row(i), self.pool.calls, self.profile.unit(need.unit)
        answered = self.answered(need)

        def passes(_: int, places: np.ndarray) -> np.ndarray:
            return np.array([self.gates.bar(j, unit, need) is None for j in places], bool)

        def is_free(_: int, places: np.ndarray) -> np.ndarray:
            return np.array(
                [calls[j].id in answered or marked(calls[j], need, self.profile) for j in places], bool
            )

        allowed = limits(need.volume, self.least, self.keep, LIKELY_FROM)
        (found,) = best(row[None, :], allowed.keep, passes, least=allowed.least, free=is_free)
        return [self._match(i, int(j), float(row[j])) for j in found]

    def barred(self, i: int, need: Need, most: int) -> list[Barred]:
        """What the need's and its unit's gates keep out of what it would find, best first."""
        row = self.scores.total[i]
        allowed = limits(need.volume, self.least, self.keep, LIKELY_FROM)
        unit, found = self.profile.unit(need.unit), []
        for j in order(row)[: allowed.keep + most]:
            check = self.gates.bar(j, unit, need) if row[j] >= allowed.least else None
            if check is not None:
                found.append(Barred(call_id=self.pool.calls[j].id, score=float(row[j]), check=check))
        return found[:most]

    def _match(self, i: int, j: int, value: float) -> Match:
        need = self.needs[i]
        is_first = self.profile.policy.children_first and marked(self.pool.calls[j], need, self.profile)
        raised = value + (CHILDREN_BOOST if is_first else 0.0) + BOOSTS[need.priority]
        value = round(min(1.0, max(0.0, raised)), 4)
        return self.made(i, j, value, band_of(value), self.reasons(i, j, self.beside), need)
