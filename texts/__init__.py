"""What a person reads: messages in Swedish, with English beside them."""

from texts.catalogue import LANGUAGES, catalogue, translate
from texts.message import Message, N_

__all__ = ["LANGUAGES", "Message", "N_", "catalogue", "translate"]
