"""An error whose sentence is for people."""

from texts.catalogue import translate
from texts.message import Message


class MessageError(Exception):
    """Carries its sentence as a `Message`; `str()` gives it in Swedish, for logs and records."""

    def __init__(self, message: Message | str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return translate(self.message, "sv")
