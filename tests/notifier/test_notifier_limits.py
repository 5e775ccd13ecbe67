"""The relay's limit over many restarts, and one letter wanted by two: the sender's promises to others (B6, M-37, M-40).

Times are those of the server, which notes when each letter came.
"""

import random
import threading
from datetime import timedelta

import pytest
from outbox import OWNER, TENANT, Outbox, fill, sent, states
from patience import patient

from builders import NOW
from notifier.model import LetterState
from pipeline.limiter import Limiter
from pipeline.settings import Settings
from storage import letters
from storage.database import reading

LIMIT = 25
RESTARTS = 20
LETTERS = 260


class Killed(BaseException):
    """The process ends here."""


class World:
    """One clock for the sender, its limiter and the server; at every twenty seconds the sender dies."""

    def __init__(self, chance: random.Random, every: float) -> None:
        self.chance, self.every = chance, every
        self.seconds, self.dies_at = 0.0, every

    def now(self):
        return NOW + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds + 1_000_000 * int(
            self.dies_at / self.every
        )  # every process counts from somewhere else

    def sleep(self, seconds: float) -> None:
        if self.seconds + seconds >= self.dies_at:
            self.seconds, self.dies_at = self.dies_at, self.dies_at + self.every
            raise Killed
        self.seconds += seconds


class Relay(Outbox):
    """Takes its time before and after a letter, and notes when it came."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world, self.came = world, []

    def deliver(self, letter, *, before_data):
        self.world.sleep(self.world.chance.uniform(0, 0.8))
        before_data()
        self.came.append(self.world.seconds)
        self.world.sleep(self.world.chance.uniform(0, 0.4))
        self.kept.append(letter)
        return "250 kept"


@pytest.mark.parametrize("every", [20, 7], ids=["M-37 B6 each 20 seconds", "B6 each 7 seconds"])
def test_no_window_of_60_seconds_holds_more_than_the_limit_over_20_restarts(engine, every):
    world = World(random.Random(every), every)
    relay, deaths = Relay(world), 0
    fill(engine, LETTERS)
    for _ in range(RESTARTS):
        limiter = Limiter(LIMIT, monotonic=world.monotonic, sleep=world.sleep)
        try:
            sent(engine, relay, people=LETTERS, clock=world.now, limiter=limiter)
        except Killed:
            deaths += 1
    assert deaths == RESTARTS
    most = max(sum(at - 60 < other <= at for other in relay.came) for at in relay.came)
    assert most <= LIMIT
    assert len(relay.came) >= LIMIT * (world.seconds // 60)  # and the limit is used, not only kept


def test_b6_the_limit_is_25_a_minute_unless_the_operator_says_otherwise():
    assert Settings.model_fields["mail_per_minute"].default == LIMIT


def test_m_40_of_two_workers_that_want_the_same_letters_each_letter_leaves_once(engine):
    fill(patient(engine), 40)
    workers = [Outbox(), Outbox()]
    together = threading.Barrier(2)

    def work(number: int) -> None:
        together.wait()
        sent(engine, workers[number], people=40, owner=f"{OWNER}-{number}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = [letter.message_id for worker in workers for letter in worker.kept]
    assert len(kept) == len(set(kept)) == 40
    assert states(engine) == [LetterState.SENT] * 40


def test_a7_asked_to_stop_while_it_waits_for_its_turn_the_run_ends_within_a_second(engine):
    fill(engine, 3)
    world, channel = World(random.Random(1), 10_000), Outbox()
    limiter = Limiter(2, monotonic=world.monotonic, sleep=world.sleep)
    sent(
        engine,
        channel,
        people=3,
        clock=world.now,
        limiter=limiter,
        stopping=lambda: len(channel.kept) == 2 and world.seconds > 5,
    )
    assert (len(channel.kept), world.seconds) == (2, 6)
    with reading(engine) as conn:
        last = letters.get(conn, TENANT, 3)
    assert (last.state, last.attempts) == (LetterState.RENDERED, 0)
