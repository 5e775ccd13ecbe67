"""The sentences of a call or a need, as people would quote them."""

import re

SENTENCE_END = re.compile(
    r"(?<=[.!?…])(?<!\bt\.ex\.)(?<!\bbl\.a\.)(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bno\.)(?<!\bArt\.)(?<!\bnr\.)"
    r"\s+(?=[\"'“”(]?[A-ZÅÄÖÉ0-9])|\n+|(?<=;)\s*(?=[a-zA-ZåäöÅÄÖ])"
    # Lists that have lost their line breaks: "expected outcomes:farmers have", "lower costsFaster transition".
    r"|(?<=[a-z]{3}:)(?=[A-Za-z])|(?<=[a-z]{4})(?=[A-Z][a-z]{2,}\s)|(?<=[A-Za-z]{2}[.)])(?=[A-Z][a-z]+\s)"
)
MIN_SENTENCE, MAX_SENTENCE = 25, 400
FOOTNOTE = re.compile(r"\[\d+\]")


def sentences(text: str) -> list[str]:
    """The sentences of a Swedish or English text, those that are long enough to say something."""
    found = (" ".join(part.split()) for part in SENTENCE_END.split(FOOTNOTE.sub("", text)))
    return [shortened(part, MAX_SENTENCE) for part in found if len(part) >= MIN_SENTENCE]


def shortened(text: str, most: int) -> str:
    """At most so many characters of whole words, and a mark where something is left out."""
    if len(text) <= most:
        return text
    return text[: most - 2].rpartition(" ")[0] + " …"
