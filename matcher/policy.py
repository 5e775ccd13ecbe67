"""The municipality's priority area beside the need: does the call meet both, or only one (`ux.md` 2.2)?

The area's description is read as a need is, and weighed by the same signals of what a text is about. A
description is short: an area is met too when another need that serves it is. It is a remark for a person and
never moves a score.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from matcher.evidence import shared_words
from matcher.indexed import IndexedCalls
from matcher.model import Evidence
from matcher.pool import Pool
from matcher.signals import SIGNALS
from matcher.vectors import Vectors
from profiles.model import Need, PriorityArea, Profile
from texts import N_, Message, Named

POLICY = "policy"  # the remark's signal
TOPICAL = ("meaning", "own_words", "words")
# Least weighed sums. A match is hardly proposed under 2.6; an area is described in general words, and of all
# calls and areas one in five reaches 1.
NEED_MET, AREA_MET = 3.0, 1.0
FULL = 12.0  # about the most it can be

BOTH = N_("Rör också kommunens prioriterade område ”{area}”.")
ONLY_NEED = N_("Möter bara behovet: kommunens prioriterade område ”{area}” nämns inte i klartext.")
ONLY_POLICY = N_("Möter främst kommunens prioriterade område ”{area}”; om behovet säger utlysningen lite.")
NEITHER = N_("Säger lite om både behovet och området ”{area}”; programmet är det som talar för.")


def area_needs(profile: Profile) -> tuple[Need, ...]:
    """The areas that needs refer to, read as needs: those that are described."""
    used = {need.priority_area for need in profile.needs}
    return tuple(_as_need(area) for area in profile.priority_areas if area.key in used and area.description)


def meeting(
    known: IndexedCalls, profile: Profile, needs: Sequence[Need], vectors: Vectors | None
) -> np.ndarray:
    """Which calls meet each of these needs of the profile by what they are about, as the remark counts it; shape
    (needs, calls)."""
    pool = Pool(known.calls, needs, vectors, known, units=profile.unit_names)
    strengths = {signal.name: signal.strength(pool) for signal in SIGNALS if signal.name in TOPICAL}
    has_model = pool.vectors is not None
    every = [_topical(strengths, i, slice(None), has_model) for i in range(len(pool.needs))]
    return np.stack(every) >= NEED_MET


def remark(
    pool: Pool,
    needs: Sequence[Need],
    profile: Profile,
    strengths: Mapping[str, np.ndarray],
    i: int,
    j: int,
    beside: np.ndarray | None = None,
) -> Evidence | None:
    """What to say of the area beside the i-th need for the j-th call; None where that cannot be said: the area is
    not described, has no vectors yet, or is mentioned without being met.

    Args:
        pool: of these needs, and after them `area_needs`.
        needs: all of the profile's with the same areas, but for those that `beside` stands for.
        strengths: signal name to shape (needs and areas, calls).
        beside: which calls meet needs of the area that are not among `needs`, shape (calls,); None when all are.
    """
    has_model = pool.vectors is not None
    need = needs[i]
    areas = enumerate(pool.needs[len(needs) :], start=len(needs))
    place = next((k for k, area in areas if area.key == need.priority_area), None)
    if place is None or (has_model and np.isnan(strengths["meaning"][place, j])):
        return None
    is_met = bool(_topical(strengths, i, j, has_model) >= NEED_MET)
    of_area = float(_topical(strengths, place, j, has_model))
    others = (k for k, other in enumerate(needs) if k != i and other.priority_area == need.priority_area)
    area_is_met = (
        of_area >= AREA_MET
        or (beside is not None and bool(beside[j]))
        or any(_topical(strengths, k, j, has_model) >= NEED_MET for k in others)
    )
    if not area_is_met and shared_words(pool, place, j):
        return None
    strength = round(min(1.0, of_area / FULL), 4) if area_is_met else 0.0
    return Evidence(
        signal=POLICY,
        strength=strength,
        reason=_said(profile.area(need.priority_area), is_met=is_met, area_is_met=area_is_met),
    )


def _said(area: PriorityArea, *, is_met: bool, area_is_met: bool) -> Message:
    text = {(True, True): BOTH, (True, False): ONLY_NEED, (False, True): ONLY_POLICY, (False, False): NEITHER}
    name = Named(sv=area.title, en=area.english_title)
    return Message(text=text[is_met, area_is_met], values={"area": name})


def _topical(
    strengths: Mapping[str, np.ndarray], i: int, j: int | slice, has_model: bool
) -> float | np.ndarray:
    """The weighed sum of what speaks of the subject, for one call or several."""
    return sum(
        (signal.weight if has_model else signal.weight_without_model)
        * np.nan_to_num(strengths[signal.name][i, j])
        for signal in SIGNALS
        if signal.name in TOPICAL
    )


def _as_need(area: PriorityArea) -> Need:
    return Need(
        key=area.key,
        unit="",
        title=area.title,
        title_en=area.title_en,
        text=area.description,
        text_en=area.description_en,
        priority_area=area.key,
    )
