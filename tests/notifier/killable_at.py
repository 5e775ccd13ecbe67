"""A process whose forked senders die at a named point: imports once, then obeys one JSON order a line.

An order is {"database", "relay", "people", "point"}; the answer is the child's exit code. A point in the relay is the
relay's to kill at, so for those the child's number comes first, and the child waits until the relay knows it.
"""

import json
import os
import signal
import sys
from datetime import UTC, datetime

from outbox import OWNER, TENANT, WEEK, a_town
from sqlalchemy import event

from notifier.channel import channel_for
from pipeline.limiter import Limiter
from pipeline.sending import send
from storage.database import open_database

# What the transactions of a run with one letter are, in order.
TRANSACTIONS = ("recover", "remember", "claim", "mark", "record")


def die() -> None:
    """As a power cut does it: no handler, no rollback, no goodbye."""
    os.kill(os.getpid(), signal.SIGKILL)


class Points:
    """Counts the transactions of a run and dies at the point that was asked for."""

    def __init__(self, engine, point: str) -> None:
        self.point, self.number = point, -1
        event.listen(engine, "begin", self._begun)
        event.listen(engine, "commit", self._to_be_committed)
        event.listen(engine, "checkin", self._committed)

    def reached(self, moment: str) -> None:
        """Die if this is the point."""
        name = TRANSACTIONS[self.number] if 0 <= self.number < len(TRANSACTIONS) else "later"
        if self.point == f"{name} {moment}":
            die()

    def _begun(self, _conn) -> None:
        self.number += 1
        self.reached("begun")

    def _to_be_committed(self, _conn) -> None:
        self.reached("written")

    def _committed(self, *_) -> None:
        self.reached("committed")


def limiter_at(point: str) -> Limiter:
    """A limiter that never waits, and where one can die while waiting."""

    class Waiting(Limiter):
        def wait(self) -> None:
            if point == "waiting for its turn":
                die()
            super().wait()

    return Waiting(1_000_000)


def run_once(order: dict) -> None:
    """One run of sending, as the service does it."""
    engine = open_database(order["database"])
    Points(engine, order["point"])
    send(
        engine,
        TENANT,
        a_town(order["people"]),
        channel_for(order["relay"]),
        week=WEEK,
        owner=OWNER,
        now_fn=lambda: datetime.now(UTC),
        limiter=limiter_at(order["point"]),
    )


def main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.read(reader, 1)
            run_once(order)
            os._exit(0)
        print(child, flush=True)
        os.write(writer, b"g")
        os.close(reader)
        os.close(writer)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
