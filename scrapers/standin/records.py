"""What a folder of records holds, as the results that the service would give on one day.

Understood by content: raw search pages and single raw results, dated snapshots of the daily feed, the two full-text
forms, and the sample's compact form. When there are snapshots, the newest that is not later than today decides
which calls there are and their status and dates; raw results and full texts fill in what it lacks.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from scrapers.standin import derived, noise, sample
from scrapers.standin.days import day_of, index_day
from scrapers.standin.errors import StandinError
from scrapers.standin.files import data_files, portal_folder, values_in
from scrapers.standin.shape import Result, language_in, results
from texts import N_

SNAPSHOT = re.compile(r"grants-feed-(\d{4}-\d\d-\d\d)\.json(\.gz)?")
FROM_SNAPSHOT = ("status", "sortStatus", "startDate", "es_SortDate", "identifier", "type")


@dataclass(frozen=True, kw_only=True)
class Records:
    """What is served.

    Attributes:
        rows: the current record of each opportunity, one for each reference; English, or as recorded.
        copies: the same opportunities in other languages.
        noise: old copies and stubs; doubles are made of `rows` when they are served.
        facets: a recorded answer of the facet service, or None when it has to be counted.
        as_of: the day of the snapshot served; None when there is none.
    """

    rows: tuple[Result, ...]
    copies: tuple[Result, ...] = ()
    noise: tuple[Result, ...] = ()
    facets: Mapping[str, Any] | None = None
    as_of: date | None = None


@dataclass(kw_only=True)
class _Found:
    """The values of a folder, sorted by their form."""

    raw: list[Result] = field(default_factory=list)
    texts: list[Mapping[str, Any]] = field(default_factory=list)
    union: list[Mapping[str, Any]] = field(default_factory=list)
    samples: list[Mapping[str, Any]] = field(default_factory=list)
    snapshots: dict[date, Path] = field(default_factory=dict)
    facets: Mapping[str, Any] | None = None


def read_folder(folder: Path, today: date, *, all_days: bool = False) -> Records:
    """What the service would hold on a day.

    Args:
        all_days: every call of every file, whatever the day: for load tests.

    Raises:
        StandinError: when the folder cannot be read or holds nothing that we understand.
    """
    place = portal_folder(folder)
    found = _sorted_by_form(place)
    try:
        opportunities, as_of, ingested = _opportunities(found, folder, today, all_days)
        made = results(opportunities, ingested)
    except (KeyError, TypeError, AttributeError, ValueError) as failure:
        raise _odd(place, failure) from failure
    rows, old = _merged_with_raw(made, found.raw, snapshot=as_of is not None)
    if not rows:
        raise StandinError.of(N_("I mappen {path} finns inga poster som går att visa."), path=str(place))
    return _records(rows, old, found.facets, today, as_of)


def _records(
    rows: list[Result], old: list[Result], facets: Mapping[str, Any] | None, today: date, as_of: date | None
) -> Records:
    """The rows by what they are, with the made-up copies and noise beside them."""
    english = [row for row in rows if language_of(row) == "en"]
    copies = [row for row in rows if language_of(row) != "en"]
    copied = {row["reference"] for row in copies}
    copies += [row for row in noise.spanish_copies(english) if row["reference"] not in copied]
    return Records(
        rows=tuple(english),
        copies=tuple(copies),
        noise=tuple(old + noise.noise_of(english, today)),
        facets=facets,
        as_of=as_of,
    )


def _odd(place: Path, failure: Exception) -> StandinError:
    """For a record in a known form that lacks something: a KeyError's text is only the name that is missing."""
    return StandinError.of(
        N_("En post i mappen {path} är inte i den form som väntades: {reason}."),
        path=str(place),
        reason=f"{type(failure).__name__} {failure}",
    )


def _sorted_by_form(place: Path) -> _Found:
    found = _Found()
    for path in data_files(place):
        dated = SNAPSHOT.fullmatch(path.name)
        if dated:
            found.snapshots[date.fromisoformat(dated[1])] = path
            continue
        for value in values_in(path):
            _sort_in(found, value)
    return found


def _sort_in(found: _Found, value: Any) -> None:
    """Put one value where its form belongs; a form that we do not know is left alone."""
    if not isinstance(value, dict):
        return
    if isinstance(value.get("results"), list):
        found.raw += [row for row in value["results"] if _is_raw(row)]
    elif _is_raw(value):
        found.raw.append(value)
    elif sample.is_sample(value):
        found.samples.append(value)
    elif derived.is_feed_grant(value):
        found.union.append(value)
    elif derived.is_august_text(value) or derived.is_april_text(value):
        found.texts.append(value)
    elif isinstance(value.get("grants"), list):
        found.union += [grant for grant in value["grants"] if derived.is_feed_grant(grant)]
    elif facets := _facets(value):
        found.facets = facets


