"""What can go wrong with a letter.

NotifierError
├── UnsafeMessage          the bytes do not say what was intended; this letter alone is refused
├── UnusableAddress        no mail server could understand the address
├── BadLink                a token that we did not make, or that was altered
└── DeliveryError          the letter was not, or perhaps not, handed over
    ├── TemporaryRefusal   try again later
    │   └── RelayAway      nobody answers, or nobody has time: the run pauses
    ├── PermanentRefusal   the address or the letter will never be taken
    ├── HeldByUs           our fault, not the reader's: held until somebody has looked
    │   └── RelayRefusesUs no letter of this run can leave: login, certificate, encryption
    └── Uncertain          the server may have taken it: never sent again by itself
"""

from datetime import timedelta

from texts import Message, MessageError


class NotifierError(MessageError):
    """A letter could not be made or delivered."""


class UnsafeMessage(NotifierError):
    """Read back, the message is not what was intended (`reliability.md` C2)."""


class UnusableAddress(NotifierError):
    """An address that cannot be written in a header or given to a mail server."""


class BadLink(NotifierError):
    """A token that we did not make for this purpose, or that was altered."""


class OldLink(BadLink):
    """A token that we made, longer ago than it is good for."""


class DeliveryError(NotifierError):
    """A letter was not handed over.

    Attributes:
        permanent: trying again cannot help.
        held: nobody but the operator can help.
        uncertain: it may have been handed over after all.
        ends_run: the letters after it would meet the same.
        retry_after: the delay that the server asked for; None when it did not.
        answer: what the server said to the reader's address; None when it said nothing of it.
    """

    permanent = False
    held = False
    uncertain = False
    ends_run = False

    def __init__(
        self, message: Message, *, retry_after: timedelta | None = None, answer: str | None = None
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.answer = answer


class TemporaryRefusal(DeliveryError):
    """The server asks for another try."""


class RelayAway(TemporaryRefusal):
    """The server cannot be reached or closes the door for now."""

    ends_run = True


class PermanentRefusal(DeliveryError):
    """This letter will never be taken for this address."""

    permanent = True


class HeldByUs(DeliveryError):
    """The refusal is about the sender or the content, never about the reader."""

    held = True


class RelayRefusesUs(HeldByUs):
    """Login, certificate or encryption: no letter can leave before somebody has looked."""

    ends_run = True


class Uncertain(DeliveryError):
    """The letter was handed over, but no answer says whether it was taken (`reliability.md` M8)."""

    uncertain = True
