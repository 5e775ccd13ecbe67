"""The webhooks with the real tools: targets out of the settings, names looked up and checked."""

import ipaddress
import socket
from collections.abc import Collection
from urllib.parse import urlsplit

from notifier.webhook import Resolve, Target, WebhookError
from pipeline import mailing, webhooks
from pipeline.settings import Settings, SettingsError
from pipeline.webhooks import TEAMS, Sent
from pipeline.wiring import Installation
from scrapers.addresses import is_public
from texts import N_, Message

GENERIC = "generic"


def targets(settings: Settings) -> list[Target]:
    """Where events go; empty unless the operator has set an address.

    Raises:
        SettingsError: the signed webhook lacks its secret, or an address is neither https nor a named private host.
    """
    found = []
    if settings.teams_url is not None:
        found.append(Target(key=TEAMS, url=settings.teams_url.get_secret_value(), knows_repeats=False))
    if settings.webhook_url is not None:
        if settings.webhook_secret is None:
            text = N_("FONDVAKT_WEBHOOK_URL är satt, men inte FONDVAKT_WEBHOOK_SECRET som ska underteckna.")
            raise SettingsError.of(text)
        secret = settings.webhook_secret.get_secret_value()
        found.append(Target(key=GENERIC, url=settings.webhook_url.get_secret_value(), secret=secret))
    for target in found:
        if urlsplit(target.url).scheme != "https" and target.host not in private_hosts(settings):
            text = N_("Webhooken till {host} är inte https; det går bara för en dator i "
                      "FONDVAKT_WEBHOOK_PRIVATE_HOSTS.")  # fmt: skip
            raise SettingsError.of(text, host=target.host)
    return found


def private_hosts(settings: Settings) -> frozenset[str]:
    """Hosts inside the own network that the operator has named."""
    return frozenset(
        name.strip().lower() for name in settings.webhook_private_hosts.split(",") if name.strip()
    )


def resolver(private: Collection[str]) -> Resolve:
    """Looks a name up and gives the address to dial; every address must be public, unless the host is named."""

    def resolve(host: str, port: int) -> str:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as failure:
            text = N_("{host} går inte att slå upp: {cause}")
            values = {"host": host, "cause": str(failure)}
            raise WebhookError.of(text, **values) from failure
        addresses = [str(ipaddress.ip_address(entry[4][0].split("%")[0])) for entry in found]
        if host.lower() not in private and not all(is_public(address) for address in addresses):
            text = N_("{host} ligger inte på det öppna nätet; nämn den i FONDVAKT_WEBHOOK_PRIVATE_HOSTS.")
            raise WebhookError(Message(text=text, values={"host": host}), permanent=True)
        return addresses[0]

    return resolve


def run(installation: Installation) -> tuple[int, Sent]:
    """Plan what is new and send what waits; how many were planned, and what sending came to."""
    settings, found = installation.settings, targets(installation.settings)
    if not found:
        return 0, Sent()
    context = mailing.letter_context(installation)
    planned = webhooks.plan(
        installation.engine,
        context,
        [target.key for target in found],
        settings.clock(),
        language=settings.teams_language,
    )
    sent = webhooks.send(
        installation.engine,
        installation.tenant,
        found,
        owner=socket.gethostname(),
        now_fn=settings.clock,
        resolve=resolver(private_hosts(settings)),
        lock=settings.made_data_dir() / "webhooks.lock",
    )
    return planned, sent


def are_wanted(installation: Installation) -> bool:
    """Whether any webhook is set."""
    settings = installation.settings
    return settings.teams_url is not None or settings.webhook_url is not None
