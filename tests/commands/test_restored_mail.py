"""A restored or copied database mails nobody until a person has said so, from command to mailbox (B7, M-41, M-42)."""

import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest
from command_line import fondvakt
from letters import a_letter
from servers import Keeper, real_server

from builders import NOW
from notifier.model import LetterState
from pipeline import settling
from pipeline.readers import recipients
from profiles.load import load_profile, preset_path
from storage import incidents, letters, outbox
from storage.database import open_database, reading, writing

TENANT = "default"


@pytest.fixture
def keeper():
    return Keeper()


@pytest.fixture
def settings(tmp_path, keeper):
    """An installation that sends to a real server."""
    with real_server(keeper) as relay:
        yield {
            "FONDVAKT_DATA_DIR": tmp_path / "data",
            "FONDVAKT_SMTP_URL": relay,
            "FONDVAKT_MODEL": tmp_path / "no-model",
            "FONDVAKT_MAIL_PER_MINUTE": 100000,
            "FONDVAKT_NOW": NOW.isoformat(),
        }


def opened(settings):
    return open_database(f"sqlite:///{settings['FONDVAKT_DATA_DIR'] / 'fondvakt.sqlite'}")


def put(settings, week: str) -> int:
    """A letter to each contact person of the made-up municipality; how many."""
    engine, pattern = opened(settings), a_letter()
    readers = recipients(load_profile(preset_path("exempelstad")))
    with writing(engine) as conn:
        for person in readers:
            number = f"<{week}-{person.key}@exempelstad.example>"
            one = replace(pattern, person=person.key, week=week, to=person.email, message_id=number, calls=())
            letters.add(conn, TENANT, one, week, NOW - timedelta(days=1))
    engine.dispose()
    return len(readers)


def test_m_41_b7_a_restored_copy_sends_nothing_before_release_and_shows_what_may_have_gone_out(
    settings, keeper, tmp_path
):
    fondvakt("init", "--municipality", "exempelstad", settings=settings)
    readers = put(settings, "2026-W33")
    assert fondvakt("letters", "send", settings=settings).code == 0
    waiting = put(settings, "2026-W34")
    copy = tmp_path / "yesterday.sqlite"
    fondvakt("backup", "--out", copy, settings=settings)
    assert fondvakt("letters", "send", settings=settings).code == 0
    assert len(keeper.envelopes) == readers + waiting

    settings = settings | {"FONDVAKT_DATA_DIR": tmp_path / "again"}
    assert fondvakt("restore", copy, "--json", settings=settings).json()["held"] == waiting
    for _ in range(3):
        answer = fondvakt("letters", "send", settings=settings)
        assert answer.code == 1
        assert "säkerhetskopia" in answer.err
    assert len(keeper.envelopes) == readers + waiting
    shown = fondvakt("letters", "list", "--state", "held", "--json", settings=settings).json()
    assert len(shown["letters"]) == waiting
    assert shown["sending"]["is_held"] is True
    found = fondvakt("doctor", "--json", settings=settings).json()["findings"]
    assert {"sending", "letters"} <= {part["about"] for part in found if not part["ok"]}

    for line in shown["letters"][1:]:  # a person knows that these went out since the copy was taken
        assert fondvakt("letters", "arrived", line["id"], settings=settings).code == 0
    assert fondvakt("letters", "release", settings=settings).code == 0
    assert fondvakt("letters", "send", settings=settings).code == 0
    assert len(keeper.envelopes) == readers + waiting + 1


def standing(settings, engine) -> set[str]:
    """What is wrong by now, by name."""
    fondvakt("notices", "--only", "alarms", "--json", settings=settings)
    with reading(engine) as conn:
        return {one.name for one in incidents.open_now(conn, TENANT)}


def test_what_a_coordinator_holds_is_no_alarm_and_stays_when_the_operator_lets_go_of_the_rest(
    settings, keeper
):
    settings |= {"FONDVAKT_OPERATOR_MAIL": "drift@exempelstad.example"}
    fondvakt("init", "--municipality", "exempelstad", settings=settings)
    waiting = put(settings, "2026-W34")
    engine = opened(settings)
    for number in range(1, waiting + 1):
        settling.hold(engine, TENANT, number, NOW, by="samordnare")
    assert "relay" not in standing(settings, engine)
    with writing(engine) as conn:
        for number in range(2, waiting + 1):
            letters.record(conn, TENANT, number, LetterState.HELD, NOW, error="535 5.7.3 no")
    assert "relay" in standing(settings, engine)
    engine.dispose()
    found = fondvakt("letters", "release", "--json", settings=settings).json()
    assert (found["released"], found["still_held"]) == (waiting - 1, 1)
    said = fondvakt("letters", "release", settings=settings).out
    assert "1 brev hålls av en samordnare" in said
    fondvakt("letters", "send", settings=settings)
    held = fondvakt("letters", "list", "--state", "held", "--json", settings=settings).json()["letters"]
    assert [one["id"] for one in held] == [1]


def test_m_42_b7_a_copy_on_another_machine_refuses_to_send(settings, keeper):
    fondvakt("init", "--municipality", "exempelstad", settings=settings)
    put(settings, "2026-W33")
    engine = opened(settings)
    with writing(engine) as conn:
        outbox.take_over(conn, TENANT, "another-machine", NOW)
    answer = fondvakt("letters", "send", settings=settings)
    assert answer.code == 1
    assert "another-machine" in answer.err
    assert "another-machine" in fondvakt("doctor", settings=settings).out
    assert keeper.envelopes == []
    with reading(engine) as conn:
        assert {one.state for one in letters.find(conn, TENANT)} == {LetterState.RENDERED}
    engine.dispose()
    with sqlite3.connect(settings["FONDVAKT_DATA_DIR"] / "fondvakt.sqlite") as conn:
        assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
