"""The clock's ledger over PostgreSQL: clocks that differ, a server that goes away, a pooler between."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from builders import STOCKHOLM
from commands.ledger import LEASE, StoredLedger
from pipeline.settings import read_settings
from pipeline.wiring import opened
from postgres_server import new_database, postgres_server  # noqa: F401 - a fixture

FIVE = datetime(2026, 8, 24, 5, 0, tzinfo=STOCKHOLM).astimezone(UTC)


@pytest.mark.postgres
def test_d_14_machines_whose_clocks_differ_agree_on_when_a_lease_ends(request, tmp_path):
    """The second machine's clock is 90 seconds ahead: by its own reckoning the lease of the first ended long ago."""
    url = new_database(request.getfixturevalue("postgres_server"))
    made = opened(read_settings(data_dir=tmp_path, database_url=url))
    try:
        first, second = StoredLedger(made), StoredLedger(made)
        now = datetime.now(UTC)
        assert first.claim("collect", FIVE, now)
        with time_machine.travel(now + timedelta(seconds=90)):
            theirs = datetime.now(UTC)
            seen = second.newest("collect")
            assert timedelta(seconds=10) < seen.lease_until - theirs <= LEASE
            assert not second.claim("collect", FIVE, theirs)
        with time_machine.travel(now + timedelta(seconds=90) + LEASE):
            assert second.newest("collect").lease_until - datetime.now(UTC) > timedelta()
        with time_machine.travel(now - timedelta(seconds=90)):
            assert not second.claim("collect", FIVE, datetime.now(UTC))
    finally:
        made.engine.dispose()
