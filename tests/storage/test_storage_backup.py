"""Backup under load, and restore that refuses what would do harm."""

import itertools
import os
import shutil
import sqlite3
import threading
from pathlib import Path

import pytest
from patience import patient
from sqlalchemy import create_engine, text

from builders import NOW, a_scraped_call
from notifier.model import Letter, LetterState
from storage import calls, letters
from storage.backup import backup, problems, restore
from storage.database import open_database, reading, writing
from storage.errors import BackupRefused, DatabaseTooNew, DatabaseUnusable
from storage.upgrade import VERSION_TABLE

WRITERS = 4
COPIES = int(os.environ.get("FONDVAKT_TEST_BACKUPS", "10"))


@pytest.fixture
def path(tmp_path: Path, empty_sqlite: Path) -> Path:
    """A database with one call and one letter that waits."""
    made = Path(shutil.copy(empty_sqlite, tmp_path / "x.sqlite"))
    letter = Letter(
        person="a", week="2026-W35", to="a@x.example", subject="s", message_id="<1@x>", content=b"", calls=()
    )
    engine = open_database(address(made))
    with writing(engine) as conn:
        calls.save_harvest(conn, "t", "eu-portal", [a_scraped_call()], {"eu-portal": 0}, NOW)
        letters.add(conn, "t", letter, "2026-W35", NOW)
    engine.dispose()
    return made


def address(path: Path) -> str:
    return f"sqlite:///{path}"


def titles(path: Path) -> list[str]:
    engine = open_database(address(path))
    with reading(engine) as conn:
        found = [call.title for call in calls.find(conn, "t")]
    engine.dispose()
    return found


def retitle(path: Path, title: str) -> None:
    engine = open_database(address(path))
    with writing(engine) as conn:
        changed = [a_scraped_call(title=title)]
        calls.save_harvest(conn, "t", "eu-portal", changed, {"eu-portal": 0}, NOW)
    engine.dispose()


def test_a_restored_backup_is_as_it_was_with_sending_held_B7(path: Path, tmp_path: Path):
    kept = backup(address(path), tmp_path / "kept.sqlite")
    retitle(path, "Later")
    done = restore(kept, address(path), NOW)
    assert titles(path) == ["Town-Twinning"]
    assert done.held == 1
    assert titles(done.previous) == ["Later"]
    engine = open_database(address(path))
    with reading(engine) as conn:
        assert [letter.state for letter in letters.find(conn, "t")] == [LetterState.HELD]
    engine.dispose()
    assert not [name for name in tmp_path.iterdir() if name.name.startswith(".")]


