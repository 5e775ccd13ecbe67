"""The outbox: one letter a person and slot, claimed, recorded, settled after a break."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from builders import NOW, a_scraped_call
from notifier.model import Letter, LetterKind, LetterState
from storage import calls, letters, notices, outbox
from storage.database import reading, writing
from storage.errors import SentTwice, UnknownLetter

MINUTE = timedelta(minutes=1)


@pytest.fixture
def ready(engine: Engine) -> Engine:
    """A database with calls 1 and 2."""
    harvest = [a_scraped_call(reference=str(n), identifier=f"X-{n}") for n in (1, 2)]
    with writing(engine) as conn:
        calls.save_harvest(conn, "t", "eu-portal", harvest, {"eu-portal": 0}, NOW)
    return engine


def a_letter(**facts) -> Letter:
    given = {
        "person": "kontakt-skola",
        "week": "2026-W35",
        "to": "kontakt.skola@exempelstad.example",
        "subject": "Två utlysningar",
        "message_id": "<1@exempelstad.example>",
        "content": b"Subject: \xc3\xa5\r\n\r\n\x00",
        "calls": ((2, 1), (1, 1)),
    }
    return Letter(**(given | facts))


def add(engine: Engine, letter: Letter, slot="2026-W35"):
    with writing(engine) as conn:
        return letters.add(conn, "t", letter, slot, NOW)


def claim(engine: Engine, now=NOW, owner="a"):
    with writing(engine) as conn:
        return letters.claim_next(conn, "t", owner, now)


def record(engine: Engine, letter_id: int, state: LetterState, **kept):
    with writing(engine) as conn:
        letters.record(conn, "t", letter_id, state, NOW, **kept)


def state_of(engine: Engine, letter_id: int = 1) -> LetterState:
    with reading(engine) as conn:
        return letters.get(conn, "t", letter_id).state


def received(engine: Engine) -> dict[int, int]:
    with reading(engine) as conn:
        return letters.received(conn, "t", "kontakt-skola")


def test_a_letter_comes_back_byte_by_byte(ready: Engine):
    assert add(ready, a_letter()) == 1
    with reading(ready) as conn:
        (found,) = letters.find(conn, "t")
    assert found.letter == a_letter()
    assert (found.state, found.attempts, found.changed_at) == (LetterState.RENDERED, 0, NOW)


def test_a_person_gets_one_letter_a_slot_B2(ready: Engine):
    add(ready, a_letter())
    assert add(ready, a_letter(message_id="<2@x.example>", calls=())) is None
    assert add(ready, a_letter(message_id="<2@x.example>", calls=()), slot="2026-W36") is not None


def test_the_same_call_for_two_units_is_one_row(ready: Engine):
    add(ready, a_letter(calls=((1, 1), (1, 1))))
    assert received(ready) == {1: 1}


def test_no_call_version_twice_to_the_same_person(ready: Engine):
    add(ready, a_letter())
    with pytest.raises(SentTwice, match="utlysning 1"):
        add(ready, a_letter(message_id="<2@x.example>", calls=((1, 1),)), slot="2026-W36")
    with reading(ready) as conn:
        assert len(letters.find(conn, "t")) == 1
    add(ready, a_letter(message_id="<2@x.example>", calls=((1, 2),)), slot="2026-W36")
    assert received(ready) == {1: 2, 2: 1}


def test_a_cancelled_letter_counts_for_nothing(ready: Engine):
    add(ready, a_letter())
    record(ready, 1, LetterState.CANCELLED)
    assert received(ready) == {}
    assert add(ready, a_letter(message_id="<2@x.example>"), slot="2026-W36") is not None


def test_letters_are_claimed_in_order_once_each(ready: Engine):
    add(ready, a_letter())
    add(ready, a_letter(person="b", message_id="<2@x.example>", calls=()))
    first, second = claim(ready), claim(ready)
    assert (first.id, first.state, first.attempts) == (1, LetterState.SENDING, 1)
    assert second.id == 2
    assert claim(ready) is None


def test_a_retry_waits_for_its_time(ready: Engine):
    add(ready, a_letter())
    claim(ready)
    record(ready, 1, LetterState.RETRY, error="451 later", not_before=NOW + MINUTE)
    assert claim(ready) is None
    again = claim(ready, now=NOW + MINUTE)
    assert (again.attempts, again.error, again.data_started_at) == (2, "451 later", None)


@pytest.mark.parametrize(
    "state",
    [LetterState.SENT, LetterState.FAILED, LetterState.IN_DOUBT, LetterState.HELD, LetterState.CANCELLED],
)
def test_what_is_settled_or_held_is_not_claimed(ready: Engine, state):
    add(ready, a_letter())
    record(ready, 1, state)
    assert claim(ready) is None
    assert state_of(ready) is state


@pytest.mark.parametrize(
    ("data_started", "state"),
    [
        pytest.param(False, LetterState.RETRY, id="M-34 before the message"),
        pytest.param(True, LetterState.IN_DOUBT, id="M-34 during the message"),
    ],
)
def test_a_break_leaves_a_letter_to_retry_or_in_doubt(ready: Engine, data_started, state):
    add(ready, a_letter())
    claim(ready)
    with writing(ready) as conn:
        if data_started:
            letters.mark_data_started(conn, "t", 1, NOW)
        assert letters.recover(conn, "t", NOW, owner="somebody else") == 0
        assert letters.recover(conn, "t", NOW, owner=None) == 1
    assert state_of(ready) is state
    assert (claim(ready) is None) == data_started


def withdraw(engine: Engine, now) -> list[int]:
    """Numbers of the reminders that are taken back when made before now."""
    given = {"made_before": now, "now": now, "reason": "annan dag"}
    with writing(engine) as conn:
        return [one.id for one in notices.withdraw(conn, "t", [LetterKind.REMINDER], **given)]


@pytest.mark.parametrize(
    ("happened", "taken"),
    [
        pytest.param("", [1], id="waits"),
        pytest.param("retry", [1], id="was refused before the message"),
        pytest.param("later", [], id="is tried later"),
        pytest.param("handed over", [], id="B2 began to leave once"),
        pytest.param("held", [], id="is held"),
    ],
)
def test_a_reminder_is_taken_back_unless_it_has_begun_to_leave(ready: Engine, happened, taken):
    add(ready, a_letter(kind=LetterKind.REMINDER))
    if happened in ("retry", "later", "handed over"):
        claim(ready)
        with writing(ready) as conn:
            if happened == "handed over":
                letters.mark_data_started(conn, "t", 1, NOW)
        later = NOW + 9 * MINUTE if happened == "later" else None
        record(ready, 1, LetterState.RETRY, error="451", not_before=later)
    if happened == "handed over":
        claim(ready)  # a second try, ended before the message
        record(ready, 1, LetterState.RETRY)
    if happened == "held":
        record(ready, 1, LetterState.HELD)
    assert withdraw(ready, NOW) == []  # made today
    assert withdraw(ready, NOW + MINUTE) == taken
    assert (state_of(ready) is LetterState.CANCELLED) is bool(taken)


def test_after_a_restore_everything_unsent_is_held_B7(ready: Engine):
    for number, state in enumerate(LetterState):
        add(ready, a_letter(person=state.value, message_id=f"<{number}@x.example>", calls=()))
        record(ready, number + 1, state)
    with writing(ready) as conn:
        assert outbox.hold_all(conn) == 3
    with reading(ready) as conn:
        held = {found.letter.person for found in letters.find(conn, "t", states=[LetterState.HELD])}
    assert held == {"rendered", "retry", "sending", "held"}


def test_after_a_restore_nothing_is_sent_until_a_machine_takes_over_B7(ready: Engine):
    add(ready, a_letter())
    with writing(ready) as conn:
        assert outbox.sending_of(conn, "t") == outbox.Sending(host="", is_held=False)
        outbox.hold_all(conn)
        assert outbox.sending_of(conn, "t").is_held
        outbox.take_over(conn, "t", "dator", NOW)
        assert outbox.sending_of(conn, "t") == outbox.Sending(host="dator", is_held=False)
        outbox.hold_all(conn)
        assert outbox.sending_of(conn, "t") == outbox.Sending(host="dator", is_held=True)


def test_the_outbox_is_seen_without_its_bytes(ready: Engine):
    add(ready, a_letter())
    with reading(ready) as conn:
        (line,) = outbox.lines(conn, "t", states=[LetterState.RENDERED], week="2026-W35")
        assert (line.person, line.state, line.attempts) == ("kontakt-skola", LetterState.RENDERED, 0)
        assert outbox.lines(conn, "t", states=[LetterState.SENT]) == []
        assert outbox.count(conn, "t", [LetterState.RENDERED]) == 1
        assert outbox.count(conn, "t", [LetterState.RENDERED], week="2026-W36") == 0


def test_there_is_work_when_a_letter_may_be_tried_now(ready: Engine):
    def has_work(now=NOW) -> bool:
        with reading(ready) as conn:
            return outbox.has_work(conn, "t", now)

    assert not has_work()
    add(ready, a_letter())
    assert has_work()
    record(ready, 1, LetterState.RETRY, not_before=NOW + MINUTE)
    assert not has_work()
    assert has_work(NOW + MINUTE)
    record(ready, 1, LetterState.HELD)
    assert not has_work(NOW + MINUTE)


def test_what_left_lately_is_known_without_reading_letters_B6(ready: Engine):
    add(ready, a_letter())
    with writing(ready) as conn:
        letters.mark_data_started(conn, "t", 1, NOW)
    with reading(ready) as conn:
        assert outbox.started_since(conn, "t", NOW - MINUTE) == [NOW]
        assert outbox.started_since(conn, "t", NOW) == []


def test_letters_are_found_by_slot_and_state(ready: Engine):
    add(ready, a_letter())
    add(ready, a_letter(message_id="<2@x.example>", calls=()), slot="2026-W36")
    record(ready, 1, LetterState.SENT)
    with reading(ready) as conn:
        assert [found.id for found in letters.find(conn, "t", slot="2026-W36")] == [2]
        assert [found.id for found in letters.find(conn, "t", states=[LetterState.SENT])] == [1]
        assert letters.find(conn, "other") == []
        assert letters.get(conn, "other", 1) is None


def test_a_letter_that_is_not_there_is_named(ready: Engine):
    with pytest.raises(UnknownLetter, match="nummer 9"):
        record(ready, 9, LetterState.SENT)
