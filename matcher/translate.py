"""From a Swedish need to English concepts."""

from matcher.words import Concept


def translate(text: str) -> tuple[Concept, ...]:
    """The concepts that the vocabulary knows in a Swedish text, in the order they are spoken of."""
    return ()
