"""Rounds of the same series: next year's call is linked with this year's (`ux.md` 2.6 point 7)."""

import re
from collections.abc import Mapping, Sequence

from calls.model import Call

YEAR = re.compile(r"(?<!\d)20\d\d(?:\s*[-–/]\s*(?:20)?\d\d)?(?!\d)")
SPACES = re.compile(r"[\s\W_]+")
LEAST = 12  # characters; a shorter title says too little


def series_key(call: Call) -> str | None:
    """What all rounds of a series have in common: the publisher's code without its year, else programme and title.

    None where nothing of that has a year to differ in: such calls are no rounds of anything.
    """
    if call.identifier and YEAR.search(call.identifier):
        return _bare(call.identifier)
    title = _bare(call.title)
    if YEAR.search(call.title) and len(title) >= LEAST:
        return f"{call.programme or ''}|{title}"
    return None


def other_rounds(call: Call, series: Mapping[str, Sequence[Call]]) -> list[Call]:
    """The other rounds of the call's series, the newest first; `series` is all calls by the key of theirs."""
    found = [other for other in series.get(series_key(call) or "", ()) if other.id != call.id]
    return sorted(found, key=lambda other: (other.first_seen_at, other.id), reverse=True)


def _bare(text: str) -> str:
    return SPACES.sub(" ", YEAR.sub(" ", text)).strip().casefold()
