"""One initiative of the list of Have your say, read to a consultation.

Instants are written `2026/09/09 23:59:59`, without a zone, and are Brussels time: a known consultation that ended
at 23:59:59 got its last answer at 23:57:37 the same day.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from calls.model import Deadline, ScrapedCall, Title
from calls.vocabulary import CONSULTATION, DeadlineModel, Status
from scrapers.errors import OddValue, reason_of
from scrapers.markup import one_line
from scrapers.notes import UNKNOWN_STATUS, UNREAD_DEADLINE, checked_title
from scrapers.source import Skipped
from scrapers.values import checked_dates, slashed_day, slashed_deadline
from texts import N_

KEY = "have-your-say"
PAGE = "https://ec.europa.eu/info/law/better-regulation/have-your-say/initiatives/{id}_sv"
STATUSES = {"OPEN": Status.OPEN, "UPCOMING": Status.FORTHCOMING}
QUIET = {"CLOSED", "DISABLED"}  # over, or without feedback at all
PLANNED = N_("Perioden är planerad – dagarna kan flyttas")
READERS = ("sv",)  # the languages of our readers, beside English
LONGEST_REFERENCE = 200
ACT_TYPES = {
    "PROP_REG": "proposal for a regulation",
    "PROP_DIR": "proposal for a directive",
    "PROP_DEC": "proposal for a decision",
    "REG": "regulation",
    "DIR": "directive",
    "DEC": "decision",
    "DEL_REG": "delegated regulation",
    "REG_DEL": "delegated regulation",
    "DEL_DIR": "delegated directive",
    "DEL_DEC": "delegated decision",
    "IMPL_REG": "implementing regulation",
    "REG_IMPL": "implementing regulation",
    "IMPL_DIR": "implementing directive",
    "IMPL_DEC": "implementing decision",
    "RECOMM": "recommendation",
    "REPORT": "report",
    "SWD": "staff working document",
    "COM_NO_LEG": "communication",
    "EVL": "evaluation",
    "FC": "fitness check",
}

Json = Mapping[str, Any]


def parse_initiative(row: Any) -> ScrapedCall | Skipped | None:
    """The consultation in a row, why it is left out, or None for one that receives no feedback."""
    reference = reference_of(row)
    if reference is None:
        return Skipped(reference="?", reason=OddValue(N_("ett initiativ utan nummer")).message)
    try:
        windows = _windows(row)
        return _call(row, reference, windows) if windows else None
    except ValueError as failure:
        return Skipped(reference=reference, reason=reason_of(failure))


def reference_of(row: Any) -> str | None:
    """The initiative's number as text, from 12970, 12970.0 or "12970"; None when it has none."""
    number = row.get("id") if isinstance(row, Mapping) else None
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    if isinstance(number, str) and number.isascii() and number.isdigit():
        number = int(number)
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number < 10**9:
        return None
    return str(number)


def _call(row: Json, reference: str, windows: Sequence[Json]) -> ScrapedCall:
    notes: list[str] = []
    title, *others = _titles(row)
    leading = checked_title(title.text, notes)
    opening, deadlines = _dates(windows, notes)
    words = {str(window.get("receivingFeedbackStatus")) for window in windows}
    announced = next((STATUSES[word] for word in STATUSES if word in words), None)
    if announced is not Status.OPEN:
        notes.append(UNKNOWN_STATUS if announced is None else PLANNED)
    return ScrapedCall(
        source=KEY,
        reference=reference,
        kind=CONSULTATION,
        title=leading,
        language=title.language,
        titles=tuple(one for one in others if one.language in READERS),
        url=PAGE.format(id=reference),
        identifier=_printed(row.get("reference")),
        announced=announced,
        opening_date=opening,
        deadlines=deadlines,
        deadline_model=DeadlineModel.CUT_OFFS if deadlines and len(deadlines) > 1 else None,
        keywords=tuple(dict.fromkeys(_keywords(row))),
        notes=tuple(dict.fromkeys(notes)),
    )


