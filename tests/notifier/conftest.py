"""A fresh database for each test, copied from one that was made once."""

import shutil
import subprocess

import pytest

from postgres_server import postgres_server, postgres_url  # noqa: F401 - fixtures
from storage.database import open_database


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory):
    path = tmp_path_factory.mktemp("empty") / "fondvakt.sqlite"
    open_database(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture
def engine(empty_database, tmp_path):
    path = tmp_path / "fondvakt.sqlite"
    shutil.copy(empty_database, path)
    engine = open_database(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A certificate of our own making for 127.0.0.1, which nobody has reason to trust, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=relay"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run(command, check=True, capture_output=True)
    return folder
