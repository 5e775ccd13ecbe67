"""Headers: those of ux 1.4 on what a real server received, and that foreign text cannot alter any (C2)."""

import os
from dataclasses import replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import getaddresses, parsedate_to_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from letters import a_context, a_digest, a_letter, accepted, parsed
from servers import Keeper, nothing, real_server

from builders import NOW, a_call, a_match, a_person, a_profile
from notifier.channel import channel_for
from notifier.envelope import addressed, header_block, message_id
from notifier.errors import UnsafeMessage, UnusableAddress
from notifier.headers import ascii_address, assemble, check, clean, cut
from notifier.model import Accepted, LetterKind
from notifier.render import render

NAMES = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Reply-To",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
]


@pytest.fixture(scope="module")
def received():
    """A letter as a real server got it."""
    keeper = Keeper()
    with real_server(keeper) as url:
        channel = channel_for(url)
        channel.deliver(a_letter(accepted(title="Vänorter möts")), before_data=nothing)
        channel.close()
    return keeper.envelopes[0]


@pytest.fixture(scope="module")
def message(received):
    return message_from_bytes(received.content, policy=policy.SMTP)


def test_the_bytes_received_are_the_bytes_frozen(received):
    assert received.content == a_letter(accepted(title="Vänorter möts")).content


def test_exactly_the_headers_of_the_letter_arrive(message):
    assert message.keys() == NAMES


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("From", "Exempelstads kommun <fondvakt@exempelstad.example>"),
        ("Subject", "Fondvakt: Vänorter möts – sök senast 21 november"),
        ("Date", "Sat, 22 Aug 2026 06:00:00 +0200"),
        ("Reply-To", "eu@exempelstad.example"),
        ("List-Id", "<veckobrev.default.exempelstad.example>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("Content-Language", "sv"),
    ],
)
def test_a_header_arrives_with_its_value(message, name, value):
    assert str(message[name]) == value


def test_there_is_one_recipient_in_the_header_and_on_the_envelope(received, message):
    assert [one.addr_spec for one in message["To"].addresses] == ["kontakt.skola@exempelstad.example"]
    assert received.rcpt_tos == ["kontakt.skola@exempelstad.example"]
    assert received.mail_from == "fondvakt@exempelstad.example"


def test_unsubscribing_is_offered_by_https_and_by_mail(message):
    links = a_context().links
    https, mail = [part.strip("<> ") for part in str(message["List-Unsubscribe"]).split(",")]
    assert https == links.unsubscribe("kontakt-skola")
    assert links.read_stop(https.rsplit("/", 1)[1])[0] == "kontakt-skola"
    assert mail.startswith("mailto:eu@exempelstad.example")


def test_no_line_is_longer_than_998_octets_and_all_end_in_cr_lf(received):
    lines = received.content.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(b"\r" in line or b"\n" in line for line in lines)


def test_nothing_that_is_noise_is_in_the_letter(message):
    assert not {"Precedence", "Importance", "Disposition-Notification-To"} & set(message.keys())


def test_the_message_id_is_stable_on_our_domain_and_says_nothing_of_the_person():
    first, again = a_letter(), a_letter()
    assert first.message_id == again.message_id
    assert first.message_id.endswith("@exempelstad.example>")
    assert "skola" not in first.message_id


@pytest.mark.parametrize("other", [("b", "p", "s"), ("a", "q", "s"), ("a", "p", "t")])
def test_two_letters_never_share_a_message_id(other):
    assert message_id(*other, "x@y.example") != message_id("a", "p", "s", "x@y.example")


def test_m_11_two_municipalities_with_the_same_contact_address_get_two_letters():
    ours = a_letter(context=a_context(tenant="one"))
    theirs = a_letter(context=a_context(tenant="two", profile=a_profile(name="Grannkommun")))
    assert ours.message_id != theirs.message_id
    assert b"Grannkommun" not in ours.content
    assert b"Exempelstads" not in theirs.content.replace(b"exempelstad.example", b"")


