"""`FONDVAKT_DASK` against a real scheduler: the same matches, worked out elsewhere."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from builders import NOW, a_call, a_need, a_profile, a_unit
from calls.model import CallSection
from calls.vocabulary import SectionKind
from fakes import WordEmbedder
from matcher.score import match
from matcher.vectors import Vectors, texts_to_embed
from pipeline import wiring
from pipeline.match import embed
from pipeline.settings import Settings, SettingsError

CLUSTER = """
import sys
from distributed import LocalCluster

with LocalCluster(n_workers=1, threads_per_worker=1, processes=False, host="tcp://127.0.0.1",
                  dashboard_address=None) as cluster:
    print(cluster.scheduler_address, flush=True)
    sys.stdin.read()
"""
needs_dask = pytest.mark.skipif(
    find_spec("distributed") is None, reason="Dask is missing: pip install -e '.[dask]'"
)


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a scheduler with one worker, in a process of its own."""
    paths = {"PYTHONPATH": ":".join(filter(None, sys.path)), "PATH": "/usr/bin:/bin"}
    process = subprocess.Popen(
        [sys.executable, "-c", CLUSTER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=paths,
    )
    yield process.stdout.readline().strip()
    process.stdin.close()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=120)
    process.kill()
    process.wait()
    process.stdout.close()


@needs_dask
def test_the_matches_are_the_same_when_a_scheduler_works_them_out(scheduler, tmp_path):
    calls = [
        a_call(
            id=n,
            title=f"Schools and towns {n % 7}",
            sections=(CallSection(kind=SectionKind.SCOPE, text=f"Funds w{n} for schools."),),
        )
        for n in range(1, 40)
    ]
    profile = a_profile(units=(a_unit(needs=(a_need(),)),))
    made = embed(WordEmbedder(), texts_to_embed(calls, profile.needs))
    vectors = Vectors(model="words-1", by_key=made)
    here = match(calls, profile, vectors, NOW, least=0.0)
    with wiring.executor(Settings(data_dir=tmp_path, dask=scheduler)) as executor:
        assert match(calls, profile, vectors, NOW, least=0.0, executor=executor) == here
    assert here


@needs_dask
@pytest.mark.slow
def test_a_scheduler_that_does_not_answer_is_one_clear_sentence(tmp_path):
    with (
        pytest.raises(SettingsError, match="FONDVAKT_DASK"),
        wiring.executor(Settings(data_dir=tmp_path, dask="tcp://127.0.0.1:1")),
    ):
        pass
