"""The child of `bench/headers.py`: makes letters' headers from foreign text and reads them back with two parsers.

It needs nothing but the notifier, so that any Python that the product allows can run it: arguments are how many, and
the seed. Prints one JSON object.
"""

import json
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import getaddresses, parsedate_to_datetime

from letters import a_context, a_digest

from builders import NOW, a_call, a_match, a_need, a_person, a_profile, a_unit
from notifier.envelope import addressed, header_block
from notifier.errors import UnsafeMessage, UnusableAddress
from notifier.headers import ascii_address, assemble, check, display_name
from notifier.model import Accepted, LetterKind
from notifier.render import subject_of
from notifier.writer import letter_view

NAMES = [
    "From", "To", "Subject", "Date", "Message-ID", "Reply-To", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post",
    "Auto-Submitted", "X-Auto-Response-Suppress", "Content-Language", "MIME-Version", "Content-Type",
]  # fmt: skip
BODY = b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n\r\n"
PIECES = (
    "=?utf-8?q?Hej=0D=0ABcc:_x@evil.example?=", "=?utf-8?b?DQpCY2M6IHhAZXZpbC5leGFtcGxl?=", "=?utf-8?q?a=0A=0Ab?=",
    "\r\nBcc: x@evil.example", "\nTo: x@evil.example\n\n", "\r", "\n", "\x85", "\u2028", "\u2029", "\x00", "\x0b",
    "\ud800", "\udcff", "\u202e", "\u2066", "\u200b", "\ufeff", "=?", "?=", "?Q?", '"', "\\", "<", ">", ",", ";", ":",
    "(", ")", "@", "[", "]", "å", "ä", "ö", "É", "😀", "Πρόσκληση", "عنوان", "征集", "é", "Call for proposals",
    "Vänortsutbyten", " ", "  ", "\t", "x" * 80, "ö" * 90, "=?iso-8859-1?q?=E5?=", "=?utf-8*sv?q?a?=", "undisclosed:;",
)  # fmt: skip
DOMAINS = (
    "malmö.example",
    "b.example",
    "xn--malm-8qa.example",
    "bücher.example",
    "a..b",
    "-a.example",
    "å.\r\nx",
    "",
)
LOCALS = (
    "kontakt",
    "a.b+c",
    "åsa",
    "a b",
    '"a b"',
    ".a",
    "a.",
    "o'brien",
    "a@b",
    "=?utf-8?q?a?=",
    "a\nBcc: x@y.z",
    "",
)


def foreign(chance: random.Random) -> str:
    """A text that somebody could put on a page: pieces that break parsers, and any characters at all."""
    if chance.random() < 0.2:
        return "".join(chr(chance.randrange(1, 0x3000)) for _ in range(chance.randint(0, 60)))
    return "".join(chance.choices(PIECES, k=chance.randint(0, 9)))


def address(chance: random.Random) -> str:
    """An address, often one that no server understands."""
    if chance.random() < 0.5:
        return f"kontakt.{chance.randrange(10**6)}@{chance.choice(DOMAINS[:4])}"
    return f"{chance.choice(LOCALS)}@{chance.choice(DOMAINS)}{chance.choice(('', '', foreign(chance)))}"


def faults(content: bytes, subject: str, name: str, to: str) -> Iterator[str]:
    """What either of two parsers reads otherwise than was meant."""
    for reading, message in (
        ("new", message_from_bytes(content, policy=policy.default)),
        ("old", message_from_bytes(content, policy=policy.compat32)),
    ):
        read = {key: str(value) for key, value in message.items()}
        if list(message.keys()) != NAMES:
            yield f"{reading}: headers {list(message.keys())}"
            continue
        said = read["Subject"] if reading == "new" else str(make_header(decode_header(read["Subject"])))
        if said != subject:
            yield f"{reading}: subject {said!r}, meant {subject!r}"
        if reading == "new":
            pairs = [(one.display_name, one.addr_spec) for one in message["To"].addresses]
        else:
            pairs = [(str(make_header(decode_header(shown))), at) for shown, at in getaddresses([read["To"]])]
        if pairs != [(name, to)]:
            yield f"{reading}: to {pairs}, meant {(name, to)}"
        if parsedate_to_datetime(read["Date"]) != NOW:
            yield f"{reading}: date {read['Date']}"


def one(chance: random.Random) -> list[str] | None:
    """The faults of one letter's headers; None when its address is refused."""
    title, person, municipality = foreign(chance), foreign(chance), foreign(chance)
    context = a_context(profile=a_profile(name=municipality, units=(a_unit(needs=(a_need(),)),)))
    reader = a_person(name=person)
    digest = a_digest(
        Accepted(call=a_call(title=title if title.strip() else "x"), match=a_match()),
        person=reader,
        profile=context.profile,
    )
    digest = replace(digest, person=replace(reader, email=address(chance)))
    try:
        to = ascii_address(digest.person.email)
    except UnusableAddress:
        return None
    subject = subject_of(digest, context)
    about = {"kind": LetterKind.DIGEST, "week": digest.week, "slot": "", "subject": subject}
    envelope = addressed(digest.person, letter_view(digest, context), **about)
    written, intended = header_block(envelope, context, "<1@x.example>")
    content = assemble(written, BODY)
    try:
        check(content, intended, NAMES[-2:], [""])
    except UnsafeMessage as failure:
        return [f"refused by ourselves: {failure}"]
    return list(faults(content, subject, display_name(person), to))


def main(number: str, seed: str) -> None:
    """Make so many, and print what was seen."""
    chance, started = random.Random(int(seed)), time.perf_counter()
    made, refused, altered, examples = 0, 0, 0, []
    while made < int(number):
        found = one(chance)
        if found is None:
            refused += 1
            continue
        made += 1
        altered += bool(found)
        examples += found[: 5 - len(examples)]
    seconds = time.perf_counter() - started
    print(
        json.dumps(
            {"made": made, "refused": refused, "altered": altered, "examples": examples, "seconds": seconds}
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
