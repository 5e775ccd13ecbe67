"""What a mail server's answer means for a letter (`threats.md` 4.6, `reliability.md` B4).

| stage    | answer                          | meaning                                        |
| -------- | ------------------------------- | ---------------------------------------------- |
| any      | 421                             | away for now: try later, pause the run         |
| login    | 4xx, 5xx                        | ours: hold the run                             |
| any      | 4xx                             | try later, after the stated delay if any       |
| any      | 552, or 5.2.2 and 5.4.x         | try later: full mailbox, fault on the way      |
| any      | 530, 534, 535, 538, 5.7.30      | ours: login is asked for or switched off       |
| any      | 5.7.x, or 5xx to MAIL           | ours: content or sender refused                |
| RCPT     | 5xx otherwise                   | never for this address                         |
| DATA,dot | 5.1.x, 5.2.x, 5.3.4             | never for this address                         |
| DATA,dot | 5xx otherwise                   | ours: content refused                          |
| any      | not SMTP, or a code out of turn | try later; after the final dot: uncertain      |
"""

import re
from datetime import timedelta
from enum import StrEnum

from notifier.errors import (
    DeliveryError,
    HeldByUs,
    PermanentRefusal,
    RelayAway,
    RelayRefusesUs,
    TemporaryRefusal,
    Uncertain,
)
from texts import N_, Message

MAX_ANSWER = 400
_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_DELAY = re.compile(
    r"(?:try again|retry|come back|wait|again)\D{0,30}?(\d{1,5})\s*(s|sec|seconds?|m|min|minutes?|h|hours?)\b",
    re.IGNORECASE,
)
_LOGIN_CODES = (530, 534, 535, 538)


class Stage(StrEnum):
    """How far the conversation has come."""

    GREETING = "greeting"
    LOGIN = "login"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    DOT = "dot"


def shown(code: int, text: bytes | str) -> str:
    """An answer as one line that can be stored and read."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    line = " ".join("".join(char if char.isprintable() else " " for char in words).split())
    return f"{code} {line}".strip()[:MAX_ANSWER]


def meaning(stage: Stage, code: int, text: bytes | str) -> DeliveryError:
    """The error that an unwelcome answer stands for."""
    answer = shown(code, text)
    said = Message(
        text=N_("Servern svarade ”{answer}” vid {stage}."), values={"answer": answer, "stage": stage.value}
    )
    if not 400 <= code <= 599:
        return _not_smtp(stage, answer)
    if code == 421:
        return RelayAway(said, retry_after=stated_delay(answer))
    if stage is Stage.LOGIN or code in _LOGIN_CODES or " 5.7.30" in answer:
        return RelayRefusesUs(said)
    if code < 500:
        return TemporaryRefusal(said, retry_after=stated_delay(answer))
    return _refused(stage, code, answer, said)


def stated_delay(answer: str) -> timedelta | None:
    """The delay that a server names, at most a day; None when it names none."""
    found = _DELAY.search(answer)
    if found is None:
        return None
    unit = {"s": "seconds", "m": "minutes", "h": "hours"}[found[2][0].lower()]
    return min(timedelta(**{unit: int(found[1])}), timedelta(days=1))


def _refused(stage: Stage, code: int, answer: str, said: Message) -> DeliveryError:
    enhanced = _ENHANCED.search(answer)
    subject = (int(enhanced[2]), int(enhanced[3])) if enhanced else (0, 0)
    if (code == 552 and subject != (3, 4)) or subject == (2, 2) or subject[0] == 4:
        return TemporaryRefusal(said, answer=answer)
    of_the_address = stage is Stage.RCPT or subject[0] in (1, 2) or subject == (3, 4)
    if subject[0] == 7 or stage in (Stage.GREETING, Stage.MAIL) or not of_the_address:
        return HeldByUs(said)
    return PermanentRefusal(said, answer=answer)


def _not_smtp(stage: Stage, answer: str) -> DeliveryError:
    if stage is Stage.DOT:
        text = N_("Brevet lämnades över men servern svarade ”{answer}”: det kan ha kommit fram.")
        return Uncertain.of(text, answer=answer)
    text = N_("Servern svarade ”{answer}” vid {stage}, vilket inte väntades.")
    return TemporaryRefusal.of(text, answer=answer, stage=stage.value)
