"""The command `fondvakt` for tests: in this process, in Swedish; or as a real process, for exit codes and English."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

import cli
from commands.errors import run
from pipeline.logs import start_logging

HOUSE = Path(__file__).parents[2]


@dataclass(frozen=True)
class Outcome:
    """What one run of the command did."""

    code: int
    out: str
    err: str

    def json(self) -> dict[str, Any]:
        """The one object on stdout; anything beside it makes the test fail."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found

    def sentence(self) -> str:
        """The one line that says what was wrong: nothing else was printed."""
        assert "Traceback" not in self.out + self.err, self.err
        lines = [line for line in (self.out + self.err).splitlines() if line.strip()]
        assert len(lines) == 1, lines
        return lines[0]

    def boxed(self) -> str:
        """What the box around a wrong use says, as one line; the box is the only thing printed."""
        assert "Traceback" not in self.out + self.err, self.err
        assert "╭─ Fel" in self.err or "╭─ Error" in self.err, self.err
        assert not self.out
        return " ".join(self.err.replace("│", " ").split())


@contextmanager
def settings_in_environment(settings: Mapping[str, object]):
    """Exactly these settings, and no others of ours."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("FONDVAKT_")]:
        del os.environ[name]
    os.environ |= {name: str(value) for name, value in settings.items()} | {"COLUMNS": "200"}
    try:
        yield
    finally:
        os.environ.clear()
        os.environ |= before


def fondvakt(*arguments: object, settings: Mapping[str, object]) -> Outcome:
    """Run the command in this process."""
    out, err = io.StringIO(), io.StringIO()
    at_end = signal.getsignal(signal.SIGTERM)
    try:
        with settings_in_environment(settings), redirect_stdout(out), redirect_stderr(err):
            start_logging()
            code = _code(arguments)
    finally:
        structlog.reset_defaults()
        signal.signal(signal.SIGTERM, at_end)
    return Outcome(code, out.getvalue(), err.getvalue())


def _code(arguments: tuple[object, ...]) -> int:
    try:
        return run(lambda: cli.app(args=[str(one) for one in arguments], prog_name="fondvakt"))
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)


def begun(*arguments: object, settings: Mapping[str, object]) -> subprocess.Popen:
    """Start the command as a process of its own."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("FONDVAKT_")}
    return subprocess.Popen(
        [sys.executable, "-m", "cli", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ours | {name: str(value) for name, value in settings.items()} | {"COLUMNS": "200"},
        cwd=HOUSE,
        text=True,
    )


def ended(process: subprocess.Popen) -> Outcome:
    """Wait for such a process."""
    out, err = process.communicate(timeout=600)
    return Outcome(process.returncode, out, err)


def refused(settings: dict[str, object], *arguments: object) -> str:
    """The one sentence of a wrong use."""
    outcome = fondvakt(*(arguments or ("queue",)), settings=settings)
    assert outcome.code == 2, outcome
    return outcome.sentence()


def failed(settings: dict[str, object], *arguments: object) -> str:
    """The one sentence of a job that failed."""
    outcome = fondvakt(*(arguments or ("queue",)), settings=settings)
    assert outcome.code == 1, outcome
    return outcome.sentence()
