"""100,000 letters with foreign titles, names and addresses: no header altered, on every Python that is here (C2)."""

import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure

LETTERS = 100_000
SEED = 20261121
HOUSE = Path(__file__).parents[1]
PYENV = Path.home() / ".pyenv" / "versions"
OTHERS = ("3.11", "3.12", "3.13", "3.14")


def measure() -> Iterator[Figure]:
    """How many of 100,000 have a header that reads otherwise than was meant, for each Python."""
    for version, python in pythons().items():
        found = run(python, LETTERS, SEED)
        if found["altered"]:
            print("\n".join(found["examples"]))
        what = f"headers altered of {found['made']} letters, Python {version}"
        yield Figure(what=what, value=found["altered"], unit="", limit=0)
        yield Figure(what="of it, unusable addresses refused beside", value=found["refused"], unit="")
        yield Figure(what="of it, time", value=found["seconds"], unit="s")


def pythons() -> dict[str, str]:
    """Version to program: this one first, then others of ours that answer, from the path and from pyenv."""
    named = [shutil.which(f"python{name}") for name in OTHERS]
    kept = [str(path) for name in OTHERS for path in sorted(PYENV.glob(f"{name}.*/bin/python"))]
    found = {platform.python_version(): sys.executable}
    for program in [*filter(None, named), *kept]:
        asked = subprocess.run(
            [program, "-c", "import platform; print(platform.python_version())"],
            capture_output=True,
            text=True,
            check=False,
        )
        if asked.returncode == 0:
            found.setdefault(asked.stdout.strip(), program)
    return found


def run(python: str, number: int, seed: int) -> dict:
    """What `bench/header_run.py` says, shared among the cores; another Python borrows the packages of this one."""
    shares = os.cpu_count() or 1
    children = [_begun(python, number // shares, seed + share) for share in range(shares)]
    said = [child.communicate() for child in children]
    for child, (_, complaint) in zip(children, said, strict=True):
        if child.returncode:
            raise RuntimeError(
                f"bench.header_run on {python} ended with code {child.returncode}: {complaint[-2000:]}"
            )
    found = [json.loads(out) for out, _ in said]
    return {
        "made": sum(one["made"] for one in found),
        "refused": sum(one["refused"] for one in found),
        "altered": sum(one["altered"] for one in found),
        "examples": [example for one in found for example in one["examples"]],
        "seconds": max(one["seconds"] for one in found),
    }


def _begun(python: str, number: int, seed: int) -> subprocess.Popen:
    packages = sysconfig.get_paths()["purelib"]
    path = os.pathsep.join((str(HOUSE), str(HOUSE / "tests"), str(HOUSE / "tests" / "notifier"), packages))
    return subprocess.Popen(
        [python, "-m", "bench.header_run", str(number), str(seed)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=HOUSE,
        env=os.environ | {"PYTHONPATH": path},
    )
