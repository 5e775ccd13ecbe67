"""What came back to the return address: a bounce, a complaint, an automatic reply, or a person's answer (C6).

A proper report (RFC 3464) is read field by field. Anything else that a mail system wrote is soft and kept for review
(M-52); a person's answer is never a bounce, whatever it quotes (M-57).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message as MailMessage

from notifier.statuses import BounceKind, kind_of, status_in

MAX_READ = 2**20  # octets; the report stands at the start of a bounce, the returned letter after it
MAX_PARTS = 60
MAX_DEPTH = 12
MAX_WORDS = 400
_FROM_MAIL_SYSTEM = re.compile(
    r"mailer-?daemon|postmaster|mail delivery (?:sub)?system|microsoftexchange", re.I
)
_NOT_DELIVERED = re.compile(
    r"undeliver|delivery (?:status|failure|has failed|failed|notification)|returned (?:mail|to sender)|failure notice"
    r"|mail (?:delivery|system) (?:failed|error|failure)|could not be delivered|nicht zustellbar|unzustellbar"
    r"|zustellung|kunde inte levereras|kan inte levereras|olevererbar|ej levererat|non remis|no entregado",
    re.I,
)
_AUTOMATIC_SUBJECT = re.compile(
    r"^\W*(?:automatic reply|auto(?:matisk|matiskt)?[ -]?(?:svar|reply|response)|out of (?:the )?office|frånvaro"
    r"|jag är (?:borta|ledig|inte på plats)|semester|ej på plats|abwesenheit|automatische antwort|réponse automatique"
    r"|autosvar|vacation)",
    re.I,
)
_FIELD = re.compile(r"^([A-Za-z-]+):[ \t]*(.*(?:\r?\n[ \t].*)*)", re.M)
_DELIVERED = ("delivered", "relayed", "expanded")


@dataclass(frozen=True, kw_only=True)
class Returned:
    """A mail that came back, as it says itself; nothing in it is proved.

    Attributes:
        status: the enhanced status, such as 5.1.1; None when there is none.
        words: what the refusing server said, on one line.
        recipients: the addresses that the report is about, in small letters.
        traces: every place where our return address may stand.
    """

    kind: BounceKind
    status: str | None = None
    words: str = ""
    recipients: frozenset[str] = frozenset()
    traces: str = ""


def read(content: bytes) -> Returned:
    """Say what a mail is; never raises, whatever the mail is (M-56)."""
    try:
        message = message_from_bytes(content[:MAX_READ], policy=policy.compat32)
        parts = list(_parts(message))
        return _judged(message, parts)
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        # The standard parser raises all of these on mails that are made to break it.
        return Returned(kind=BounceKind.SOFT, words="unreadable")


def _judged(message: MailMessage, parts: list[MailMessage]) -> Returned:
    traces = _traces(message, parts)
    report_type = str(message.get_param("report-type", "")).lower()
    kinds = {part.get_content_type() for part in parts}
    if "message/feedback-report" in kinds:
        return Returned(kind=BounceKind.COMPLAINT, words="abuse report", traces=traces)
    if report_type == "disposition-notification" or "message/disposition-notification" in kinds:
        return Returned(kind=BounceKind.AUTO_REPLY, traces=traces)
    for part in parts:
        if part.get_content_type() in ("message/delivery-status", "message/global-delivery-status"):
            return _reported(_fields_text(part), _first_text(parts), traces)
    if _is_from_mail_system(message):
        return _unreported(message, parts, traces)
    if _is_automatic(message):
        return Returned(kind=BounceKind.AUTO_REPLY, traces=traces)
    return Returned(kind=BounceKind.ANSWER, traces=traces)


def _reported(fields: str, explained: str, traces: str) -> Returned:
    """A report by RFC 3464; of several recipients the one that is best off decides."""
    found = [(name.lower(), " ".join(value.split())) for name, value in _FIELD.findall(fields)]
    actions = [value.split()[0].lower() for name, value in found if name == "action" and value]
    words = next((value for name, value in found if name == "diagnostic-code"), "") or explained
    status = _specific(
        next((status_in(value) for name, value in found if name == "status"), None), status_in(words)
    )
    common = {
        "status": status,
        "words": _one_line(words),
        "recipients": frozenset(
            value.rpartition(";")[2].strip(" <>").lower()
            for name, value in found
            if name in ("final-recipient", "original-recipient")
        ),
        "traces": traces,
    }
    if any(action in _DELIVERED for action in actions) or (status and status.startswith("2.")):
        return Returned(kind=BounceKind.DELIVERED, **common)
    if "delayed" in actions:
        return Returned(kind=BounceKind.DELAYED, **common)
    if status is None:
        return Returned(kind=BounceKind.SOFT, **common)
    return Returned(kind=kind_of(status, words), **common)


def _unreported(message: MailMessage, parts: list[MailMessage], traces: str) -> Returned:
    """A mail system's own words: at most soft, since nothing says for sure what they are about (M-52)."""
    words = _one_line(f"{_subject(message)}: {_first_text(parts)}", limit=2000)
    status = status_in(words)
    kind = kind_of(status, words) if status else BounceKind.SOFT
    if re.search(r"\bwarning\b|will be retried|still being retried|delayed", _subject(message), re.I):
        kind = BounceKind.DELAYED
    return Returned(
        kind=BounceKind.SOFT if kind is BounceKind.HARD else kind,
        status=status,
        words=words[:MAX_WORDS],
        traces=traces,
    )


