"""A job of the clock from its start to what the ledger is told of it."""

import time

from command_line import settings_in_environment

from pipeline.children import ChildRun


def test_a_job_that_did_its_work_is_told_as_done(plain, tmp_path):
    log = tmp_path / "alarms.log"
    with settings_in_environment(plain):
        run = ChildRun(["queue", "--json"], log)
    until = time.monotonic() + 300
    while (outcome := run.outcome()) is None:
        assert time.monotonic() < until, "the job never ends"
        time.sleep(0.05)
    assert outcome == "", log.read_text()
    assert log.read_text() == '{"matches": []}\n'
