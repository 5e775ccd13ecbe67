"""What can go wrong in the matcher.

MatcherError
├── ModelError        the embedding model is missing, damaged, refused or too large
├── EvaluationError   a file of judged matches is not what was expected
└── VocabularyError   the coordinator's own word list is not what was expected
"""

from texts import MessageError


class MatcherError(MessageError):
    """Something the matcher cannot work with. The sentence says what, where and what was expected."""


class ModelError(MatcherError):
    """The embedding model cannot be used; matching falls back to words."""


class EvaluationError(MatcherError):
    """A file of calls, needs or judgements cannot be read."""


class VocabularyError(MatcherError):
    """The coordinator's own word list cannot be used; says which line."""
