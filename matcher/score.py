"""Calls and needs to proposals, best first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from calls.model import Call
from matcher.evidence import evidence, pairs
from matcher.gates import barring, checks
from matcher.model import Band, Check, Match
from matcher.pool import Pool
from matcher.signals import SIGNALS
from matcher.vectors import Vectors
from profiles.model import Need, Profile, Unit

WORDS_ONLY = "words"
BIAS = -10.35
BIAS_WITHOUT_MODEL = -9.2
# Of judged pairs above each, on needs the weights were not learned on, two in three, one in two and one in
# three were relevant (docs/matching.md).
STRONG_FROM, LIKELY_FROM, POSSIBLE_FROM = 0.60, 0.25, 0.06
BANDS = ((STRONG_FROM, Band.STRONG), (LIKELY_FROM, Band.LIKELY), (POSSIBLE_FROM, Band.POSSIBLE))
KEEP_PER_NEED = 15
CHILDREN_BOOST = 0.02


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
) -> list[Match]:
    """Pair calls with needs, best first; at most `keep` calls a need.

    Args:
        vectors: None when there is no model: words and programme knowledge alone decide, and `Match.model`
            says "words".
        now: aware; the moment that deadlines are measured from. None ignores the clock.
        least: the lowest score worth a coordinator's time, 0 to 1.
    """
    if not calls or not profile.needs:
        return []
    ordered = sorted(calls, key=lambda call: call.id)
    pool = Pool(ordered, profile.needs, vectors)
    scores = score(pool)
    gates = Gates(ordered, now)
    found: list[Match] = []
    for i, need in enumerate(pool.needs):
        found += _matches_of(i, need, pool, scores, gates, profile, keep, least)
    return sorted(found, key=lambda m: (-m.score, m.call_id, m.unit, m.need))


class Gates:
    """The gates' answers, worked out once for each call and unit."""

    def __init__(self, calls: Sequence[Call], now: datetime | None):
        self._calls = calls
        self._now = now
        self._known: dict[tuple[int, str], tuple[Check, ...]] = {}

    def of(self, position: int, unit: Unit) -> tuple[Check, ...]:
        """All checks of the call at this position."""
        key = (position, unit.key)
        if key not in self._known:
            self._known[key] = checks(self._calls[position], unit, self._now)
        return self._known[key]


def band_of(value: float) -> Band:
    """The word for a score."""
    return next((band for least, band in BANDS if value >= least), Band.POSSIBLE)


def order(row: np.ndarray) -> np.ndarray:
    """Positions by falling score, ties by position, which follows the call's id."""
    return np.argsort(-row, kind="stable")


def is_for_children(need: Need, profile: Profile) -> bool:
    """Whether the need or its priority area is about children and young people."""
    area = next((area for area in profile.priority_areas if area.key == need.priority_area), None)
    return need.children_and_youth or bool(area and area.children_and_youth)


def _matches_of(i, need, pool, scores, gates, profile, keep, least) -> list[Match]:
    unit = profile.unit(need.unit)
    for_children = is_for_children(need, profile)
    boost = CHILDREN_BOOST if for_children and profile.policy.children_first else 0.0
    found: list[Match] = []
    for j in order(scores.total[i]):
        if scores.total[i, j] < least or len(found) == keep:
            break
        answers = gates.of(j, unit)
        if barring(answers) is not None:
            continue
        value = round(min(1.0, float(scores.total[i, j]) + boost), 4)
        found.append(
            Match(
                call_id=pool.calls[j].id,
                call_version=pool.calls[j].version,
                unit=unit.key,
                need=need.key,
                score=value,
                band=band_of(value),
                checks=answers,
                evidence=evidence(pool, scores.strengths, i, j),
                pairs=pairs(pool, i, j),
                children_and_youth=for_children,
                model=pool.vectors.model if pool.vectors is not None else WORDS_ONLY,
            )
        )
    return found
