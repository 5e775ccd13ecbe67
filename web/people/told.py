"""What is kept about a person, as a file for them: JSON for programs, plain text for eyes (GDPR 15 and 20)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from storage.persons import Person

Found = Mapping[str, Sequence[Mapping[str, Any]]]


def as_json(person: Person, found: Found) -> str:
    """Everything, table by table."""
    document = {"key": person.key, "names": sorted(person.names), "addresses": sorted(person.addresses)}
    return json.dumps(document | {"kept": found}, ensure_ascii=False, indent=2, default=_text)


def as_text(person: Person, found: Found) -> str:
    """The same, to be read."""
    lines = [person.key, ", ".join(sorted(person.names)), ", ".join(sorted(person.addresses)), ""]
    for table, rows in found.items():
        lines += [f"== {table} ({len(rows)})", ""]
        for row in rows:
            lines += [f"{name}: {_text(value)}" for name, value in row.items() if value not in (None, "", [])]
            lines.append("")
    return "\n".join(lines)


def _text(value: Any) -> str:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=_text)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
