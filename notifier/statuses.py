"""What a delivery status says of an address (RFC 3463, `reliability.md` C6).

| status                          | kind                                                    |
| ------------------------------- | ------------------------------------------------------- |
| 4.x.x                           | soft: it may work another day                           |
| 5.1.1, 5.1.2, 5.1.3, 5.1.6, .10 | hard: no such address                                   |
| 5.2.1                           | hard: the mailbox is closed                             |
| 5.1.7, 5.1.8                    | ours: the sender's address                              |
| 5.2.3, 5.3.4                    | ours: the letter is too large                           |
| 5.4.4, 5.4.6, "too many hops"   | ours: no way there, or a loop (M-59)                    |
| 5.5.x, 5.6.x, 5.7.x             | ours: protocol, content, policy; never the reader's     |
| anything else, or none          | by its words, and soft when they say nothing            |

Words can only soften a status: "mailbox full" beside 5.1.1 is soft, "blocked" is ours.
"""

import re
from enum import StrEnum


class BounceKind(StrEnum):
    """What came back."""

    HARD = "hard"
    SOFT = "soft"
    OURS = "ours"
    COMPLAINT = "complaint"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    AUTO_REPLY = "auto_reply"
    ANSWER = "answer"


_HARD = {(1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (2, 1)}
_OURS = {(1, 7), (1, 8), (2, 3), (3, 4), (4, 4), (4, 6)}
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]|\d)")
_FULL = re.compile(
    r"over ?quota|quota (?:is |has been )?exceeded|exceeded.{0,20}quota|mailbox (?:is )?full|inbox is (?:out of|full)"
    r"|storage (?:space|limit)|insufficient (?:system )?storage|postfach.{0,20}(?:voll|überfüllt)|brevlådan är full",
    re.IGNORECASE,
)
_POLICY = re.compile(
    r"\bspam\b|block ?list|black ?list|blocked|\bdnsbl\b|\brbl\b|reputation|\bpolicy\b|\bdmarc\b|\bspf\b|\bdkim\b|virus"
    r"|content (?:rejected|refused)|not authenticated|unauthenticated|access denied|relay(?:ing)? (?:access )?denied"
    r"|not permitted to relay|unable to relay|too many hops|loops? back to (?:my|it)self"
    r"|message rejected|rejected (?:by|due to) (?:our )?(?:content|filter)",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(
    r"user (?:unknown|does ?n[o']t exist|not found)|unknown (?:user|recipient|address)|no such (?:user|mailbox"
    r"|recipient|address|person)"
    r"|(?:recipient|mailbox|address|account).{0,40}(?:does not exist|not found|unavailable or does not)"
    r"|recipientnotfound|invalid recipient|no mailbox here|mailbox disabled|account (?:is |has been )disabled",
    re.IGNORECASE,
)


def status_in(text: str) -> str | None:
    """The first enhanced status in a text, such as 5.1.1; one that says something before one that does not."""
    found = [match[0] for match in _STATUS.finditer(text)]
    telling = [status for status in found if not status.endswith(".0.0")]
    return next(iter(telling or found), None)


def kind_of(status: str | None, words: str) -> BounceKind:
    """What a final refusal says of the address.

    Args:
        status: as 5.1.1; None when there is none that can be read.
        words: what the refusing server said.
    """
    numbers = tuple(int(part) for part in status.split(".")) if status else (5, 0, 0)
    group, subject = numbers[0], numbers[1:]
    if group == 4 or _FULL.search(words) or subject == (2, 2):
        return BounceKind.SOFT
    if subject == (4, 1):  # Exchange says so of addresses that are missing and of its own directory's faults
        return BounceKind.SOFT
    if subject[0] in (5, 6, 7) and subject != (5, 0):
        return BounceKind.OURS
    if subject in _OURS or _POLICY.search(words):
        return BounceKind.OURS
    if subject in _HARD:
        return BounceKind.HARD
    is_general = subject in ((0, 0), (5, 0), (1, 0))
    return BounceKind.HARD if is_general and _UNKNOWN.search(words) else BounceKind.SOFT
