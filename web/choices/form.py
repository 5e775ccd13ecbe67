"""The form of one's own choices: which fields it has for whom, and what they say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from starlette.datastructures import FormData

from notifier.model import LetterKind
from notifier.weeks import STOCKHOLM
from profiles.model import Role
from storage.wishes import Rhythm, Wishes
from texts import LANGUAGES, N_, Message
from web.decisions import Fault

UNKNOWN = Message(text=N_("Det gick inte att förstå vad som skulle ändras. Inget har sparats."))
LONGEST_PAUSE = timedelta(days=366)
KINDS_OF: Mapping[Role, tuple[LetterKind, ...]] = {
    Role.CONTACT: (LetterKind.REMINDER, LetterKind.CHANGE, LetterKind.ASSIGNMENT, LetterKind.INVITATION),
    Role.COORDINATOR: (LetterKind.REHEARSAL, LetterKind.UNIT),
    Role.OPERATOR: (LetterKind.ALARM,),
}


class Deed(StrEnum):
    """What the page's buttons say."""

    SAVE = "save"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    UNFOLLOW = "unfollow"


@dataclass(frozen=True, kw_only=True)
class Pause:
    """Until when letters rest; `fault` when the day cannot be used."""

    typed: str = ""
    until: datetime | None = None
    fault: Fault | None = None


def wishes_in(fields: FormData, role: Role, before: Wishes) -> Wishes | None:
    """What the form chooses; None for a word outside its list. Kinds of other roles stay as they were."""
    mine = set(KINDS_OF.get(role, ()))
    checked = {str(kind) for kind in fields.getlist("kind")}
    if not checked <= {kind.value for kind in mine}:
        return None
    language = str(fields.get("language") or before.language or "")
    rhythm = str(fields.get("rhythm") or before.rhythm)
    if language not in (*LANGUAGES, "") or rhythm not in set(Rhythm):
        return None
    off = {kind for kind in mine if kind.value not in checked}
    return Wishes(
        rhythm=Rhythm(rhythm),
        also_empty=fields.get("also_empty") == "yes" if role is Role.CONTACT else before.also_empty,
        language=language or None,
        without=frozenset((before.without - mine) | off),
    )


def pause_in(fields: FormData, now: datetime) -> Pause:
    """The moment until which letters rest: the start of a day that is ahead, within a year."""
    typed = str(fields.get("until") or "")[:20]
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        text = N_("Skriv vilken dag breven ska börja komma igen.")
        return Pause(typed=typed, fault=Fault(field="until", message=Message(text=text)))
    today = now.astimezone(STOCKHOLM).date()
    if not today < day <= today + LONGEST_PAUSE:
        text = N_("Välj en dag efter i dag, högst ett år fram.")
        return Pause(typed=typed, fault=Fault(field="until", message=Message(text=text)))
    return Pause(typed=typed, until=datetime(day.year, day.month, day.day, tzinfo=STOCKHOLM))
