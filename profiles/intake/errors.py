"""What can be wrong with something that is brought in.

IntakeError             one sentence for whoever brought it
    DocumentRefused     a document that is not read: kind, size, encrypted, pictures only, damaged
    SheetRefused        a sheet that is not read at all; faults of single cells are values, see `sheets.py`

Unread                  within the child process that reads a document: one of the reasons of `documents.py`
"""

from typing import Any

from texts import MessageError


class IntakeError(MessageError):
    """Something brought in cannot be used."""


class DocumentRefused(IntakeError):
    """A document that is not read."""


class SheetRefused(IntakeError):
    """A sheet that is not read."""


class Unread(Exception):
    """A document cannot be read: one of `documents.REASONS`, with what its sentence needs."""

    def __init__(self, reason: str, **values: Any) -> None:
        super().__init__(reason)
        self.reason, self.values = reason, values
