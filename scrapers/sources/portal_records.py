"""One row of the portal's answer, and which rows are calls.

Every value of `metadata` is a list of strings in the recordings, but clients have seen bare values and numbers
(`eu-portal.md` §3); both are read. The same opportunity comes back several times (§6): legacy copies, stubs
without status and description, and the same document twice on a page.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from scrapers.errors import OddValue
from scrapers.markup import clean
from scrapers.values import json_in, portal_day
from texts import N_

TOPIC, PROSPECT, CASCADE = "1", "2", "8"
CURRENT_REFERENCE = re.compile(r"\d+(?:TOPICS|COMPETITIVE_CALL|PROSPECTS)[a-zA-Z]{2}")
OPEN_CODE = "31094502"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One result of the search: its own fields and the metadata."""

    reference: str
    fields: Mapping[str, Any]
    metadata: Mapping[str, Any]

    def texts(self, name: str) -> list[str]:
        """Every value of a metadata field as text; empty when the field is missing or empty."""
        return list(_texts(self.metadata.get(name)))

    def text(self, name: str) -> str | None:
        """The first value of a metadata field that is not blank; None when there is none."""
        return next((text for text in self.texts(name) if text.strip()), None)

    def json(self, name: str) -> Any:
        """The value of a field that holds JSON in a string, or the JSON itself; None when it is missing.

        Raises:
            ValueError: when the text is not JSON, as in answers that were cut.
        """
        value = self.metadata.get(name)
        if isinstance(value, list) and all(isinstance(part, str) for part in value):
            value = next((part for part in value if part.strip()), None)
        return json_in(value) if isinstance(value, str) else value

    @property
    def type(self) -> str | None:
        """The portal's type: "1" topic, "2" external action, "8" cascade call."""
        return self.text("type")

    @property
    def language(self) -> str:
        """The language of this copy, from the record, else from the end of its reference."""
        own = self.text("language") or _first_text(self.fields.get("language"))
        return (own or self.reference[-2:]).lower()

    @property
    def is_current(self) -> bool:
        """Is it a record of today's index, not a copy from the old one?

        Recordings without `DATASOURCE` are told apart by the form of the reference.
        """
        source = self.text("DATASOURCE") or self.text("datasource")
        if source is not None:
            return source.strip() == "SEDIA"
        return CURRENT_REFERENCE.fullmatch(self.reference) is not None

    @property
    def is_stub(self) -> bool:
        """Neither a status nor a description: nothing that a call could be made of."""
        return self.text("status") is None and self.text("descriptionByte") is None

    @property
    def ingested(self) -> str:
        """When the index took this copy in, as written; "" when it does not say."""
        return self.text("esDA_IngestDate") or ""


def row_of(result: Any, position: int) -> Row:
    """One result as a row.

    Raises:
        ValueError: when it has no reference or no metadata.
    """
    if not isinstance(result, Mapping) or not isinstance(result.get("metadata"), Mapping):
        raise OddValue(N_("rad {number} är ingen post med metadata"), number=position)
    metadata = result["metadata"]
    reference = _first_text(result.get("reference")) or _first_text(metadata.get("REFERENCE"))
    if not reference or not reference.strip():
        raise OddValue(N_("rad {number} saknar referens"), number=position)
    return Row(reference=clean(reference).strip(), fields=result, metadata=metadata)


def current_rows(rows: Iterable[Row], kind: str) -> list[Row]:
    """One row for each call: of the asked type, in English, the freshest and fullest of its copies.

    A legacy copy whose identifier has no current record is not a call, and neither is a stub.
    """
    best: dict[str, Row] = {}
    for row in rows:
        if row.type != kind or row.language != "en":
            continue
        key = identity(row, kind)
        if key not in best or _rank(row) > _rank(best[key]):
            best[key] = row
    return [row for row in best.values() if row.is_current and not (kind == TOPIC and row.is_stub)]


def identity(row: Row, kind: str) -> str:
    """What makes two rows the same call: the identifier of a topic, the reference of anything else (§6).

    Cascade calls carry their parent topic's identifier, up to 25 of them the same.
    """
    if kind != TOPIC:
        return row.reference
    return (row.text("identifier") or row.reference).strip().upper()


def harvest_day(rows: Iterable[Row]) -> date | None:
    """The day on which the index was read, as far as the rows tell; None when they do not.

    The newest day a record was taken in, else the newest opening of a call that says it is open. Sources read no
    clock, and what was recorded is judged as of its own day.
    """
    rows = list(rows)
    days = [day for row in rows if (day := _day(row.ingested))]
    days = days or [
        day
        for row in rows
        if row.is_current and OPEN_CODE in row.texts("status") and (day := _day(row.text("startDate") or ""))
    ]
    return max(days, default=None)


def _rank(row: Row) -> tuple[bool, int, str]:
    """Section 6's order: today's index; status, deadline and description; newest."""
    stated = sum(row.text(name) is not None for name in ("status", "deadlineDate", "descriptionByte"))
    return row.is_current, stated, row.ingested


def _day(words: str) -> date | None:
    try:
        return portal_day(words)
    except ValueError:
        return None


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, bool):
        yield str(value).lower()
    elif isinstance(value, int | float):
        yield str(value)
    elif isinstance(value, list):
        for part in value:
            if not isinstance(part, list):
                yield from _texts(part)


def _first_text(value: Any) -> str | None:
    return next(iter(_texts(value)), None)
