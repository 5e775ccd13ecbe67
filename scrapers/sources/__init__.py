"""The sources, in the order in which they are collected. A new one is a module and a line here."""

from scrapers.source import Source
from scrapers.sources.eu_portal import EU_PORTAL
from scrapers.sources.euroaccess import EUROACCESS
from scrapers.sources.have_your_say import HAVE_YOUR_SAY

SOURCES: tuple[Source, ...] = (EU_PORTAL, EUROACCESS, HAVE_YOUR_SAY)


def source(key: str) -> Source:
    """The source with this key.

    Raises:
        KeyError: when there is none, naming those that there are.
    """
    for known in SOURCES:
        if known.key == key:
            return known
    raise KeyError(f"source {key!r}: expected one of {', '.join(known.key for known in SOURCES)}")
