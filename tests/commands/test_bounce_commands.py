"""`fondvakt bounces`: an address that came back is listed with its cause, and is used again by a person's word."""

import json
from datetime import timedelta

from command_line import fondvakt

from builders import NOW
from notifier.statuses import BounceKind
from storage import bounces
from storage.database import open_database, writing

ADDRESS = "kontakt.skola@exempelstad.example"


def test_an_address_that_bounced_is_used_again_by_command_and_history_tells(plain):
    settings = plain | {"FONDVAKT_NOW": NOW.isoformat()}
    assert fondvakt("init", "--municipality", "exempelstad", settings=settings).code == 0
    engine = open_database(f"sqlite:///{plain['FONDVAKT_DATA_DIR'] / 'fondvakt.sqlite'}")
    with writing(engine) as conn:
        for days in (15, 5):
            fresh = {"content_hash": str(days), "address": ADDRESS, "now": NOW - timedelta(days=days)}
            bounces.add(conn, "default", kind=BounceKind.HARD, **fresh)
    engine.dispose()
    (paused,) = fondvakt("bounces", "list", "--json", settings=settings).json()["paused"]
    assert paused["address"] == ADDRESS
    assert fondvakt("bounces", "resume", ADDRESS.upper(), settings=settings).code == 0
    last = json.loads(fondvakt("history", "export", settings=settings).out.splitlines()[0])
    assert (last["actor"], last["kind"], last["key"], last["action"]) == ("cli", "address", ADDRESS, "resume")
    again = fondvakt("bounces", "resume", ADDRESS, settings=settings)
    assert (again.code, again.out) == (2, "")
    assert "är inte pausad" in again.boxed()