def _specific(reported: str | None, said: str | None) -> str | None:
    """The status that says more: 5.0.0 and 5.1.0 in the report give way to what the refusing server said."""
    if reported is None or (said and said[0] == reported[0] and reported.endswith((".0.0", ".5.0", ".1.0"))):
        return said or reported
    return reported


def _is_automatic(message: MailMessage) -> bool:
    stated = str(message.get("Auto-Submitted", "no")).split(";")[0].strip().lower()
    precedence = str(message.get("Precedence", "")).lower()
    if stated == "auto-replied" or precedence in ("auto_reply", "auto-reply"):
        return True
    if any(name in message for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply", "X-Vacation")):
        return True
    return bool(_AUTOMATIC_SUBJECT.search(_subject(message)))


def _is_from_mail_system(message: MailMessage) -> bool:
    """Written by a mail system: no return path and no person as sender, and it speaks of a delivery."""
    if "X-Failed-Recipients" in message:
        return True
    sender = str(message.get("From", ""))
    is_null = str(message.get("Return-Path", "unknown")).strip() == "<>"
    if not (is_null or _FROM_MAIL_SYSTEM.search(sender)):
        return False
    return bool(_NOT_DELIVERED.search(_subject(message)) or _FROM_MAIL_SYSTEM.search(sender))


def _parts(message: MailMessage, depth: int = 0) -> Iterator[MailMessage]:
    """The message and what is in it, no deeper and no more than a real bounce has (M-56)."""
    waiting, found = [(message, 0)], 0
    while waiting and found < MAX_PARTS:
        part, depth = waiting.pop(0)
        found += 1
        yield part
        inside = part.get_payload()
        if isinstance(inside, list) and depth < MAX_DEPTH:
            waiting += [(one, depth + 1) for one in inside if isinstance(one, MailMessage)]


def _fields_text(part: MailMessage) -> str:
    """The report's fields as text; the parser gives them as messages of their own, or as text when broken."""
    inside = part.get_payload()
    if isinstance(inside, list):
        return "\n\n".join(block.as_string() for block in inside)
    return _decoded(part)


def _first_text(parts: list[MailMessage]) -> str:
    """What the mail system says, before the letter that it gives back."""
    for part in parts:
        if part.get_content_type() == "text/plain":
            text = _decoded(part)
            return re.split(
                r"(?im)^-{2,}.*(?:copy of|original|below this line|returned|transcript|nachricht).*$",
                text,
                maxsplit=1,
            )[0]
    return ""


def _decoded(part: MailMessage) -> str:
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    try:
        return raw.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return raw.decode("latin-1")


def _subject(message: MailMessage) -> str:
    """In words, also where it was sent as bare UTF-8."""
    raw = next((value for name, value in message.raw_items() if name.lower() == "subject"), "")
    plain = str(raw).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        return " ".join(str(make_header(decode_header(plain))).split())
    except (ValueError, LookupError):
        return plain


def _traces(message: MailMessage, parts: list[MailMessage]) -> str:
    """To and its likes of the mail itself, and the return path of the letter that is given back."""
    outer = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To")
    values = [str(value) for name in outer for value in message.get_all(name, [])]
    for part in parts[1:]:
        values += [str(value) for value in part.get_all("Return-Path", [])]
        if part.get_content_type() in ("text/rfc822-headers", "message/feedback-report"):
            values += re.findall(r"(?im)^(?:return-path|original-mail-from):\s*(.+)$", _text_of(part))
    return "\n".join(values)


def _text_of(part: MailMessage) -> str:
    inside = part.get_payload()
    return "\n".join(one.as_string() for one in inside) if isinstance(inside, list) else _decoded(part)


def _one_line(text: str, limit: int = MAX_WORDS) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:limit]
