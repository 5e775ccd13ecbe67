"""Logging in at a mail relay, by password or by access token; what a server repeats of either is never shown."""

import base64
import smtplib
from collections.abc import Iterable

from notifier.answers import Stage, meaning
from notifier.errors import RelayRefusesUs
from texts import N_

_LONGEST_COMMAND = 510  # before its line end, RFC 5321 section 4.5.3.1.4
_WELCOME = (235, 503)


def by_password(connection: smtplib.SMTP, user: str, password: str) -> None:
    """Log in the best way that both know.

    Raises:
        DeliveryError: the server said no, asks for no login, or could not be told such a password.
    """
    try:
        connection.login(user, password)
    except smtplib.SMTPResponseException as failure:
        both = f"\0{user}\0{password}"
        said = without(failure.smtp_error, (password, _coded(password), _coded(both)))
        raise meaning(Stage.LOGIN, failure.smtp_code, said) from None
    except UnicodeEncodeError:
        text = N_("Användare och lösenord till mejlservern får bara ha tecken som a-z, 0-9 och skiljetecken.")
        raise RelayRefusesUs.of(text) from None


def by_token(connection: smtplib.SMTP, user: str, token: str) -> None:
    """Log in as the bearer of a token (XOAUTH2), as Microsoft and Google want it.

    A token too long for the command's line waits for the server's word (RFC 4954 section 4). What the server then says
    of a refusal is answered with an empty line, and its verdict follows.

    Raises:
        DeliveryError: the server said no, or does not know XOAUTH2; it has then not seen the token.
    """
    offered = connection.esmtp_features.get("auth", "").upper().split()
    if "XOAUTH2" not in offered:
        text = N_("Servern tar inte emot inloggning med token (XOAUTH2); den erbjuder {offered}.")
        raise RelayRefusesUs.of(text, offered=", ".join(sorted(set(offered))) or "–")
    response = _coded(f"user={user}\1auth=Bearer {token}\1\1")
    at_once = f"AUTH XOAUTH2 {response}"
    fits = len(at_once) <= _LONGEST_COMMAND
    code, said = connection.docmd(at_once if fits else "AUTH XOAUTH2")
    if code == 334 and not fits:
        code, said = connection.docmd(response)
    if code == 334:
        code, said = connection.docmd("")
    if code not in _WELCOME:
        raise meaning(Stage.LOGIN, code, without(said, (response, token)))


def without(said: bytes | str, secrets: Iterable[str]) -> str:
    """A server's words with every secret in them replaced by dots."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    for secret in filter(None, secrets):
        text = text.replace(secret, "…")
    return text


def _coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
