"""Login with an access token (XOAUTH2) at a real server, by the address and file that an operator sets (M-23, M-24).

What is refused holds the run, says why, and never shows the token.
"""

import base64
import ssl
from contextlib import contextmanager

import pytest
from aiosmtpd.smtp import AuthResult
from letters import a_letter
from servers import Keeper, nothing, real_server

from notifier.channel import channel_for
from notifier.errors import DeliveryError, RelayRefusesUs
from notifier.smtp import SmtpChannel, relay_of

USER = "brevlada@exempelstad.example"
TOKEN = (
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9." + "secret" * 90
)  # as long as Microsoft's, and longer than a command


@pytest.fixture(scope="module")
def letter():
    return a_letter()


class Bearer(Keeper):
    """A mailbox that one token opens; others are told why not, as Microsoft and Google do it."""

    refusal = "535 5.7.3 Authentication unsuccessful"
    why = b'{"status":"401","schemes":"bearer"}'

    def __init__(self, token: str = TOKEN) -> None:
        super().__init__()
        self.token, self.seen = token, []

    async def auth_XOAUTH2(self, server, args):
        given = base64.b64decode(args[1]) if len(args) > 1 else await server.challenge_auth(b"", False)
        self.seen.append(given.decode())
        if given.decode() == f"user={USER}\1auth=Bearer {self.token}\1\1":
            return AuthResult(success=True, auth_data=given)
        assert await server.challenge_auth(self.why) == b""
        return AuthResult(success=False, handled=False, message=self.refusal)


@contextmanager
def mailbox(keeper, certificate, token_file, **options):
    """A channel to that server, as FONDVAKT_SMTP_URL and FONDVAKT_SMTP_TOKEN_FILE make it."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    with real_server(keeper, tls_context=tls, require_starttls=True, **options) as url:
        address = url.replace("//", "//brevlada%40exempelstad.example@") + "&auth=xoauth2"
        trusted = ssl.create_default_context(cafile=certificate / "cert.pem")
        channel = SmtpChannel(relay_of(address, token_file=token_file), trusted)
        yield channel
        channel.close()


@pytest.mark.parametrize("token", ["ya29.short", TOKEN], ids=["with the command", "RFC 4954 on its own line"])
def test_m_24_a_token_of_any_length_opens_the_mailbox(letter, certificate, tmp_path, token):
    (tmp_path / "token").write_text(f"{token}\n")
    keeper = Bearer(token)
    with mailbox(keeper, certificate, tmp_path / "token") as channel:
        channel.deliver(letter, before_data=nothing)
    assert keeper.contents == [letter.content]


def test_m_24_an_expired_token_holds_the_run_until_it_is_renewed_in_the_file(letter, certificate, tmp_path):
    (tmp_path / "token").write_text("expired")
    keeper = Bearer()
    with mailbox(keeper, certificate, tmp_path / "token") as channel:
        with pytest.raises(RelayRefusesUs, match=r"535 5\.7\.3"):
            channel.deliver(letter, before_data=nothing)
        (tmp_path / "token").write_text(TOKEN)
        channel.deliver(letter, before_data=nothing)
    assert keeper.contents == [letter.content]


def test_m_24_a_server_that_offers_only_login_never_sees_the_token(letter, certificate, tmp_path):
    (tmp_path / "token").write_text(TOKEN)
    keeper = Keeper()
    with (
        mailbox(keeper, certificate, tmp_path / "token") as channel,
        pytest.raises(RelayRefusesUs, match=r"XOAUTH2.*LOGIN") as failure,
    ):
        channel.deliver(letter, before_data=nothing)
    assert "secret" not in str(failure.value)
    assert keeper.contents == []


class Echoes(Bearer):
    """Says what it was given, as some servers do with lines they do not understand."""

    async def auth_XOAUTH2(self, server, args):
        given = base64.b64encode(f"user={USER}\1auth=Bearer {self.token}\1\1".encode()).decode()
        said = f"535 5.7.8 no: {self.token} {given}"
        return AuthResult(success=False, handled=False, message=said)


def test_what_a_server_repeats_of_the_token_is_not_kept(letter, certificate, tmp_path):
    (tmp_path / "token").write_text("ya29.short")
    with (
        mailbox(Echoes("ya29.short"), certificate, tmp_path / "token") as channel,
        pytest.raises(RelayRefusesUs, match=r"535 5\.7\.8 no") as failure,
    ):
        channel.deliver(letter, before_data=nothing)
    assert "ya29" not in str(failure.value)
    assert base64.b64encode(b"Bearer ya29")[:8].decode() not in str(failure.value)


class Odd(Bearer):
    """Asks on and on, in words that are no base64."""

    async def auth_XOAUTH2(self, server, args):
        for _ in range(2):
            await server.push("334 go on!")
            await server._reader.readline()
        return AuthResult(success=False, handled=False, message="535 5.7.3 no")


def test_words_where_base64_should_be_stop_nothing(letter, certificate, tmp_path):
    (tmp_path / "token").write_text("ya29.short")
    with (
        mailbox(Odd(), certificate, tmp_path / "token") as channel,
        pytest.raises(DeliveryError, match="334 go on"),
    ):
        channel.deliver(letter, before_data=nothing)


def test_a_password_that_a_server_repeats_is_not_kept_either(letter, certificate):
    class Repeats(Keeper):
        async def auth_PLAIN(self, server, args):
            return AuthResult(success=False, handled=False, message=f"535 5.7.8 {args[1]} hemligt!")

        auth_LOGIN = auth_PLAIN

    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    with real_server(Repeats(), tls_context=tls, require_starttls=True) as url:
        relay = relay_of(url.replace("//", "//fondvakt:hemligt!@"))
        channel = SmtpChannel(relay, ssl.create_default_context(cafile=certificate / "cert.pem"))
        with pytest.raises(RelayRefusesUs, match=r"535") as failure:
            channel.deliver(letter, before_data=nothing)
    assert "hemligt!" not in str(failure.value)
    assert base64.b64encode(b"\0fondvakt\0hemligt!").decode() not in str(failure.value)


def test_a_password_beyond_ascii_holds_the_run_and_ends_no_process(letter, certificate):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    with real_server(Keeper(), tls_context=tls, require_starttls=True) as url:
        relay = relay_of(url.replace("//", "//fondvakt:l%C3%B6sen@"))
        channel = SmtpChannel(relay, ssl.create_default_context(cafile=certificate / "cert.pem"))
        with pytest.raises(RelayRefusesUs, match="a-z") as failure:
            channel.deliver(letter, before_data=nothing)
    assert "lösen" not in str(failure.value).replace("lösenord", "")


def test_an_address_of_another_kind_shows_no_password():
    with pytest.raises(ValueError, match="imap") as failure:
        channel_for("imap://fondvakt:hemligt@relay.example")
    assert "hemligt" not in str(failure.value)


def test_the_address_and_the_file_are_all_that_is_set(tmp_path):
    (tmp_path / "token").write_text(TOKEN)
    channel = channel_for("smtp://a%40b.example@relay.example?auth=xoauth2", token_file=tmp_path / "token")
    assert (channel.relay.port, channel.relay.tls_required) == (587, True)
    assert "secret" not in repr(channel.relay)
