"""What comes back, the whole way to who gets letters and who is told (M-51 to M-60, C6, C7).

FONDVAKT_TEST_FORGED makes the flood of forged bounces as large as the threat says (`make soak`).
"""

import os
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from letters import a_context
from outbox import TENANT
from sqlalchemy import text
from test_notifier_bounce_folder import FOREIGN, WEEK, drop, folder, read, town
from test_notifier_bounces import NUMBER, READER, RETURNS, nested, sample

from builders import NOW, a_coordinator, a_person, a_profile
from notifier.model import LetterKind
from notifier.returns import ReturnAddresses
from pipeline.alarms import Surroundings, watch
from pipeline.bounces import paused_persons
from storage import bounces, letters
from storage.database import reading
from texts import translate

__all__ = ["folder", "town"]
FORGED = int(os.environ.get("FONDVAKT_TEST_FORGED", "300"))
DAY = timedelta(days=1)


def kept(engine) -> list:
    """Kind, status and whether the text is kept, of everything that came back."""
    with reading(engine) as conn:
        rows = conn.execute(
            text("SELECT kind, status, content IS NOT NULL AS kept, letter_id FROM bounce ORDER BY id")
        )
        return [tuple(row) for row in rows]


def points(engine) -> list[str]:
    with reading(engine) as conn:
        return [event.kind for event in bounces.events(conn, TENANT)]


def test_m_51_a_delay_and_then_a_delivery_pause_nobody(engine, folder, town):
    for number, (name, days) in enumerate(
        [
            ("postfix-real-16-mailbox-full-for-now.eml", 0),
            ("postfix-real-13-delivered-asked-for.eml", 0.2),
            ("exchange-09-delayed.eml", 7),
            ("exchange-14-delivered.eml", 7.2),
            ("postfix-real-18-mailbox-full-for-now-expired.eml", 14),
            ("postfix-real-19-greylisted-expired.eml", 21),
        ]
    ):
        drop(folder, name, as_=f"{number}.eml")
        read(engine, folder, town, NOW + timedelta(days=days))
    assert set(points(engine)) <= {"soft"}
    assert not paused_persons(engine, TENANT, town)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("postfix-20-unknown-status.eml", id="M-52 unknown status"),
        pytest.param("postfix-21-broken-status.eml", id="M-52 broken status"),
        pytest.param("exim-08-plain-without-status.eml", id="M-52 no status"),
        pytest.param("plain-02-german.eml", id="M-52 German"),
        pytest.param("plain-01-qmail.eml", id="M-52 plain text only"),
        pytest.param("postfix-real-08-no-words.eml", id="M-52 no words"),
    ],
)
def test_what_is_not_understood_is_soft_and_kept_for_review(engine, folder, town, name):
    for week in range(4):
        drop(folder, name, more=b"\n%d" % week)
        read(engine, folder, town, NOW + week * WEEK)
    assert {(kind, has_text) for kind, _status, has_text, _letter in kept(engine)} == {("soft", 1)}
    assert not paused_persons(engine, TENANT, town)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("auto-01-standard.eml", id="M-53 with the usual headers"),
        pytest.param("auto-03-without-headers.eml", id="M-53 without them"),
        pytest.param("auto-05-german.eml", id="M-53 in German"),
    ],
)
def test_an_out_of_office_reply_is_no_bounce_and_gets_no_answer(engine, folder, town, name):
    with reading(engine) as conn:
        before = len(letters.find(conn, TENANT))
    for week in range(3):
        drop(folder, name, more=b"\n%d" % week)
        read(engine, folder, town, NOW + week * WEEK)
    assert points(engine) == []
    with reading(engine) as conn:
        assert len(letters.find(conn, TENANT)) == before


def altered(address: str) -> str:
    """The return address with one character of its signature changed."""
    local, _, domain = address.partition("@")
    return f"{local[:-1]}{'a' if local[-1] != 'a' else 'b'}@{domain}"


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("studs@exempelstad.example", id="M-54 unsigned"),
        pytest.param(altered(RETURNS.of(NUMBER, NOW)), id="M-54 altered"),
        pytest.param(RETURNS.of(NUMBER, NOW - timedelta(days=60)), id="M-54 60 days old"),
        pytest.param(FOREIGN.of(NUMBER, NOW), id="M-54 another's key"),
        pytest.param(ReturnAddresses("studs@annan.example", FOREIGN.key).of(NUMBER, NOW), id="M-54 foreign"),
    ],
)
def test_a_bounce_that_is_not_proved_is_kept_as_unmatched_and_taken_without_a_word(
    engine, folder, town, address
):
    (folder / "1.eml").write_bytes(sample("postfix-real-01-no-such-user.eml", address))
    assert read(engine, folder, town).unmatched == 1
    assert list(folder.glob("*.eml")) == []
    assert [(kind, letter) for kind, _status, _kept, letter in kept(engine)] == [("hard", None)]
    assert points(engine) == []


