"""A measured figure beside what was asked for."""

import os
from dataclasses import dataclass
from pathlib import Path

MIB = 2**20


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure.

    Attributes:
        limit: what an issue asks for at most, in the same unit; None for a part of a figure.
    """

    what: str
    value: float
    unit: str
    limit: float | None = None

    def line(self) -> str:
        """The figure on one line, with the limit and whether it was kept."""
        text = f"{self.what:<64} {self.value:>10.2f} {self.unit}"
        if self.limit is None:
            return text
        return f"{text}  (at most {self.limit:g}: {'kept' if self.value <= self.limit else 'NOT KEPT'})"


def shared_folder() -> Path | None:
    """The recorded data beside the repository; None where it is missing."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    return folder if folder.is_dir() else None


def tree_bytes(root: int) -> int:
    """Resident memory of a process and all its children now; Linux only."""
    total, waiting = 0, [root]
    while waiting:
        process = waiting.pop()
        try:
            fields = Path(f"/proc/{process}/statm").read_text().split()
            waiting += [int(child) for child in _children(process)]
        except OSError:
            continue
        total += int(fields[1]) * os.sysconf("SC_PAGE_SIZE")
    return total


def _children(process: int) -> list[str]:
    found: list[str] = []
    for thread in Path(f"/proc/{process}/task").iterdir():
        found += (thread / "children").read_text().split()
    return found