def _windows(row: Json) -> list[Json]:
    """The periods that the call is about: those open now, else the next one to come; none when all is over.

    An initiative has several periods (a call for evidence, then a consultation, some only planned), and dates of
    different ones are never put together. `isCurrent` may stay on a period that is over while the next is planned.

    Raises:
        ValueError: when the row has no list of periods.
    """
    periods = row.get("currentStatuses")
    if not isinstance(periods, list) or not all(isinstance(period, Mapping) for period in periods):
        raise OddValue(N_("initiativets läge saknas"))
    open_now = [period for period in periods if period.get("receivingFeedbackStatus") == "OPEN"]
    if open_now:
        return [period for period in open_now if period.get("isCurrent") is True] or open_now
    planned = [period for period in periods if _is_planned(period)]
    return [max(planned, key=lambda period: str(period["feedbackStartDate"]))] if planned else []


def _is_planned(period: Json) -> bool:
    """Whether it is to come from a known day to a known day, or in a state that we do not know (S-55).

    A period without an end would stay open for ever: some were planned years ago and never ran.
    """
    word = period.get("receivingFeedbackStatus")
    is_dated = bool(period.get("feedbackStartDate")) and bool(period.get("feedbackEndDate"))
    return is_dated and isinstance(word, str) and word not in QUIET


def _titles(row: Json) -> list[Title]:
    """The title that leads, then the others, each language once: English leads, then as the site shows it.

    `shortTitle` comes in the language that was asked for, English, where there is one.
    """
    found = dict(_translations(row))
    shown = _printed(row.get("shortTitle"), most=None)
    if shown and "en" not in found:
        language = next((language for language, text in found.items() if text == shown), "en")
        found[language] = shown
    if not found:
        raise OddValue(N_("ett initiativ utan rubrik"))
    first = (
        "en" if "en" in found else next((lang for lang in found if found[lang] == shown), next(iter(found)))
    )
    order = [first, *(language for language in found if language != first)]
    return [Title(language=language, text=found[language]) for language in order]


def _translations(row: Json) -> Iterator[tuple[str, str]]:
    given = row.get("initiativeTranslations")
    for one in given if isinstance(given, list) else ():
        if not isinstance(one, Mapping) or one.get("field") != "SHORT_TITLE":
            continue
        language, text = one.get("language"), _printed(one.get("value"), most=None)
        if isinstance(language, str) and len(language) == 2 and language.isascii() and text:
            yield language.lower(), text


def _dates(windows: Sequence[Json], notes: list[str]) -> tuple[date | None, tuple[Deadline, ...] | None]:
    """The first day for answers and the last of each period; what cannot be read becomes a note."""
    starts = _read(slashed_day, windows, "feedbackStartDate", notes)
    ends = {deadline.at: deadline for deadline in _read(slashed_deadline, windows, "feedbackEndDate", notes)}
    opening = min(starts, default=None)
    deadlines = tuple(ends[at] for at in sorted(ends)) or None
    notes += checked_dates(opening, deadlines)
    return opening, deadlines


def _read(read, windows: Sequence[Json], name: str, notes: list[str]) -> list:
    found = []
    for window in windows:
        words = window.get(name)
        if words is None or words == "":
            continue
        try:
            found.append(read(str(words)))
        except ValueError:
            notes.append(UNREAD_DEADLINE)
    return found


def _keywords(row: Json) -> Iterator[str]:
    """The kind of act, then the publisher's topics by their labels."""
    act = _printed(row.get("foreseenActType"))
    if act:
        yield ACT_TYPES.get(act, act)
    topics = row.get("topics")
    for topic in topics if isinstance(topics, list) else ():
        label = _printed(topic.get("label")) if isinstance(topic, Mapping) else None
        if label:
            yield label


def _printed(value: Any, most: int | None = LONGEST_REFERENCE) -> str | None:
    """A text as one line; None when there is none, or one too long for what it is."""
    text = one_line(value) if isinstance(value, str) else ""
    return text if text and (most is None or len(text) <= most) else None
