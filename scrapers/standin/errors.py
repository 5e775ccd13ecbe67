"""What can go wrong before the stand-in answers.

StandinError      the folder cannot be served
InvalidQuery      a query that the search service refuses
"""

from texts import MessageError


class StandinError(MessageError):
    """The folder cannot be served. The sentence names the folder or file and the cause."""


class InvalidQuery(Exception):
    """A query in a form that the search service does not take."""
