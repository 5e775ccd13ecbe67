"""A card for a channel in Teams: an Adaptive Card in the envelope that a Workflow takes."""

import re
from collections.abc import Sequence
from typing import Any

from notifier.headers import clean

# Marks that mean something anywhere, and those that only do at the start: hyphens in a code stay as they are.
_ANYWHERE = re.compile(r"([\\`*_{}\[\]<>~])")
_AT_START = re.compile(r"^(\d*|#*)([#+.)-])(?=\s)")


def card(title: str, lines: Sequence[str], *, link: str, words: str, language: str) -> dict[str, Any]:
    """The card; foreign words in it cannot become links.

    Args:
        words: what stands on the button that leads to `link`.
        language: of what is said, "sv" or "en", so that it is read aloud rightly.
    """
    texts = [{"type": "TextBlock", "text": plain(line), "wrap": True} for line in lines]
    heading = {"type": "TextBlock", "text": plain(title), "wrap": True, "weight": "Bolder", "size": "Medium"}
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "lang": language,
        "body": [heading, *texts],
        "actions": [{"type": "Action.OpenUrl", "title": words, "url": link}],
    }
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "contentUrl": None, "content": content}]}


def plain(text: str) -> str:
    """Words that a card shows as they are: the marks of its markdown are escaped."""
    return _AT_START.sub(r"\1\\\2", _ANYWHERE.sub(r"\\\1", clean(text)))
