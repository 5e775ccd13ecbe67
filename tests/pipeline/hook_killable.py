"""Runs of the webhooks to be killed, for `test_pipeline_webhook_kill.py`. Arguments: database, receiver, lock."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from forking import obey
from sqlalchemy import Engine

from notifier.webhook import Target
from pipeline import hooks, webhooks
from storage.database import open_database

SECRET = "a-secret-of-the-tests"
TENANT, OWNER = "exempelstad", "test"


def targets(url: str) -> tuple[Target, Target]:
    """A channel that cannot tell what comes twice, and a system that can."""
    channel = Target(key="teams", url=f"{url}&to=teams", knows_repeats=False)
    return channel, Target(key="generic", url=f"{url}&to=generic", secret=SECRET)


def run_once(engine: Engine, url: str, lock: str) -> None:
    """One run, as the clock starts it."""
    webhooks.send(
        engine,
        TENANT,
        targets(url),
        owner=OWNER,
        now_fn=lambda: datetime.now(UTC),
        resolve=hooks.resolver({"127.0.0.1"}),
        lock=Path(lock),
    )


def main(database: str, url: str, lock: str) -> None:
    """Start a run for each order; no connection is shared with it."""
    engine = open_database(database)
    engine.dispose()
    obey(lambda _order: run_once(engine, url, lock))


if __name__ == "__main__":
    main(*sys.argv[1:])
