"""The service behind Have your say: its list, and a page of each initiative (`eu-portal.md` section 14).

As the real one: the filter on `feedbackStatus` works and others are ignored, `sort` is refused with 406, a page
holds 100 rows while pages are counted by what was asked for, numbers arrive as 12970.0, titles come in all the
Union's languages, and what lies beside `brpapi` answers with the site's HTML shell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from pathlib import Path
from typing import Any

from scrapers.standin.days import day_of, shifted
from scrapers.standin.files import data_files, values_in
from scrapers.standin.sample import shift

Json = Mapping[str, Any]

SITE = "/info/law/better-regulation/"
LIST = SITE + "brpapi/searchInitiatives"
DETAIL = SITE + "brpapi/groupInitiatives/"
MOST_ON_A_PAGE = 100
USUAL_SIZE = 10
KEY = "have-your-say"
# fmt: off
LANGUAGES = (
    "BG", "CS", "DA", "DE", "EL", "EN", "ES", "ET", "FI", "FR", "GA", "HR", "HU", "IT", "LT", "LV", "MT", "NL", "PL",
    "PT", "RO", "SK", "SL", "SV",
)
# fmt: on
SHELL = (
    b"<!doctype html><html><head><title>Have your say</title></head><body><app-root></app-root></body></html>"
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request for the list."""

    page: int = 0
    size: int = USUAL_SIZE
    feedback: str | None = None


def read_consultations(folder: Path, today: date) -> tuple[Json, ...]:
    """The initiatives that a folder has, as of a day; none when there is no file of them.

    Raises:
        StandinError: when a file is damaged.
    """
    place = folder / KEY if (folder / KEY).is_dir() else folder
    if not place.is_dir():
        return ()
    files = [path for path in data_files(place) if path.name.startswith(KEY)]
    by = shift(folder, today)
    made = [_initiative(value, today, by) for path in files for value in values_in(path) if _is_ours(value)]
    return tuple(made)


def _is_ours(value: Any) -> bool:
    return isinstance(value, dict) and {"id", "title", "periods"} <= value.keys()


def _initiative(value: Json, today: date, by) -> Json:
    """What the service says of it; the summary is told on its own page only."""
    statuses = [_period(period, today, by) for period in value["periods"]]
    current = next((one for one in statuses if one["receivingFeedbackStatus"] == "OPEN"), statuses[-1])
    current["isCurrent"] = True
    return {
        "id": float(value["id"]),
        "reference": value.get("reference"),
        "shortTitle": value["title"],
        "initiativeTranslations": _translations(value),
        "initiativeStatus": "ACTIVE",
        "foreseenActType": value.get("act"),
        "topics": [{"code": code, "label": label} for code, label in value.get("topics", ())],
        "currentStatuses": statuses,
        "dossierSummary": value.get("summary"),
    }


def _translations(value: Json) -> list[Json]:
    """The title in every language; in those that the sample does not have, the English words with a mark."""
    own = {"EN": value["title"], "SV": value["title_sv"]}
    return [
        {"language": one, "field": "SHORT_TITLE", "value": own.get(one) or f"[{one}] {value['title']}"}
        for one in LANGUAGES
    ]


def _period(period: Json, today: date, by) -> dict[str, Any]:
    """A period with its dates moved, and the state that they give it on the day."""
    starts, ends = shifted(period["starts"], by), shifted(period["ends"], by)
    status = "UPCOMING" if day_of(starts) > today else "OPEN" if day_of(ends) >= today else "CLOSED"
    return {
        "frontEndStage": period["stage"],
        "receivingFeedbackStatus": status,
        "feedbackStartDate": _written(starts, "00:00:00"),
        "feedbackEndDate": _written(ends, "23:59:59"),
        "isCurrent": False,
    }


def _written(iso: str, otherwise: str) -> str:
    """`2026-09-09T12:00` as the service writes instants; a bare day gets the usual hour."""
    clock = f"{iso[11:16]}:00" if len(iso) > 10 else otherwise
    return f"{iso[:10].replace('-', '/')} {clock}"


def list_answer(initiatives: Sequence[Json], asked: Asked, now: Mapping[str, Any]) -> Json:
    """One page of the list, with the faults of the moment."""
    found = [] if now.get("empty") else [_row(one, now) for one in initiatives if _matches(one, asked, now)]
    size = max(1, min(asked.size, MOST_ON_A_PAGE))
    rows = found[asked.page * size : (asked.page + 1) * size]
    total = len(found) + (asked.page + 1 if now.get("moving_total") else 0)
    return {
        "initiativeResultDtoPage": {
            "content": rows[::2] if now.get("half") else rows,
            "totalElements": total,
            "totalPages": ceil(total / max(1, asked.size)),
            "number": asked.page,
            "size": size,
        }
    }


def _matches(initiative: Json, asked: Asked, now: Mapping[str, Any]) -> bool:
    if asked.feedback is None or now.get("no_filter"):
        return True
    return any(
        period["receivingFeedbackStatus"] == asked.feedback for period in initiative["currentStatuses"]
    )


def _row(initiative: Json, now: Mapping[str, Any]) -> Json:
    row = {name: value for name, value in initiative.items() if name != "dossierSummary"}
    if now.get("no_status"):
        return row | {"currentStatuses": None}
    if now.get("odd_dates"):
        odd = [period | {"feedbackEndDate": "to be confirmed"} for period in row["currentStatuses"]]
        return row | {"currentStatuses": odd}
    return row


def detail_answer(initiatives: Sequence[Json], number: str) -> Json | None:
    """The page of one initiative; None when there is none of that number."""
    found = next((one for one in initiatives if f"{one['id']:.0f}" == number), None)
    if found is None:
        return None
    names = ("reference", "shortTitle", "dossierSummary", "initiativeStatus", "foreseenActType", "topics")
    return {"id": int(number), "publications": []} | {name: found[name] for name in names}
