"""What each answer of a mail server means for a letter (threats 4.6, M-20 to M-33)."""

import base64
import ssl
from dataclasses import replace
from datetime import timedelta

import pytest
from aiosmtpd.smtp import AuthResult
from letters import a_letter, numbered
from ports import closed_port
from servers import CLOSE, SILENCE, Keeper, counting, nothing, real_server, scripted

from notifier.answers import Stage, meaning, shown, stated_delay
from notifier.channel import channel_for
from notifier.errors import (
    DeliveryError,
    HeldByUs,
    PermanentRefusal,
    RelayAway,
    RelayRefusesUs,
    TemporaryRefusal,
    Uncertain,
)
from notifier.smtp import SmtpChannel, Waits, dot_stuffed, relay_of

A_MOMENT = timedelta(seconds=0.3)


@pytest.fixture(scope="module")
def letter():
    return a_letter()


def delivered(url: str, letter, *, before_data=nothing, waits: Waits | None = None) -> str:
    relay = relay_of(url)
    channel = SmtpChannel(replace(relay, waits=waits) if waits else relay)
    try:
        return channel.deliver(letter, before_data=before_data)
    finally:
        channel.close()


def refused(url: str, letter, **options) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        delivered(url, letter, **options)
    return caught.value


def test_m_20_a_letter_that_is_taken_gives_the_servers_answer(letter):
    with scripted({"dot": b"250 2.0.0 Ok: queued as 4F1"}) as server:
        assert delivered(server.url, letter) == "250 2.0.0 Ok: queued as 4F1"
    assert server.taken == [dot_stuffed(letter.content)]


def test_m_21_a_server_that_is_not_there_means_later(letter):
    with closed_port() as port:
        failure = refused(f"smtp://127.0.0.1:{port}?name=localhost", letter)
    assert type(failure) is RelayAway
    assert str(failure) == "Servern svarar inte vid uppkopplingen: ingen svarar där"


def test_m_21_a_name_that_is_not_found_means_later(letter):
    assert type(refused("smtp://nowhere.invalid:25?name=localhost", letter)) is RelayAway


def test_m_21_without_encryption_where_it_is_required_nothing_is_sent(letter):
    with scripted() as server:
        failure = refused(f"{server.url}&tls=required", letter)
    assert type(failure) is RelayRefusesUs
    assert "klartext" in str(failure)
    assert "MAIL" not in server.commands


