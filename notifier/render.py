"""A digest as a finished letter: three templates, headers that foreign text cannot alter, bytes that are frozen.

Headers follow `ux.md` 1.4; the size limit keeps mail programs from clipping the letter (`ux.md` 1.5).
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from notifier.digest import shortened
from notifier.errors import UnsafeMessage
from notifier.headers import ascii_address, assemble, check, clean, cut, display_name, mailbox, words
from notifier.model import Digest, Letter
from notifier.view import LetterContext, LetterView
from notifier.weeks import STOCKHOLM
from notifier.wording import Wording
from notifier.writer import counted, isolated, letter_view, nearest_deadline, told_lines
from texts import N_, Message

MAX_BYTES = 90_000
_SUBJECT = 70
_MIME = ["MIME-Version", "Content-Type"]


def render(digest: Digest, context: LetterContext, *, slot: str | None = None) -> Letter:
    """The letter of a digest; items are shortened to one line each until it is under 90 kB.

    Args:
        slot: where it stands in the outbox, part of its Message-ID; its week unless it replaces another letter.

    Raises:
        UnsafeMessage: when the bytes, read back, do not say what was intended.
        UnusableAddress: when the reader's, the sender's or the coordinator's address cannot be used.
    """
    letter = _letter(digest, context, slot or digest.week)
    shorter, fewer = digest, context
    while len(letter.content) >= MAX_BYTES:
        if (next_shorter := shortened(shorter)) is not None:
            shorter = next_shorter
        elif fewer.max_lines > 0:
            fewer = replace(fewer, max_lines=fewer.max_lines - 10)
        else:
            raise UnsafeMessage(_too_large(len(letter.content)))
        letter = _letter(shorter, fewer, slot or digest.week)
    return letter


def subject_of(digest: Digest, context: LetterContext) -> str:
    """What, how much and the nearest day, in at most 70 characters; always begins with "Fondvakt: "."""
    wording = Wording(digest.person.language)
    deadline = nearest_deadline(digest, context.now)
    day = wording.short_day(deadline.day) if deadline else None
    items = (*digest.items, *digest.more)
    if len(items) > 1:
        many = {"summary": counted(digest, wording), "title": None, "day": day}
        return clean(_fill("subject.txt", wording.language, many))
    bare = clean(_fill("subject.txt", wording.language, {"summary": None, "title": "", "day": day}))
    title = isolated(cut(clean(items[0].call.title), _SUBJECT - len(bare) - 3))
    one = {"summary": None, "title": title, "day": day}
    return " ".join(_fill("subject.txt", wording.language, one).split())


def message_id(tenant: str, person: str, slot: str, sender: str) -> str:
    """Stable: the same letter always has the same, and it says nothing of the person."""
    digest = hashlib.sha256("\0".join((tenant, person, slot)).encode()).hexdigest()
    return f"<{digest[:40]}@{_domain(sender)}>"


def _letter(digest: Digest, context: LetterContext, slot: str) -> Letter:
    view = letter_view(digest, context)
    text = _fill("digest.txt", view.language, {"letter": view})
    html = _inlined(_fill("digest.html", view.language, {"letter": view}))
    subject = subject_of(digest, context)
    number = message_id(context.tenant, digest.person.key, slot, ascii_address(context.sender))
    written, intended = header_block(digest, context, view, subject, number)
    content = assemble(written, _body(text, html))
    check(content, intended, _MIME, [text, html])
    return Letter(
        person=digest.person.key,
        week=digest.week,
        to=ascii_address(digest.person.email),
        subject=subject,
        message_id=number,
        content=content,
        calls=tuple(
            (item.call.id, item.call.version) for item in (*digest.items, *told_lines(digest, context))
        ),
    )


def header_block(
    digest: Digest, context: LetterContext, view: LetterView, subject: str, number: str
) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """The headers of `ux.md` 1.4: as they are written, and what they should read as."""
    sender, reply_to = ascii_address(context.sender), ascii_address(context.reply_to)
    to, plain = ascii_address(digest.person.email), _plain_headers(context, view, sender, reply_to, number)
    municipality, person = display_name(view.municipality), display_name(digest.person.name)
    written = [
        ("From", mailbox(municipality, sender, "From")),
        ("To", mailbox(person, to, "To")),
        ("Subject", words(subject, "Subject")),
        *plain.items(),
    ]
    intended = {"From": _shown(municipality, sender), "To": _shown(person, to), "Subject": subject} | plain
    return written, intended


def _plain_headers(
    context: LetterContext, view: LetterView, sender: str, reply_to: str, number: str
) -> dict[str, str]:
    """The headers that hold nothing foreign."""
    return {
        "Date": format_datetime(context.now.astimezone(STOCKHOLM)),
        "Message-ID": number,
        "Reply-To": reply_to,
        "List-Id": f"<veckobrev.{_label(context.tenant)}.{_domain(sender)}>",
        "List-Unsubscribe": f"<{view.unsubscribe}>, <mailto:{reply_to}?subject=Avsluta%20veckobrevet>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": view.language,
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


def _fill(template: str, language: str, values: dict) -> str:
    return _templates(language).get_template(template).render(values).replace("\r\n", "\n")


@cache
def _templates(language: str) -> Environment:
    """The templates of one language; an undefined name raises, HTML is escaped."""
    wording = Wording(language)
    environment = Environment(
        loader=PackageLoader("notifier"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"], default=False),
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(
        wording.catalogue.gettext, wording.catalogue.ngettext, newstyle=True
    )
    environment.filters |= {"isolated": isolated, "spoken": _spoken}
    return environment


def _too_large(size: int) -> Message:
    text = N_("Brevet blev {size} byte; högst {limit} skickas.")
    return Message(text=text, values={"size": size, "limit": MAX_BYTES})


def _spoken(text: str, language: str) -> Markup:
    """Words in another language than the letter's: read aloud rightly, and kept to their own direction."""
    return Markup('<bdi lang="{}">{}</bdi>').format(language, text)


@cache
def _inliner() -> Callable[[str], str]:
    return css_inline.CSSInliner(
        keep_style_tags=True, keep_at_rules=True, load_remote_stylesheets=False, extra_css=None
    ).inline


def _inlined(html: str) -> str:
    """The styles on the elements themselves; dark mode and narrow screens stay in the head."""
    return _inliner()(html)
