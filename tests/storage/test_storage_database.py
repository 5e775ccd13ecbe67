"""Opening a database, and who may write when."""

import os
import shutil
import sqlite3
import threading
from contextlib import suppress
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from patience import patient
from sqlalchemy import Engine, insert, inspect, select, text, update

from builders import NOW
from storage import slots, upgrade
from storage.database import open_database, reading, writing
from storage.errors import DatabaseBusy, DatabaseFull, DatabaseTooNew, DatabaseUnusable
from storage.tables import metadata, slot


def address(path: Path) -> str:
    return f"sqlite:///{path}"


def test_the_migrations_make_the_tables_that_the_code_describes(engine: Engine):
    with reading(engine) as conn:
        context = MigrationContext.configure(
            conn, opts={"version_table": upgrade.VERSION_TABLE, "compare_type": True}
        )
        assert compare_metadata(context, metadata) == []


def test_the_revisions_told_by_the_files_names_are_alembics_own_chain():
    scripts = ScriptDirectory(str(files("storage.migrations")))
    assert [script.revision for script in scripts.walk_revisions()] == [*reversed(upgrade.revisions())]


def test_every_table_carries_its_tenant(engine: Engine):
    for name in set(inspect(engine).get_table_names()) - {upgrade.VERSION_TABLE}:
        columns = {column["name"]: column for column in inspect(engine).get_columns(name)}
        assert columns["tenant"]["nullable"] is False, name


def test_opening_again_changes_nothing(database_url: str):
    for _ in range(2):
        opened = open_database(database_url)
        with writing(opened) as conn:
            assert conn.execute(select(slot)).all() == []
        opened.dispose()


def test_sqlite_runs_safely_E1_E5(tmp_path: Path):
    opened = open_database(address(tmp_path / "new" / "folder" / "x.sqlite"))
    with reading(opened) as conn:
        found = {
            name: conn.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys", "mmap_size")
        }
    opened.dispose()
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "busy_timeout": 5000,
        "foreign_keys": 1,
        "mmap_size": 0,
    }
    assert [path.name for path in (tmp_path / "new" / "folder").iterdir()] == ["x.sqlite"]


def test_a_reading_connection_cannot_write(engine: Engine):
    with pytest.raises(Exception, match=r"(?i)read-?only"), reading(engine) as conn:
        slots.claim(conn, "t", "collect", NOW, "a", NOW, timedelta(minutes=1))
    with writing(engine) as conn:
        assert slots.claim(conn, "t", "collect", NOW, "a", NOW, timedelta(minutes=1))


def test_an_error_rolls_everything_back(engine: Engine):
    def break_off() -> None:
        with writing(engine) as conn:
            slots.claim(conn, "t", "collect", NOW, "a", NOW, timedelta(minutes=1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    with reading(engine) as conn:
        assert slots.last(conn, "t", "collect") is None


def test_a_reader_sees_one_moment(engine: Engine):
    with reading(engine) as conn:
        assert slots.last(conn, "t", "collect") is None
        with writing(engine) as other:
            slots.claim(other, "t", "collect", NOW, "a", NOW, timedelta(minutes=1))
        assert slots.last(conn, "t", "collect") is None


def test_three_writers_that_read_then_write_never_meet_a_lock_error_M15_D_01(engine: Engine):
    rounds, errors = 300, []
    with writing(patient(engine)) as conn:
        times = {"claimed_at": NOW, "lease_until": NOW, "at": NOW}
        named = {"tenant": "t", "job": "count", "state": "running", "owner": "", "attempts": 0}
        conn.execute(insert(slot).values(**named, **times))

    def count_up() -> None:
        for _ in range(rounds):
            try:
                with writing(engine) as conn:
                    so_far = conn.execute(select(slot.c.attempts)).scalar_one()
                    conn.execute(update(slot).values(attempts=so_far + 1))
            except Exception as failure:  # any error at all is what the test looks for
                errors.append(failure)

    writers = [threading.Thread(target=count_up) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with reading(engine) as conn:
        assert (errors, conn.execute(select(slot.c.attempts)).scalar_one()) == ([], 3 * rounds)


def test_who_waits_too_long_gets_a_clear_error_D_02(tmp_path: Path, empty_sqlite: Path):
    path = shutil.copy(empty_sqlite, tmp_path / "x.sqlite")
    opened = open_database(address(path))
    with opened.connect() as warm:
        warm.exec_driver_sql("PRAGMA busy_timeout = 20")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseBusy, match="upptagen"), writing(opened):
        pass
    other.close()
    opened.dispose()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "är tom", id="D-07 empty file"),
        pytest.param(b"not a database", "ingen SQLite-databas", id="D-07 other file"),
        pytest.param(None, "ingen SQLite-databas", id="D-07 first 100 bytes damaged"),
    ],
)
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path, empty_sqlite, content, said):
    path = tmp_path / "x.sqlite"
    path.write_bytes(b"\xff" * 100 + empty_sqlite.read_bytes()[100:] if content is None else content)
    before = path.read_bytes()
    with pytest.raises(DatabaseUnusable, match=said):
        open_database(address(path))
    assert path.read_bytes() == before


