"""What waits longer than a person would: engines whose writers do, and browsers."""

from typing import Any

from sqlalchemy import Engine, event

PATIENCE = 120_000  # milliseconds


def patient(engine: Engine) -> Engine:
    """The engine; its writers have two minutes for their turn.

    SQLite gives turns in no order, so that on a busy machine one of several writers may wait for long. A lock that two
    hold against each other is refused at once all the same.
    """
    if engine.dialect.name == "sqlite":
        event.listen(engine, "checkout", lambda raw, *_: raw.execute(f"PRAGMA busy_timeout = {PATIENCE}"))
    return engine


class PatientBrowser:
    """A browser whose pages wait two minutes for what must come; reached only when something never does."""

    def __init__(self, browser: Any) -> None:
        self._browser = browser

    def new_context(self, **options: Any) -> Any:
        """A context of its own, with that patience."""
        context = self._browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        return context

    def new_page(self, **options: Any) -> Any:
        """A page in a context of its own, which is closed with it."""
        page = self._browser.new_page(**options)
        page.set_default_timeout(PATIENCE)
        return page
