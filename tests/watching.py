"""A test client that looks into the database around every POST: what changes rows leaves a word in the history (F7)."""

from collections.abc import Sequence
from hashlib import sha256

from direct import DirectClient
from sqlalchemy import Connection, Engine, Row, Table, func, select

from storage.database import reading
from storage.tables import audit, metadata

# What is counted, claimed and kept in step, and is nobody's deed: sign-ins asked for, sessions in use.
BOOKKEEPING = frozenset(
    {"audit", "audit_end", "session", "signin", "slot", "embedding", "active_model", "sending"}
)
# Only jobs write here, and there is much of it.
OF_JOBS = frozenset({"call", "call_source", "call_version", "harvest"})


class Watching(DirectClient):
    """Asserts that no POST changes a row in silence."""

    def __init__(self, *args, engine: Engine, **options) -> None:
        super().__init__(*args, **options)
        self.engine = engine
        self.watches = True

    def request(self, method, url, *args, **options):
        """Send a request; watch the database when it may change something."""
        if not self.watches or method.upper() in ("GET", "HEAD"):
            return super().request(method, url, *args, **options)
        before, told = fingerprints(self.engine), events(self.engine)
        answer = super().request(method, url, *args, **options)
        changed = {name for name, now in fingerprints(self.engine).items() if before[name] != now}
        if changed and events(self.engine) == told:
            raise AssertionError(
                f"{method} {url} changed {sorted(changed)} without a word in the history (F7)"
            )
        return answer


def fingerprints(engine: Engine, tenant: str | None = None) -> dict[str, str]:
    """Table to a digest of its rows, of one municipality or of all."""
    with reading(engine) as conn:
        return {
            table.name: sha256(repr(_rows(conn, table, tenant)).encode()).hexdigest()
            for table in metadata.sorted_tables
            if table.name not in BOOKKEEPING | OF_JOBS
        }


def _rows(conn: Connection, table: Table, tenant: str | None) -> Sequence[Row]:
    """The rows as the database gives them: every test looks at every table, again and again."""
    if tenant is not None:
        return conn.execute(select(table).where(table.c.tenant == tenant).order_by(table.c.id)).all()
    cursor = conn.connection.cursor()
    cursor.execute(f'SELECT * FROM "{table.name}" ORDER BY id')
    return cursor.fetchall()


def events(engine: Engine) -> int:
    """How many events the history has, of all municipalities."""
    with reading(engine) as conn:
        return conn.execute(select(func.count()).select_from(audit)).scalar_one()
