"""Search by meaning with the real model, over the recorded calls: what a unit would ask, and what fits it."""

from pathlib import Path

import numpy as np
import pytest

from matcher.embedder import load_embedder
from matcher.pool import Pool
from matcher.vectors import QUERY
from pipeline.asking import nearness
from pipeline.evaluate import read_material
from web.search import BY_MEANING, nearest

RELEVANT = 2


@pytest.mark.slow
@pytest.mark.model
@pytest.mark.recorded
def test_most_of_what_fits_a_need_is_found_by_asking_for_it_in_english_and_half_in_swedish(shared):
    cache, folder = Path.home() / ".cache" / "fondvakt", shared / "eval"
    model = load_embedder("embedded", cache / "models")
    files = (folder / "calls.jsonl.gz", folder / "needs.tsv", folder / "qrels.tsv")
    material = read_material(*files, lambda: model, cache / "evaluate", needs_en=folder / "needs-en.tsv")
    judged = material.judged
    indexed = Pool(judged.calls, judged.profile.needs, material.vectors).indexed
    found: dict[str, list[float]] = {"sv": [], "en": []}
    for need in material.english.profile.needs:
        wanted = {call for call, grade in judged.grades.get(need.key, {}).items() if grade >= RELEVANT}
        for language, words in (("sv", need.text), ("en", need.text_en)) if wanted else ():
            near = nearness(indexed, model.embed([words], kind=QUERY)[0])
            shown = {judged.names[number] for number in nearest(near, near)}
            assert 1 <= len(shown) <= BY_MEANING
            found[language].append(len(shown & wanted) / len(wanted))
    assert np.mean(found["sv"]) >= 0.5
    assert np.mean(found["en"]) >= 0.7
