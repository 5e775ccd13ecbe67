"""E6: what the first version of the program stored is there after every upgrade, on both engines."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Column, Engine, MetaData, func, insert, select
from sqlalchemy.types import JSON, Boolean, Date, DateTime, Float, Integer, LargeBinary, Numeric

from postgres_server import new_database
from storage import upgrade
from storage.database import open_database, postgres_engine, reading, sqlite_engine

OF_A_KIND = {
    Boolean: False,
    DateTime: datetime(2026, 8, 22, 6, tzinfo=UTC),
    Date: date(2026, 8, 22),
    Integer: 1,
    Float: 1.0,
    Numeric: 1,
    LargeBinary: b"\0\0\x80?",
    JSON: {},
}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def first_version(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Engine]:
    """The address of a new database, and an engine over it as an upgrade has one."""
    if request.param == "sqlite":
        path = tmp_path / "fondvakt.sqlite"
        return f"sqlite:///{path}", sqlite_engine(path, foreign_keys=False)
    url = new_database(request.getfixturevalue("postgres_server"))
    return url, postgres_engine(url)


def a_value(column: Column) -> object:
    """Something that fits; every key is 1 or "1", so that every row points at the only one there is."""
    return next((value for kind, value in OF_A_KIND.items() if isinstance(column.type, kind)), "1")


def test_e6_a_row_in_every_table_of_the_first_version_outlives_every_upgrade(first_version):
    url, engine = first_version
    with engine.begin() as conn:
        upgrade.run_migrations(conn, upgrade.revisions()[0])
        tables = MetaData()
        tables.reflect(conn)
        filled = [table for table in tables.sorted_tables if table.name != upgrade.VERSION_TABLE]
        for table in filled:
            conn.execute(insert(table).values({column.name: a_value(column) for column in table.columns}))
    engine.dispose()
    opened = open_database(url)
    with reading(opened) as conn:
        left = {
            table.name: conn.execute(select(func.count()).select_from(table)).scalar() for table in filled
        }
    opened.dispose()
    assert len(left) > 10
    assert set(left.values()) == {1}, left
