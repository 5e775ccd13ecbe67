"""A throw-away PostgreSQL server from Debian's own binaries, for tests on both engines."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import psycopg
import pytest
from ports import free_port

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
_numbers = count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a server without any database of ours; skipped where PostgreSQL is not installed."""
    if not BINARIES:
        pytest.skip("PostgreSQL is not installed: expected /usr/lib/postgresql/<version>/bin")
    if os.geteuid() == 0 and shutil.which("runuser") is None:
        pytest.skip("PostgreSQL does not run as root, and runuser is missing")
    with running_server(BINARIES[-1]) as address:
        yield address


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """The address of a new, empty database."""
    return new_database(postgres_server)


def new_database(server: str) -> str:
    """Make an empty database on a server; its address."""
    name = f"fondvakt_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
    return f"{server}/{name}"


@contextmanager
def running_server(binaries: Path) -> Iterator[str]:
    """Start a server in a folder of its own on a free port, and stop it again."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    try:
        if as_postgres:
            shutil.chown(folder, "postgres")
        data = folder / "data"
        initdb = [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
        _run([*as_postgres, *initdb, "--locale=C"], folder)
        port = _started([*as_postgres, binaries / "pg_ctl", "-D", data, "-l", folder / "log"], folder)
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}"
        finally:
            _run([*as_postgres, binaries / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"], folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _started(pg_ctl: list[str | Path], folder: Path) -> int:
    """The port of the server, once it answers; another one is tried when somebody took it meanwhile."""
    for _ in range(4):
        with suppress(subprocess.CalledProcessError):
            return _start(pg_ctl, free_port(), folder)
    return _start(pg_ctl, free_port(), folder)


def _start(pg_ctl: list[str | Path], port: int, folder: Path) -> int:
    settings = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    _run([*pg_ctl, "-o", settings, "-w", "-t", "240", "start"], folder)
    return port


def _run(command: list[str | Path], folder: Path) -> None:
    subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=300,
    )
