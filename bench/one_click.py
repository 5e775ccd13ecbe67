"""One click in a mail program: how long the POST of RFC 8058 takes, the first time and again (C4)."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from bench.figures import Figure
from notifier.links import Links
from profiles.load import load_profile, preset_path
from storage import profiles, subscriptions
from storage.database import open_database, reading, writing

TENANT = "default"
KEY = "a key of measurements and nothing else"  # the one of `bench/pages_server.py`
TIMES = 20
MILLISECONDS_ASKED = 300
BODY = b"List-Unsubscribe=One-Click"


def measure() -> Iterator[Figure]:
    """The slowest of many, and whether each of them counted."""
    profile = load_profile(preset_path("exempelstad"))
    people = [person.key for person in profile.people if person.units]
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{Path(folder) / 'fondvakt.sqlite'}"
        engine = open_database(database)
        with writing(engine) as conn:
            document = preset_path("exempelstad").read_text(encoding="utf-8")
            profiles.save(conn, TENANT, profile.key, document, "bench", datetime.now(UTC))
        with _serving(database) as port:
            first = [_click(port, person) for person in people]
            again = [_click(port, people[turn % len(people)]) for turn in range(TIMES)]
        with reading(engine) as conn:
            missed = len(set(people) - subscriptions.stopped(conn, TENANT, datetime.now(UTC)))
        engine.dispose()
    yield Figure(what="one click, the slowest", value=max(first), unit="ms", limit=MILLISECONDS_ASKED)
    yield Figure(what="one click, again, the slowest", value=max(again), unit="ms", limit=MILLISECONDS_ASKED)
    yield Figure(what="one click, readers who still get letters", value=missed, unit="", limit=0)


def _click(port: int, person: str) -> float:
    """Milliseconds to the whole answer, over a connection of its own and without a cookie."""
    path = urlsplit(Links("http://localhost", KEY, TENANT).unsubscribe(person)).path
    started = time.perf_counter()
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", path, BODY, {"Content-Type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"one click was answered with {answer.status}, expected 200")
    return (time.perf_counter() - started) * 1000


@contextmanager
def _serving(database: str) -> Iterator[int]:
    command = [sys.executable, "-m", "bench.pages_server", database]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        port = int(process.stdout.readline())
        time.sleep(1.0)  # it prints its port before it listens
        yield port
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


if __name__ == "__main__":
    for figure in measure():
        print(figure.line())