def test_the_same_digest_gives_the_same_bytes():
    assert a_letter(accepted(1), accepted(2)).content == a_letter(accepted(1), accepted(2)).content


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        pytest.param(
            "=?utf-8?q?Hej=0D=0ABcc:_x@evil.example?=",
            "= ?utf-8?q?Hej=0D=0ABcc:_x@evil.example? =",
            id="M-01",
        ),
        pytest.param("=?utf-8?q?Hej=0A=0ASvans?=", "= ?utf-8?q?Hej=0A=0ASvans? =", id="M-02"),
        pytest.param("a\r\nBcc: x@evil.example", "a Bcc: x@evil.example", id="M-03 CR LF"),
        pytest.param("a\rb", "a b", id="M-03 CR"),
        pytest.param("a\nb", "a b", id="M-03 LF"),
        pytest.param("a\x85b", "a b", id="M-03 NEL"),
        pytest.param("a\u2028b", "a b", id="M-03 LS"),
        pytest.param("a\u2029b", "a b", id="M-03 PS"),
        pytest.param("a\x00b", "a b", id="M-03 NUL"),
        pytest.param("a\ud800b", "a b", id="M-03 surrogate"),
        pytest.param("a\u202eb", "ab", id="M-03 direction"),
    ],
)
def test_a_title_is_cleaned_and_sent(title, shown):
    letter = a_letter(accepted(title=title, deadlines=None))
    message = parsed(letter)
    assert str(message["Subject"]) == f"Fondvakt: {shown}"
    assert message.keys() == NAMES
    assert b"\r\nBcc" not in letter.content.split(b"\r\n\r\n")[0]


def test_m_04_a_title_of_two_thousand_characters_is_folded_and_reads_as_the_cut_text():
    title = "Språkutveckling åäö 😀 " * 90
    letter = a_letter(accepted(title=title, deadlines=None))
    head = letter.content.split(b"\r\n\r\n")[0]
    assert str(parsed(letter)["Subject"]) == letter.subject
    assert letter.subject == "Fondvakt: " + cut(clean(title), 60)
    assert all(len(line) <= 78 for line in head.split(b"\r\n") if not line.startswith(b"List-Unsubscribe"))


@pytest.mark.parametrize(
    "line",
    ["From here on", ".", ".\r\nMAIL FROM:<x@evil.example>\r\n", "..", "a\rb\nc\r\nd"],
    ids=["M-05 From", "M-05 dot", "M-05 MAIL", "M-05 dots", "M-06 mixtures"],
)
def test_odd_lines_in_the_body_arrive_as_one_unchanged_message(line):
    letter = a_letter()
    head, body = letter.content.split(b"\r\n\r\n", 1)
    odd = replace(
        letter, content=head + b"\r\n\r\n" + "\r\n".join(line.splitlines()).encode() + b"\r\n" + body
    )
    keeper = Keeper()
    with real_server(keeper) as url:
        channel = channel_for(url)
        channel.deliver(odd, before_data=nothing)
        channel.close()
    assert keeper.contents == [odd.content]


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("info@malmö.example", "info@xn--malm-8qa.example"),
        ("a.b+c@X.example", "a.b+c@x.example"),
        (" a@b.example ", "a@b.example"),
    ],
    ids=["M21", "case", "space"],
)
def test_an_address_is_written_in_ascii(address, plain):
    assert ascii_address(address) == plain


@pytest.mark.parametrize(
    "address",
    [
        "åsa@b.example",
        "a@b.example\nBcc: x@y.example",
        "a@b@c.example",
        "a b@c.example",
        "@b.example",
        "a@",
        "a",
        "a@b..example",
        "<a@b.example>",
        "a@b.example, c@d.example",
        "a@-\u2028.example",
        "=?utf-8?q?a?=@b.example",
    ],
)
def test_an_address_that_no_server_understands_is_refused(address):
    with pytest.raises(UnusableAddress):
        ascii_address(address)


def test_a_letter_to_a_name_outside_ascii_is_refused_alone():
    with pytest.raises(UnusableAddress, match="väntade namn@domän"):
        a_letter(person=a_person(email="åsa@exempelstad.example"))


