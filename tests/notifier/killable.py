"""A process that starts senders and lets them be killed: imports once, forks a sender for each line it reads.

Arguments: database address, relay address, lock file. For each line it prints the sender's number, then how it
ended.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

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
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            run_once(database, relay, lock, town)
            os._exit(0)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
