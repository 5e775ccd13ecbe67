"""A process that starts runs of the webhooks and lets them be killed: imports once, forks a run for each line it reads.

Arguments: database address, the receiver's address, lock file. For each line it prints the run's number, then how it
ended.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

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
    """Start a run for each line; no connection is shared with it."""
    engine = open_database(database)
    engine.dispose()
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            run_once(engine, url, lock)
            os._exit(0)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
