"""What a mail server does and what becomes of the letter, from the socket to the outbox (B4, M-20 to M-33).

Each row sends two letters. The server misbehaves at the first, or at both; the second shows whether the rest of the
list suffers with it.
"""

import ssl
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from outbox import TENANT, Clock, Outbox, fill, sent
from ports import closed_port
from servers import CLOSE, GOOD, SILENCE, Keeper, real_server, scripted

from builders import NOW
from notifier.model import LetterState
from notifier.smtp import SmtpChannel, Waits, relay_of
from storage import letters
from storage.database import reading

S = LetterState
SILENT = "M-31 silence after the dot"
WITH_LOGIN = {"EHLO": b"250-relay\r\n250 AUTH PLAIN"}


class Hasty(SmtpChannel):
    """Waits only a moment for the answer to its first letter, and as long as the protocol asks for the others."""

    def deliver(self, letter, *, before_data):
        after_dot = timedelta(seconds=0.3) if not self._letters_before else Waits().after_dot
        self._letters_before = True
        self.relay = replace(self.relay, waits=Waits(after_dot=after_dot))
        return super().deliver(letter, before_data=before_data)

    _letters_before = False


@contextmanager
def answering(answers: dict, *, user: str = "", more: str = ""):
    """A server that follows a script."""
    with scripted(answers) as server:
        yield server.url.replace("smtp://", f"smtp://{user}") + more


@contextmanager
def nobody_there(_certificate):
    """A port where nobody listens."""
    with closed_port() as port:
        yield f"smtp://127.0.0.1:{port}?name=localhost"


@contextmanager
def no_such_name(_certificate):
    """A name that no server has."""
    yield "smtp://nowhere.invalid:25?name=localhost"


@contextmanager
def untrusted(certificate):
    """A server whose certificate nobody has reason to trust."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    with real_server(Keeper(), tls_context=context) as url:
        yield url


def once(command: str, answer) -> dict:
    """This answer to the first letter, the good one to the second."""
    return {command: [answer, GOOD[command]]}


def always(answers: dict, **options):
    """A row's server: a function that opens it."""
    return lambda _certificate: answering(answers, **options)


