"""Signed return addresses: where a letter that cannot be delivered comes back to, and which letter it was.

`studs+<letter>-<day>-<signature>@kommunen.example`: the start of the letter's Message-ID, the day it left, and a
signature with a salt of its own (C5). In small letters and digits only, since mail servers change capitals.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from itsdangerous import Signer

DAYS_VALID = 60
LONGEST_LOCAL_PART = 64  # octets, RFC 5321 section 4.5.3.1.1
_SALT = "fondvakt/bounce"
_REFERENCE = re.compile(r"<([0-9a-f]{20})[0-9a-f]*@")
_TOKEN = re.compile(r"\+([0-9a-f]{20})-([0-9]{5})-([a-z2-7]{16})@", re.IGNORECASE)
_FIRST_DAY = date(1970, 1, 1)


@dataclass(frozen=True)
class ReturnAddresses:
    """The return addresses of one municipality.

    Attributes:
        mailbox: what they all begin as, such as studs@kommunen.example; mail to `studs+...` must come to it.
        key: what signs; several when the key is changed, the oldest first.
        tenant: whose letters; an address of another tenant is refused.
    """

    mailbox: str
    key: str | Sequence[str]
    tenant: str = "default"

    def __post_init__(self) -> None:
        local = self.mailbox.partition("@")[0]
        if len(local) + len(_suffix("0" * 20, 10_000, "a" * 16)) > LONGEST_LOCAL_PART:
            raise ValueError(f"return address {self.mailbox!r}: expected at most 20 characters before the @")

    def of(self, message_id: str, now: datetime) -> str:
        """The return address of a letter that leaves now; the plain mailbox for a Message-ID that is not ours."""
        found = _REFERENCE.match(message_id)
        if found is None:
            return self.mailbox
        local, _, domain = self.mailbox.partition("@")
        day = (now.astimezone(UTC).date() - _FIRST_DAY).days
        return f"{local}{_suffix(found[1], day, self._signatures(found[1], day)[0])}@{domain}"

    def read(self, text: str, now: datetime) -> str | None:
        """The start of the Message-ID that the first good return address in a text stands for.

        None when there is none, or only such as were altered, are sixty days old, or are another's (M-54).
        """
        for found in _TOKEN.finditer(text):
            reference, day, signature = found[1].lower(), int(found[2]), found[3].lower()
            age = (now.astimezone(UTC).date() - _FIRST_DAY).days - day
            if 0 <= age < DAYS_VALID and signature in self._signatures(reference, day):
                return reference
        return None

    def _signatures(self, reference: str, day: int) -> list[str]:
        """With every key, the newest first: eighty bits in letters that no server changes."""
        signer = Signer(self.key, salt=_SALT)
        value = f"{self.tenant}/{reference}/{day}".encode()
        raw = [
            signer.algorithm.get_signature(signer.derive_key(key), value)
            for key in reversed(signer.secret_keys)
        ]
        return [base64.b32encode(one[:10]).decode().lower() for one in raw]


def _suffix(reference: str, day: int, signature: str) -> str:
    return f"+{reference}-{day}-{signature}"
