"""A process is killed while it upgrades an older database: what is there is the old one or the new one (D-08)."""

import time
from multiprocessing import get_context
from pathlib import Path

from dice import dice
from old_databases import REVISIONS, database_of, revision_of

from storage.backup import problems
from storage.database import open_database

PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload(["storage.database"])
KILLS = 30
OLD = (REVISIONS[0], "0005", "0010", REVISIONS[-2])


def upgrade(path: Path, orders) -> None:
    orders.send("begins")
    open_database(f"sqlite:///{path}").dispose()


def kill_while_upgrading(path: Path, seconds: float) -> None:
    ours, theirs = PROCESSES.Pipe(duplex=False)
    child = PROCESSES.Process(target=upgrade, args=(path, theirs))
    child.start()
    theirs.close()
    with ours:
        assert ours.recv() == "begins"
        time.sleep(seconds)
        child.kill()
        child.join()


def test_d_08_a_kill_in_a_migration_leaves_the_old_database_or_the_new_one_and_a_copy_of_the_old(tmp_path):
    chance = dice()
    old = {revision: database_of(revision, tmp_path / f"{revision}.sqlite").read_bytes() for revision in OLD}
    calm = tmp_path / "calm.sqlite"
    calm.write_bytes(old["0001"])
    begun = time.monotonic()
    assert upgraded(calm)
    usual, ends = time.monotonic() - begun, []
    while len(ends) < KILLS or len(set(ends)) < 2:
        number = len(ends)
        revision = chance.choice(OLD)
        path = tmp_path / f"{number}-x.sqlite"
        path.write_bytes(old[revision])
        kill_while_upgrading(path, chance.uniform(0, 2 * usual))
        found, marks = revision_of(path)
        told = f"kill {number}, from {revision}"
        assert found in (revision, REVISIONS[-1]), told
        assert marks == 1, told
        assert problems(path) == (), told
        copy = path.with_name(f"{path.name}.before-{REVISIONS[-1]}")
        if found == REVISIONS[-1]:
            assert revision_of(copy) == (revision, 1), told
        ends.append(found == REVISIONS[-1])
        usual *= (
            0.9 if ends[-1] else 1.1
        )  # whatever the machine's pace, some kills come in time and some too late
        assert upgraded(path), told


def upgraded(path: Path) -> bool:
    """Whether a new start brings the database up to date with all that was in it."""
    open_database(f"sqlite:///{path}").dispose()
    return revision_of(path) == (REVISIONS[-1], 1)
