"""A process that saves harvests is killed at random moments: what is there is whole."""

import shutil
import time
from contextlib import suppress
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from dice import dice
from sqlalchemy import func, select

from builders import NOW, a_scraped_call
from calls.changes import differences
from storage import calls
from storage.backup import problems
from storage.database import open_database, reading, writing
from storage.tables import call, call_source, call_version

PROCESSES = get_context("forkserver")  # each child starts at once, from a server that has imported everything
PROCESSES.set_forkserver_preload(["builders", "storage.calls", "storage.backup"])
KILLS = 30
CALLS = 20


def save_for_ever(url: str, number: int, confirmed: Connection) -> None:
    """Save harvest after harvest, each with its number as every call's budget, and say when it is confirmed."""
    engine = open_database(url)
    confirmed.send(number)
    while True:
        number += 1
        harvest = [a_scraped_call(reference=str(n), identifier=str(n), budget=number) for n in range(CALLS)]
        with writing(engine) as conn:
            at = NOW + timedelta(seconds=number)
            calls.save_harvest(conn, "t", "eu-portal", harvest, {"eu-portal": 0}, at)
        confirmed.send(number)


def killed_after(harvests: int, seconds: float, url: str, start: int) -> int:
    """Let a child save so many harvests, kill it so many seconds later, and give the last number that it confirmed."""
    receiver, sender = PROCESSES.Pipe(duplex=False)
    child = PROCESSES.Process(target=save_for_ever, args=(url, start, sender))
    child.start()
    sender.close()
    for _ in range(1 + harvests):
        number = receiver.recv()
    time.sleep(seconds)
    child.kill()
    child.join()
    with receiver, suppress(EOFError):
        while True:
            number = receiver.recv()
    return number


def saved_number(url: str) -> int:
    """The number of the last harvest that is stored; every call must be whole and of that harvest."""
    engine = open_database(url)
    with reading(engine) as conn:
        found = calls.find(conn, "t")
        numbers = {stored.budget for stored in found}
        assert len(numbers) <= 1, "half a harvest"
        assert len(found) in (0, CALLS)
        for stored in found:
            history = calls.versions(conn, "t", stored.id)
            assert [version.version for version in history] == list(range(1, stored.version + 1))
            assert differences(history[-1].facts, stored) == ()
            assert len(stored.sources) == 1
        rows = [conn.execute(select(func.count()).select_from(t)).scalar() for t in (call, call_source)]
        versions = conn.execute(select(func.count()).select_from(call_version)).scalar()
    engine.dispose()
    assert rows == [len(found)] * 2
    assert versions == sum(stored.version for stored in found)
    return numbers.pop() if numbers else 0


def test_no_kill_leaves_half_a_harvest_or_loses_a_confirmed_one_E1_D_03(tmp_path, empty_sqlite):
    chance = dice()
    path = Path(shutil.copy(empty_sqlite, tmp_path / "x.sqlite"))
    url, number = f"sqlite:///{path}", 0
    for kill in range(KILLS):
        confirmed = killed_after(kill % 3, chance.uniform(0, 0.04), url, number)
        number = saved_number(url)
        assert number in (confirmed, confirmed + 1), f"kill {kill}"
        assert problems(path) == (), f"kill {kill}"