def test_a_backup_is_whole_while_others_write_D_09(path: Path, tmp_path: Path):
    engine, stop, numbers = patient(open_database(address(path))), threading.Event(), itertools.count()

    def write() -> None:
        while not stop.is_set():
            with writing(engine) as conn:
                changed = [a_scraped_call(title=f"{next(numbers)}")]
                calls.save_harvest(conn, "t", "eu-portal", changed, {"eu-portal": 0}, NOW)

    writers = [threading.Thread(target=write) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        copies = [backup(engine, tmp_path / f"{number}.sqlite") for number in range(COPIES)]
    finally:
        stop.set()
        for writer in writers:
            writer.join()
        engine.dispose()
    for copy in copies:
        assert problems(copy) == ()
        with sqlite3.connect(copy) as conn:
            (version,), (rows,) = (
                conn.execute(question).fetchone()
                for question in ("SELECT version FROM call", "SELECT count(*) FROM call_version")
            )
        conn.close()
        assert version == rows


def test_an_older_backup_stays_when_the_new_one_fails_D_11(path: Path, tmp_path: Path):
    kept = backup(address(path), tmp_path / "kept.sqlite")
    before = kept.read_bytes()
    path.write_bytes(b"SQLite format 3\x00" + b"\xaa" * 9000)
    with pytest.raises(BackupRefused, match="kunde inte skrivas"):
        backup(address(path), kept)
    assert kept.read_bytes() == before


def test_a_backup_into_a_folder_that_is_missing_is_one_sentence_D_11(path: Path, tmp_path: Path):
    with pytest.raises(BackupRefused, match="kunde inte skrivas"):
        backup(address(path), tmp_path / "missing" / "kept.sqlite")


def test_a_backup_over_the_database_itself_is_refused(path: Path):
    with pytest.raises(BackupRefused, match="över själva databasen"):
        backup(address(path), path)


def test_postgresql_is_left_to_its_own_tools(tmp_path: Path):
    url = "postgresql://user@host/name"
    for refused in (lambda: backup(url, tmp_path / "x"), lambda: restore(tmp_path / "x", url, NOW)):
        with pytest.raises(BackupRefused, match="pg_dump"):
            refused()


def test_restore_is_refused_while_the_service_runs_D_10(path: Path, tmp_path: Path):
    kept = backup(address(path), tmp_path / "kept.sqlite")
    service = open_database(address(path))
    with reading(service) as conn:
        conn.execute(text("SELECT 1 FROM call"))
    before = path.read_bytes()
    with pytest.raises(BackupRefused, match="stoppa Fondvakt"):
        restore(kept, address(path), NOW)
    service.dispose()
    assert path.read_bytes()[:100] == before[:100]
    assert restore(kept, address(path), NOW).held == 1


def test_old_side_files_do_not_reach_into_the_restored_database_D_10(path: Path, tmp_path: Path):
    kept = backup(address(path), tmp_path / "kept.sqlite")
    retitle(path, "Later")
    stale = sqlite3.connect(path)
    stale.execute("PRAGMA wal_autocheckpoint = 0")
    stale.execute("UPDATE call SET title = 'in the log only'")
    stale.commit()
    side = path.with_name("x.sqlite-wal").read_bytes()
    stale.close()
    path.unlink()
    path.with_name("x.sqlite-wal").write_bytes(side)
    assert restore(kept, address(path), NOW).previous is None
    assert titles(path) == ["Town-Twinning"]


def test_a_damaged_database_is_replaced_and_kept(path: Path, tmp_path: Path):
    kept = backup(address(path), tmp_path / "kept.sqlite")
    path.write_bytes(b"\xff" * 9000)
    done = restore(kept, address(path), NOW)
    assert titles(path) == ["Town-Twinning"]
    assert done.previous.read_bytes() == b"\xff" * 9000


@pytest.mark.parametrize("damage", ["cut", "inside", "beginning", "empty", "missing"])
def test_a_damaged_backup_is_refused_before_anything_is_touched_D_10(path: Path, tmp_path: Path, damage):
    kept = backup(address(path), tmp_path / "kept.sqlite")
    content = bytearray(kept.read_bytes())
    match damage:
        case "cut":
            content = content[: len(content) // 2]
        case "inside":
            content[4096 : 4096 * 8] = b"\xaa" * (4096 * 7)
        case "beginning":
            content[:16] = b"\0" * 16
        case "empty":
            content = b""
    kept.write_bytes(content)
    if damage == "missing":
        kept.unlink()
    before = path.read_bytes()
    with pytest.raises(BackupRefused):
        restore(kept, address(path), NOW)
    assert path.read_bytes() == before


def test_a_backup_whose_references_lead_nowhere_is_refused_by_their_tables_D_10(path: Path, tmp_path: Path):
    kept = backup(address(path), tmp_path / "kept.sqlite")
    with sqlite3.connect(kept) as conn:
        conn.execute("DELETE FROM call")
    conn.close()
    with pytest.raises(BackupRefused, match=r"skadad: .+ -> call"):
        restore(kept, address(path), NOW)


def test_a_backup_of_a_newer_program_or_another_one_is_refused_D_10(path: Path, tmp_path: Path):
    kept = backup(address(path), tmp_path / "kept.sqlite")
    engine = create_engine(address(kept))
    with engine.begin() as conn:
        conn.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(DatabaseTooNew, match=r"kept\.sqlite är nyare"):
        restore(kept, address(path), NOW)
    with engine.begin() as conn:
        conn.execute(text(f"DROP TABLE {VERSION_TABLE}"))
    engine.dispose()
    with pytest.raises(DatabaseUnusable, match="annat program"):
        restore(kept, address(path), NOW)
    assert titles(path) == ["Town-Twinning"]
