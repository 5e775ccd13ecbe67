"""What a person reads: messages in Swedish, with English beside them."""

from texts.alphabet import alphabetical
from texts.catalogue import LANGUAGES, catalogue, day_in_words, translate
from texts.errors import MessageError, cause_of
from texts.message import N_, Message, Named

__all__ = [
    "LANGUAGES",
    "N_",
    "Message",
    "MessageError",
    "Named",
    "alphabetical",
    "catalogue",
    "cause_of",
    "day_in_words",
    "translate",
]
