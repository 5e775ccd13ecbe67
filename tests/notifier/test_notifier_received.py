"""A received letter's signature: the sender's own, and over the list headers (C1, RFC 8058)."""

import pytest
from every_kind import every_kind

from notifier.received import faults
from texts import translate

NAMES = "from:subject:date:message-id:list-unsubscribe:list-unsubscribe-post"


def arrived(*headers: str) -> bytes:
    """A reminder with what gateways put on top of it."""
    return "".join(f"{line}\r\n" for line in headers).encode() + every_kind("sv")["reminder"].content


def signed(domain: str = "exempelstad.example", names: str = NAMES) -> str:
    return f"DKIM-Signature: v=1; a=rsa-sha256; d={domain}; s=x;\r\n h={names};\r\n bh=AAAA; b=BBBB"


def said(content: bytes) -> list[str]:
    return [translate(fault, "sv") for fault in faults(content)]


@pytest.mark.parametrize(
    "headers",
    [
        (signed(),),
        (signed("relay.example"), signed()),
        (signed(names=NAMES.upper()),),
        (signed(names=NAMES.replace(":", " :\r\n  ")),),
        ("Authentication-Results: mx.example; spf=fail; dkim=pass header.d=exempelstad.example", signed()),
    ],
)
def test_c1_a_letter_signed_by_its_senders_domain_over_the_list_headers_is_well(headers):
    assert said(arrived(*headers)) == []


@pytest.mark.parametrize(
    ("headers", "fault"),
    [
        ((), "Ingen DKIM-signatur av avsändarens domän exempelstad.example."),
        ((signed("relay.example"),), "Ingen DKIM-signatur av avsändarens domän"),
        ((signed("stad.example"),), "Ingen DKIM-signatur av avsändarens domän"),
        (
            (signed(names="from:subject:date:message-id:list-unsubscribe"),),
            "DKIM-signaturen omfattar inte List-Unsubscribe-Post.",
        ),
        (("Authentication-Results: mx; dkim=fail (bad)", signed()), "Mottagaren säger dkim=fail"),
    ],
)
def test_c1_what_is_wrong_is_one_sentence(headers, fault):
    (only,) = said(arrived(*headers))
    assert only.startswith(fault)


@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff" * 50, b"From: a@b.example\r\n\r\n", b"DKIM-Signature: ;;=;\r\n\r\n"]
)
def test_what_is_no_letter_of_ours_is_said_to_lack_its_headers(content):
    assert any("Brevet saknar" in sentence for sentence in said(content))