def _server_tls(certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    return context


def test_m_21_a_certificate_that_is_not_trusted_holds_the_letter(letter, certificate):
    keeper = Keeper()
    with real_server(keeper, tls_context=_server_tls(certificate)) as url:
        failure = refused(url, letter)
    assert type(failure) is RelayRefusesUs
    assert not keeper.envelopes


def test_with_a_trusted_certificate_the_letter_travels_encrypted(letter, certificate):
    keeper = Keeper()
    with real_server(keeper, tls_context=_server_tls(certificate), require_starttls=True) as url:
        channel = SmtpChannel(
            relay_of(f"{url}&tls=required"), ssl.create_default_context(cafile=certificate / "cert.pem")
        )
        channel.deliver(letter, before_data=nothing)
        channel.close()
    assert keeper.contents == [letter.content]


TABLE = [
    ("M-22 greeting 421", {"greeting": b"421 4.3.2 closing"}, RelayAway),
    ("M-22 421 in the middle", {"MAIL": b"421 4.3.2 too many"}, RelayAway),
    ("M-24 530", {"MAIL": b"530 5.7.0 authenticate first"}, RelayRefusesUs),
    ("M-24 5.7.30", {"MAIL": b"550 5.7.30 Basic authentication is not supported"}, RelayRefusesUs),
    ("M-25 451 MAIL", {"MAIL": b"451 4.3.0 later"}, TemporaryRefusal),
    ("M-25 452 RCPT", {"RCPT": b"452 4.5.3 too many recipients"}, TemporaryRefusal),
    ("M-25 450 greylisted", {"RCPT": b"450 4.2.0 greylisted, try again in 300 seconds"}, TemporaryRefusal),
    ("M-26", {"RCPT": b"550 5.1.1 no such user"}, PermanentRefusal),
    ("M-26 without detail", {"RCPT": b"550 unknown"}, PermanentRefusal),
    ("M-27", {"RCPT": b"552 5.2.2 mailbox full"}, TemporaryRefusal),
    ("M-28 content", {"dot": b"550 5.7.1 content refused"}, HeldByUs),
    ("M-28 content without detail", {"dot": b"554 no"}, HeldByUs),
    ("M-28 sender", {"dot": b"554 5.7.26 sender not authenticated"}, HeldByUs),
    ("M-28 recipient stage", {"RCPT": b"550 5.7.1 relaying denied"}, HeldByUs),
    ("M-29", {"dot": b"451 4.3.0 try later"}, TemporaryRefusal),
    ("M-30", {"dot": CLOSE}, Uncertain),
    ("cut at DATA", {"DATA": CLOSE}, RelayAway),
    ("cut at MAIL", {"MAIL": CLOSE}, RelayAway),
    ("cut at greeting", {"greeting": CLOSE}, RelayAway),
    ("M-32 not SMTP after the dot", {"dot": b"hello there"}, Uncertain),
    ("M-32 250 in the wrong place", {"DATA": b"250 ok"}, TemporaryRefusal),
    ("M-32 354 in the wrong place", {"dot": b"354 more"}, Uncertain),
    ("M-32 not SMTP at first", {"greeting": b"HTTP/1.1 400 Bad Request"}, TemporaryRefusal),
    ("M-33 SIZE too small", {"EHLO": b"250-relay\r\n250 SIZE 1000"}, PermanentRefusal),
    ("5.4.4 on the way", {"RCPT": b"550 5.4.4 unable to route"}, TemporaryRefusal),
    ("5.3.4 too large", {"dot": b"552 5.3.4 message too big"}, PermanentRefusal),
]


@pytest.mark.parametrize(("answers", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_an_answer_has_its_meaning(letter, answers, expected):
    with scripted(answers) as server:
        assert type(refused(server.url, letter)) is expected


@pytest.mark.parametrize("code", [b"454 4.7.0 later", b"535 5.7.8 bad password", b"550 5.7.30 switched off"])
def test_m_23_a_login_that_fails_holds_the_run_and_blames_no_address(letter, code):
    with scripted({"EHLO": b"250-relay\r\n250 AUTH PLAIN", "AUTH": code}) as server:
        url = server.url.replace("smtp://", "smtp://fondvakt@")
        failure = refused(url, letter)
    assert type(failure) is RelayRefusesUs
    assert failure.ends_run
    assert code.decode()[4:] in str(failure)


def test_m_23_a_password_is_never_sent_in_clear(letter):
    with scripted({"EHLO": b"250-relay\r\n250 AUTH PLAIN"}) as server:
        failure = refused(server.url.replace("smtp://", "smtp://fondvakt:hemligt@"), letter)
    assert type(failure) is RelayRefusesUs
    assert "AUTH" not in server.commands


def test_a_server_without_login_where_one_is_set_holds_the_run(letter):
    with scripted() as server:
        failure = refused(server.url.replace("smtp://", "smtp://fondvakt@"), letter)
    assert type(failure) is RelayRefusesUs


def test_m_31_an_answer_after_our_time_limit_is_uncertain(letter):
    with scripted({"dot": SILENCE}) as server:
        assert type(refused(server.url, letter, waits=Waits(after_dot=A_MOMENT))) is Uncertain


@pytest.mark.parametrize("step", ["greeting", "EHLO", "MAIL", "RCPT", "DATA"])
def test_b8_silence_at_an_earlier_step_means_later(letter, step):
    with scripted({step: SILENCE}) as server:
        assert type(refused(server.url, letter, waits=Waits(connect=A_MOMENT, command=A_MOMENT))) is RelayAway


def test_b8_the_steps_have_the_time_that_the_protocol_asks_for():
    waits = relay_of("smtp://relay.example").waits
    assert (waits.connect, waits.command, waits.after_dot) == (
        timedelta(seconds=30),
        timedelta(minutes=5),
        timedelta(minutes=10),
    )


def test_m_32_an_answer_of_several_lines_or_of_eight_bits_is_read(letter):
    with scripted({"dot": b"250-2.0.0 kept\r\n250 tack s\xe5 mycket"}) as server:
        assert "tack s" in delivered(server.url, letter)


def test_m_33_a_server_without_extensions_gets_seven_bits(letter):
    with scripted({"EHLO": b"502 what?", "HELO": b"250 relay"}) as server:
        delivered(server.url, letter)
    assert server.taken[0].isascii()


def test_m_33_a_name_outside_ascii_fails_with_its_reason_before_anything_is_said(letter):
    with scripted() as server:
        failure = refused(server.url, replace(letter, to="åsa@exempelstad.example"))
    assert type(failure) is PermanentRefusal
    assert "åsa" in str(failure)
    assert not server.commands


def test_m_33_a_letter_too_large_is_refused_before_data(letter):
    with scripted({"EHLO": b"250-relay\r\n250 SIZE 1000"}) as server:
        refused(server.url, letter)
    assert "DATA" not in server.commands


@pytest.mark.parametrize(
    ("answers", "is_started"),
    [
        ({"RCPT": b"550 5.1.1 no"}, False),
        ({"MAIL": b"451 no"}, False),
        ({"DATA": b"451 no"}, True),
        ({"dot": b"451 no"}, True),
    ],
)
def test_data_is_noted_as_started_only_right_before_it(letter, answers, is_started):
    before_data, calls = counting()
    with scripted(answers) as server:
        refused(server.url, letter, before_data=before_data)
    assert bool(calls) is is_started


def test_one_connection_carries_many_letters_and_a_dead_one_is_replaced(letter):
    with scripted({"RSET": [b"250 ok", CLOSE]}) as server:
        channel = channel_for(server.url)
        for number in range(3):
            channel.deliver(numbered(letter, number), before_data=nothing)
        channel.close()
    assert len(server.taken) == 3
    assert server.commands.count("EHLO") == 2


def test_after_a_failure_the_next_letter_gets_a_new_connection(letter):
    with scripted({"RCPT": [b"550 5.1.1 no", b"250 ok"]}) as server:
        channel = channel_for(server.url)
        with pytest.raises(PermanentRefusal):
            channel.deliver(letter, before_data=nothing)
        assert channel.deliver(letter, before_data=nothing).startswith("250")
        channel.close()


@pytest.mark.parametrize(
    ("answer", "delay"),
    [
        ("450 greylisted, try again in 300 seconds", timedelta(minutes=5)),
        ("451 please retry after 10 minutes", timedelta(minutes=10)),
        ("421 come back in 2 hours", timedelta(hours=2)),
        ("451 wait 99999 hours", timedelta(days=1)),
        ("451 4.3.0 later", None),
    ],
)
def test_m_25_a_stated_delay_is_read(answer, delay):
    assert stated_delay(answer) == delay


def test_an_answer_is_kept_short_and_on_one_line():
    assert shown(550, b"a\r\nb\x00" + b"c" * 999) == ("550 a b " + "c" * 999)[:400]
    assert "\n" not in str(meaning(Stage.RCPT, 550, b"5.1.1 a\nb"))


@pytest.mark.parametrize("content", [b".", b"a\r\n.\r\nb", b"..\r\n", b"a"])
def test_dots_are_doubled_and_the_last_line_ends(content):
    stuffed = dot_stuffed(content)
    assert stuffed.endswith(b"\r\n")
    assert not any(line == b"." for line in stuffed.split(b"\r\n"))


@pytest.mark.parametrize("url", ["imap://x", "smtp://", "smtp://h?tls=maybe", "smtp://h?speed=9"])
def test_an_address_of_another_kind_is_refused(url):
    with pytest.raises(ValueError, match="mail address"):
        channel_for(url)


def test_a_relay_does_not_print_its_password():
    relay = relay_of("smtps://fondvakt:hem%40ligt@relay.example")
    assert (relay.port, relay.password, relay.implicit_tls) == (465, "hem@ligt", True)
    assert "hem@ligt" not in repr(relay)


def test_m_24_login_by_xoauth2_with_a_token_that_is_read_at_each_login(letter, certificate, tmp_path):
    token, seen = tmp_path / "token", []

    class Knows(Keeper):
        async def auth_XOAUTH2(self, server, args):
            seen.append(base64.b64decode(args[1]))
            return AuthResult(success=args[1] != "", auth_data=b"")

    keeper = Knows()
    with real_server(keeper, tls_context=_server_tls(certificate), require_starttls=True) as url:
        address = url.replace("//", "//brevlada%40exempelstad.example@") + "&auth=xoauth2"
        for value in ("first", "renewed"):
            token.write_text(f"{value}\n")
            trusted = ssl.create_default_context(cafile=certificate / "cert.pem")
            channel = SmtpChannel(relay_of(address, token_file=token), trusted)
            channel.deliver(letter, before_data=nothing)
            channel.close()
    assert len(keeper.envelopes) == 2
    assert seen == [
        f"user=brevlada@exempelstad.example\1auth=Bearer {value}\1\1".encode()
        for value in ("first", "renewed")
    ]


def test_m_24_a_token_that_is_refused_holds_the_run(letter, certificate, tmp_path):
    (tmp_path / "token").write_text("old")

    class Refuses(Keeper):
        async def auth_XOAUTH2(self, server, args):
            explained = await server.challenge_auth(b'{"status":"401"}')
            assert explained == b""
            return AuthResult(success=False, handled=False, message="535 5.7.3 Authentication unsuccessful")

    with real_server(Refuses(), tls_context=_server_tls(certificate), require_starttls=True) as url:
        address = url.replace("//", "//a%40exempelstad.example@") + "&auth=xoauth2"
        trusted = ssl.create_default_context(cafile=certificate / "cert.pem")
        channel = SmtpChannel(relay_of(address, token_file=tmp_path / "token"), trusted)
        with pytest.raises(RelayRefusesUs, match=r"5\.7\.3"):
            channel.deliver(letter, before_data=nothing)
        channel.close()


@pytest.mark.parametrize("content", [None, b"", b"two\nlines", "åäö".encode(), b"\xff"])
def test_m_24_a_token_file_without_a_token_holds_the_run_and_shows_no_token(
    letter, certificate, tmp_path, content
):
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    with real_server(Keeper(), tls_context=_server_tls(certificate)) as url:
        address = url.replace("//", "//a%40exempelstad.example@") + "&auth=xoauth2"
        trusted = ssl.create_default_context(cafile=certificate / "cert.pem")
        channel = SmtpChannel(relay_of(address, token_file=tmp_path / "token"), trusted)
        with pytest.raises(RelayRefusesUs, match="token"):
            channel.deliver(letter, before_data=nothing)
        channel.close()


@pytest.mark.parametrize(
    "url",
    [
        "smtp://relay.example?auth=xoauth2",
        "smtp://user:password@relay.example?auth=xoauth2",
        "smtp://user@relay.example?auth=plain",
        "smtp://user@relay.example?tls=maybe",
        "smtp://user@relay.example?colour=red",
    ],
)
def test_an_option_that_cannot_work_is_refused(url, tmp_path):
    with pytest.raises(ValueError, match="mail address"):
        relay_of(url, token_file=tmp_path / "token")


def test_xoauth2_without_a_token_file_is_refused():
    with pytest.raises(ValueError, match="FONDVAKT_SMTP_TOKEN_FILE"):
        relay_of("smtp://user@relay.example?auth=xoauth2")


def test_a_letter_comes_back_to_the_address_that_is_given_for_it(letter):
    keeper = Keeper()
    with real_server(keeper) as url:
        channel = channel_for(url, return_address=lambda one: f"studs+{one.week}@exempelstad.example")
        channel.deliver(letter, before_data=nothing)
        channel.close()
    (envelope,) = keeper.envelopes
    assert envelope.mail_from == f"studs+{letter.week}@exempelstad.example"
    assert envelope.content == letter.content
