"""A night's run of what each commit runs in seconds: `make soak`. Code 1 when anything was lost or doubled."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One test of the suite, larger; `times` runs of it, each with a seed of its own."""

    what: str
    test: str
    times: int = 1
    settings: tuple[tuple[str, str], ...] = ()


TRIALS = (
    Trial(
        what="50,000 letters over real SMTP, the sender killed 500 times",
        test="tests/notifier/test_notifier_kill.py",
        settings=(("FONDVAKT_TEST_LETTERS", "50000"), ("FONDVAKT_TEST_KILLS", "500")),
    ),
    Trial(
        what="2,500 letters, the mail server killed 250 times",
        test="tests/notifier/test_notifier_mortal_relay.py",
        settings=(("FONDVAKT_TEST_SERVER_KILLS", "250"),),
    ),
    Trial(
        what="the sender asked to end 100 times",
        test="tests/test_polite_end.py",
        settings=(("FONDVAKT_TEST_ENDS", "100"),),
    ),
    Trial(
        what="1,000 events of webhooks, their sender killed 100 times",
        test="tests/pipeline/test_pipeline_webhook_kill.py",
        settings=(("FONDVAKT_TEST_HOOK_KILLS", "100"),),
    ),
    Trial(
        what="10,000 forged bounces",
        test="tests/notifier/test_notifier_bounce_rows.py",
        settings=(("FONDVAKT_TEST_FORGED", "10000"),),
    ),
    Trial(
        what="every link of every mail, ten times in three ways",
        test="tests/browser/test_browser_mail_links.py",
        settings=(("FONDVAKT_TEST_EVERY_LINK", "1"),),
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
    """Run every trial and print how it went."""
    codes = [_run(trial, number) for trial in TRIALS for number in range(trial.times)]
    sys.exit(1 if any(codes) else 0)


def _run(trial: Trial, number: int) -> int:
    started = time.perf_counter()
    environ = os.environ | dict(trial.settings)
    environ.setdefault("FONDVAKT_TEST_SEED", str(int(time.time()) % 10**6 + number))
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
