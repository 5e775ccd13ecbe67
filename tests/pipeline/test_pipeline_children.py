"""A job as a process of its own, started as the clock starts it: with the leash on its standard input."""

import sys
import time

import pytest

from pipeline.children import ChildRun

ON_THE_LEASH = "import sys; from pipeline.children import mind_the_leash; mind_the_leash(); "
PATIENCE = 300.0


def outcome(run: ChildRun) -> str:
    """What came of it, when it has ended."""
    until = time.monotonic() + PATIENCE
    while (told := run.outcome()) is None:
        assert time.monotonic() < until, "the job never ends"
        time.sleep(0.02)
    return told


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        pytest.param("pass", "", id="the end of its work"),
        pytest.param("sys.exit(0)", "", id="done"),
        pytest.param("sys.exit(1)", "ended with code 1, see job.log", id="failed"),
    ],
)
def test_a_job_ends_with_its_own_code_though_its_parent_holds_the_leash(ending, told, tmp_path):
    log = tmp_path / "job.log"
    run = ChildRun(["-c", ON_THE_LEASH + ending], log, program=(sys.executable,))
    found = outcome(run)
    assert found.endswith(told), log.read_text()
    assert bool(found) == bool(told), log.read_text()
    assert log.read_text() == ""