# What the server does, and what becomes of the first letter and of the second.
BEHAVIOURS = (
    ("M-20 250 throughout", always({}), S.SENT, S.SENT),
    ("M-21 connection refused", nobody_there, S.RETRY, S.RENDERED),
    ("M-21 name not found", no_such_name, S.RETRY, S.RENDERED),
    ("M-21 wrong certificate", untrusted, S.HELD, S.HELD),
    ("M-21 no STARTTLS though required", always({}, more="&tls=required"), S.HELD, S.HELD),
    ("M-22 421 on greeting", always({"greeting": b"421 4.3.2 closing"}), S.RETRY, S.RENDERED),
    ("M-22 421 in the middle", always({"MAIL": [b"250 ok", b"421 4.3.2 enough"]}), S.SENT, S.RETRY),
    (
        "M-23 454 on login",
        always(WITH_LOGIN | {"AUTH": b"454 4.7.0 later"}, user="fondvakt@"),
        S.HELD,
        S.HELD,
    ),
    (
        "M-23 535 on login",
        always(WITH_LOGIN | {"AUTH": b"535 5.7.8 wrong"}, user="fondvakt@"),
        S.HELD,
        S.HELD,
    ),
    ("M-24 login switched off", always({"MAIL": b"550 5.7.30 Basic authentication off"}), S.HELD, S.HELD),
    ("M-25 451 on MAIL", always(once("MAIL", b"451 4.3.0 later")), S.RETRY, S.SENT),
    ("M-25 452 on RCPT", always(once("RCPT", b"452 4.5.3 too many")), S.RETRY, S.SENT),
    ("M-25 450 greylisted", always(once("RCPT", b"450 4.2.0 try again in 3600 seconds")), S.RETRY, S.SENT),
    ("M-26 no such user", always(once("RCPT", b"550 5.1.1 no such user")), S.FAILED, S.SENT),
    ("M-27 mailbox full", always(once("RCPT", b"552 5.2.2 mailbox full")), S.RETRY, S.SENT),
    ("M-28 content refused", always(once("dot", b"550 5.7.1 content refused")), S.HELD, S.SENT),
    ("M-28 sender not authenticated", always(once("dot", b"554 5.7.26 unauthenticated")), S.HELD, S.SENT),
    ("M-29 451 after the dot", always(once("dot", b"451 4.3.0 later")), S.RETRY, S.SENT),
    ("M-30 cut after the dot", always(once("dot", CLOSE)), S.IN_DOUBT, S.SENT),
    (SILENT, always(once("dot", SILENCE)), S.IN_DOUBT, S.SENT),
    ("M-32 several lines", always({"dot": b"250-2.0.0 kept\r\n250 thank you"}), S.SENT, S.SENT),
    ("M-32 eight bits", always({"dot": b"250 tack s\xe5 mycket"}), S.SENT, S.SENT),
    ("M-32 not SMTP after the dot", always(once("dot", b"hello there")), S.IN_DOUBT, S.SENT),
    ("M-32 354 after the dot", always(once("dot", b"354 more")), S.IN_DOUBT, S.SENT),
    ("M-32 250 instead of 354", always(once("DATA", b"250 ok")), S.RETRY, S.SENT),
    ("M-32 another protocol", always({"greeting": b"HTTP/1.1 400 Bad Request"}), S.RETRY, S.RETRY),
    ("M-33 no extensions", always({"EHLO": b"502 what?", "HELO": b"250 relay"}), S.SENT, S.SENT),
    ("M-33 SIZE too small", always({"EHLO": b"250-relay\r\n250 SIZE 1000"}), S.FAILED, S.FAILED),
    ("B4 cut at MAIL", always(once("MAIL", CLOSE)), S.RETRY, S.RENDERED),
    ("B4 cut at DATA", always(once("DATA", CLOSE)), S.RETRY, S.RENDERED),
)

# What the two letters look like when the run ended early.
STOPPED = {(S.RETRY, S.RENDERED), (S.HELD, S.HELD), (S.SENT, S.RETRY)}


def stored(engine) -> list:
    with reading(engine) as conn:
        return letters.find(conn, TENANT)


def test_b4_the_table_holds_at_least_24_behaviours():
    assert len({name for name, *_ in BEHAVIOURS}) == len(BEHAVIOURS) >= 24


@pytest.mark.parametrize(
    ("name", "opened", "first", "second"), BEHAVIOURS, ids=[f"B4 {row[0]}" for row in BEHAVIOURS]
)
def test_a_server_behaves_so_and_the_letters_become_this(engine, certificate, name, opened, first, second):
    made = fill(engine, 2)
    with opened(certificate) as url:
        channel = (Hasty if name == SILENT else SmtpChannel)(relay_of(url))
        summary = sent(engine, channel, people=2)
    assert [one.state for one in stored(engine)] == [first, second]
    assert (summary.stopped is not None) is ((first, second) in STOPPED)
    assert all(one.error for one in stored(engine) if one.state is not S.RENDERED)
    goes_again = [
        letter.content
        for letter, state in zip(made, (first, second), strict=True)
        if state in (S.RETRY, S.RENDERED)
    ]
    later = Outbox()
    sent(engine, later, people=2, clock=Clock(NOW + timedelta(hours=2)))
    assert sorted(kept.content for kept in later.kept) == sorted(goes_again)


def test_m_25_b4_the_stated_delay_is_kept_in_the_outbox(engine):
    fill(engine, 1)
    with answering(once("RCPT", b"450 4.2.0 greylisted, try again in 3600 seconds")) as url:
        sent(engine, SmtpChannel(relay_of(url)), people=1)
    assert stored(engine)[0].not_before == NOW + timedelta(hours=1)
