"""What can go wrong between a publisher and us.

ScraperError
├── SourceUnreachable    no usable answer: network, certificate, 5xx, 429, time-out
├── SourceBlocked        the publisher refuses us: 401, 403, robots
├── SourceChanged        an answer that we do not understand: layout, format, missing marker
└── HarvestRefused       every page was read, but the harvest as a whole is not sound

OddValue, a ValueError: one value of one call is not in a form that its reader knows
"""

from typing import Any

from texts import Message, MessageError


class ScraperError(MessageError):
    """A source could not be collected. `message` names the thing and the cause; `str()` gives it in Swedish."""


class SourceUnreachable(ScraperError):
    """No usable answer came."""


class SourceBlocked(ScraperError):
    """The publisher refuses us."""


class SourceChanged(ScraperError):
    """The answer is not in the form that the source's module knows."""


class HarvestRefused(ScraperError):
    """The harvest is empty, far smaller than is usual, or thin in its fields."""


class OddValue(MessageError, ValueError):
    """A value that its reader does not know; the call that holds it is left out, and the harvest goes on."""

    def __init__(self, text: str, **values: Any) -> None:
        super().__init__(Message(text=text, values=values))


def reason_of(failure: ValueError) -> Message | str:
    """Why a call is left out, in the reader's language where we wrote the sentence."""
    return failure.message if isinstance(failure, MessageError) else str(failure)
