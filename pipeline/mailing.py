"""Letters and mails with the real tools: the relay of the settings, the outbox, and what all letters share."""

import os
import socket
from collections.abc import Callable
from contextlib import closing
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid
from pathlib import Path
from typing import Any

from notifier import office
from notifier.channel import Channel, channel_for
from notifier.folder import FolderChannel
from notifier.model import OPERATOR, Letter
from notifier.notice_letter import notice_letter
from notifier.returns import ReturnAddresses
from notifier.view import LetterContext
from notifier.weeks import week_of
from pipeline import bounces, digest, renewal, sending, wiring
from pipeline.limiter import WITHOUT_LIMIT, Limiter
from pipeline.sending import SendSummary
from pipeline.settings import Settings, SettingsError
from pipeline.wiring import Installation
from profiles.model import ContactPerson, Profile, Role
from scrapers.sources import SOURCES
from storage import outbox, subscriptions
from storage.database import reading
from texts import N_


def channel(settings: Settings, out: os.PathLike | None = None) -> Channel:
    """Where letters go: the relay of the settings, or a folder.

    Raises:
        SettingsError: for an option of the relay's address that is not known or lacks what it needs.
    """
    returns = return_addresses(settings)
    try:
        return channel_for(
            f"file:{out}" if out else settings.smtp_url,
            token_file=settings.smtp_token_file,
            return_address=(lambda letter: returns.of(letter.message_id, settings.clock()))
            if returns
            else None,
        )
    except ValueError as failure:
        text = N_("Inställningen FONDVAKT_SMTP_URL går inte att använda: {cause}.")
        raise SettingsError.of(text, cause=str(failure)) from failure


def return_addresses(settings: Settings) -> ReturnAddresses | None:
    """Where letters that cannot be delivered come back to; None when no mailbox is set apart for them."""
    if settings.bounce_address is None:
        return None
    return ReturnAddresses(settings.bounce_address, settings.signing_keys(), settings.tenant)


def previewed_letters(installation: Installation, week: str) -> list[Letter]:
    """The week's letters as they are or would be; nothing is changed."""
    return digest.preview(
        installation.engine, letter_context(installation), week, **_week_facts(installation)
    )


def send_week(
    installation: Installation,
    week: str,
    *,
    folder: Path | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> tuple[digest.Planned, SendSummary]:
    """Plan the week's letters and send what waits in the outbox.

    Args:
        folder: write them there instead of handing them to the relay.
        stopping: asked between letters; True ends the run politely.
    """
    facts = _week_facts(installation)
    planned = digest.plan(installation.engine, letter_context(installation), week, **facts)
    return planned, send_waiting(installation, week, folder=folder, stopping=stopping)


def send_waiting(
    installation: Installation,
    week: str,
    *,
    folder: Path | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> SendSummary:
    """Send what waits in the outbox, of any week, renewed where it counts days; arguments as `send_week`."""
    settings, host = installation.settings, socket.gethostname()
    way, stopped = channel(settings, folder), stopped_persons(installation)
    limit = WITHOUT_LIMIT if isinstance(way, FolderChannel) else settings.mail_per_minute
    return sending.send(
        installation.engine,
        installation.tenant,
        wiring.published_profile(installation)[1],
        way,
        week=week,
        owner=host,
        now_fn=settings.clock,
        limiter=Limiter(limit),
        stopped=stopped,
        stopping=stopping,
        lock=settings.data_dir / "sending.lock",
        host=host,
        on_refusal=lambda conn, stored, failure: bounces.note_refusal(
            conn, installation.tenant, stored, failure, settings.clock()
        ),
        operator=settings.operator_mail,
        renew=lambda: renewal.renew(installation.engine, letter_context(installation), stopped=stopped),
    )


def send_trial(installation: Installation, address: str) -> str:
    """Send one letter that tells nothing, the way all letters go; what the relay answered.

    Raises:
        NotifierError: the relay would not take it, or the address cannot be used.
    """
    settings, context = installation.settings, letter_context(installation)
    person = ContactPerson(key=OPERATOR, name="", email=address, role=Role.OPERATOR)
    view = office.trial(person, context)
    letter = notice_letter(
        view, person, context, week=week_of(context.now), slot=f"trial/{context.now.isoformat()}"
    )
    with closing(channel(settings)) as way:
        return way.deliver(letter, before_data=lambda: None)


def has_bounces_to_read(installation: Installation) -> bool:
    """Whether anything lies in the folder of bounces."""
    folder = installation.settings.bounce_dir
    return folder is not None and bool(bounces.waiting_in(folder))


def has_letters_to_send(installation: Installation) -> bool:
    """Whether a letter waits for a try now, and sending is not held."""
    with reading(installation.engine) as conn:
        if outbox.sending_of(conn, installation.tenant).is_held:
            return False
        return outbox.has_work(conn, installation.tenant, installation.settings.clock())


def letter_context(installation: Installation) -> LetterContext:
    """What all letters of the municipality have in common, as of now."""
    settings = installation.settings
    return digest.letter_context(
        installation.tenant,
        wiring.published_profile(installation)[1],
        settings.clock(),
        public_url=settings.public_url,
        key=settings.signing_keys(),
        mail_from=settings.mail_from,
        publishers={source.key: source.publisher for source in SOURCES},
    )


def _week_facts(installation: Installation) -> dict[str, Any]:
    """What a week's letters need beyond the matches: silent sources, and who has said no."""
    titles = {source.key: source.title for source in SOURCES}
    now = installation.settings.clock()
    unreached = digest.unreached_sources(installation.engine, installation.tenant, titles, now)
    return {"unreached": unreached, "stopped": stopped_persons(installation)}


def stopped_persons(installation: Installation) -> set[str]:
    """Who gets no letter now: by their own word, or because what is sent there comes back."""
    with reading(installation.engine) as conn:
        said_no = subscriptions.stopped(conn, installation.tenant, installation.settings.clock())
    profile = wiring.published_profile(installation)[1]
    return said_no | set(bounces.paused_persons(installation.engine, installation.tenant, profile))


def default_sender(published: tuple[int, Profile] | None) -> str:
    """The sender of mails when no setting names one: an address at the municipality's own domain."""
    domain = published[1].mail_domains[0] if published else "localhost"
    return f"fondvakt@{domain}"


def mail_sender(installation: Installation) -> Callable[[EmailMessage], None]:
    """A function that hands one mail to the relay at once, outside the outbox (sign-in links)."""

    def send(message: EmailMessage) -> None:
        letter = Letter(
            person="",
            week="",
            to=message["To"],
            subject=message["Subject"],
            message_id=message["Message-ID"] or make_msgid(domain="fondvakt.invalid"),
            content=message.as_bytes(policy=SMTP),
            calls=(),
        )
        with closing(channel(installation.settings)) as relay:
            relay.deliver(letter, before_data=lambda: None)

    return send
