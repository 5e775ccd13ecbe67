"""SQLite databases as earlier versions of the program left them."""

from pathlib import Path

from sqlalchemy import text

from storage import upgrade
from storage.database import sqlite_engine

REVISIONS = list(upgrade.revisions())


def database_of(revision: str, path: Path) -> Path:
    """A database of that revision, with a mark in it that every version keeps."""
    engine = sqlite_engine(path, foreign_keys=False)
    with engine.begin() as conn:
        upgrade.run_migrations(conn, revision)
        conn.execute(
            text(
                "INSERT INTO slot (tenant, job, at, state, owner, lease_until, claimed_at, attempts) VALUES "
                "('t', 'collect', '2026-08-24 03:00:00', 'done', 'o', '2026-08-24 03:00:00', '2026-08-24 03:00:00', 1)"
            )
        )
    engine.dispose()
    return path


def revision_of(path: Path) -> tuple[str, int]:
    """Which revision a database has, and how many marks are left in it."""
    engine = sqlite_engine(path)
    with engine.begin() as conn:
        found = conn.execute(text(f"SELECT version_num FROM {upgrade.VERSION_TABLE}")).scalar_one()
        marks = conn.execute(text("SELECT count(*) FROM slot WHERE owner = 'o'")).scalar_one()
    engine.dispose()
    return found, marks
