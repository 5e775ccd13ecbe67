"""The model is loaded and used in a place without any network, not even the machine's own."""

import shutil
import subprocess
import sys

import pytest
from small_model import a_weight_file

from matcher.expand import expanded

ALONE = ["unshare", "--user", "--map-root-user", "--net"]
USE = """
import socket, sys, time
from pathlib import Path
from matcher.embedder import load_embedder

started = time.monotonic()
model = load_embedder(sys.argv[1], Path(sys.argv[2]))
print(model.embed(["a b c"], kind="query").shape[1], socket.if_nameindex())
try:
    load_embedder("intfloat/not-here", Path(sys.argv[2]))
except Exception as failure:
    print(type(failure).__name__)
"""


def can_be_alone() -> bool:
    """Whether this system lets us make a network namespace."""
    return (
        shutil.which("unshare") is not None
        and not subprocess.run([*ALONE, "true"], capture_output=True).returncode
    )


@pytest.mark.skipif(not can_be_alone(), reason="network namespaces cannot be made here")
def test_l02_h6_a_model_is_used_and_a_missing_one_refused_without_a_network(tmp_path):
    folder = expanded(a_weight_file(tmp_path / "w.bin"), tmp_path / "cache")
    done = subprocess.run(
        [*ALONE, sys.executable, "-c", USE, str(folder), str(tmp_path / "cache")],
        capture_output=True,
        text=True,
        timeout=600,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": ":".join(sys.path)},
    )
    assert done.returncode == 0, done.stderr
    dimension, refused = done.stdout.strip().splitlines()
    assert dimension.startswith("32 ")
    assert refused == "ModelError"
