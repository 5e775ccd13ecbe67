"""Words to a finished letter: headers that foreign text cannot alter, two parts, bytes that are frozen.

Headers follow `ux.md` 1.4. The same for every kind of mail; each kind has a List-Id and a one-click address of its own.
"""

import hashlib
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from notifier.headers import ascii_address, assemble, check, display_name, mailbox, words
from notifier.model import Letter, LetterKind
from notifier.notice_view import NoticeView
from notifier.view import LetterContext, LetterView
from notifier.weeks import STOCKHOLM
from profiles.model import ContactPerson

_MIME = ["MIME-Version", "Content-Type"]
_LISTS = {
    LetterKind.DIGEST: "veckobrev",
    LetterKind.REMINDER: "paminnelser",
    LetterKind.CHANGE: "andringar",
    LetterKind.ASSIGNMENT: "fragor",
    LetterKind.INVITATION: "referensgrupp",
    LetterKind.UNIT: "enheter",
    LetterKind.REHEARSAL: "infor-utskicket",
    LetterKind.ALARM: "driftlarm",
}


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """To whom, from which municipality, and what it is.

    Attributes:
        person: the reader's key; `name` and `email` as the profile has them.
        municipality: its name in the reader's language, as it stands before the sender's address.
        unsubscribe: where one click ends mails of this kind.
        slot: where it stands in the outbox, part of its Message-ID.
    """

    person: str
    name: str
    email: str
    kind: LetterKind
    language: str
    week: str
    slot: str
    subject: str
    municipality: str
    unsubscribe: str


def addressed(
    person: ContactPerson,
    view: LetterView | NoticeView,
    *,
    kind: LetterKind,
    week: str,
    slot: str,
    subject: str,
) -> Envelope:
    """To this person, what stands in the view."""
    return Envelope(
        person=person.key,
        name=person.name,
        email=person.email,
        kind=kind,
        language=view.language,
        week=week,
        slot=slot,
        subject=subject,
        municipality=view.municipality,
        unsubscribe=view.unsubscribe,
    )


def sealed(
    envelope: Envelope,
    context: LetterContext,
    text: str,
    html: str,
    calls: tuple[tuple[int, int], ...] = (),
) -> Letter:
    """The finished letter.

    Raises:
        UnsafeMessage: when the bytes, read back, do not say what was intended.
        UnusableAddress: when the reader's, the sender's or the coordinator's address cannot be used.
    """
    number = message_id(context.tenant, envelope.person, envelope.slot, ascii_address(context.sender))
    written, intended = header_block(envelope, context, number)
    content = assemble(written, _body(text, html))
    check(content, intended, _MIME, [text, html])
    return Letter(
        person=envelope.person,
        week=envelope.week,
        to=ascii_address(envelope.email),
        subject=envelope.subject,
        message_id=number,
        content=content,
        calls=calls,
        kind=envelope.kind,
    )


def message_id(tenant: str, person: str, slot: str, sender: str) -> str:
    """Stable: the same letter always has the same, and it says nothing of the person."""
    digest = hashlib.sha256("\0".join((tenant, person, slot)).encode()).hexdigest()
    return f"<{digest[:40]}@{_domain(sender)}>"


def header_block(
    envelope: Envelope, context: LetterContext, number: str
) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """The headers: as they are written, and what they should read as."""
    sender, reply_to = ascii_address(context.sender), ascii_address(context.reply_to)
    to, plain = ascii_address(envelope.email), _plain_headers(envelope, context, sender, reply_to, number)
    municipality, person = display_name(envelope.municipality), display_name(envelope.name)
    written = [
        ("From", mailbox(municipality, sender, "From")),
        ("To", mailbox(person, to, "To")),
        ("Subject", words(envelope.subject, "Subject")),
        *plain.items(),
    ]
    addresses = {"From": _shown(municipality, sender), "To": _shown(person, to)}
    return written, addresses | {"Subject": envelope.subject} | plain


def _plain_headers(
    envelope: Envelope, context: LetterContext, sender: str, reply_to: str, number: str
) -> dict[str, str]:
    """The headers that hold nothing foreign."""
    name = _LISTS[envelope.kind]
    return {
        "Date": format_datetime(context.now.astimezone(STOCKHOLM)),
        "Message-ID": number,
        "Reply-To": reply_to,
        "List-Id": f"<{name}.{_label(context.tenant)}.{_domain(sender)}>",
        "List-Unsubscribe": f"<{envelope.unsubscribe}>, <mailto:{reply_to}?subject={_LEAVE[envelope.kind]}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": envelope.language,
    }


_LEAVE = {kind: f"Avsluta%20{name}" for kind, name in _LISTS.items()} | {
    LetterKind.DIGEST: "Avsluta%20veckobrevet"
}


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def _shown(name: str, address: str) -> str:
    return f"{name} <{address}>" if name else address


def _label(tenant: str) -> str:
    """A tenant's key as a label of a domain name."""
    return (
        "".join(char if char.isascii() and char.isalnum() else "-" for char in tenant).strip("-") or "kommun"
    )


def _body(text: str, html: str) -> bytes:
    """Two parts with the same facts, in seven bits, with borders that do not depend on chance."""
    message = EmailMessage(policy=SMTP)
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    message.set_boundary("=_" + hashlib.sha256(f"{text}\0{html}".encode()).hexdigest()[:40])
    del message["MIME-Version"]
    start = b"MIME-Version: 1.0\r\n"
    return start + message.as_bytes()
