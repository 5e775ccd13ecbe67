"""Senders to be killed: what `test_notifier_kill.py` starts. Arguments: database, relay, lock file, people."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from forking import obey
from outbox import OWNER, TENANT, WEEK, a_town

from notifier.channel import channel_for
from pipeline.limiter import Limiter
from pipeline.sending import send
from profiles.model import Profile
from storage.database import open_database


def run_once(database: str, relay: str, lock: str, town: Profile) -> None:
    send(
        open_database(database),
        TENANT,
        town,
        channel_for(relay),
        week=WEEK,
        owner=OWNER,
        now_fn=lambda: datetime.now(UTC),
        limiter=Limiter(1_000_000),
        lock=Path(lock),
    )


def main(database: str, relay: str, lock: str, people: str) -> None:
    town = a_town(int(people))
    obey(lambda _order: run_once(database, relay, lock, town))


if __name__ == "__main__":
    main(*sys.argv[1:])