def test_a_message_that_reads_otherwise_than_intended_is_refused():
    body = b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nhej\r\n"
    mime = ["MIME-Version", "Content-Type"]
    good = assemble([("Subject", "Hej")], body)
    check(good, {"Subject": "Hej"}, mime, ["hej"])
    for content, intended, bodies in (
        (good, {"Subject": "Hej då"}, ["hej"]),
        (good, {"Subject": "Hej", "To": "x"}, ["hej"]),
        (good, {"Subject": "Hej"}, ["hopp"]),
        (b"Bcc: x@y.example\r\n" + good, {"Subject": "Hej"}, ["hej"]),
        (good.replace(b"Hej\r\n", b"Hej\n"), {"Subject": "Hej"}, ["hej"]),
        (assemble([("Subject", "=?utf-8?q?Hej=0D=0ABcc:_x?=")], body), {"Subject": "Hej"}, ["hej"]),
        (assemble([("Subject", "x" * 999)], body), {"Subject": "x" * 999}, ["hej"]),
    ):
        with pytest.raises(UnsafeMessage):
            check(content, intended, mime, bodies)


def test_a_header_that_is_not_ascii_is_never_written():
    with pytest.raises(UnsafeMessage):
        assemble([("Subject", "Hej å")], b"")


FOREIGN = st.one_of(
    st.text(max_size=90),
    st.text(alphabet='=?_utf8qbBcc:@ \r\n\t"\\<>,;()åäö\u2028\x85\x00\u202e', max_size=60),
    st.text(alphabet=st.characters(categories=["Cc", "Cf", "Zl", "Zp", "Lo", "So"]), max_size=40),
)


def _headers_of(content: bytes) -> list[dict[str, str]]:
    """Names and values as two independent readers see them."""
    new = message_from_bytes(content, policy=policy.default)
    old = message_from_bytes(content, policy=policy.compat32)
    return [
        {name: str(value) for name, value in new.items()},
        {name: _decoded(value) if name == "Subject" else value for name, value in old.items()},
    ]


def _decoded(value: str) -> str:
    return str(make_header(decode_header(value)))


@settings(max_examples=int(os.environ.get("FONDVAKT_TEST_HEADERS", "500")))  # `make soak` has more
@given(title=FOREIGN, name=FOREIGN, municipality=FOREIGN)
def test_c2_no_title_or_name_alters_a_header(title, name, municipality):
    content, intended = _headers_with(title, name, municipality)
    for read in _headers_of(content):
        assert list(read) == NAMES
        assert read["Subject"] == intended["Subject"]
        assert parsedate_to_datetime(read["Date"]) == NOW
        assert [at for _, at in getaddresses([read["To"]])] == ["kontakt.skola@exempelstad.example"]
        assert [at for _, at in getaddresses([read["From"]])] == ["fondvakt@exempelstad.example"]


def _headers_with(title: str, name: str, municipality: str) -> tuple[bytes, dict[str, str]]:
    """The header block of a letter with this foreign text, before an empty body."""
    from notifier.render import subject_of
    from notifier.writer import letter_view

    context = a_context(profile=a_profile(name=municipality))
    call = a_call(title=title or "x") if (title or "x").strip() else a_call(title="x")
    digest = a_digest(
        Accepted(call=call, match=a_match()), person=a_person(name=name), profile=context.profile
    )
    subject = subject_of(digest, context)
    about = {"kind": LetterKind.DIGEST, "week": digest.week, "slot": "", "subject": subject}
    envelope = addressed(digest.person, letter_view(digest, context), **about)
    written, intended = header_block(envelope, context, "<1@x.example>")
    body = b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n\r\n"
    content = assemble(written, body)
    check(content, intended, NAMES[-2:], [""])
    return content, intended


def test_whole_letters_with_the_worst_names_are_made():
    worst = '"=?utf-8?q?a?=" <x@evil.example>, \\ \r\n (å)'
    context = a_context(profile=a_profile(name=worst))
    letter = render(a_digest(person=a_person(name=worst), profile=context.profile), context)
    assert [one.addr_spec for one in parsed(letter)["To"].addresses] == ["kontakt.skola@exempelstad.example"]
