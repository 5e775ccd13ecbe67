"""Letters as files: a folder that somebody's mail program, archive or reader picks them up from."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from notifier.errors import RelayRefusesUs
from notifier.model import Letter
from texts import N_

_PLAIN = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True)
class FolderChannel:
    """Writes each letter whole or not at all; the same letter again is the same file."""

    folder: Path

    def deliver(self, letter: Letter, *, before_data: Callable[[], None]) -> str:
        """Write the letter; gives the file's name.

        Raises:
            RelayRefusesUs: when the folder cannot be written to.
        """
        path = self.folder / file_name(letter)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            before_data()
            _write_whole(path, letter.content)
        except OSError as failure:
            text = N_("Brevet gick inte att skriva i mappen {folder}: {cause}")
            values = {"folder": str(self.folder), "cause": failure.strerror or str(failure)}
            raise RelayRefusesUs.of(text, **values) from failure
        return path.name

    def close(self) -> None:
        """Nothing to let go of."""


def file_name(letter: Letter) -> str:
    """Week, person and the start of the Message-ID; nothing in it can lead out of the folder (P-21)."""
    start = _PLAIN.sub("-", letter.message_id.strip("<>"))[:12]
    return f"{_PLAIN.sub('-', letter.week)}_{_PLAIN.sub('-', letter.person)[:80].lstrip('.')}_{start}.eml"


def _write_whole(path: Path, content: bytes) -> None:
    aside = path.with_name(f".{path.name}.part")
    with open(aside, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(aside, path)
