"""`fondvakt serve` with a model that cannot be used: from the start of the process to its first page (H4)."""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from bench.figures import Figure
from scrapers.standin.sample import sample_folder
from scrapers.standin.server import serve

SECONDS_ASKED = 5.0
RUNS = 3
PATIENCE = 120
TERABYTE = 1 << 40


def measure() -> Iterator[Figure]:
    """The slowest of a few starts for each kind of model, and beside them those of the model that works."""
    with tempfile.TemporaryDirectory() as name, serve(sample_folder(), 0, today=date.today()) as standin:  # noqa: DTZ011 - the sample moves with the real day
        folder = Path(name)
        environ = os.environ | {
            "FONDVAKT_DATA_DIR": str(folder / "data"),
            "FONDVAKT_SOURCE_EU_PORTAL_URL": standin.url,
            "FONDVAKT_SOURCE_EUROACCESS_URL": standin.url,
            "FONDVAKT_SOURCE_HAVE_YOUR_SAY_URL": standin.url,
        }
        init = [sys.executable, "-m", "cli", "init", "--municipality", "exempelstad"]
        subprocess.run(init, env=environ, check=True, capture_output=True)
        yield from _starts(environ, "the model that is carried along", None)
        for what, make in KINDS.items():
            model = folder / make.__name__
            make(model)
            yield from _starts(environ | {"FONDVAKT_MODEL": str(model)}, what, SECONDS_ASKED)


def missing(folder: Path) -> None:
    """Nothing there."""


def too_large(folder: Path) -> None:
    """A model whose weights say they are a terabyte; the file takes no room."""
    _config(folder)
    with (folder / "model.safetensors").open("wb") as file:
        file.truncate(TERABYTE)


def broken(folder: Path) -> None:
    """A model whose weights were cut off."""
    _config(folder)
    head = json.dumps({"w": {"dtype": "F32", "shape": [4096, 384], "data_offsets": [0, 4096 * 384 * 4]}})
    (folder / "model.safetensors").write_bytes(len(head).to_bytes(8, "little") + head.encode() + b"\0" * 100)


def _config(folder: Path) -> None:
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"model_type": "bert", "hidden_size": 384}))
    (folder / "modules.json").write_text("[]")


KINDS: dict[str, Callable[[Path], None]] = {
    "the model missing": missing,
    "a model too large": too_large,
    "a broken model folder": broken,
}


def _starts(environ: dict[str, str], what: str, limit: float | None) -> Iterator[Figure]:
    starts = [_first_page(environ) for _ in range(RUNS)]
    seconds, processor = (max(column) for column in zip(*starts, strict=True))
    title = f"serve with {what}: start to first page, slowest of {RUNS}"
    yield Figure(what=title, value=seconds, unit="s", limit=limit)
    yield Figure(
        what="  processor time until it had come and the process had ended", value=processor, unit="s"
    )


def _first_page(environ: dict[str, str]) -> tuple[float, float]:
    """Seconds until the sign-in page has come, clock and jobs started beside as usual; and of the processor."""
    started = time.monotonic()
    command = [sys.executable, "-m", "cli", "serve", "--port", "0"]
    process = subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        address = process.stdout.readline().split()[-1]
        with urllib.request.urlopen(f"{address}/logga-in", timeout=PATIENCE) as page:
            page.read()
        seconds = time.monotonic() - started
    finally:
        process.terminate()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
    return seconds, used.ru_utime + used.ru_stime