def _is_raw(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("metadata"), dict) and "reference" in value


def _facets(value: Mapping[str, Any]) -> Mapping[str, Any] | None:
    answer = value.get("response", value)
    return answer if isinstance(answer, dict) and isinstance(answer.get("facets"), list) else None


def _opportunities(found: _Found, folder: Path, today: date, all_days: bool):
    """What there is, the snapshot's day (or None), and when the index read it."""
    known = derived.texts(found.texts)
    samples = sample.from_sample(found.samples, today, sample.shift(folder, today))
    if all_days:
        feed = derived.from_feed(_every_grant(found), known)
        codes = frozenset(name for one in feed for name in (one.reference, one.identifier))
        return [*feed, *derived.from_texts(known, codes), *samples], None, index_day(today)
    if found.snapshots:
        day = _newest(found.snapshots, today)
        snapshot = next(values_in(found.snapshots[day]))
        taken = snapshot.get("generatedAt", index_day(day)).replace("Z", "+0000")
        return [*derived.from_feed(snapshot["grants"], known), *samples], day, taken
    feed = derived.from_feed(found.union, known)
    codes = frozenset(name for one in feed for name in (one.reference, one.identifier))
    return [*feed, *derived.from_texts(known, codes), *samples], None, index_day(today)


def _every_grant(found: _Found) -> Iterable[Mapping[str, Any]]:
    """Each call of the feeds in its latest version."""
    latest = {}
    for day in sorted(found.snapshots):
        for grant in next(values_in(found.snapshots[day]))["grants"]:
            latest[grant["id"]] = grant
    return ({grant["id"]: grant for grant in found.union} | latest).values()


def _newest(snapshots: Mapping[date, Path], today: date) -> date:
    past = [day for day in snapshots if day <= today]
    if not past:
        raise StandinError.of(
            N_("Den äldsta dagliga listan är från {first}, så det finns ingen för {today}."),
            first=min(snapshots).isoformat(),
            today=today.isoformat(),
        )
    return max(past)


def _merged_with_raw(
    made: list[Result], raw: list[Result], *, snapshot: bool
) -> tuple[list[Result], list[Result]]:
    """The rows with what was recorded raw of them, and what of the raw is noise.

    With a snapshot, a raw record that the snapshot does not have is not served, whatever it claims.
    """
    best, old = _best_raw(raw)
    rows = {row["reference"]: row for row in made}
    for reference, row in best.items():
        if reference in rows:
            rows[reference] = merged(rows[reference], row)
        elif not snapshot or _english(reference) in rows:
            rows[reference] = row
    return list(rows.values()), old


def _english(reference: str) -> str:
    return re.sub(r"(TOPICS)[a-z]{2}$", r"\1en", reference)


def _best_raw(raw: list[Result]) -> tuple[dict[str, Result], list[Result]]:
    """The richest recording of each current reference, and the old copies (doubles and all)."""
    best: dict[str, Result] = {}
    old = []
    for row in raw:
        if noise.is_legacy(row):
            old.append(row)
        elif len(row["metadata"]) > len(best.get(row["reference"], {"metadata": ()})["metadata"]):
            best[row["reference"]] = row
    return best, old


def merged(row: Result, raw: Result) -> Result:
    """A row with its raw recording: the snapshot rules status and dates, the recording all else."""
    metadata = row["metadata"] | {name: values for name, values in raw["metadata"].items() if values}
    metadata |= {name: row["metadata"][name] for name in FROM_SNAPSHOT if name in row["metadata"]}
    metadata["deadlineDate"] = _deadlines(row, raw)
    if not _has_own_budget(raw):
        metadata |= {"budgetOverview": row["metadata"].get("budgetOverview", [])}
    kept = {
        name: value for name, value in raw.items() if name not in ("metadata", "groupById", "databaseLabel")
    }
    return row | kept | {"metadata": metadata, "groupById": row["groupById"]}


def _deadlines(row: Result, raw: Result) -> list[str]:
    """The snapshot keeps only the first deadline; the recording's later ones stay."""
    first = row["metadata"].get("deadlineDate", [])
    recorded = raw["metadata"].get("deadlineDate", [])
    if not first or len(recorded) < 2:
        return first or recorded
    return first + [later for later in sorted(recorded)[1:] if day_of(later) > day_of(first[0])]


def _has_own_budget(raw: Result) -> bool:
    """Whether the recorded table has the topic's own row: some recordings were cut."""
    table = (raw["metadata"].get("budgetOverview") or [""])[0]
    return f'"action":"{raw["metadata"].get("identifier", ["?"])[0]} ' in table


def language_of(row: Result) -> str:
    """A row's language; recordings that were cut lack the field, but their reference ends with it."""
    stated = row.get("language") or next(iter(row["metadata"].get("language", [])), None)
    return stated or language_in(row["reference"])
