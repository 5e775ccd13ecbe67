"""Runs the command in forked children and kills some of them: a driver that `test_kill.py` talks to.

The parent has read every module once, so that a child starts in milliseconds and fifty kills take seconds. It reads
one JSON order a line: {"arguments": [...], "after": seconds or null, "signal": SIGKILL unless given}; it answers with
one line: {"killed", "code"}.
"""

import json
import os
import select
import signal
import sys
import time

import cli
from commands.errors import run


def obey(order: dict) -> dict:
    """Run one command; kill it, or send it another signal, after the given time unless it has ended by then."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        work(order["arguments"])
    os.close(writer)
    ended, _, _ = select.select([reader], [], [], order["after"])
    os.close(reader)
    if not ended:
        os.kill(child, order.get("signal", signal.SIGKILL))
    _, status = os.waitpid(child, 0)
    return {"killed": os.WIFSIGNALED(status), "code": os.waitstatus_to_exitcode(status)}


def work(arguments: list[str]) -> None:
    """The child: the command with these arguments; its output goes to the driver's log."""
    os.dup2(2, 1)
    code = 1
    try:
        code = run(lambda: cli.app(args=arguments))
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    finally:
        os._exit(code)


def main() -> None:
    """Obey until there are no more orders."""
    print(json.dumps({"ready": time.time()}), flush=True)
    for line in sys.stdin:
        print(json.dumps(obey(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
