"""What ours is measured against: simple methods that anybody could put together, gates off."""

from collections.abc import Sequence
from importlib.util import find_spec

import numpy as np

from matcher.embedder import library_search
from matcher.likeness import likeness
from matcher.pool import Pool
from matcher.texts import call_texts, need_wordings, words_text
from matcher.vectors import PASSAGE, QUERY, Vectors
from profiles.model import Need

BM25_SWEDISH = "bm25, Swedish"
BM25_ENGLISH = "bm25, English wording"
TFIDF_SWEDISH = "tf-idf, Swedish"
TFIDF_ENGLISH = "tf-idf, English wording"
MODEL_SWEDISH = "model as it comes, Swedish"
MODEL_HUBS = "the same, hubness corrected"
LIBRARY_SWEDISH = "semantic_search, Swedish"
LIBRARY_ENGLISH = "semantic_search, English wording"


def rankings(
    pool: Pool, english: Sequence[Need] | None, english_vectors: Vectors | None
) -> dict[str, np.ndarray]:
    """Each method's scores, shape (needs, calls), the higher the better.

    Args:
        english: the pool's needs with their English wording; None when there is none.
        english_vectors: vectors of these wordings and of the calls' texts; None without a model.
    """
    swedish = [" ".join(need_wordings(need).swedish) for need in pool.needs]
    found = _by_words(pool, swedish, BM25_SWEDISH, TFIDF_SWEDISH)
    if pool.vectors is not None and (near := pool.swedish_likeness) is not None:
        found[MODEL_SWEDISH] = _uncorrected(pool)
        found[MODEL_HUBS] = np.where(np.isnan(near.sections), near.titles, near.sections)
        found[LIBRARY_SWEDISH] = by_library(pool, swedish, pool.vectors)
    if english is not None:
        wordings = [_english(need) for need in english]
        found |= _by_words(pool, wordings, BM25_ENGLISH, TFIDF_ENGLISH)
        if english_vectors is not None:
            found[LIBRARY_ENGLISH] = by_library(pool, wordings, english_vectors)
    return found


def tfidf(asked: Sequence[str], texts: Sequence[str]) -> np.ndarray | None:
    """Cosine of TF-IDF vectors, English stop words left out; None where scikit-learn is not installed."""
    if find_spec("sklearn") is None:
        return None
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(stop_words="english", sublinear_tf=True)
    rows = vectorizer.fit_transform(texts)
    return (vectorizer.transform(asked) @ rows.T).toarray()


def bm25(asked: Sequence[str], texts: Sequence[str]) -> np.ndarray:
    """BM25 as bm25s does it by itself, English stop words left out; shape (asked, texts)."""
    import bm25s

    index = bm25s.BM25()
    index.index(bm25s.tokenize(list(texts), stopwords="en", show_progress=False), show_progress=False)
    found = np.zeros((len(asked), len(texts)))
    for i, text in enumerate(asked):
        words = bm25s.tokenize([text], stopwords="en", return_ids=False, show_progress=False)[0]
        known = [word for word in words if word in index.vocab_dict]
        if known:
            found[i] = index.get_scores(known)
    return found


def by_library(pool: Pool, asked: Sequence[str], vectors: Vectors) -> np.ndarray:
    """`sentence_transformers.util.semantic_search` over all texts; a call counts as its nearest text."""
    flat = [(j, part.text) for j, call in enumerate(pool.calls) for part in call_texts(call)]
    found = np.full((len(asked), len(pool.calls)), -np.inf)
    queries = vectors.rows(list(asked), QUERY)
    rows = vectors.rows([text for _, text in flat], PASSAGE)
    if queries is None or rows is None:
        return found
    hits = library_search(np.nan_to_num(queries), np.nan_to_num(rows), len(flat))
    for i, row in enumerate(hits):
        for place, value in row:
            found[i, flat[place][0]] = max(found[i, flat[place][0]], value)
    return found


def _by_words(pool: Pool, asked: Sequence[str], bm25_name: str, tfidf_name: str) -> dict[str, np.ndarray]:
    texts = [words_text(call) for call in pool.calls]
    found = {bm25_name: bm25(asked, texts)}
    cosines = tfidf(asked, texts)
    return found if cosines is None else found | {tfidf_name: cosines}


def _english(need: Need) -> str:
    """The profile's own English, as the model reads it; empty when it has none."""
    return need_wordings(need).english[0] if need.title_en or need.text_en else ""


def _uncorrected(pool: Pool) -> np.ndarray:
    rows = [pool.vectors.rows(need_wordings(need).swedish, QUERY) for need in pool.needs]
    found = likeness(rows, pool.indexed.rows, np.zeros(len(pool.indexed.rows.rows)))
    return np.where(np.isnan(found.sections), found.titles, found.sections)
