"""From a folder of mails to people who get no letters, and nothing lost on the way (M-50 to M-60)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from outbox import TENANT, Outbox, fill, sent
from sqlalchemy import text
from test_notifier_bounces import NUMBER, READER, RETURNS, sample

from builders import NOW, a_person, a_profile
from notifier.answers import Stage, meaning
from notifier.errors import HeldByUs
from notifier.model import LetterState
from notifier.returns import ReturnAddresses
from pipeline.bounces import note_refusal, paused_persons, read_folder
from storage import bounces, letters
from storage.database import reading, writing
from storage.errors import StorageError
from texts import translate

WEEK = timedelta(days=7)


@pytest.fixture
def town(engine):
    """A municipality whose reader has been sent the letter that the samples are about."""
    (pattern,) = fill(engine, 1)
    letter = replace(pattern, person="kontakt-skola", to=READER, message_id=NUMBER)
    with writing(engine) as conn:
        letters.add(conn, TENANT, letter, "2026-W35", NOW)
    return a_profile(people=(a_person(), a_person(key="andra", email="andra@exempelstad.example", units=())))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "studsar").mkdir()
    return tmp_path / "studsar"


def drop(folder, name, *, as_="1.eml", now=NOW, returns=RETURNS, more=b""):
    (folder / as_).write_bytes(sample(name, returns.of(NUMBER, now)) + more)


def read(engine, folder, town, now=NOW, returns=RETURNS):
    return read_folder(engine, TENANT, folder, returns, town, now)


def dead_twice(engine, folder, town):
    for week in (0, 1):
        drop(folder, "postfix-01-no-such-user.eml", more=b"%d" % week)
        read(engine, folder, town, NOW + week * WEEK)


def test_m_50_a_bounce_is_linked_to_its_letter_kept_and_only_then_removed(engine, folder, town):
    drop(folder, "postfix-01-no-such-user.eml")
    assert read(engine, folder, town).kinds == {"hard": 1}
    assert not list(folder.iterdir())
    with reading(engine) as conn:
        (event,) = bounces.events(conn, TENANT)
    assert (event.address, event.kind) == (READER, "hard")


def test_m_56_what_could_not_be_kept_stays_in_the_folder(engine, folder, town):
    drop(folder, "postfix-01-no-such-user.eml")
    with writing(engine) as conn:
        conn.execute(text("DROP TABLE bounce"))
    with pytest.raises(StorageError):
        read(engine, folder, town)
    assert len(list(folder.glob("*.eml"))) == 1


def test_c6_two_weeks_stop_the_letters_and_the_unit_is_named(engine, folder, town):
    dead_twice(engine, folder, town)
    stopped = paused_persons(engine, TENANT, town)
    assert set(stopped) == {"kontakt-skola"}
    assert [unit.key for unit in town.units_without_recipient(NOW.date(), set(stopped))] == ["skola"]


def test_a_new_address_starts_with_a_clean_slate(engine, folder, town):
    dead_twice(engine, folder, town)
    moved = a_profile(people=(a_person(email="ny@exempelstad.example"),))
    assert not paused_persons(engine, TENANT, moved)


def test_a_person_can_take_the_letters_up_again(engine, folder, town):
    dead_twice(engine, folder, town)
    with writing(engine) as conn:
        bounces.resume(conn, TENANT, READER, NOW + 2 * WEEK)
    assert not paused_persons(engine, TENANT, town)


def test_the_same_mail_again_counts_once(engine, folder, town):
    for week in (0, 1):
        drop(folder, "postfix-01-no-such-user.eml")
        summary = read(engine, folder, town, NOW + week * WEEK)
    assert (summary.again, summary.kinds) == (1, {})
    assert not paused_persons(engine, TENANT, town)


FOREIGN = ReturnAddresses(RETURNS.mailbox, "another key, of somebody else")


@pytest.mark.parametrize(
    ("returns", "made"),
    [
        (FOREIGN, NOW),
        (RETURNS, NOW - timedelta(days=60)),
        (ReturnAddresses(RETURNS.mailbox, FOREIGN.key, "x"), NOW),
    ],
    ids=["unsigned", "60 days old", "foreign"],
)
def test_m_54_a_bounce_that_is_not_proved_ours_has_no_effect(engine, folder, town, returns, made):
    for week in (0, 1):
        drop(folder, "postfix-01-no-such-user.eml", now=made, returns=returns, more=b"%d" % week)
        assert read(engine, folder, town, NOW + week * WEEK).unmatched == 1
    assert not paused_persons(engine, TENANT, town)


def test_m_55_forged_bounces_give_an_alarm_and_no_effect(engine, folder, town):
    for number in range(60):
        drop(folder, "postfix-01-no-such-user.eml", as_=f"{number}.eml", returns=FOREIGN, more=b"%d" % number)
    summary = read(engine, folder, town)
    assert summary.unmatched == 60
    assert "returadress" in translate(summary.alarms[0], "sv")


def test_m_55_at_most_one_point_a_day(engine, folder, town):
    for number in range(30):
        drop(folder, "postfix-01-no-such-user.eml", as_=f"{number}.eml", more=b"%d" % number)
    read(engine, folder, town)
    with reading(engine) as conn:
        assert len(bounces.events(conn, TENANT)) == 1


def test_a_soft_bounce_first_does_not_hide_the_hard_one_of_the_same_day(engine, folder, town):
    drop(folder, "postfix-06-mailbox-full-permanent.eml", as_="1.eml")
    drop(folder, "postfix-01-no-such-user.eml", as_="2.eml")
    read(engine, folder, town)
    with reading(engine) as conn:
        assert [event.kind for event in bounces.events(conn, TENANT)] == ["soft", "hard"]


@pytest.mark.parametrize("name", ["postfix-12-relay-denied.eml", "postfix-10-host-not-found.eml"])
def test_m_59_our_own_faults_alarm_the_operator_and_never_count(engine, folder, town, name):
    for week in (0, 1):
        drop(folder, name, more=b"%d" % week)
        summary = read(engine, folder, town, NOW + week * WEEK)
        assert "våra" in translate(summary.alarms[0], "sv")
    assert not paused_persons(engine, TENANT, town)


def test_m_58_a_complaint_stops_the_letters_at_once(engine, folder, town):
    drop(folder, "complaint-01-isp.eml")
    read(engine, folder, town)
    assert set(paused_persons(engine, TENANT, town)) == {"kontakt-skola"}


def test_m_53_an_automatic_reply_leaves_no_text_behind(engine, folder, town):
    drop(folder, "auto-03-without-headers.eml")
    assert read(engine, folder, town).kinds == {"auto_reply": 1}
    with reading(engine) as conn:
        assert conn.execute(text("SELECT content, diagnostic FROM bounce")).all() == [(None, "")]
    assert not list(folder.glob("*.eml"))


def test_m_57_an_answer_from_a_person_is_laid_aside_whole(engine, folder, town):
    drop(folder, "answer-02-plain.eml")
    content = (folder / "1.eml").read_bytes()
    assert read(engine, folder, town).answers == 1
    assert (folder / "svar" / "1.eml").read_bytes() == content
    with reading(engine) as conn:
        assert bounces.tally(conn, TENANT, NOW - WEEK) == {}


def test_a_forwarded_letter_that_bounces_elsewhere_says_nothing_of_the_reader(engine, folder, town):
    for week in (0, 1):
        drop(folder, "forwarded-01-another-address.eml", more=b"%d" % week)
        read(engine, folder, town, NOW + week * WEEK)
    assert not paused_persons(engine, TENANT, town)


def test_what_is_kept_for_review_is_let_go_after_sixty_days(engine, folder, town):
    drop(folder, "plain-02-german.eml")
    read(engine, folder, town)
    with writing(engine) as conn:
        assert bounces.forget(conn, TENANT, NOW + timedelta(days=59)) == 0
        assert bounces.forget(conn, TENANT, NOW + timedelta(days=61)) == 1


def test_a_folder_that_is_missing_holds_nothing(engine, tmp_path, town):
    assert read(engine, tmp_path / "missing", town).kinds == {}


@pytest.mark.parametrize(
    ("code", "said", "kinds"),
    [
        (550, b"5.1.1 no such user", ["hard"]),
        (552, b"5.2.2 mailbox full", ["soft"]),
        (550, b"5.7.1 refused", []),
        (451, b"4.3.0 later", []),
    ],
    ids=["M-26", "M-27", "M-28", "M-25"],
)
def test_the_relays_own_refusal_counts_as_a_bounce(engine, code, said, kinds):
    fill(engine, 1)
    failure = meaning(Stage.RCPT, code, said)

    def note(conn, stored, failure):
        note_refusal(conn, TENANT, stored, failure, NOW)

    sent(engine, Outbox(lambda number: failure), on_refusal=note)
    with reading(engine) as conn:
        assert [event.kind for event in bounces.events(conn, TENANT)] == kinds
        assert letters.get(conn, TENANT, 1).state in (LetterState.FAILED, LetterState.RETRY, LetterState.HELD)


def test_m_28_a_failure_of_our_own_has_no_answer_to_count(engine):
    fill(engine, 1)
    failure = HeldByUs(meaning(Stage.DOT, 550, b"5.7.1 content").message)
    with writing(engine) as conn:
        note_refusal(conn, TENANT, letters.get(conn, TENANT, 1), failure, NOW)
        assert bounces.events(conn, TENANT) == []
