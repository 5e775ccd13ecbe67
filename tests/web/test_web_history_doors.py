"""Every door that changes something is tried by a test whose client looks into the database (F7).

`watching.Watching`, which every `web_world.Browser` uses, fails a POST that changes rows without a word in the
history. So it is enough that each door is posted to somewhere.
"""

import re
from pathlib import Path

import pytest
from watching import Watching
from web_world import World, call_with_two_units

from storage import audit
from storage.database import reading, writing
from storage.tables import subscription
from web.app import DOORS

TESTS = "".join(
    file.read_text(encoding="utf-8")
    for room in ("web", "browser")
    for file in sorted((Path(__file__).parents[1] / room).glob("test_*.py"))
)
POSTED = [door for door in DOORS if "POST" in door.methods]


@pytest.mark.parametrize("door", POSTED, ids=lambda door: f"F7 {door.path}")
def test_every_door_that_changes_something_is_posted_to(door):
    pieces = [re.escape(piece) for piece in re.split(r"\{[^}]+\}", door.path)]
    written = r"[^\s\"']*".join(pieces)
    assert re.search(written, TESTS), f"no test posts to {door.path}"


def test_a_browser_of_tests_watches(world: World):
    assert isinstance(world.browser().client, Watching)


def test_a_change_in_silence_is_noticed__F7(world: World):
    browser = world.signed_in()

    def in_silence(request) -> None:
        if request.method == "POST":
            row = {"tenant": "exempelstad", "person": "x", "changed_at": world.now}
            with writing(world.engine) as conn:
                conn.execute(subscription.insert().values(**row))

    browser.client.event_hooks = {"request": [in_silence]}
    with pytest.raises(AssertionError, match="without a word in the history"):
        browser.post("/beslut", {"match": "1:x", "verdict": "accept"}, page="/utlysningar")


def test_a_decision_by_the_pages_is_one_event_a_match__F7(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    form = browser.forms("/utlysning/1")[0]
    browser.post("/beslut", {"match": form["match"], "verdict": "accept"})
    with reading(world.engine) as conn:
        told = audit.events(conn, "exempelstad", kind="match")
    assert len(told) == len(form["match"])
