"""SIGTERM at random moments of sending: the present letter is finished, and nothing is left in doubt (A7, T-15).

Two of three come while letters are leaving, the third at any moment from the first on. The real command in forked
processes, over real SMTP. FONDVAKT_TEST_ENDS makes it longer (`make soak`).
"""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from dice import dice
from forking import Forker
from killing import command_forker
from letters import a_letter
from servers import Keeper, real_server

from builders import NOW
from notifier.model import LetterState
from pipeline.readers import recipients
from profiles.load import load_profile, preset_path
from storage import letters
from storage.database import open_database, reading, writing

ENDS = int(os.environ.get("FONDVAKT_TEST_ENDS", "20"))
ENOUGH = 30  # letters that wait when sending begins
LONGEST = 30.0  # seconds
TENANT = "default"


class SlowKeeper(Keeper):
    """Thinks before it answers for a letter, so that many signals come just then."""

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(0.03)
        return await super().handle_DATA(server, session, envelope)


def fill(engine, week: int) -> int:
    """A week's letters for every contact person of the made-up municipality; how many."""
    pattern, readers = a_letter(), recipients(load_profile(preset_path("exempelstad")))
    with writing(engine) as conn:
        for person in readers:
            one = replace(
                pattern,
                person=person.key,
                week=f"week {week}",
                to=person.email,
                message_id=f"<week-{week}-{person.key}@exempelstad.example>",
                calls=(),
            )
            letters.add(conn, TENANT, one, one.week, NOW)
    return len(readers)


def states(engine) -> Counter:
    with reading(engine) as conn:
        return Counter(stored.state for stored in letters.find(conn, TENANT))


def test_a7_t_15_asked_to_end_it_finishes_the_letter_and_leaves_nothing_in_doubt(tmp_path):
    keeper, data_dir, chance = SlowKeeper(), tmp_path / "data", dice()
    with real_server(keeper) as relay:
        forker = command_forker(data_dir, SMTP_URL=relay, NOW=NOW.isoformat())
        forker.start(["init", "--municipality", "exempelstad"])
        assert forker.ended() == 0
        engine = open_database(f"sqlite:///{data_dir / 'fondvakt.sqlite'}")
        made, slowest, amid = 0, 0.0, 0
        for number in range(ENDS):
            while made - len(keeper.envelopes) < ENOUGH:
                made += fill(engine, made)
            before, whenever = len(keeper.envelopes), number % 3 == 0
            once = (lambda: True) if whenever else lambda before=before: len(keeper.envelopes) > before
            code, took = asked_to_end(forker, once, chance.uniform(0.0, 0.9 if whenever else 0.3))
            slowest, amid = max(slowest, took), amid + (len(keeper.envelopes) > before)
            assert took <= LONGEST
            assert code in (0, -signal.SIGTERM)  # the latter before it has begun anything
            found = states(engine)
            assert set(found) <= {LetterState.RENDERED, LetterState.SENT, LetterState.RETRY}, found
            assert found[LetterState.SENT] == len(keeper.envelopes)
        print(f"ends {ENDS}, {amid} of them while sending, slowest {slowest:.2f} s, left in doubt 0")
        assert amid >= ENDS // 2
        forker.start(["letters", "send"])
        assert forker.ended() == 0
        assert states(engine) == Counter({LetterState.SENT: made})
        assert len(keeper.envelopes) == made
        engine.dispose()
        forker.close()


def asked_to_end(forker: Forker, once: Callable[[], bool], after: float) -> tuple[int, float]:
    """How sending ended that was asked to end so many seconds after `once` came true, and how long that took."""
    forker.start(["letters", "send"])
    came: list[float] = []
    code = forker.end(
        once=lambda: once() and not came.append(time.monotonic()), after=after, by=signal.SIGTERM
    )
    return code, time.monotonic() - came[-1] - after if came else 0.0
