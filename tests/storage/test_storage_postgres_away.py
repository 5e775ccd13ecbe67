"""A PostgreSQL that goes away, cuts a transaction, or stands behind a pooler (D-12, D-13)."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from transaction_pooler import transaction_pooler

from builders import NOW, a_scraped_call
from postgres_server import new_database
from storage import calls, slots
from storage.database import open_database, reading, writing
from storage.errors import DatabaseBusy, DatabaseUnusable
from storage.tables import slot

pytestmark = pytest.mark.postgres
LEASE = timedelta(minutes=1)


@pytest.fixture
def url(request: pytest.FixtureRequest) -> str:
    """A new, empty database."""
    return new_database(request.getfixturevalue("postgres_server"))


def cut_everybody(url: str) -> None:
    """Do what a restart or a fail-over does to those who are connected."""
    other = open_database(url)
    with writing(other) as conn:
        conn.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    other.dispose()


def test_d_12_a_connection_cut_inside_a_transaction_leaves_nothing_and_the_next_try_does_it_once(url):
    engine = open_database(url)

    def save(cut: bool) -> None:
        with writing(engine) as conn:
            calls.save_harvest(conn, "t", "eu-portal", [a_scraped_call()], {"eu-portal": 0}, NOW)
            if cut:
                conn.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(DatabaseUnusable, match="kan inte öppnas"):
        save(cut=True)
    for _ in range(2):
        save(cut=False)
    with reading(engine) as conn:
        assert [(one.title, one.version) for one in calls.find(conn, "t")] == [("Town-Twinning", 1)]
    engine.dispose()


def test_d_12_connections_that_died_while_nobody_asked_are_replaced_without_a_word(url):
    engine = open_database(url)
    with reading(engine) as conn:
        assert calls.find(conn, "t") == []
    cut_everybody(url)
    with reading(engine) as conn:
        assert calls.find(conn, "t") == []
    cut_everybody(url)
    with writing(engine) as conn:
        assert slots.claim(conn, "t", "collect", NOW, "a", NOW, LEASE)
    engine.dispose()


def test_d_13_behind_a_pooler_a_slot_is_given_out_once_and_counting_loses_nothing(url):
    open_database(url).dispose()
    with transaction_pooler(url) as pooled:
        engines = [open_database(pooled) for _ in range(3)]
        won: list[str] = []

        def work(name: str, engine) -> None:
            for minute in range(30):
                at = NOW + timedelta(minutes=minute)
                with writing(engine) as conn:
                    if slots.claim(conn, "t", "collect", at, name, NOW, LEASE):
                        won.append(name)
                with writing(engine) as conn:
                    slots.extend(conn, "t", "collect", at, NOW, LEASE)

        workers = [threading.Thread(target=work, args=(str(n), engine)) for n, engine in enumerate(engines)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        with reading(engines[0]) as conn:
            rows = conn.execute(select(slot.c.attempts)).scalars().all()
        for engine in engines:
            engine.dispose()
    assert (len(won), rows) == (30, [1] * 30)


def test_d_02_who_waits_too_long_for_a_turn_gets_a_clear_error(url):
    engine = open_database(url)
    with pytest.raises(DatabaseBusy, match="Försök igen"), writing(engine), writing(engine):
        pass
    engine.dispose()
