"""Search by words and by meaning: which calls a question finds, and how near each is.

All words somewhere in a call's text put it first; then come the calls whose text means about the same, where a
model serves. Without one, words alone decide.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy import Connection

from calls.model import Call
from calls.programmes import PROGRAMMES
from web.board import Board, Memory
from web.context import Nearness

# Both numbers were chosen on 25 judged needs of units over 1,184 recorded calls, asked in Swedish and in English: of
# what fits, 57 and 79 % are found among about 30 shown; with 25 calls it was 49 and 74 %, with 0.7 of the best 41 and
# 58 %, without a bound a fifth more is shown and nothing more found.
BY_MEANING = 40
NEAR = 0.5  # of the best: what is further off than that has little to do with the question
SHORTEST = 4  # characters; less says too little to mean anything


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a question finds.

    Attributes:
        near: call to how well it answers, 2 for the words themselves, less for the meaning.
        awaits_meaning: the model is not ready yet, so that only the words have been looked for.
    """

    near: Mapping[int, float] = field(default_factory=dict)
    awaits_meaning: bool = False


def found(
    memory: Memory, conn: Connection, tenant: str, board: Board, words: str, nearness: Nearness | None = None
) -> Found:
    """The calls that answer; none without words.

    Args:
        nearness: the words to how near each call is by meaning, -1 to 1, empty while the model is not ready; None
            where no model serves.
    """
    if not words:
        return Found()
    texts = memory.texts(conn, tenant, board.mark)
    literally = {
        number: 2.0 for number, call in board.calls.items() if contains(call, texts.get(number, ""), words)
    }
    if nearness is None or len(words) < SHORTEST:
        return Found(near=literally)
    by_meaning = nearness(words)
    return Found(near=nearest(by_meaning, board.calls) | literally, awaits_meaning=not by_meaning)


def contains(call: Call, text: str, words: str) -> bool:
    """Whether all words stand somewhere in the call's text or its programme's name; `text` is in lower case."""
    programme = PROGRAMMES.get(call.programme or "")
    names = f"{programme.name_sv}\n{programme.name_en}".casefold() if programme else ""
    return all(part in text or part in names for part in words.casefold().split())


def nearest(near: Mapping[int, float], among: Container[int]) -> dict[int, float]:
    """The calls that are near enough to be shown for what they mean, the nearest first."""
    known = {number: score for number, score in near.items() if number in among and np.isfinite(score)}
    best = sorted(known.items(), key=lambda pair: (-pair[1], pair[0]))[:BY_MEANING]
    if not best:
        return {}
    least = best[0][1] * NEAR
    return {number: score for number, score in best if score >= least}
