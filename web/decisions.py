"""What a posted decision means. Pure rules; decisions are only ever added to, and so undoing is one more."""

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from calls.model import Call
from matcher.model import Decision, RejectReason, StoredMatch, Verdict
from notifier.weeks import STOCKHOLM
from texts import N_, Message

LONGEST_WAIT = timedelta(days=366)


class Wait(StrEnum):
    """How long something is put off."""

    ONE_WEEK = "1"
    TWO_WEEKS = "2"
    DAY = "dag"


WAIT_LABELS = {Wait.ONE_WEEK: N_("1 vecka"), Wait.TWO_WEEKS: N_("2 veckor"), Wait.DAY: N_("till en dag")}
WEEKS = {Wait.ONE_WEEK: 1, Wait.TWO_WEEKS: 2}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something in a form that must be put right; `field` is the id of what to correct."""

    field: str
    message: Message


@dataclass(frozen=True, kw_only=True)
class Intent:
    """What somebody wants to decide, as typed.

    Attributes:
        reason: for a refusal; None when none was chosen.
        wait, day: for something put off; `day` as typed.
        duplicate_of: for a duplicate: the number of the other call as typed, empty for none.
        invited: for the reference group: keys of those who are asked, empty for all of it.
    """

    verdict: Verdict
    reason: RejectReason | None = None
    note: str = ""
    wait: Wait | None = None
    day: str = ""
    duplicate_of: str = ""
    invited: tuple[str, ...] = ()

    def faults(self, now: datetime) -> list[Fault]:
        """What is missing or impossible."""
        if self.verdict is Verdict.REJECT and self.reason is None:
            return [Fault(field="reason", message=Message(text=N_("Välj ett skäl till att ni avvisar.")))]
        if self.verdict is Verdict.REJECT and self.duplicate_of and self.other_call is None:
            text = N_("Ange den andra utlysningens nummer eller adress, till exempel /utlysning/17.")
            return [Fault(field="duplicate_of", message=Message(text=text))]
        if self.verdict is not Verdict.LATER:
            return []
        if self.wait is None:
            return [Fault(field="wait-1", message=Message(text=N_("Välj hur länge ni skjuter upp.")))]
        if self.wait is Wait.DAY and _day(self.day, now) is None:
            text = N_("Ange en dag från i morgon till om ett år, till exempel {day}.")
            example = (_today(now) + timedelta(days=30)).isoformat()
            return [Fault(field="day", message=Message(text=text, values={"day": example}))]
        return []

    def decision(self, by: str, now: datetime) -> Decision:
        """The decision to add; the intent has no faults."""
        until = None
        if self.verdict is Verdict.LATER:
            day = _day(self.day, now) if self.wait is Wait.DAY else None
            day = day or _today(now) + timedelta(weeks=WEEKS.get(self.wait, 1))
            until = datetime.combine(day, time(), tzinfo=STOCKHOLM)
        reason = self.reason if self.verdict is Verdict.REJECT else None
        other = self.other_call if reason is RejectReason.DUPLICATE else None
        return Decision(
            verdict=self.verdict,
            by=by,
            at=now,
            reason=reason,
            note=self.note,
            until=until,
            duplicate_of=other,
        )

    @property
    def other_call(self) -> int | None:
        """The number of the call that it is a duplicate of, None when what was typed holds no number."""
        number = re.fullmatch(
            r"(?:\S*/utlysning/)?([1-9][0-9]{0,8})(?:[?#]\S*)?", self.duplicate_of, re.ASCII
        )
        return int(number[1]) if number else None


def stamp(stored: StoredMatch, call: Call) -> str:
    """Stands for what a person saw when they decided: the call's version, and the match's latest decision."""
    last = stored.decision
    said = f"{last.verdict}|{last.by}|{last.at.timestamp()}" if last else ""
    seen = hashlib.sha256(f"{stored.id}|{stored.state}|{said}".encode()).hexdigest()[:12]
    return f"{call.version}-{seen}"


def saw_another_call(given: str, stored: StoredMatch, call: Call) -> bool:
    """Whether a stale stamp is stale because the call itself reads otherwise now (W-39)."""
    return given.partition("-")[0] != stamp(stored, call).partition("-")[0]


def _today(now: datetime) -> date:
    return now.astimezone(STOCKHOLM).date()


def _day(text: str, now: datetime) -> date | None:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    today = _today(now)
    return day if today < day <= today + LONGEST_WAIT else None