def test_a_damaged_inside_is_refused_D_07(tmp_path: Path, empty_sqlite: Path):
    content = bytearray(empty_sqlite.read_bytes())
    content[100:4096] = b"\xaa" * 3996
    (tmp_path / "x.sqlite").write_bytes(content)
    with pytest.raises(DatabaseUnusable, match=r"är skadad .* fondvakt restore"):
        open_database(address(tmp_path / "x.sqlite"))


def test_another_programs_database_is_refused_D_07(database_url: str, engine: Engine):
    with engine.begin() as conn:
        conn.execute(text(f"ALTER TABLE {upgrade.VERSION_TABLE} RENAME TO somebody_elses"))
    with pytest.raises(DatabaseUnusable, match="ett annat program"):
        open_database(database_url)


def test_a_newer_database_is_refused_in_one_sentence_D_07(database_url: str, engine: Engine):
    with engine.begin() as conn:
        conn.execute(text(f"UPDATE {upgrade.VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(DatabaseTooNew, match=r"nyare än programmet \(version 9999"):
        open_database(database_url)


def test_a_folder_and_a_file_in_the_way_are_refused_D_06(tmp_path: Path):
    (tmp_path / "file").write_text("x")
    for path in (tmp_path, tmp_path / "file" / "x.sqlite"):
        with pytest.raises(DatabaseUnusable, match="kan inte öppnas"):
            open_database(address(path))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_file_is_refused_D_06(tmp_path: Path, empty_sqlite: Path):
    path = Path(shutil.copy(empty_sqlite, tmp_path / "x.sqlite"))
    path.chmod(0o400)
    with pytest.raises(DatabaseUnusable, match="får inte skrivas"):
        open_database(address(path))


@pytest.mark.parametrize("url", ["", "x.sqlite", "sqlite://", "sqlite:///:memory:", "mysql://host/name"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(DatabaseUnusable, match="väntade sqlite:///FIL"):
        open_database(url)


def test_a_server_that_does_not_answer_is_one_sentence():
    with pytest.raises(DatabaseUnusable, match="kan inte öppnas") as raised:
        open_database("postgresql://user:hemligt@127.0.0.1:1/x")
    assert "hemligt" not in str(raised.value)


def opened_at_last(url: str) -> Engine:
    """The database, once who makes its tables is done: on a busy machine that may take longer than a writer waits."""
    for _ in range(20):
        with suppress(DatabaseBusy):
            return open_database(url)
    return open_database(url)


def test_several_may_open_a_new_database_at_once(tmp_path: Path):
    opened, failures = [], []

    def open_it() -> None:
        try:
            opened.append(opened_at_last(address(tmp_path / "x.sqlite")))
        except Exception as failure:  # any error at all is what the test looks for
            failures.append(failure)

    threads = [threading.Thread(target=open_it) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for engine in opened:
        with reading(engine) as conn:
            assert slots.last(conn, "t", "collect") is None
        engine.dispose()
    assert failures == []


def test_a_full_disk_keeps_nothing_of_the_transaction_and_reading_goes_on_E3_D_04(tmp_path, empty_sqlite):
    opened = open_database(address(shutil.copy(empty_sqlite, tmp_path / "x.sqlite")))
    with opened.connect() as conn:
        pages = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
        conn.exec_driver_sql(f"PRAGMA max_page_count = {pages + 4}")

    def fill() -> None:
        with writing(opened) as conn:
            for minute in range(1000):
                at = NOW + timedelta(minutes=minute)
                slots.claim(conn, "t", "collect", at, "a" * 100, NOW, timedelta(minutes=1))

    with pytest.raises(DatabaseFull, match="Inget av det påbörjade sparades"):
        fill()
    with reading(opened) as conn:
        assert slots.last(conn, "t", "collect") is None
    opened.dispose()
