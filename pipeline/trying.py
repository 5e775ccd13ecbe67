"""One call against the whole profile: what every gate says, and which sentence of each need lies nearest."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote, urlsplit

from sqlalchemy import Engine

from calls.model import Call
from matcher import consultations
from matcher.gates import barring, checks
from matcher.indexed import IndexedCalls
from matcher.model import Band, Check, SentencePair
from matcher.need_gates import need_checks
from matcher.pairs import Told, pairs
from matcher.score import KEEP_PER_NEED, LIKELY_FROM, POSSIBLE_FROM, band_of, scores_of
from matcher.volume import limits
from pipeline.desk import Desk
from profiles.model import Need, Profile, Unit

OWN_ADDRESS = re.compile(r"/(?:utlysning|c)/([1-9][0-9]{0,8})/?")
LONGEST_ASKED = 500


@dataclass(frozen=True, kw_only=True)
class TriedNeed:
    """What a need says of the call.

    Attributes:
        checks: of what the need itself demands; empty when it demands nothing.
        bar: the first gate that keeps the call out, the unit's or the need's own.
        band: how near it lies, None when it lies too far off to be proposed.
        pairs: the nearest sentences, best first.
    """

    need: Need
    checks: tuple[Check, ...]
    bar: Check | None
    band: Band | None
    score: float
    pairs: tuple[SentencePair, ...]

    @property
    def is_proposed(self) -> bool:
        """Whether the call is near enough and no gate says no. The busiest weeks may still crowd it out."""
        return self.bar is None and self.band is not None


@dataclass(frozen=True, kw_only=True)
class TriedUnit:
    """What a unit's gates say of the call, and its needs, nearest first."""

    unit: Unit
    checks: tuple[Check, ...]
    needs: tuple[TriedNeed, ...]


@dataclass(frozen=True, kw_only=True)
class Tried:
    """One call tried on units."""

    call: Call
    units: tuple[TriedUnit, ...]


def call_asked_for(asked: str, calls: Mapping[int, Call]) -> Call | None:
    """The stored call that a link or an identifier means, None when none does.

    Args:
        asked: an address of ours or of the publisher's, or an identifier such as CERV-2026-CITIZENS-TOWN-TT.
        calls: by id.
    """
    asked = asked.strip()[:LONGEST_ASKED]
    if own := OWN_ADDRESS.fullmatch(_path(asked)):
        return calls.get(int(own.group(1)))
    plain = asked.rstrip("/").casefold()
    words = {plain, *(part for part in re.split(r"[/?=&#]", unquote(plain)) if len(part) > 5)}
    by_identifier = [
        call for call in calls.values() if call.identifier and call.identifier.casefold() in words
    ]
    by_address = [call for call in calls.values() if plain and plain in _addresses(call)]
    return next(iter(_newest_first([*by_identifier, *by_address])), None)


def try_call(
    desk: Desk,
    engine: Engine,
    tenant: str,
    profile: Profile,
    units: Iterable[Unit],
    call: Call,
    now: datetime,
) -> Tried:
    """The call, with its texts, against these units of the profile."""
    indexed = _pool_with(call, desk, engine, tenant, now)
    near = scores_of(indexed, profile, call.id, desk.vectors(engine, tenant, indexed, profile, profile.needs))
    told = Told(indexed.words)
    return Tried(call=call, units=tuple(_tried(unit, call, near, told, now, profile.nuts3) for unit in units))


def _pool_with(call: Call, desk: Desk, engine: Engine, tenant: str, now: datetime) -> IndexedCalls:
    """The calls that this one is measured against, itself among them."""
    pools = (desk.open_consultations,) if call.is_consultation else (desk.open_calls, desk.past_calls)
    for pool in pools:
        indexed = pool(engine, tenant, now)
        if any(known.id == call.id for known in indexed.calls):
            return indexed
    if call.is_consultation and not indexed.calls:
        indexed = desk.open_calls(engine, tenant, now)
        return IndexedCalls(consultations.measured(indexed.calls, [call]), indexed.vectors)
    return IndexedCalls([*indexed.calls, call], indexed.vectors)


def _tried(
    unit: Unit, call: Call, near: Mapping[str, float], told: Told, now: datetime, nuts3: str
) -> TriedUnit:
    said = checks(call, unit, now, nuts3)
    bar = barring(said)
    needs = [_tried_need(need, call, near.get(need.id, 0.0), told, now, bar) for need in unit.needs]
    return TriedUnit(unit=unit, checks=said, needs=tuple(sorted(needs, key=lambda one: -one.score)))


def _tried_need(
    need: Need, call: Call, score: float, told: Told, now: datetime, bar: Check | None
) -> TriedNeed:
    own = need_checks(call, need, now)
    shared = pairs(need, call, told)
    return TriedNeed(
        need=need,
        checks=own,
        bar=bar or barring(own),
        band=_band(need, call, score, shared),
        score=score,
        pairs=shared,
    )


def _band(need: Need, call: Call, score: float, shared: Sequence[SentencePair]) -> Band | None:
    """How strong, None where the score is too low to be proposed."""
    if call.is_consultation:
        enough = score >= consultations.POSSIBLE_FROM and bool(shared)
        return consultations.band_of(score) if enough else None
    allowed = limits(need.volume, POSSIBLE_FROM, KEEP_PER_NEED, LIKELY_FROM)
    return band_of(score) if score >= allowed.least else None


def _addresses(call: Call) -> set[str]:
    return {address.rstrip("/").casefold() for address in (call.url, *(link.url for link in call.sources))}


def _path(asked: str) -> str:
    try:
        return urlsplit(asked).path
    except ValueError:
        return ""


def _newest_first(calls: Iterable[Call]) -> list[Call]:
    return sorted(calls, key=lambda call: (call.first_seen_at, call.id), reverse=True)
