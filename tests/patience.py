"""Engines whose writers wait longer than a person would."""

from sqlalchemy import Engine, event


def patient(engine: Engine) -> Engine:
    """The engine; its writers have a minute for their turn.

    SQLite gives turns in no order, so that on a busy machine one of several writers may wait for long. A lock that two
    hold against each other is refused at once all the same.
    """
    if engine.dialect.name == "sqlite":
        event.listen(engine, "checkout", lambda raw, *_: raw.execute("PRAGMA busy_timeout = 60000"))
    return engine
