"""Deadlines as calendar files, RFC 5545: one event a deadline, the same one for as long as the call is followed.

An event keeps its UID and counts in SEQUENCE each time it is moved, to another day or hour, or changes its status
(RFC 5546, 2.1.4), so that a calendar moves it instead of adding another. Another title or model of the call only
raises LAST-MODIFIED and DTSTAMP: the words are taken, and nobody is alarmed.
METHOD is PUBLISH: nobody is asked for a reply. Nothing depends on when the file is asked for but the status, so
that an unchanged calendar is the same bytes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from icalendar import Alarm, Calendar, Event, Timezone

from calls.addresses import page_in
from calls.kinds import of_kind
from calls.model import BRUSSELS, Call
from calls.stages import Reading, Stage, stages
from calls.vocabulary import STATUS_LABELS, DeadlineModel
from notifier.facts import web_address
from notifier.headers import clean, cut
from notifier.links import Links
from notifier.wording import Wording
from texts import N_

ALARMS = (timedelta(days=14), timedelta(days=3))
KEPT_FOR = timedelta(days=90)
REFRESHED = "PT6H"
_BY = N_("Sök senast: {title}"), N_("Svara senast: {title}")
_CODED = N_("Utlysning: {code}"), N_("Samråd: {code}")
_TITLE, _NOTE, _URL = 200, 500, 1500
# The zone's rule since 1996 (directive 2000/84/EC), as programs expect it; older dates are no deadlines of ours.
_BRUSSELS = """BEGIN:VTIMEZONE
TZID:Europe/Brussels
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19970330T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
END:DAYLIGHT
END:VTIMEZONE
"""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One call of a calendar.

    Attributes:
        history: every reading of it, the oldest first; how it reads now is added.
        note: what the calendar's owner wrote of it; empty for nothing.
    """

    call: Call
    history: Sequence[Reading] = ()
    note: str = ""

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Its deadlines, with those that were moved or taken away."""
        return stages((*self.history, Reading(at=self.call.changed_at, facts=self.call)))


def calendar_file(
    entries: Iterable[Entry], links: Links, language: str, now: datetime, *, name: str
) -> bytes:
    """A calendar of these calls, in the order of their numbers.

    Args:
        language: of the texts, "sv" or "en"; titles stay as their publishers wrote them.
        now: aware; what passed more than ninety days ago is left out.
        name: what the calendar is called.
    """
    wording = Wording(language)
    calendar = Calendar()
    calendar.add("prodid", "-//Fondvakt//Fondvakt//SV")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", cut(clean(name), _TITLE))
    calendar.add("x-published-ttl", REFRESHED)
    calendar.add_component(Timezone.from_ical(_BRUSSELS))
    for entry in sorted(entries, key=lambda entry: entry.call.id):
        there = entry.stages
        for stage in there:
            if stage.deadline.at > now - KEPT_FOR:
                calendar.add_component(_event(entry, stage, len(there), links, wording, now))
    return calendar.to_ical()


def _event(
    entry: Entry, stage: Stage, stages_there: int, links: Links, wording: Wording, now: datetime
) -> Event:
    call, event = entry.call, Event()
    event.add("uid", _uid(call, stage, links))
    event.add("sequence", stage.sequence)
    revised = max(stage.changed_at, call.changed_at)
    event.add("dtstamp", revised)
    event.add("last-modified", revised)
    event.add("dtstart", _start(stage))
    event.add("status", _status(stage))
    event.add("transp", "TRANSPARENT")
    event.add("summary", _summary(call, stage, stages_there, wording))
    event.add("description", "\n".join(_lines(entry, stage, links, wording, now)))
    event.add("url", links.call(call.id))
    if not stage.is_withdrawn:
        for before in ALARMS:
            event.add_component(_alarm(event["summary"], before))
    return event


def _uid(call: Call, stage: Stage, links: Links) -> str:
    """The same in every calendar of the installation, so that two of them make one event."""
    host = urlsplit(links.public_url).hostname or "fondvakt.invalid"
    return f"{links.tenant}-{call.id}-{stage.number}@{host}"


def _start(stage: Stage) -> date | datetime:
    """The moment in Brussels; only the day where the publisher gives no hour."""
    if stage.deadline.by_day:
        return stage.deadline.day
    return stage.deadline.at.astimezone(BRUSSELS).replace(second=0, microsecond=0)


def _status(stage: Stage) -> str:
    if stage.is_withdrawn:
        return "CANCELLED"
    return "TENTATIVE" if stage.is_unsaid else "CONFIRMED"


def _summary(call: Call, stage: Stage, stages_there: int, wording: Wording) -> str:
    title = cut(clean(call.title_in(wording.language).text), _TITLE)
    if stage.is_withdrawn:
        return wording.gettext("Struken sista dag: {title}", title=title)
    if call.deadline_model is DeadlineModel.TWO_STAGE and stages_there > 1:
        return wording.gettext("Sök senast, steg {number}: {title}", number=stage.number, title=title)
    return wording.gettext(of_kind(call, *_BY), title=title)


def _lines(entry: Entry, stage: Stage, links: Links, wording: Wording, now: datetime) -> list[str]:
    """What the event says, one thing a line."""
    call = entry.call
    code = clean(call.identifier or call.call_code or "")
    address, _host = web_address(page_in(call.url, wording.language))
    lines = [
        wording.gettext(of_kind(call, *_CODED), code=cut(code, _TITLE)) if code else "",
        wording.gettext("Läge: {state}", state=_state(call, stage, wording, now)),
        wording.gettext("Egen anteckning: {note}", note=cut(clean(entry.note), _NOTE)) if entry.note else "",
        wording.gettext("I Fondvakt: {address}", address=links.call(call.id)),
        wording.gettext("Hos utgivaren: {address}", address=address)
        if address and len(address) < _URL
        else "",
        wording.gettext("Det är alltid utgivarens uppgift som gäller."),
    ]
    return [line for line in lines if line]


def _state(call: Call, stage: Stage, wording: Wording, now: datetime) -> str:
    if stage.is_withdrawn:
        return wording.gettext("utgivaren har strukit dagen")
    if stage.is_unsaid:
        return wording.gettext("källan anger inte längre någon sista dag")
    return wording.gettext(STATUS_LABELS[call.status(now)])


def _alarm(words: str, before: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", str(words))
    alarm.add("trigger", -before)
    return alarm