def test_m_55_a_flood_of_forged_bounces_has_no_effect_but_an_alarm(engine, folder, town):
    forged = sample("postfix-real-01-no-such-user.eml", FOREIGN.of(NUMBER, NOW))
    for number in range(FORGED):
        (folder / f"{number:05}.eml").write_bytes(forged + b"\n%d" % number)
    summary = read(engine, folder, town)
    assert summary.unmatched == FORGED
    assert "returadress" in translate(summary.alarms[0], "sv")
    assert points(engine) == []
    assert sum(has_text for _kind, _status, has_text, _letter in kept(engine)) == bounces.KEPT_A_DAY


def with_zip() -> bytes:
    """A report with an archive beside it."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.txt", b"0" * 2**20)
    whole = sample("postfix-real-01-no-such-user.eml").decode()
    border = whole.split('boundary="', 1)[1].split('"', 1)[0]
    part = f"--{border}\nContent-Type: application/zip\nContent-Transfer-Encoding: 8bit\n\n"
    return (
        whole.replace(f"--{border}--", "").encode()
        + part.encode()
        + packed.getvalue()
        + f"\n--{border}--\n".encode()
    )


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        pytest.param(
            lambda: sample("postfix-real-01-no-such-user.eml") + b"x" * 30 * 2**20, "hard", id="M-56 30 MiB"
        ),
        pytest.param(lambda: nested(200), "soft", id="M-56 200 deep"),
        pytest.param(with_zip, "hard", id="M-56 a ZIP"),
        pytest.param(lambda: sample("broken-01-no-closing-border.eml"), None, id="M-56 no closing border"),
        pytest.param(
            lambda: sample("postfix-real-01-no-such-user.eml").replace(b"\n--", b"\n-"),
            "soft",
            id="M-56 wrong borders",
        ),
    ],
)
def test_a_monstrous_bounce_is_read_kept_short_and_removed(engine, folder, town, content, kind):
    (folder / "1.eml").write_bytes(content())
    read(engine, folder, town)
    assert list(folder.glob("*.eml")) == []
    ((seen, _status, _kept, _letter),) = kept(engine)
    assert kind in (None, seen)
    with reading(engine) as conn:
        assert (
            conn.execute(text("SELECT max(length(content)) FROM bounce")).scalar_one() <= bounces.KEPT_BYTES
        )


def test_m_57_a_bounce_quoted_in_an_answer_counts_for_nothing(engine, folder, town):
    quoted = sample("postfix-real-01-no-such-user.eml").decode().replace("\n", "\n> ")
    said = f"From: <{READER}>\nTo: {{RETURN}}\nSubject: Re: brevet\n\nmessage contained 5.1.1\n> {quoted}\n"
    (folder / "1.eml").write_text(said.replace("{RETURN}", RETURNS.of(NUMBER, NOW)))
    assert read(engine, folder, town).answers == 1
    assert kept(engine) == []


def told(engine, profile, now) -> list[str]:
    """What the coordinator is mailed about units that nobody can be reached in."""
    paused = set(paused_persons(engine, TENANT, profile))
    around = Surroundings(silent=paused, paused_by_bounces=paused)
    watch(engine, a_context(profile=profile, now=now), around)
    with reading(engine) as conn:
        return [one.letter.to for one in letters.find(conn, TENANT) if one.letter.kind is LetterKind.UNIT]


@pytest.mark.parametrize(
    ("names", "days"),
    [
        pytest.param(["complaint-01-isp.eml"], [0], id="M-58 M-60 a complaint, at once"),
        pytest.param(
            ["postfix-real-01-no-such-user.eml"] * 2, [0, 7], id="M-60 C7 no such address in two weeks"
        ),
    ],
)
def test_the_coordinator_is_told_within_a_day_when_the_last_reader_is_lost(engine, folder, town, names, days):
    profile = a_profile(people=(a_coordinator(), a_person()))
    assert told(engine, profile, NOW) == []
    for number, (name, day) in enumerate(zip(names, days, strict=True)):
        drop(folder, name, more=b"\n%d" % number)
        read(engine, folder, profile, NOW + day * DAY)
    assert told(engine, profile, NOW + days[-1] * DAY + timedelta(hours=23)) == [a_coordinator().email]


def test_m_59_five_refusals_of_ours_in_a_day_pause_nobody_and_alarm(engine, folder, town):
    ours = (
        "postfix-10-host-not-found.eml",
        "postfix-real-04-spam.eml",
        "postfix-real-05-unauthenticated.eml",
    )
    for week in range(2):
        for number in range(5):
            drop(folder, ours[number % 3], as_=f"{number}.eml", more=b"\n%d%d" % (week, number))
        summary = read(engine, folder, town, NOW + week * WEEK)
        assert "våra" in translate(summary.alarms[0], "sv")
    assert points(engine) == []
    assert not paused_persons(engine, TENANT, town)
