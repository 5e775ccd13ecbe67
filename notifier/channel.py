"""Where letters leave the house: one protocol, a relay or a folder behind it."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from notifier.folder import FolderChannel
from notifier.model import Letter
from notifier.smtp import SmtpChannel, relay_of


class Channel(Protocol):
    """Hands letters over."""

    def deliver(self, letter: Letter, *, before_data: Callable[[], None]) -> str:
        """Hand one letter over, and give the server's answer.

        Args:
            before_data: called right before the letter itself is handed over; a break earlier is harmless.

        Raises:
            DeliveryError: it was not handed over, or nobody can say whether it was.
        """
        ...

    def close(self) -> None:
        """Let go of the connection; the next letter opens a new one."""
        ...


def channel_for(
    smtp_url: str,
    *,
    token_file: Path | None = None,
    return_address: Callable[[Letter], str] | None = None,
) -> Channel:
    """The channel of an address: `smtp://`, `smtps://` or `file:FOLDER`.

    `smtp://user:password@relay.example:587?tls=required&name=fondvakt.exempelstad.example`: `tls=required`
    refuses to send in clear, `name` is what we call ourselves to the relay. `auth=xoauth2` logs in with a token.

    Args:
        token_file: holds the access token for XOAUTH2.
        return_address: where a letter that cannot be delivered comes back to; the address in From unless given.

    Raises:
        ValueError: when the address is of another kind, or an option is wrong.
    """
    if smtp_url.startswith("file:"):
        path = smtp_url.removeprefix("file:")
        return FolderChannel(Path(unquote(path.removeprefix("//") if path.startswith("///") else path)))
    if urlsplit(smtp_url).scheme not in ("smtp", "smtps"):
        raise ValueError(
            f"mail address of kind {urlsplit(smtp_url).scheme!r}: expected smtp://, smtps:// or file:FOLDER"
        )
    return SmtpChannel(relay_of(smtp_url, token_file=token_file), return_address=return_address)
