"""What matching needs of the calls alone, worked out once and used for any number of needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from calls.model import Call
from matcher.likeness import CallRows
from matcher.programmes import ActionFacts, ProgrammeFacts, action_of, programme_of
from matcher.texts import TITLE, call_texts, words_text
from matcher.vectors import PASSAGE, Vectors
from matcher.words import WordIndex


@dataclass(frozen=True)
class IndexedCalls:
    """Calls, with the vectors of their texts when there is a model. Everything is worked out when first asked for."""

    calls: Sequence[Call]
    vectors: Vectors | None = None

    @cached_property
    def words(self) -> WordIndex:
        """The words of all calls."""
        return WordIndex([words_text(call) for call in self.calls])

    @cached_property
    def rows(self) -> CallRows | None:
        """The vectors of the calls' texts; None without a model or without any vector."""
        if self.vectors is None or not self.calls:
            return None
        texts = [call_texts(call) for call in self.calls]
        flat = [part for parts in texts for part in parts]
        rows = self.vectors.rows([part.text for part in flat], PASSAGE)
        if rows is None:
            return None
        return CallRows(
            rows=rows,
            owner=np.repeat(np.arange(len(texts)), [len(parts) for parts in texts]),
            place=np.array([position for parts in texts for position in range(len(parts))]),
            is_title=np.array([part.section == TITLE for part in flat]),
            calls=len(texts),
        )

    @cached_property
    def programmes(self) -> tuple[ProgrammeFacts | None, ...]:
        """Each call's programme, None where it is not described."""
        return tuple(programme_of(call) for call in self.calls)

    @cached_property
    def actions(self) -> tuple[ActionFacts | None, ...]:
        """Each call's type of action, None where it is not given."""
        return tuple(action_of(call) for call in self.calls)

    def warm(self) -> "IndexedCalls":
        """The same, everything worked out now rather than when somebody waits."""
        _ = self.words, self.rows, self.programmes, self.actions
        return self
