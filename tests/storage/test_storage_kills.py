"""A process that saves harvests and decides between them is killed at random moments: what is there is whole."""

import os
import shutil
import time
from contextlib import suppress
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from dice import dice
from sqlalchemy import func, select

from builders import NOW, a_match, a_scraped_call
from calls.changes import differences
from matcher.model import Decision, Verdict
from storage import audit, calls, matches
from storage.backup import problems
from storage.database import open_database, reading, writing
from storage.tables import call, call_source, call_version

PROCESSES = get_context("forkserver")  # each child starts at once, from a server that has imported everything
PROCESSES.set_forkserver_preload(["builders", "storage.calls", "storage.matches", "storage.backup"])
KILLS = int(os.environ.get("FONDVAKT_TEST_STORAGE_KILLS", "30"))
CALLS = 20


def work_for_ever(url: str, number: int, confirmed: Connection) -> None:
    """A harvest, a decision, a harvest, each with a number of its own, and a word when it is confirmed."""
    engine = open_database(url)
    confirmed.send(number)
    while True:
        number += 1
        with writing(engine) as conn:
            decide(conn, number) if number % 2 == 0 else harvest(conn, number)
        confirmed.send(number)


def harvest(conn, number: int) -> None:
    """The number stands as every call's budget."""
    made = [a_scraped_call(reference=str(n), identifier=str(n), budget=number) for n in range(CALLS)]
    calls.save_harvest(conn, "t", "eu-portal", made, {"eu-portal": 0}, NOW + timedelta(seconds=number))


def decide(conn, number: int) -> None:
    """The number stands as the decision's note."""
    if not matches.find(conn, "t"):
        matches.propose(conn, "t", [a_match()], 1, NOW)
    (one,) = matches.find(conn, "t")
    said = Decision(verdict=Verdict.REJECT, by="p", at=NOW + timedelta(seconds=number), note=str(number))
    matches.decide(conn, "t", one.id, said)


def killed_after(steps: int, seconds: float, url: str, start: int) -> int:
    """Let a child take so many steps, kill it so many seconds later, and give the last number that it confirmed."""
    receiver, sender = PROCESSES.Pipe(duplex=False)
    child = PROCESSES.Process(target=work_for_ever, args=(url, start, sender))
    child.start()
    sender.close()
    for _ in range(1 + steps):
        number = receiver.recv()
    time.sleep(seconds)
    child.kill()
    child.join()
    with receiver, suppress(EOFError):
        while True:
            number = receiver.recv()
    return number


def saved_number(url: str) -> int:
    """The number of the last step that is stored; every call must be whole and of the last harvest."""
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
        decided = decisions_kept(conn)
    engine.dispose()
    assert rows == [len(found)] * 2
    assert versions == sum(stored.version for stored in found)
    return max(numbers | decided, default=0)


def decisions_kept(conn) -> set[int]:
    """The numbers of all decisions: every second one, each with its event in an unbroken history."""
    of_match = [matches.history(conn, "t", one.id) for one in matches.find(conn, "t")]
    numbers = [int(said.note) for said in next(iter(of_match), [])]
    assert numbers == list(range(2, 2 * len(numbers) + 1, 2)), "a decision is missing"
    assert audit.count(conn, "t", kind="match") == len(numbers)
    assert audit.verify(conn, "t") == []
    return set(numbers)


def test_no_kill_leaves_half_a_harvest_or_loses_a_confirmed_one_or_a_decision_E1_D_03(tmp_path, empty_sqlite):
    chance = dice()
    path = Path(shutil.copy(empty_sqlite, tmp_path / "x.sqlite"))
    url, number = f"sqlite:///{path}", 0
    for kill in range(KILLS):
        confirmed = killed_after(kill % 3, chance.uniform(0, 0.04), url, number)
        number = saved_number(url)
        assert number in (confirmed, confirmed + 1), f"kill {kill}"
        assert problems(path) == (), f"kill {kill}"
    print(f"kills {KILLS}, steps kept {number}")
