"""Headers that foreign text cannot alter (`reliability.md` C2, `threats.md` M-01 to M-05).

Text is cleaned, the headers are written by ourselves in ASCII, and the finished bytes are read back with two
parsers: a message that does not say exactly what was intended is refused, on every Python.
"""

import re
import unicodedata
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.charset import Charset
from email.header import Header, decode_header, make_header
from email.message import Message as MailMessage
from email.utils import getaddresses

from notifier.errors import UnsafeMessage, UnusableAddress
from texts import N_, Message

MAX_LINE = 998  # octets, RFC 5322 section 2.1.1
_LINE = 76
_NAME = 60
_ENCODED_WORD = 75
_UTF_8 = Charset("utf-8")
_BIDI = dict.fromkeys(
    [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)],
)
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+")
_DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_SPECIAL = re.compile(r'[\\"]')


def clean(text: str) -> str:
    """Foreign text on one line: no control, direction or line characters, nothing that reads as encoded."""
    kept = "".join(" " if _breaks(char) else char for char in text.translate(_BIDI))
    while "=?" in kept or "?=" in kept:
        kept = kept.replace("=?", "= ?").replace("?=", "? =")
    return " ".join(kept.split())


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a word where there is one, with an ellipsis where something is gone."""
    if len(text) <= limit:
        return text
    start = text[: limit - 1]
    at_word = start.rsplit(" ", 1)[0]
    return (at_word if len(at_word) > limit // 2 else start).rstrip(" ,;:–-") + "…"


def ascii_address(address: str) -> str:
    """An address as every server understands it, the domain in its ASCII form (M21).

    Raises:
        UnusableAddress: when it is not one address, or its local part is not ASCII.
    """
    local, at, domain = address.strip().rpartition("@")
    is_plain = _LOCAL.fullmatch(local) and "=?" not in local  # the standard parser would decode it
    if not at or not is_plain or local.startswith(".") or local.endswith("."):
        raise UnusableAddress(_no_name(address))
    try:
        plain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError as failure:
        raise UnusableAddress(_no_domain(address, domain)) from failure
    if not _DOMAIN.fullmatch(plain):
        raise UnusableAddress(_no_domain(address, domain))
    return f"{local}@{plain}"


def words(text: str, name: str) -> str:
    """Text that is clean already as the value of a header, folded, in encoded words where it is not ASCII."""
    if text.isascii() and len(name) + len(text) <= _LINE:
        return text
    return Header(text, "utf-8", header_name=name, maxlinelen=_LINE).encode(linesep="\r\n")


def display_name(text: str) -> str:
    """Foreign text as the name before an address, cut so that it fits one encoded word.

    One, because readers disagree on the space between two of them; RFC 2047 section 2 gives it 75 characters.
    """
    name = cut(clean(text), _NAME)
    while not name.isascii() and len(_UTF_8.header_encode(name)) > _ENCODED_WORD:
        name = cut(name, len(name) - 1)
    return name


def mailbox(name: str, address: str, header: str) -> str:
    """A name made by `display_name` and an address, such as `"Kommunen" <a@b.example>`."""
    if not name:
        return address
    written = f'"{_SPECIAL.sub(_escaped, name)}"' if name.isascii() else _UTF_8.header_encode(name)
    fits = len(f"{header}: {written} <{address}>") <= _LINE
    return f"{written} <{address}>" if fits else f"{written}\r\n <{address}>"


def assemble(headers: Sequence[tuple[str, str]], body: bytes) -> bytes:
    """Headers, already written, before a MIME body that begins with its own headers; CR LF throughout."""
    block = "".join(f"{name}: {value}\r\n" for name, value in headers)
    try:
        return block.encode("ascii") + body
    except UnicodeEncodeError as failure:
        raise _unsafe(f"header not ASCII: {failure}") from failure


def check(content: bytes, intended: dict[str, str], mime: Sequence[str], bodies: Sequence[str]) -> None:
    """Read the finished bytes back with two parsers and compare.

    Args:
        intended: header to its text, addresses as `display <address>`, in the order written.
        mime: the MIME headers that the body brings.
        bodies: what the parts should say, in order.

    Raises:
        UnsafeMessage: when a name, a value, a line or a part is not as intended.
    """
    _check_lines(content)
    for reading, message in (
        ("new", message_from_bytes(content, policy=policy.SMTP)),
        ("old", message_from_bytes(content, policy=policy.compat32)),
    ):
        _check_headers(message, intended, mime, reading)
        _check_parts(message, bodies, reading)


def _unsafe(detail: str) -> UnsafeMessage:
    text = N_("Brevet säger inte det som var avsett när det läses tillbaka, och skickas inte: {detail}")
    return UnsafeMessage.of(text, detail=detail)


def _no_name(address: str) -> Message:
    text = N_("Adressen {address} går inte att använda: väntade namn@domän med namnet i enkla bokstäver.")
    return Message(text=text, values={"address": repr(address)})


def _no_domain(address: str, domain: str) -> Message:
    text = N_("Adressen {address} går inte att använda: {domain} är inget domännamn.")
    return Message(text=text, values={"address": repr(address), "domain": repr(domain)})


def _breaks(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or char == "\ufeff"


def _escaped(found: re.Match) -> str:
    return "\\" + found[0]


def _check_lines(content: bytes) -> None:
    if re.search(rb"(?<!\r)\n|\r(?!\n)", content):
        raise _unsafe("line without CR LF")
    if any(len(line) > MAX_LINE for line in content.split(b"\r\n")):
        raise _unsafe(f"line over {MAX_LINE} octets")
    if b"\0" in content or not content.isascii():
        raise _unsafe("not in seven bits")


def _check_headers(message: MailMessage, intended: dict[str, str], mime: Sequence[str], reading: str) -> None:
    names = [*intended, *mime]
    if message.keys() != names:
        raise _unsafe(f"{reading} parser reads headers {message.keys()}, intended were {names}")
    if message.defects:
        raise _unsafe(f"{reading} parser finds {message.defects[0]!r}")
    for name, value in intended.items():
        read = _read_value(message, name)
        if read != value:
            raise _unsafe(f"{reading} parser reads {name} {read!r}, intended was {value!r}")


def _read_value(message: MailMessage, name: str) -> str:
    raw = message[name]
    if name not in ("From", "To", "Reply-To"):
        return str(make_header(decode_header(" ".join(str(raw).split())))) if "=?" in str(raw) else str(raw)
    if hasattr(raw, "addresses"):
        pairs = [(one.display_name, one.addr_spec) for one in raw.addresses]
    else:
        pairs = [(str(make_header(decode_header(shown))), at) for shown, at in getaddresses([raw])]
    return ", ".join(f"{shown} <{at}>" if shown else at for shown, at in pairs)


def _check_parts(message: MailMessage, bodies: Sequence[str], reading: str) -> None:
    parts = [part for part in message.walk() if not part.is_multipart()]
    read = [part.get_payload(decode=True).decode("utf-8").replace("\r\n", "\n") for part in parts]
    if [text.rstrip("\n") for text in read] != [text.rstrip("\n") for text in bodies]:
        raise _unsafe(f"{reading} parser reads other parts than were written")
