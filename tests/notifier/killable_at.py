"""Senders that die at a named point: what `test_notifier_points.py` starts.

An order is {"database", "relay", "people", "point"}. A point in the relay is the relay's to kill at.
"""

import os
import signal
import sys
from datetime import UTC, datetime

from forking import obey
from outbox import OWNER, TENANT, WEEK, a_town
from sqlalchemy import event

from notifier.channel import channel_for
from pipeline.limiter import Limiter
from pipeline.sending import send
from storage.database import open_database

SENDING = os.path.join("pipeline", "sending.py")
# The functions of `pipeline/sending.py` that write or read, and what their transactions are called here.
TRANSACTIONS = {
    "recover": "recover",
    "_remember_recent": "remember",
    "_claim": "claim",
    "_mark_data_started": "mark",
    "_record": "record",
}


def die() -> None:
    """As a power cut does it: no handler, no rollback, no goodbye."""
    os.kill(os.getpid(), signal.SIGKILL)


class Points:
    """Watches the transactions of a run and dies at the point that was asked for."""

    def __init__(self, engine, point: str) -> None:
        self.point = point
        for name, moment in (("begin", "begun"), ("commit", "written"), ("checkin", "committed")):
            event.listen(engine, name, lambda *_, moment=moment: self.reached(moment))

    def reached(self, moment: str) -> None:
        """Die if this is the point."""
        if self.point == f"{whose()} {moment}":
            die()


def whose() -> str:
    """Which step of sending the present transaction belongs to; "other" for one that no letter hangs on."""
    frame = sys._getframe()
    while frame is not None:
        name = TRANSACTIONS.get(frame.f_code.co_name)
        if name is not None and frame.f_code.co_filename.endswith(SENDING):
            return name
        frame = frame.f_back
    return "other"


def limiter_at(point: str) -> Limiter:
    """A limiter that never waits, and where one can die while waiting."""

    class Waiting(Limiter):
        def wait(self, stopping=lambda: False) -> bool:
            if point == "waiting for its turn":
                die()
            return super().wait(stopping)

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


if __name__ == "__main__":
    obey(run_once)
