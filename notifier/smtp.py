"""Letters to a mail relay over SMTP, one conversation step at a time.

Only the moment between the final dot and the server's answer is uncertain (`reliability.md` M8); every step before
it can be done again. Nothing but ASCII is sent, so no extension of the server is needed (M-33).
"""

import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import policy
from email.parser import BytesHeaderParser
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from notifier.answers import Stage, meaning, shown
from notifier.errors import PermanentRefusal, RelayAway, RelayRefusesUs, Uncertain
from notifier.login import by_password, by_token
from notifier.model import Letter
from texts import N_, Message, cause_of

LETTERS_A_CONNECTION = 50
STAGES = {
    Stage.GREETING: N_("uppkopplingen"),
    Stage.LOGIN: N_("inloggningen"),
}
OPTIONS = {"tls": "required", "auth": "xoauth2", "name": None}


@dataclass(frozen=True, kw_only=True)
class Waits:
    """How long each step may take; the answer to the final dot longest (B8, RFC 5321 section 4.5.3.2)."""

    connect: timedelta = timedelta(seconds=30)
    command: timedelta = timedelta(minutes=5)
    after_dot: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Relay:
    """A mail server and how to speak with it.

    Attributes:
        implicit_tls: encrypted from the first byte (smtps).
        tls_required: never send in clear; otherwise STARTTLS is used where it is offered.
        token: gives the access token of the moment, for login by XOAUTH2 instead of a password.
        name: what we call ourselves; None for the machine's own name.
    """

    host: str
    port: int
    implicit_tls: bool = False
    tls_required: bool = False
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    token: Callable[[], str] | None = field(default=None, repr=False)
    name: str | None = None
    waits: Waits = field(default_factory=Waits)


def relay_of(url: str, *, token_file: Path | None = None) -> Relay:
    """The relay that an address names: `smtp://user:password@host:port?tls=required&name=us.example`.

    With `auth=xoauth2` the login is the user and the access token in `token_file`, which somebody else renews.

    Raises:
        ValueError: when there is no host, an option is unknown, or XOAUTH2 lacks its user or its token.
    """
    parts = urlsplit(url)
    options = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    if not parts.hostname:
        raise ValueError("mail address: expected smtp://host:port")
    if any(name not in OPTIONS or OPTIONS[name] not in (None, value) for name, value in options.items()):
        raise ValueError(f"mail address: option {options}, expected tls=required, auth=xoauth2, name=HOST")
    by_token = "auth" in options
    if by_token and (token_file is None or not parts.username or parts.password):
        raise ValueError(
            "mail address: auth=xoauth2 expects a user, no password, and FONDVAKT_SMTP_TOKEN_FILE"
        )
    implicit = parts.scheme == "smtps"
    return Relay(
        host=parts.hostname,
        port=parts.port or (465 if implicit else 587 if by_token else 25),
        implicit_tls=implicit,
        tls_required=implicit or "tls" in options or by_token or parts.password is not None,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        token=(lambda: _token_in(token_file)) if by_token and token_file else None,
        name=options.get("name"),
    )


def _token_in(path: Path) -> str:
    """The access token, read at each login so that a renewed one is used."""
    try:
        token = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as failure:
        text = N_("Filen {path} med åtkomsttoken går inte att läsa: {cause}")
        raise RelayRefusesUs.of(text, path=str(path), cause=_cause(failure)) from failure
    if not token or not token.isascii() or not token.isprintable():
        text = N_("Filen {path} innehåller ingen åtkomsttoken.")
        raise RelayRefusesUs.of(text, path=str(path))
    return token


