"""What the pages work with, handed in by whoever starts them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Engine

from pipeline.desk import Desk
from pipeline.on_request import JobOnRequest
from pipeline.shown import ShownSetting
from profiles.model import Profile
from scrapers.source import Source
from web.board import Memory
from web.oidc.provider import Provider
from web.source import Network

Nearness = Callable[[str], Mapping[int, float]]


@dataclass(frozen=True, kw_only=True)
class WebContext:
    """Tools and settings of one installation.

    Attributes:
        public_url: where people reach the pages, such as https://fondvakt.exempelstad.example. Addresses in mail
            are made from it, never from what a request says of itself.
        signing_key: what signs links, forms and messages; several when it is changed, the oldest first.
        mail_from: the address that sign-in mails come from.
        now: the clock; aware.
        profile: the published profile with its version, None before the first.
        send_mail: hands one mail to the relay; may raise, which the reader does not notice.
        sources: the sources in use, for their titles.
        status: what the health page tells; `ok` says whether all is well.
        settings: what the settings page shows.
        next_letters: when the week's letters are made next, after a moment; None when nobody knows.
        next_collection: when the sources are read next, after a moment; None when nobody knows.
        nearness: some words to how near each call is to them by meaning, by the call's id; empty while the
            model is not ready, None without one.
        provider: where people sign in with the municipality's own accounts, None when mail is the only way.
        trusted_proxies: whose word of where a request comes from is believed.
        desk: where needs are tried on the stored calls while they are written.
        patience: seconds that a page without script waits for a need to be tried before it says that it is being
            worked out; None waits until it is done.
        rematcher: runs the matching anew after a publication; None leaves it to the night.
        collectors: collects a source at once, by its key; the others are left to the night.
        host: this machine's name, by which it takes over the sending of letters.
        memory: what the pages keep between requests.
    """

    engine: Engine
    tenant: str
    public_url: str
    signing_key: str | Sequence[str]
    mail_from: str
    now: Callable[[], datetime]
    profile: Callable[[], tuple[int, Profile] | None]
    send_mail: Callable[[EmailMessage], None]
    sources: tuple[Source, ...] = ()
    status: Callable[[], Mapping[str, Any]] = field(default=lambda: {"ok": True})
    settings: Callable[[], Sequence[ShownSetting]] = tuple
    next_letters: Callable[[datetime], datetime | None] = field(default=lambda now: None)
    next_collection: Callable[[datetime], datetime | None] = field(default=lambda now: None)
    nearness: Nearness | None = None
    provider: Provider | None = None
    trusted_proxies: tuple[Network, ...] = ()
    desk: Desk = field(default_factory=Desk)
    patience: float | None = None
    rematcher: JobOnRequest | None = None
    collectors: Mapping[str, JobOnRequest] = field(default_factory=dict)
    host: str = ""
    memory: Memory = field(default_factory=Memory)

    @property
    def keys(self) -> list[str]:
        """The signing keys, the oldest first; the last one signs."""
        return [self.signing_key] if isinstance(self.signing_key, str) else list(self.signing_key)

    @property
    def is_https(self) -> bool:
        """Whether browsers reach us over an encrypted connection."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def origin(self) -> str:
        """The scheme, host and port that browsers name as theirs."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"

    def cookie(self, name: str) -> str:
        """The full name of a cookie; over https no other host can plant one of that name (F6)."""
        return f"__Host-fondvakt-{name}" if self.is_https else f"fondvakt-{name}"
