"""A night's run of what each commit runs in seconds: `make soak`. Code 1 when anything was lost or doubled.

`python -m bench.soak --share 0.1 --only leader` tries a tenth of the trials whose description has that word.
"""

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One test of the suite, larger; `times` runs of it, each with a seed of its own; `settings` say how large."""

    what: str
    test: str
    times: int = 1
    settings: tuple[tuple[str, int], ...] = ()


TRIALS = (
    Trial(
        what="50,000 letters over real SMTP, the sender killed 500 times",
        test="tests/notifier/test_notifier_kill.py",
        settings=(("FONDVAKT_TEST_LETTERS", 50_000), ("FONDVAKT_TEST_KILLS", 500)),
    ),
    Trial(
        what="2,500 letters, the mail server killed 250 times",
        test="tests/notifier/test_notifier_mortal_relay.py",
        settings=(("FONDVAKT_TEST_SERVER_KILLS", 250),),
    ),
    Trial(
        what="the sender asked to end 100 times",
        test="tests/test_polite_end.py",
        settings=(("FONDVAKT_TEST_ENDS", 100),),
    ),
    Trial(
        what="1,000 events of webhooks, their sender killed 100 times",
        test="tests/pipeline/test_pipeline_webhook_kill.py",
        settings=(("FONDVAKT_TEST_HOOK_KILLS", 100),),
    ),
    Trial(
        what="harvests and decisions, their process killed 1,000 times (D-03)",
        test="tests/storage/test_storage_kills.py",
        settings=(("FONDVAKT_TEST_STORAGE_KILLS", 1000),),
    ),
    Trial(
        what="collecting, matching and sending killed 1,000 times (D-03)",
        test="tests/test_kill.py",
        settings=(("FONDVAKT_TEST_JOB_KILLS", 1000),),
    ),
    Trial(
        what="100 backups while four write (D-09)",
        test="tests/storage/test_storage_backup.py",
        settings=(("FONDVAKT_TEST_BACKUPS", 100),),
    ),
    Trial(
        what="the clock's leader killed 200 times (T-13)",
        test="tests/test_leaders_killed.py",
        settings=(("FONDVAKT_TEST_LEADER_KILLS", 200),),
    ),
    Trial(
        what="10,000 forged bounces",
        test="tests/notifier/test_notifier_bounce_rows.py",
        settings=(("FONDVAKT_TEST_FORGED", 10_000),),
    ),
    Trial(
        what="10,000 letters with hostile titles and names",
        test="tests/notifier/test_notifier_headers.py",
        settings=(("FONDVAKT_TEST_HEADERS", 10_000),),
    ),
    Trial(
        what="5,000 random sequences of harvests",
        test="tests/storage/test_storage_harvest_sequences.py",
        settings=(("FONDVAKT_TEST_SEQUENCES", 5000),),
    ),
    Trial(
        what="every link of every mail, ten times in three ways",
        test="tests/browser/test_browser_mail_links.py",
        settings=(("FONDVAKT_TEST_EVERY_LINK", 1),),
    ),
    Trial(
        what="sixty simulated weeks of digests", test="tests/notifier/test_notifier_sixty_weeks.py", times=20
    ),
    Trial(
        what="sixty simulated weeks of every mail to readers",
        test="tests/notifier/test_notifier_sixty_weeks_of_mails.py",
        times=5,
    ),
)


def main() -> None:
    """Run every trial that is asked for, and print how it went."""
    asked = argparse.ArgumentParser(prog="python -m bench.soak")
    asked.add_argument("--share", type=float, default=1.0, help="how much of each trial, 1 for all of it")
    asked.add_argument("--only", default="", help="trials whose description has these words")
    given = asked.parse_args()
    chosen = [trial for trial in TRIALS if given.only in trial.what]
    if not chosen:
        asked.error(f"no trial is about {given.only!r}: " + "; ".join(trial.what for trial in TRIALS))
    codes = [
        _run(trial, number, given.share)
        for trial in chosen
        for number in range(_part(trial.times, given.share))
    ]
    sys.exit(1 if any(codes) else 0)


def _part(number: int, share: float) -> int:
    return max(1, round(number * share))


def _run(trial: Trial, number: int, share: float) -> int:
    started = time.perf_counter()
    environ = os.environ | {name: str(_part(size, share)) for name, size in trial.settings}
    environ.setdefault("FONDVAKT_TEST_SEED", str(int(time.time()) % 10**6 + number))
    environ.setdefault("FONDVAKT_TEST_EXPLORES", "1")
    command = [sys.executable, "-m", "pytest", "-q", "-s", trial.test]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    said = [
        line
        for line in done.stdout.splitlines()
        if line.startswith(("seed", "kills", "ends", "looks"))
        or any(word in line for word in ("tellings", "steps"))
    ]
    outcome = "kept" if done.returncode == 0 else "NOT KEPT"
    print(f"{trial.what:<64} {seconds:>8.1f} s  {outcome}  {'; '.join(said)}", flush=True)
    if done.returncode:
        print(done.stdout[-4000:], flush=True)
    return done.returncode


if __name__ == "__main__":
    main()