class SmtpChannel:
    """Letters to one relay; a connection is kept for up to fifty of them."""

    def __init__(
        self,
        relay: Relay,
        tls: ssl.SSLContext | None = None,
        *,
        return_address: Callable[[Letter], str] | None = None,
    ) -> None:
        """Opens nothing yet.

        Args:
            tls: which certificates are trusted; the machine's own list unless given.
            return_address: where a letter comes back to; the address in From unless given.
        """
        self.relay = relay
        self._return_address = return_address or _sender
        self._tls = tls
        self._open: smtplib.SMTP | None = None
        self._letters = 0

    def deliver(self, letter: Letter, *, before_data: Callable[[], None]) -> str:
        """Hand one letter to the relay; gives its answer.

        Raises:
            DeliveryError: as `notifier/answers.py` tells.
        """
        if not letter.to.isascii():
            text = N_("Adressen {address} har bokstäver som mejlservrar inte tar emot.")
            raise PermanentRefusal.of(text, address=letter.to)
        try:
            return self._converse(letter, before_data)
        except BaseException:
            self.close()
            raise

    def check(self) -> None:
        """Greet the relay, encrypt and log in as for a letter, and hand nothing over.

        Raises:
            DeliveryError: a letter would not get further than this.
        """
        try:
            self._connection()
        finally:
            self.close()

    def close(self) -> None:
        """Say goodbye if somebody listens."""
        connection, self._open, self._letters = self._open, None, 0
        if connection is None:
            return
        try:
            if connection.sock is not None:
                connection.sock.settimeout(5)
            connection.quit()
        except (OSError, smtplib.SMTPException):
            connection.close()

    def _converse(self, letter: Letter, before_data: Callable[[], None]) -> str:
        connection = self._connection()
        _check_size(connection, letter)
        size = [f"SIZE={len(letter.content)}"] if connection.has_extn("size") else []
        _ask(Stage.MAIL, lambda: connection.mail(self._return_address(letter), size), (250,))
        _ask(Stage.RCPT, lambda: connection.rcpt(letter.to), (250, 251, 252))
        before_data()
        _ask(Stage.DATA, lambda: connection.docmd("DATA"), (354,))
        answer = self._hand_over(connection, letter.content)
        self._letters += 1
        if self._letters >= LETTERS_A_CONNECTION:
            self.close()
        return answer

    def _hand_over(self, connection: smtplib.SMTP, content: bytes) -> str:
        """The letter, then the dot that makes the server answer for it."""
        with _translated(Stage.DATA):
            connection.send(dot_stuffed(content))
        connection.sock.settimeout(self.relay.waits.after_dot.total_seconds())
        try:
            connection.send(b".\r\n")
            code, text = connection.getreply()
            connection.sock.settimeout(self.relay.waits.command.total_seconds())
        except (OSError, smtplib.SMTPException) as failure:
            said = N_(
                "Brevet lämnades över men förbindelsen bröts före svaret: det kan ha kommit fram. ({cause})"
            )
            raise Uncertain.of(said, cause=_cause(failure)) from failure
        if code != 250:
            raise meaning(Stage.DOT, code, text)
        return shown(code, text)

    def _connection(self) -> smtplib.SMTP:
        """The kept connection if it still answers, otherwise a new one."""
        if self._open is not None and not _still_answers(self._open):
            self.close()
        if self._open is None:
            connection = self._connect()
            try:
                self._log_in(connection)
            except BaseException:
                connection.close()
                raise
            self._open = connection
        return self._open

    def _connect(self) -> smtplib.SMTP:
        relay, wait = self.relay, self.relay.waits.connect.total_seconds()
        with _translated(Stage.GREETING):
            if relay.implicit_tls:
                connection = smtplib.SMTP_SSL(
                    relay.host, relay.port, relay.name, timeout=wait, context=self._trusted()
                )
            else:
                connection = smtplib.SMTP(relay.host, relay.port, relay.name, timeout=wait)
            # The dot follows the letter at once instead of waiting for its acknowledgement.
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sock.settimeout(relay.waits.command.total_seconds())
            connection.ehlo_or_helo_if_needed()
        return connection

    def _log_in(self, connection: smtplib.SMTP) -> None:
        if not self.relay.implicit_tls:
            self._start_tls(connection)
        if self.relay.user is None:
            return
        with _translated(Stage.LOGIN):
            if self.relay.token is None:
                by_password(connection, self.relay.user, self.relay.password or "")
            else:
                by_token(connection, self.relay.user, self.relay.token())

    def _start_tls(self, connection: smtplib.SMTP) -> None:
        if not connection.has_extn("starttls"):
            if self.relay.tls_required:
                text = N_(
                    "Servern {host} erbjuder ingen kryptering (STARTTLS), och i klartext skickas inget."
                )
                raise RelayRefusesUs.of(text, host=self.relay.host)
            return
        with _translated(Stage.LOGIN):
            code, text = connection.starttls(context=self._trusted())
            if code != 220:
                raise meaning(Stage.LOGIN, code, text)
            connection.ehlo_or_helo_if_needed()

    def _trusted(self) -> ssl.SSLContext:
        return self._tls or ssl.create_default_context()


def dot_stuffed(content: bytes) -> bytes:
    """Lines that begin with a dot get another one, and the last line ends (RFC 5321 section 4.5.2)."""
    ended = content if content.endswith(b"\r\n") else content + b"\r\n"
    stuffed = ended.replace(b"\r\n.", b"\r\n..")
    return b"." + stuffed if stuffed.startswith(b".") else stuffed


def _sender(letter: Letter) -> str:
    """The envelope's sender unless another is given: the address in From, which is ours."""
    headers = BytesHeaderParser(policy=policy.SMTP).parsebytes(letter.content)
    return headers["From"].addresses[0].addr_spec


def _check_size(connection: smtplib.SMTP, letter: Letter) -> None:
    stated = connection.esmtp_features.get("size", "")
    limit = int(stated) if stated.isdigit() else 0
    if 0 < limit < len(letter.content):
        text = N_("Brevet har {size} byte; servern tar emot högst {limit}.")
        raise PermanentRefusal.of(text, size=len(letter.content), limit=limit)


def _ask(stage: Stage, ask: Callable[[], tuple[int, bytes]], welcome: tuple[int, ...]) -> None:
    with _translated(stage):
        code, text = ask()
    if code not in welcome:
        raise meaning(stage, code, text)


def _still_answers(connection: smtplib.SMTP) -> bool:
    try:
        return connection.rset()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False


@contextmanager
def _translated(stage: Stage) -> Iterator[None]:
    """Foreign errors in our terms; all of these come before the final dot, so trying again is safe."""
    try:
        yield
    except smtplib.SMTPResponseException as failure:
        raise meaning(stage, failure.smtp_code, failure.smtp_error) from failure
    except ssl.SSLError as failure:
        text = N_("Krypteringen mot servern godtas inte: {cause}")
        raise RelayRefusesUs.of(text, cause=_cause(failure)) from failure
    except smtplib.SMTPNotSupportedError as failure:
        text = N_("Servern erbjuder ingen inloggning, men användare och lösenord är inställda.")
        raise RelayRefusesUs.of(text) from failure
    except (OSError, smtplib.SMTPException) as failure:
        text = N_("Servern svarar inte vid {stage}: {cause}")
        named = Message(text=STAGES[stage]) if stage in STAGES else stage.value
        raise RelayAway.of(text, stage=named, cause=_cause(failure)) from failure


def _cause(failure: Exception) -> Message | str:
    if isinstance(failure, OSError) and failure.errno:
        return cause_of(failure)
    return " ".join(str(failure).split())[:200] or type(failure).__name__
