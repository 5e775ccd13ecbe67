"""Runs the reader of foreign files as a child with limits of time and memory (`reliability.md` D4)."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

SECONDS = 20.0
MEMORY = 512 * 2**20
HOUSE = Path(__file__).resolve().parents[2]


def answer(kind: str, content: bytes) -> dict[str, Any] | None:
    """What the child read; None when it took too much time or memory.

    Args:
        kind: one of `reader.READERS`.
    """
    try:
        child = subprocess.run(
            [sys.executable, "-m", "profiles.intake.reader", kind],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            env={"PYTHONPATH": str(HOUSE), "PATH": os.environ.get("PATH", "")},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    return json.loads(child.stdout) if child.returncode == 0 else None
