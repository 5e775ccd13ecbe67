"""Learning from answers: a need's scores are moved a little by what was answered of calls like these.

The score before learning is what is expected of a call; an answer that goes against it moves the calls near to
it, by the square of how near they are: two calls on one subject learn from each other, two of one programme
hardly. Of all accepted calls the one that says most counts, and of all refused ones, so that many answers alike
say no more than one. No call moves by more than `BOUND` in log-odds: answers order what the matcher finds and
never replace it. Only the reasons that tell something of the need or of who may apply teach (`ux.md` 2.4).
Nothing is kept between runs: the same answers give the same scores, and without answers they are untouched.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from calls.model import Call
from matcher.indexed import IndexedCalls
from matcher.model import Evidence, RejectReason, Verdict
from matcher.nearness import Nearness
from matcher.programmes import action_of, programme_of
from matcher.sentences import shortened
from matcher.vectors import Vectors
from profiles.model import Need
from texts import N_, Message

BOUND = 1.0  # log-odds: a score of 0.50 can become 0.73, or 0.27
REACH = 3.0  # log-odds: what a wholly unexpected answer would move a call of the very same words, unbounded
PER_REFUSAL = 0.4  # log-odds that each "we may not apply" takes from the same programme and type of project
MOST_ANSWERS = 200  # of one need, the newest: learning stays cheap
SETTLED = 1e-6
TOLD_FROM = 0.1  # log-odds: less than this is not worth a line
TITLE_TOLD = 90  # characters of the answered call's title: a letter's line holds the whole sentence then
SURE = 5e-5  # half of the last decimal of a score


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What was last answered of one call for one need.

    Attributes:
        score: the match's score when it was answered; what was expected where the call is no longer matched.
    """

    call: Call
    verdict: Verdict
    reason: RejectReason | None
    at: datetime
    score: float = 0.5

    @property
    def teaches_need(self) -> bool:
        """A yes, or a no because the call does not touch the need."""
        return self.verdict is Verdict.ACCEPT or (
            self.verdict is Verdict.REJECT and self.reason is RejectReason.NOT_OUR_NEED
        )

    @property
    def teaches_eligibility(self) -> bool:
        """A no because the unit may not apply."""
        return self.verdict is Verdict.REJECT and self.reason is RejectReason.NOT_ELIGIBLE

    @property
    def teaches(self) -> bool:
        """Whether it moves any score; a no for want of time, money, staff or partners does not."""
        return self.teaches_need or self.teaches_eligibility


Answers = Mapping[str, Sequence[Answered]]
"""Answers by the need's id (`unit/key`)."""


@dataclass(frozen=True, kw_only=True)
class Adjustment:
    """What one need's answers do to its scores.

    Attributes:
        shift: what is added to the log-odds, shape (calls,), from -BOUND to BOUND.
        nearest: the answer that moved each call most, by its place among `answers`; -1 when there is none.
        answers: those that taught.
    """

    shift: np.ndarray
    nearest: np.ndarray
    answers: tuple[Answered, ...]

    def summary(self) -> Message:
        """What was learned from, in a sentence."""
        return summary(self.answers)

    def evidence(self, j: int, call: Call) -> Evidence | None:
        """Why this call, at this position, stands higher or lower than it would; None where it hardly does, or
        where it is itself what was answered."""
        moved = float(self.shift[j])
        if abs(moved) < TOLD_FROM or self.nearest[j] < 0:
            return None
        cause = self.answers[self.nearest[j]]
        if cause.call.id == call.id:
            return None
        text = BARRED if cause.teaches_eligibility else RAISED if moved > 0 else LOWERED
        strength = round(max(0.0, moved) / BOUND, 4)
        reason = Message(text=text, values={"title": shortened(cause.call.title, TITLE_TOLD)})
        return Evidence(signal="learned", strength=strength, reason=reason)


BARRED = N_("Sänkt av era svar: samma program och slags projekt som ”{title}”, som ni inte fick söka.")
RAISED = N_("Lyft av era svar: liknar ”{title}”, som ni har godkänt.")
LOWERED = N_("Sänkt av era svar: liknar ”{title}”, som inte rörde behovet.")


def summary(answers: Sequence[Answered]) -> Message:
    """How many answers teach, and how many of each kind."""
    values = {
        "count": sum(a.teaches for a in answers),
        "accepted": sum(a.teaches_need and a.verdict is Verdict.ACCEPT for a in answers),
        "refused": sum(a.teaches_need and a.verdict is Verdict.REJECT for a in answers),
        "ineligible": sum(a.teaches_eligibility for a in answers),
    }
    if not values["count"]:
        return Message(text=N_("Inget svar att lära av ännu."))
    text = N_(
        "Lärt av svar: {count} (godkända {accepted}, rör inte behovet {refused}, får inte sökas {ineligible})."
    )
    return Message(text=text, values=values)


