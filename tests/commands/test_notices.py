"""`fondvakt notices` over a data folder of its own: what is due, what is made and sent, and nothing twice."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from command_line import fondvakt

from notifier.model import Letter, LetterKind, LetterState
from pipeline.settings import read_settings
from pipeline.wiring import opened
from storage import letters, notices, runs
from storage.database import reading, writing

NOW = "2026-11-23T07:05:00+01:00"


@pytest.fixture
def settings(tmp_path):
    """Exempelstad, whose portal has not been read for days, and whose letters are files."""
    given = {
        "FONDVAKT_DATA_DIR": tmp_path / "data",
        "FONDVAKT_SMTP_URL": f"file:{tmp_path / 'letters'}",
        "FONDVAKT_OPERATOR_MAIL": "drift@exempelstad.example",
        "FONDVAKT_NOW": NOW,
    }
    assert fondvakt("init", "--municipality", "exempelstad", settings=given).code == 0
    installation = opened(read_settings(data_dir=tmp_path / "data"))
    now = read_settings(data_dir=tmp_path / "data", now=NOW).clock()
    with writing(installation.engine) as conn:
        number = runs.start_harvest(conn, installation.tenant, "eu-portal", now - timedelta(days=3))
        runs.end_harvest(conn, installation.tenant, number, outcome="failed", now=now)
    installation.engine.dispose()
    return given


def test_an_alarm_is_made_once_goes_out_and_prints_one_object(settings, tmp_path):
    first = fondvakt("notices", "--only", "alarms", "--json", settings=settings)
    assert first.json()["made"] == {"alarm": 1}
    assert first.json()["sent"]["sent"] == 1
    assert fondvakt("notices", "--json", settings=settings).json() == {"made": {}, "sent": None}
    (file,) = (tmp_path / "letters").glob("*.eml")
    message = message_from_bytes(file.read_bytes(), policy=policy.SMTP)
    assert message["To"] == "drift@exempelstad.example"
    assert message["Subject"].startswith("Fondvakt larm: Källan EU Funding")


def test_a_dry_run_makes_nothing(settings, tmp_path):
    assert fondvakt("notices", "--dry-run", "--json", settings=settings).json() == {"due": []}
    assert not (tmp_path / "letters").exists()


def test_the_rehearsal_reaches_every_coordinator_once(settings):
    for number in (1, 0):
        made = fondvakt("notices", "--only", "rehearsal", "--json", settings=settings).json()["made"]
        assert made == ({"rehearsal": number} if number else {})


def test_an_unknown_kind_is_wrong_use(settings):
    assert fondvakt("notices", "--only", "gossip", settings=settings).code == 2


def test_a_reminder_that_has_lain_for_days_does_not_go_out_as_it_was(settings, tmp_path):
    installation = opened(read_settings(data_dir=tmp_path / "data"))
    now = read_settings(data_dir=tmp_path / "data", now=NOW).clock()
    old = Letter(
        person="kontakt-skola",
        week="2026-W47",
        to="kontakt.skola@exempelstad.example",
        subject="Fondvakt: 7 dagar kvar",
        message_id="<old@exempelstad.example>",
        content=b"Subject: x\r\n\r\nx",
        calls=(),
        kind=LetterKind.REMINDER,
    )
    with writing(installation.engine) as conn:
        notices.add(conn, "default", old, "reminder/2026-11-20", ["1/2026-11-27/7"], now - timedelta(days=3))
        fresh = replace(old, message_id="<new@exempelstad.example>", kind=LetterKind.CHANGE)
        notices.add(conn, "default", fresh, "change/2026-11-20", ["1/2"], now - timedelta(days=3))
    assert fondvakt("letters", "send", "--json", settings=settings).json()["sent"] == 1
    with reading(installation.engine) as conn:
        states = [stored.state for stored in letters.find(conn, "default")]
        assert notices.told(conn, "default", LetterKind.REMINDER) == set()
    installation.engine.dispose()
    assert states == [LetterState.CANCELLED, LetterState.SENT]
