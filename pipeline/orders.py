"""The sources to collect, each with a fetcher of its own."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version

from pipeline.collect import Order
from pipeline.settings import Settings, SettingsError, source_options
from scrapers.fetch import Fetcher
from scrapers.sources import SOURCES
from texts import N_


@contextmanager
def orders_for(
    settings: Settings, keys: Sequence[str], *, may_be_smaller: bool = False
) -> Iterator[list[Order]]:
    """The sources to collect with their fetchers; all of them when none is named.

    Args:
        may_be_smaller: somebody knows that they have fewer calls now than they usually have.

    Raises:
        SettingsError: for an unknown source.
    """
    known = {source.key: source for source in SOURCES}
    for key in keys:
        if key not in known:
            raise SettingsError.of(
                N_("Källan {key} är okänd; väntade någon av {known}."), key=key, known=", ".join(known)
            )
    agent = f"Fondvakt/{version('fondvakt')} (+{settings.public_url})"
    found, fetchers = [], []
    for source in [known[key] for key in keys] or SOURCES:
        options = source_options(source.key)
        fetchers.append(Fetcher(source, user_agent=agent, base_url=options.get("url")))
        found.append(Order(source=source, fetch=fetchers[-1], options=options, may_be_smaller=may_be_smaller))
    try:
        yield found
    finally:
        for fetcher in fetchers:
            fetcher.close()
