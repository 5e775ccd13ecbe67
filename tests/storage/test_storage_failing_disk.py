"""A disk that is full or dying: nothing is half-written, the sentence says so, and all is well when it recovers."""

import shutil
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import pytest
from failing_disk import can_fail, dying_disk, full_disk
from old_databases import REVISIONS, database_of, revision_of

from builders import NOW, a_match, a_scraped_call
from matcher.model import Decision, Verdict
from storage import calls, matches
from storage.backup import backup, problems
from storage.database import open_database, reading, sqlite_engine, writing
from storage.errors import StorageError

PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload(["builders", "storage.backup", "storage.calls"])
pytestmark = pytest.mark.skipif(not can_fail, reason="needs seccomp on Linux, x86-64 or ARM64")


def harvest(path: Path) -> None:
    """Save calls enough to need room."""
    with writing(sqlite_engine(path)) as conn:
        save(conn, range(200))


def save(conn, numbers) -> None:
    found = [a_scraped_call(reference=f"{n}x", identifier=f"X-{n}", title=f"Call {n}" * 20) for n in numbers]
    calls.save_harvest(conn, "t", "eu-portal", found, {"eu-portal": 0}, NOW)


def decide(path: Path) -> None:
    with writing(sqlite_engine(path)) as conn:
        (stored,) = matches.find(conn, "t")
        decision = Decision(verdict=Verdict.ACCEPT, by="anna", at=NOW)
        matches.decide(conn, "t", stored.id, decision)


def migrate(path: Path) -> None:
    open_database(f"sqlite:///{path}").dispose()


def copy(path: Path) -> None:
    backup(f"sqlite:///{path}", path.with_name("kept.sqlite"))


def do(fail: Callable[[], None], work: Callable[[Path], None], path: Path, told) -> None:
    """A process that has the database open: the disk fails, then the work is tried; what was said is told."""
    service = sqlite_engine(path)
    if work is not migrate:
        with reading(service) as conn:
            assert calls.find(conn, "t")
    fail()
    try:
        work(path)
    except StorageError as failure:
        told.send(str(failure))
    else:
        told.send("done")


def said(fail: Callable[[], None], work: Callable[[Path], None], path: Path) -> str:
    ours, theirs = PROCESSES.Pipe(duplex=False)
    child = PROCESSES.Process(target=do, args=(fail, work, path, theirs))
    child.start()
    theirs.close()
    with ours:
        try:
            return ours.recv()
        finally:
            child.join()


@pytest.fixture
def path(tmp_path: Path, empty_sqlite: Path) -> Path:
    """A database with one call and one proposal, and an older backup beside it."""
    made = Path(shutil.copy(empty_sqlite, tmp_path / "x.sqlite"))
    engine = open_database(f"sqlite:///{made}")
    with writing(engine) as conn:
        save(conn, [0])
        (call,) = calls.find(conn, "t")
        matches.propose(conn, "t", [a_match(call_id=call.id)], 1, NOW)
    engine.dispose()
    backup(f"sqlite:///{made}", tmp_path / "kept.sqlite")
    return made


def content(path: Path) -> tuple:
    """What a reader sees: calls and states of proposals."""
    engine = open_database(f"sqlite:///{path}")
    with reading(engine) as conn:
        found = (
            len(calls.find(conn, "t")),
            [one.state.value for one in matches.find(conn, "t")],
        )
    engine.dispose()
    assert problems(path) == ()
    return found


WORK = [
    pytest.param(harvest, id="D-04 a harvest"),
    pytest.param(decide, id="D-04 a decision"),
    pytest.param(copy, id="D-04 D-11 a backup"),
]


@pytest.mark.parametrize("work", WORK)
def test_on_a_full_disk_nothing_is_half_written_and_it_goes_on_when_there_is_room(work, path):
    before, kept = content(path), path.with_name("kept.sqlite").read_bytes()
    assert "full" in said(full_disk, work, path)
    assert content(path) == before
    assert path.with_name("kept.sqlite").read_bytes() == kept
    assert not [name for name in path.parent.iterdir() if name.name.startswith(".")], "nothing is left lying"
    assert said(no_fault, work, path) == "done"


def no_fault() -> None:
    """The disk is well again."""


@pytest.mark.parametrize("work", WORK[:2])
def test_d_05_what_cannot_be_made_sure_of_is_not_confirmed_and_a_new_start_finds_all_that_was(work, path):
    before = content(path)
    assert "kan inte öppnas: disk I/O error" in said(dying_disk, work, path)
    after = content(path)
    assert after[0] in (before[0], 200), "all of the harvest or nothing of it"
    assert said(no_fault, work, path) == "done"


def test_d_04_a_migration_on_a_full_disk_leaves_the_old_database_as_it_was(tmp_path):
    path = database_of("0005", tmp_path / "x.sqlite")
    assert "kan inte öppnas: disk I/O error" in said(full_disk, migrate, path)
    assert revision_of(path) == ("0005", 1)
    assert said(no_fault, migrate, path) == "done"
    assert revision_of(path) == (REVISIONS[-1], 1)
