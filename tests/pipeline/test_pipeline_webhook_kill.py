"""Runs of the webhooks killed at random moments: a channel that cannot tell gets nothing twice, nothing is lost (B2).

A system that can tell may get an event again, with the same identity and the same bytes. The moments come from a
printed seed; FONDVAKT_TEST_SEED repeats a run. FONDVAKT_TEST_HOOK_KILLS makes it longer (`make soak`).
"""

import os
import signal
import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "notifier"))

from dice import dice
from forking import Forker
from hook_killable import SECRET, TENANT
from hook_server import Receiver, receiver

from builders import NOW
from notifier.webhook import WebhookState, signature
from pipeline import webhooks
from storage import webhooks as stored
from storage.database import open_database, reading, writing

KILLS = int(os.environ.get("FONDVAKT_TEST_HOOK_KILLS", "12"))
MOST = 5  # a run tells so many and waits, so that none has told everything before it is killed
EVENTS = MOST * KILLS


@pytest.fixture
def engine(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path / 'hooks.sqlite'}")
    yield engine
    engine.dispose()


def events(engine) -> list[stored.StoredEvent]:
    with reading(engine) as conn:
        return stored.events(conn, TENANT)


def fill(engine) -> None:
    with writing(engine) as conn:
        for number in range(EVENTS):
            for target in ("teams", "generic"):
                body = b'{"id":"%d"}' % number
                stored.add(conn, TENANT, target, f"{TENANT}/change/{number}/2", body, NOW)


def killed_after(forker: Forker, keeper: Receiver, events: int, seconds: float) -> None:
    """Kill a run so many seconds after it has told so many events; the receiver answers no more than `MOST`."""
    before = len(keeper.got)
    keeper.answers_until(before + MOST)
    forker.start()
    ended = forker.end(once=lambda: len(keeper.got) >= before + events, after=seconds)
    assert ended == -signal.SIGKILL


def test_b2_killed_at_random_moments_a_channel_gets_nothing_twice_and_nothing_is_lost(engine, tmp_path):
    chance = dice()
    fill(engine)
    with receiver() as keeper:
        forker = Forker(
            Path(__file__).with_name("hook_killable.py"),
            engine.url.render_as_string(hide_password=False),
            keeper.url,
            tmp_path / "lock",
            log=tmp_path / "log",
        )
        for _ in range(KILLS):
            killed_after(forker, keeper, chance.randint(0, MOST), chance.uniform(0, 0.01))
        keeper.answers_until(None)
        while any(one.state in (*stored.WAITING, WebhookState.SENDING) for one in events(engine)):
            forker.start()
            assert forker.ended() == 0
        forker.close()
    got = Counter(
        (path.rpartition("to=")[2], head["Fondvakt-Event"], body) for path, head, body in keeper.got
    )
    doubtful = {one.event for one in events(engine) if one.state is WebhookState.IN_DOUBT}
    print(f"kills {KILLS}, in doubt {len(doubtful)}, came again {sum(n - 1 for n in got.values())}")
    assert {one.state for one in events(engine)} <= {WebhookState.SENT, WebhookState.IN_DOUBT}
    assert len(doubtful) <= KILLS
    for number in range(EVENTS):
        event, body = f"{TENANT}/change/{number}/2", b'{"id":"%d"}' % number
        assert got["generic", event, body] >= 1
        assert got["teams", event, body] == 1 or (got["teams", event, body] == 0 and event in doubtful)
    assert len(got) == len({(to, event) for to, event, _ in got})
    signed = (one for one in keeper.got if one[0].endswith("generic"))
    assert all(
        head["Fondvakt-Signature"] == signature(SECRET, int(head["Fondvakt-Timestamp"]), body)
        for _, head, body in signed
    )


def test_b3_a_person_says_what_came_of_what_is_in_doubt(engine):
    fill(engine)
    number, other = (one.id for one in events(engine)[:2])
    with writing(engine) as conn:
        for one in (number, other):
            stored.record(conn, TENANT, one, WebhookState.IN_DOUBT, NOW)
    webhooks.settle(engine, TENANT, number, arrived=True, now=NOW, by="cli")
    webhooks.settle(engine, TENANT, other, arrived=False, now=NOW, by="cli")
    states = {one.id: one.state for one in events(engine)}
    assert (states[number], states[other]) == (WebhookState.SENT, WebhookState.RETRY)
    for one in (number, other, 10_000):
        with pytest.raises(webhooks.NotToBeSettled):
            webhooks.settle(engine, TENANT, one, arrived=True, now=NOW, by="cli")
