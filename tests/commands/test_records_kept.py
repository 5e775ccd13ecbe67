"""What an authority must be able to show: nothing is cleaned away by itself, a call's records stand for years."""

import json
from pathlib import Path

import pytest
from command_line import fondvakt
from sqlalchemy import func, select

from profiles.load import load_profile, preset_path
from profiles.write import profile_text
from storage import calls, letters, matches
from storage.database import open_database, reading
from storage.tables import metadata

TENANT = "default"
LATER = ("2028-11-23T07:05:00+01:00", "2031-11-24T07:05:00+01:00")
JOBS = (
    ("collect",),
    ("match",),
    ("notices",),
    ("digest", "send"),
    ("letters", "send"),
    ("bounces", "read"),
    ("webhooks", "send"),
)
# Bookkeeping that is forgotten by design: sign-ins, sessions, vectors of models that serve no more, and for how long
# somebody has had nothing to read.
NOT_RECORDS = frozenset({"signin", "session", "embedding", "silence"})


@pytest.fixture(scope="module")
def house(settings):
    """An installation that has collected, matched, accepted one call and sent its letters."""
    for arguments in (("init", "--municipality", "exempelstad"), ("collect",), ("match",)):
        assert fondvakt(*arguments, settings=settings).code == 0
    first = fondvakt("queue", "--json", settings=settings).json()["matches"][0]
    assert fondvakt("decide", first["id"], "accept", "--note", "Passar oss", settings=settings).code == 0
    assert fondvakt("digest", "send", settings=settings).code == 0
    return settings, first


def database(settings):
    return open_database(f"sqlite:///{Path(str(settings['FONDVAKT_DATA_DIR'])) / 'fondvakt.sqlite'}")


def counted(settings) -> dict[str, int]:
    """Table to its number of rows."""
    engine = database(settings)
    with reading(engine) as conn:
        found = {
            table.name: conn.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
            if table.name not in NOT_RECORDS
        }
    engine.dispose()
    return found


def records(settings, match_id: int, call_id: int) -> dict:
    """Everything about one call: its versions, the match and its decisions, the letters as sent, the history."""
    engine = database(settings)
    with reading(engine) as conn:
        stored = matches.existing(conn, TENANT, match_id)
        found = {
            "versions": calls.versions(conn, TENANT, call_id),
            "model": (stored.match.model, stored.match.call_version),
            "decisions": matches.history(conn, TENANT, match_id),
            "letters": [
                (one.letter.person, one.letter.content)
                for one in letters.find(conn, TENANT)
                if call_id in {number for number, _version in one.letter.calls}
            ],
        }
    engine.dispose()
    return found | {"history": told(settings, match_id)}


def told(settings, match_id: int) -> list[dict]:
    """What the history says of the match."""
    shown = fondvakt("history", "export", settings=settings)
    events = map(json.loads, shown.out.splitlines())
    return [one for one in events if one["kind"] == "match" and one["key"] == str(match_id)]


def test_o_04_two_years_and_a_new_profile_later_the_records_of_a_call_are_what_they_were(house, tmp_path):
    settings, first = house
    before = records(settings, first["id"], first["call_id"])
    assert before["letters"]
    assert [one.note for one in before["decisions"]] == ["Passar oss"]
    assert (before["history"][0]["model"], before["history"][0]["profile_version"]) == ("words", 1)
    profile = tmp_path / "exempelstad.toml"
    profile.write_text(profile_text(load_profile(preset_path("exempelstad"))).replace("42", "43", 1))
    later = settings | {"FONDVAKT_NOW": LATER[0]}
    for arguments in (("profile", "import", profile), ("match",)):
        assert fondvakt(*arguments, settings=later).code == 0, arguments
    after = records(later, first["id"], first["call_id"])
    assert after == before


def test_o_03_no_job_cleans_anything_away_however_many_years_go_by(house):
    settings, _first = house
    for moment in LATER:
        before, later = counted(settings), settings | {"FONDVAKT_NOW": moment}
        for arguments in JOBS:
            fondvakt(*arguments, settings=later)
        after = counted(settings)
        assert {name: (rows, after[name]) for name, rows in before.items() if after[name] < rows} == {}
    assert before["call"] > 0
    assert before["letter"] > 0
