"""What can go wrong before the stand-in answers.

StandinError      the folder cannot be served
InvalidQuery      a query that the search service refuses
"""

from texts import Message, translate


class StandinError(Exception):
    """The folder cannot be served. The sentence names the folder or file and the cause.

    Attributes:
        message: the sentence, for a reader of either language; `str()` gives it in Swedish.
    """

    def __init__(self, message: Message) -> None:
        super().__init__(translate(message, "sv"))
        self.message = message


class InvalidQuery(Exception):
    """A query in a form that the search service does not take."""