def learn(
    indexed: IndexedCalls,
    needs: Sequence[Need],
    vectors: Vectors | None,
    total: np.ndarray,
    answers: Answers,
    near: Nearness | None = None,
    *,
    asked: bool = False,
) -> dict[int, Adjustment]:
    """What the answers do to each need that has any that teach; by the need's position.

    Args:
        vectors: of the calls, and of those answered that are no longer among them; without them an answer about
            the need moves the call itself alone.
        total: the scores before learning, shape (needs, calls).
        near: of all calls answered to the calls, where it is known already.
        asked: learn about consultations; otherwise about calls. Answers of one kind teach nothing of the other.
    """
    calls = indexed.calls
    answers = _of_kind(answers, asked=asked)
    chosen = {i: _newest(answers.get(need.id, ())) for i, need in enumerate(needs)}
    by_unit: dict[str, list[Answered]] = defaultdict(list)
    for need_id in sorted(answers):
        by_unit[need_id.partition("/")[0]] += _newest(answers[need_id])
    taught = [i for i, need in enumerate(needs) if any(a.teaches for a in by_unit[need.unit])]
    if not taught:
        return {}
    if near is None:
        answered = {a.call.id: a.call for i in taught for a in chosen[i] if a.teaches_need}
        near = indexed.nearness(list(answered.values()), vectors)
    place = {call.id: j for j, call in enumerate(calls)}
    return {i: learned(chosen[i], by_unit[needs[i].unit], calls, place, total[i], near) for i in taught}


def _of_kind(answers: Answers, *, asked: bool) -> Answers:
    return {
        need: [answer for answer in some if answer.call.is_consultation is asked]
        for need, some in answers.items()
    }


def learned(
    own: Sequence[Answered],
    of_unit: Sequence[Answered],
    calls: Sequence[Call],
    place: Mapping[int, int],
    expected: np.ndarray,
    near: Nearness,
) -> Adjustment:
    """The adjustment of one need.

    Args:
        own: the need's answers; `of_unit`: those of all needs of its unit, for what they say of eligibility.
        place: a call's id to its position.
        expected: the need's scores before learning, shape (calls,).
    """
    topical = [answer for answer in own if answer.teaches_need]
    parts = np.zeros((0, len(calls)))
    if topical:
        said = np.array([answer.verdict is Verdict.ACCEPT for answer in topical], float)
        thought = [expected[place[a.call.id]] if a.call.id in place else a.score for a in topical]
        surprise = said - np.array(thought)
        parts = REACH * near.to_calls[[near.rows[a.call.id] for a in topical]] ** 2 * surprise[:, None]
    barred, lost = _refused_for_the_unit(of_unit, calls)
    return _bounded(parts, lost, (*topical, *barred))


def adjusted(scores: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Scores moved by a shift of their log-odds; four decimals, and untouched where nothing moves."""
    moved = np.round(1 / (1 + np.exp(-(log_odds(scores) + shift))), 4)
    return np.where(np.abs(shift) < SETTLED, scores, moved)


def log_odds(scores: np.ndarray) -> np.ndarray:
    """Log-odds of scores from 0 to 1."""
    safe = np.clip(scores, SURE, 1 - SURE)
    return np.log(safe / (1 - safe))


def _refused_for_the_unit(
    of_unit: Sequence[Answered], calls: Sequence[Call]
) -> tuple[tuple[Answered, ...], np.ndarray]:
    """The refusals for want of eligibility, and what each takes from each call, shape (refusals, calls).

    A yes to the same programme and type of project makes one refusal undone: somebody could apply after all.
    """
    counted: dict[tuple[str, str], int] = defaultdict(int)
    newest: dict[int, Answered] = {}
    for answer in of_unit:
        if answer.teaches_eligibility:
            newest[answer.call.id] = answer
        elif answer.verdict is Verdict.ACCEPT and (kind := _kind(answer.call)) is not None:
            counted[kind] += 1
    refusals = []
    for answer in newest.values():
        kind = _kind(answer.call)
        if kind is not None and counted[kind] > 0:
            counted[kind] -= 1
        else:
            refusals.append(answer)
    lost = np.zeros((len(refusals), len(calls)))
    if refusals:
        kinds = [_kind(call) for call in calls]
        for row, answer in enumerate(refusals):
            own = _kind(answer.call)
            lost[row] = [
                -PER_REFUSAL if call.id == answer.call.id or (own is not None and own == kind) else 0.0
                for call, kind in zip(calls, kinds, strict=True)
            ]
    return tuple(refusals), lost


def _kind(call: Call) -> tuple[str, str] | None:
    """Programme and type of project; None when either is not known, since half of it says too little."""
    programme, action = programme_of(call), action_of(call)
    return None if programme is None or action is None else (programme.key, action.name)


def _bounded(parts: np.ndarray, lost: np.ndarray, answers: tuple[Answered, ...]) -> Adjustment:
    """What lifts most and what lowers most together, and what is lost to eligibility."""
    calls = parts.shape[1]
    moved = np.zeros(calls)
    if len(parts):
        moved = np.maximum(parts.max(axis=0), 0) + np.minimum(parts.min(axis=0), 0)
    total = np.clip(moved + lost.sum(axis=0), -BOUND, BOUND)
    every = np.concatenate([parts, lost]) * np.sign(total)
    nearest = every.argmax(axis=0) if len(every) else np.full(calls, -1)
    return Adjustment(shift=total, nearest=nearest, answers=answers)


def _newest(answers: Sequence[Answered]) -> tuple[Answered, ...]:
    """The newest answer of each call, at most so many; in the order of the calls."""
    latest: dict[int, Answered] = {}
    for answer in sorted(answers, key=lambda a: (a.at, a.call.id)):
        latest[answer.call.id] = answer
    chosen = sorted(latest.values(), key=lambda a: (a.at, a.call.id))[-MOST_ANSWERS:]
    return tuple(sorted(chosen, key=lambda a: a.call.id))
