"""What came back: each sample in `bounces/` is read as the kind that a person says it is (C6, M-50 to M-59).

The samples are of our own making, in the manner of Postfix, Exim, Exchange, Google, qmail, Sendmail and people. Those
named postfix-real were written by a Postfix 3.7 that tried to deliver one of our letters to servers of our own; names
and numbers of machines have been exchanged, and the returned letter's body is shortened.
"""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from letters import KEY

from builders import NOW
from notifier.bounces import MAX_READ, read
from notifier.returns import ReturnAddresses
from notifier.statuses import BounceKind, kind_of, status_in

FOLDER = Path(__file__).parent / "bounces"
RETURNS = ReturnAddresses("studs@exempelstad.example", KEY)
NUMBER = "<0123456789abcdef0123456789abcdef01234567@exempelstad.example>"
EXPECTED = [line.split("\t") for line in (FOLDER / "expected.tsv").read_text().splitlines()]
LIVING = {"soft", "ours", "delayed", "delivered", "auto_reply", "answer"}
READER = "kontakt.skola@exempelstad.example"


def sample(name: str, return_address: str = RETURNS.of(NUMBER, NOW)) -> bytes:
    return (FOLDER / name).read_bytes().replace(b"{RETURN}", return_address.encode())


def test_c6_the_corpus_is_whole_and_large_enough():
    assert {row[0] for row in EXPECTED} == {path.name for path in FOLDER.glob("*.eml")}
    assert len(EXPECTED) >= 60
    assert min(Counter(row[1] for row in EXPECTED).values()) >= 2


@pytest.mark.parametrize(("name", "kind", "status"), EXPECTED, ids=[row[0] for row in EXPECTED])
def test_c6_a_sample_is_read_as_what_it_is(name, kind, status):
    came = read(sample(name))
    assert (came.kind, came.status or "-") == (kind, status)


def test_c6_no_living_address_is_called_dead():
    assert not [name for name, kind, _ in EXPECTED if kind in LIVING and read(sample(name)).kind == "hard"]


@pytest.mark.parametrize("name", [row[0] for row in EXPECTED])
def test_m_50_our_return_address_is_found_in_every_sample(name):
    assert RETURNS.read(read(sample(name)).traces, NOW) == NUMBER[1:21]


def test_m_50_a_report_names_the_address_that_it_is_about():
    assert read(sample("postfix-01-no-such-user.eml")).recipients == {READER}
    assert read(sample("forwarded-01-another-address.eml")).recipients == {"privat@annan.example"}


@pytest.mark.parametrize("name", [row[0] for row in EXPECTED if row[1] == "hard"])
def test_m_57_a_bounce_quoted_in_an_answer_is_not_a_bounce(name):
    quoted = "\n".join(f"> {line}" for line in sample(name).decode().splitlines())
    answer = f"From: <{READER}>\nTo: eu@exempelstad.example\nSubject: Re: brevet\n\nVad är detta?\n{quoted}\n"
    assert read(answer.encode()).kind is BounceKind.ANSWER


def nested(depth: int) -> bytes:
    content = b"Content-Type: text/plain\r\n\r\n550 5.1.1 user unknown\r\n"
    for level in range(depth):
        border = b"b%d" % level
        start = b"Content-Type: multipart/mixed; boundary=" + border + b"\r\n\r\n--" + border + b"\r\n"
        content = start + content + b"\r\n--" + border + b"--\r\n"
    return b"From: MAILER-DAEMON@x.example\r\nSubject: Undelivered\r\n" + content


@pytest.mark.parametrize("depth", [200, 2000])
def test_m_56_nesting_is_followed_no_deeper_than_real_bounces_go(depth):
    assert read(nested(depth)).kind is BounceKind.SOFT


def test_m_56_a_bounce_of_30_mib_is_read_from_its_start_only():
    large = sample("postfix-01-no-such-user.eml") + b"x" * 30 * 2**20
    assert read(large).kind is BounceKind.HARD
    assert read(b"x" * (MAX_READ + 1)).kind is BounceKind.ANSWER


@given(st.data())
def test_m_56_no_cut_or_spoiled_mail_breaks_the_reader(data):
    whole = sample(data.draw(st.sampled_from([row[0] for row in EXPECTED])))
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    junk = data.draw(st.binary(max_size=40))
    read(whole[:start] + junk + whole[end:])


@given(st.binary(max_size=2000))
def test_m_56_no_bytes_break_the_reader(content):
    read(content)


@pytest.mark.parametrize(
    ("status", "words", "kind"),
    [
        ("5.1.1", "user unknown", "hard"),
        ("5.1.1", "mailbox full", "soft"),
        ("5.1.1", "rejected due to policy", "ours"),
        ("5.7.1", "user unknown", "ours"),
        ("5.4.4", "", "ours"),
        ("4.1.1", "user unknown", "soft"),
        (None, "550 no such user", "hard"),
        (None, "550 nej", "soft"),
        ("5.3.0", "no such user", "soft"),
    ],
)
def test_words_only_soften_a_status(status, words, kind):
    assert kind_of(status, words) == kind


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("550 5.1.1 x", "5.1.1"),
        ("550-5.7.26 x", "5.7.26"),
        ("192.5.1.1", None),
        ("5.0.0 then 5.2.1", "5.2.1"),
        ("", None),
    ],
)
def test_a_status_is_found_where_there_is_one(text, status):
    assert status_in(text) == status
