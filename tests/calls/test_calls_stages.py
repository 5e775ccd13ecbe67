"""Which deadline is which through a call's history: moved, added, taken away, back again."""

from datetime import date, datetime, timedelta

import pytest

from calls.model import BRUSSELS, CallFacts, Deadline
from calls.stages import Reading, stages
from calls.vocabulary import Status

START = datetime(2026, 8, 1, tzinfo=BRUSSELS)


def on(month: int, day: int, hour: int = 17) -> Deadline:
    return Deadline(at=datetime(2026, month, day, hour, tzinfo=BRUSSELS))


def told(*readings, **facts) -> list[tuple]:
    """Number, day, sequence and standing of each stage after these readings, a day apart."""
    history = [
        Reading(
            at=START + timedelta(days=place),
            facts=CallFacts(title="x", url="https://x.example", **({"deadlines": deadlines} | facts)),
        )
        for place, deadlines in enumerate(readings)
    ]
    return [
        (
            stage.number,
            stage.deadline.day.isoformat()[5:],
            stage.sequence,
            "gone" if stage.is_withdrawn else "unsaid" if stage.is_unsaid else "there",
        )
        for stage in stages(history)
    ]


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        pytest.param([(on(9, 15),)], [(1, "09-15", 0, "there")], id="one reading"),
        pytest.param(
            [(on(9, 15),), (on(9, 15),)], [(1, "09-15", 0, "there")], id="the same again"
        ),
        pytest.param(
            [(on(9, 15, 17),), (on(9, 15, 23),)], [(1, "09-15", 1, "there")], id="another hour of the same day"
        ),
        pytest.param(
            [(on(9, 15, 17),), (on(9, 15, 12),), (on(9, 15, 17),)],
            [(1, "09-15", 2, "there")], id="another hour and back"
        ),
        pytest.param(
            [(on(9, 15, 17),), (Deadline(at=on(9, 15, 17).at + timedelta(seconds=59)),)],
            [(1, "09-15", 0, "there")], id="D3 seconds of the clock"
        ),
        pytest.param(
            [(Deadline.on(date(2026, 9, 15)),), (on(9, 15, 17),)], [(1, "09-15", 1, "there")],
            id="an hour where there was a day"
        ),
        pytest.param(
            [(Deadline.on(date(2026, 9, 15)),), (Deadline.on(date(2026, 9, 15)),)], [(1, "09-15", 0, "there")],
            id="only the day again"
        ),
        pytest.param(
            [(on(9, 15, 12), on(9, 15, 17)), (on(9, 15, 17),)],
            [(1, "09-15", 1, "gone"), (2, "09-15", 0, "there")], id="one of two on a day taken away"
        ),
        pytest.param([(on(9, 15),), (on(9, 22),)], [(1, "09-22", 1, "there")], id="S79 moved later"),
        pytest.param([(on(9, 15),), (on(9, 8),)], [(1, "09-08", 1, "there")], id="S79 moved earlier"),
        pytest.param(
            [(on(9, 15),), (on(9, 22),), (on(9, 15),)], [(1, "09-15", 2, "there")], id="moved and moved back"
        ),
        pytest.param([(on(9, 15),), None], [(1, "09-15", 1, "unsaid")], id="S79 no longer said"),
        pytest.param(
            [(on(9, 15),), None, None, (on(9, 15),)], [(1, "09-15", 2, "there")], id="said again"
        ),
        pytest.param([(on(9, 15),), ()], [(1, "09-15", 1, "gone")], id="running from now on"),
        pytest.param([(on(9, 15),), (), ()], [(1, "09-15", 1, "gone")], id="still running"),
        pytest.param(
            [(on(9, 15),), (), (on(10, 1),)], [(1, "10-01", 2, "there")], id="taken away and given anew"
        ),
        pytest.param(
            [(on(9, 15), on(12, 1)), (on(9, 15), on(12, 8))],
            [(1, "09-15", 0, "there"), (2, "12-08", 1, "there")],
            id="second stage moved",
        ),
        pytest.param(
            [(on(9, 15), on(12, 1)), (on(9, 20), on(12, 8))],
            [(1, "09-20", 1, "there"), (2, "12-08", 1, "there")],
            id="both stages moved",
        ),
        pytest.param(
            [(on(9, 15),), (on(9, 15), on(12, 1))],
            [(1, "09-15", 0, "there"), (2, "12-01", 0, "there")],
            id="a cut-off added",
        ),
        pytest.param(
            [(on(7, 15), on(9, 15)), (on(9, 15), on(12, 1))],
            [(1, "07-15", 0, "there"), (2, "09-15", 0, "there"), (3, "12-01", 0, "there")],
            id="a passed cut-off left out and a new one added",
        ),
        pytest.param([None, (on(9, 15),)], [(1, "09-15", 0, "there")], id="said for the first time"),
        pytest.param([None], [], id="never said"),
    ],
)  # fmt: skip
def test_a_deadline_keeps_its_number_and_counts_its_changes(readings, expected):
    assert told(*readings) == expected


def test_a_call_closed_before_its_day_is_withdrawn():
    assert told((on(9, 15),), announced=Status.CLOSED) == [(1, "09-15", 0, "gone")]
    assert told((on(7, 15),), announced=Status.CLOSED) == [(1, "07-15", 0, "there")]
