"""How fast letters leave: never more than the limit in a minute, also over restarts (B6, M-37)."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from outbox import Outbox, fill, sent, states

from notifier.model import LetterState
from pipeline.limiter import Limiter

S = LetterState


class Time:
    """Monotonic time that sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@given(
    limit=st.integers(1, 30),
    pauses=st.lists(st.floats(0, 20), min_size=40, max_size=120),
    restart=st.integers(1, 39),
)
def test_b6_no_window_of_60_seconds_holds_more_than_the_limit_also_over_restarts(limit, pauses, restart):
    time, left = Time(), []
    limiter = Limiter(limit, monotonic=time, sleep=time.sleep)
    for number, pause in enumerate(pauses):
        time.sleep(pause)
        if number % restart == 0:
            limiter = Limiter(limit, monotonic=time, sleep=time.sleep)
            limiter.remember([timedelta(seconds=time.now - at) for at in left])
        limiter.wait()
        left.append(time.now)
    for at in left:
        assert sum(at - 59.99 < other <= at for other in left) <= limit


def test_m_37_what_an_earlier_run_sent_counts(engine):
    fill(engine, 4)
    time = Time()
    sent(engine, Outbox(), people=2, limiter=Limiter(3, monotonic=time, sleep=time.sleep))
    assert time.now == 0
    sent(engine, Outbox(), people=4, limiter=Limiter(3, monotonic=time, sleep=time.sleep))
    assert states(engine) == [S.SENT, S.SENT, S.CANCELLED, S.CANCELLED]


def test_m_37_a_restarted_run_waits_for_its_turn(engine):
    fill(engine, 4)
    time, channel = Time(), Outbox()
    one = {"people": 4, "stopping": lambda: len(channel.kept) == 3}
    sent(engine, channel, limiter=Limiter(3, monotonic=time, sleep=time.sleep), **one)
    sent(engine, channel, limiter=Limiter(3, monotonic=time, sleep=time.sleep), people=4)
    assert len(channel.kept) == 4
    assert time.now == 60


def test_b6_a_letter_counts_from_when_it_leaves_not_from_when_it_was_let_through(engine):
    fill(engine, 2)
    time = Time()
    limiter = Limiter(1, monotonic=time, sleep=time.sleep)

    class Slow(Outbox):
        def deliver(self, letter, *, before_data):
            time.sleep(20)  # the relay takes its time before it accepts the address
            left.append(time.now)
            return super().deliver(letter, before_data=before_data)

    left = []
    sent(engine, Slow(), people=2, limiter=limiter)
    assert left[1] - left[0] >= 60
