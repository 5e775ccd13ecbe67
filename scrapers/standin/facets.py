"""The facet service: codes with labels and counts (`eu-portal.md` section 10)."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from scrapers.standin.codes import KIND_WORDS, PROGRAMMES, STATUS_WORDS
from scrapers.standin.index import Row
from scrapers.standin.shape import API_VERSION

NAMES = ("frameworkProgramme", "programmeDivision", "status", "type")
LABELS = {"frameworkProgramme": PROGRAMMES, "status": STATUS_WORDS, "type": KIND_WORDS}


def counted(rows: Iterable[Row]) -> dict[str, Any]:
    """Facets of rows, most frequent first; a code without a label is its own."""
    counts = {name: Counter() for name in NAMES}
    for row in rows:
        for name in NAMES:
            counts[name].update(str(value) for value in row.fields.get(name, ()))
    return {
        "apiVersion": API_VERSION,
        "facets": [{"name": name, "values": _values(name, counts[name])} for name in NAMES],
    }


def _values(name: str, counts: Counter) -> list[dict[str, Any]]:
    labels = LABELS.get(name, {})
    return [
        {
            "apiVersion": API_VERSION,
            "rawValue": code,
            "value": _damaged(labels.get(code, code)),
            "count": count,
        }
        for code, count in counts.most_common()
    ]


def _damaged(label: str) -> str:
    """As the service damages labels: plus signs become spaces, some signs stay percent-encoded."""
    return label.replace("+", " ").replace("&", "%26").replace("–", "%E2%80%93")
