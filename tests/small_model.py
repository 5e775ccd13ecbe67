"""A made-up embedding model, a few kilobytes: the weight file of a network that understands nothing."""

import struct
from pathlib import Path

import numpy as np

HIDDEN, LAYERS, HEADS, FORWARD, PIECES, POSITIONS = 32, 1, 2, 64, 40, 64


def a_weight_file(path: Path, seed: int = 7) -> Path:
    """A whole E5S1 file of a very small network, matrices of 4-bit blocks; another seed is another model."""
    pieces = ["<s>", "<pad>", "</s>", "<unk>", "▁", *[f"▁{chr(97 + i)}" for i in range(PIECES - 5)]]
    texts = [piece.encode() for piece in pieces]
    offsets = np.cumsum([0, *map(len, texts)]).astype("<u4")
    head = b"E5S1" + struct.pack("<I7ifi", 1, HIDDEN, LAYERS, HEADS, FORWARD, PIECES, POSITIONS, 2, 1e-12, 32)
    words = b"".join(texts)
    tokenizer = struct.pack("<5iQ", PIECES, 0, 2, 1, 3, len(words)) + offsets.tobytes()
    tokenizer += np.linspace(-1, -3, PIECES).astype("<f4").tobytes() + words + struct.pack("<iI", 0, 0)
    tensors = dict(_tensors(np.random.default_rng(seed)))
    directory_size = 4 + sum(2 + len(name) + 1 + 4 + 8 + 8 for name in tensors)
    start = len(head) + len(tokenizer) + directory_size
    directory, data = struct.pack("<i", len(tensors)), b""
    for name, (kind, count, content) in tensors.items():
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", kind, count, start + len(data), len(content))
        data += content
    path.write_bytes(head + tokenizer + directory + data)
    return path


def _tensors(random):
    yield "emb.word", _matrix(random, PIECES, HIDDEN)
    yield "emb.pos", _matrix(random, POSITIONS, HIDDEN)
    yield "emb.type", _matrix(random, 2, HIDDEN)
    yield "emb.ln.w", _vector(np.ones(HIDDEN))
    yield "emb.ln.b", _vector(np.zeros(HIDDEN))
    for part, rows, columns in (
        ("q", HIDDEN, HIDDEN), ("k", HIDDEN, HIDDEN), ("v", HIDDEN, HIDDEN), ("ao", HIDDEN, HIDDEN),
        ("fi", FORWARD, HIDDEN), ("fo", HIDDEN, FORWARD),
    ):  # fmt: skip
        yield f"l0.{part}.w", _matrix(random, rows, columns)
        yield f"l0.{part}.b", _vector(np.zeros(rows))
    for part in ("aln", "oln"):
        yield f"l0.{part}.w", _vector(np.ones(HIDDEN))
        yield f"l0.{part}.b", _vector(np.zeros(HIDDEN))


def _matrix(random, rows, columns):
    blocks = rows * columns // 32
    scale = np.float16(0.1).tobytes()
    content = b"".join(scale + random.integers(0, 256, 16, np.uint8).tobytes() for _ in range(blocks))
    return 1, rows * columns, content


def _vector(values):
    return 0, len(values), values.astype("<f4").tobytes()
