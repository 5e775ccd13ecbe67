"""Errors whose sentence is for people."""

import errno
from typing import Any, Self

from texts.catalogue import translate
from texts.message import N_, Message

CAUSES = {
    errno.ENOENT: N_("finns inte"),
    errno.EACCES: N_("åtkomst nekas"),
    errno.EPERM: N_("åtkomst nekas"),
    errno.EEXIST: N_("en fil med det namnet finns redan"),
    errno.ENOTDIR: N_("en fil står där en mapp väntades"),
    errno.EISDIR: N_("en mapp står där en fil väntades"),
    errno.ENOSPC: N_("disken är full"),
    errno.EROFS: N_("disken får bara läsas"),
    errno.ECONNREFUSED: N_("ingen svarar där"),
    errno.EADDRINUSE: N_("porten är upptagen"),
}


class MessageError(Exception):
    """Carries its sentence as a `Message`; `str()` gives it in Swedish, for logs and records."""

    def __init__(self, message: Message | str) -> None:
        super().__init__(message)
        self.message = message

    @classmethod
    def of(cls, text: str, /, **values: Any) -> Self:
        """The error whose sentence is this Swedish text, with what goes into its blanks."""
        return cls(Message(text=text, values=values))

    def __str__(self) -> str:
        return translate(self.message, "sv")


def cause_of(failure: OSError) -> Message | str:
    """What the operating system refused, in words; its own where we have none."""
    text = CAUSES.get(failure.errno or 0)
    return Message(text=text) if text else failure.strerror or str(failure)
