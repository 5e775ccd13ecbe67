"""One event of the history as a line that people read, on the page of the history and on a call's own (`ux.md` 2.8)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from notifier.weeks import STOCKHOLM
from profiles.parts import PART_LABELS, PartKind
from storage import audit
from storage.audit import Event, Recorded
from web import former
from web.names import Names
from web.people.event_words import ACTIONS, CHANNELS, DEEDS, FIELDS, KINDS, QUIET, STATES, VALUES
from web.selection import word
from web.visit import Visit

LONGEST = 200
Titles = Mapping[int, str]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One event as people read it.

    Attributes:
        about: what it was done to, in words; empty when the kind says it all.
        link: where more can be read, empty for nowhere.
        changes: what became of what.
    """

    at: datetime
    who: str
    how: str
    did: str
    kind: str
    about: str
    link: str
    changes: tuple[str, ...]
    reason: str


def line(visit: Visit, one: Recorded, titles: Titles) -> Line:
    """An event in words.

    Args:
        titles: of calls, by number; a call that is not among them is not named.
    """
    _, event = visit.wording.gettext, one.event
    about, link = _about(visit, event, titles)
    deed = DEEDS.get((event.kind, event.action)) or ACTIONS.get(event.action, event.action)
    return Line(
        at=one.at,
        who=visit.name_of(event.actor),
        how="" if event.actor == event.channel else _(CHANNELS.get(event.channel, event.channel)),
        did=_(deed),
        kind=_(KINDS.get(event.kind, event.kind)),
        about=about,
        link=link,
        changes=tuple(_changes(visit, event)),
        reason=event.reason,
    )


def of_call(visit: Visit, conn: Connection, call_id: int, matches: Sequence[tuple[int, str]]) -> list[Line]:
    """What was done about a call, for the units that the reader may see.

    Args:
        matches: number and unit of each of the call's matches that the reader may see.
    """
    things = {("call", str(call_id))} | {("match", str(number)) for number, _unit in matches}
    units = [unit.key for unit in (visit.profile.units if visit.profile else ())]
    things |= {("answer", f"{call_id}/{unit}") for unit in units if visit.may_see_unit(unit)}
    return [line(visit, one, {}) for one in audit.about(conn, visit.context.tenant, sorted(things))]


def _about(visit: Visit, event: Event, titles: Titles) -> tuple[str, str]:
    """What it is about, in words, and where more can be read; empty for nowhere."""
    told = event.after if isinstance(event.after, Mapping) else {}
    if event.kind in _OF_CALLS:
        return _of_call(visit, event, told, titles)
    said = _ABOUT.get(event.kind)
    return (event.key, "") if said is None else said(visit, event.key, told)


def _of_call(visit: Visit, event: Event, told: Mapping, titles: Titles) -> tuple[str, str]:
    """The unit and the title of the call that it is about."""
    call, unit = _OF_CALLS[event.kind](event.key, told)
    if not call.isdecimal():
        return Names(visit).unit(unit) if unit else event.key, ""
    parts = [Names(visit).unit(unit) if unit else "", titles.get(int(call), "")]
    return " – ".join(part for part in parts if part), f"/utlysning/{call}" if titles else ""


_OF_CALLS: dict[str, Callable[[str, Mapping], tuple[str, str]]] = {
    "call": lambda key, told: (key, ""),
    "match": lambda key, told: (str(told.get("call", "")), str(told.get("unit", ""))),
    "answer": lambda key, told: (key.partition("/")[0], key.partition("/")[2]),
    "assignment": lambda key, told: (str(told.get("call", "")), str(told.get("unit", ""))),
    "referral": lambda key, told: (str(told.get("call", "")), ""),
    "judgement": lambda key, told: (key.rpartition(":")[2], key.partition("/")[0]),
}


def _need(visit: Visit, key: str, told: Mapping) -> tuple[str, str]:
    unit, _slash, need = key.partition("/")
    return f"{Names(visit).unit(unit)} – {former.need_title(visit, unit, need)}", f"/profil/lart/{key}"


def _proposal(visit: Visit, key: str, told: Mapping) -> tuple[str, str]:
    return _part(visit, str(told.get("part", ""))), f"/profil/utkast/{key}"


def _part(visit: Visit, said: str) -> str:
    """ "unit:skola" as "enhet Skolan"."""
    name, _colon, key = said.partition(":")
    kind = word(PartKind, name)
    if kind is None:
        return said
    label = visit.wording.gettext(PART_LABELS[kind])
    return f"{label} {Names(visit).unit(key)}" if key else label


def _owner(visit: Visit, key: str, told: Mapping) -> tuple[str, str]:
    """ "unit:skola" and "person:anna" by name."""
    of, _colon, owner = key.partition(":")
    return (Names(visit).unit(owner) if of == "unit" else visit.name_of(owner)) if owner else key, ""


def _week(visit: Visit, key: str, told: Mapping) -> tuple[str, str]:
    week, _slash, person = key.partition("/")
    said = [visit.wording.week(week) if week else "", visit.name_of(person) if person else ""]
    return ", ".join(part for part in said if part), f"/utskick/arkiv/{week}" if week else ""


def _person(visit: Visit, key: str, told: Mapping) -> tuple[str, str]:
    return visit.name_of(key.partition("/")[0]), ""


_ABOUT: dict[str, Callable[[Visit, str, Mapping], tuple[str, str]]] = {
    "bulk": lambda visit, key, told: ("", ""),
    "calendar": _owner,
    "choice": _person,
    "incident": _owner,
    "learning": _need,
    "letter": lambda visit, key, told: (key, f"/utskick/brev/{key}"),
    "person": _person,
    "profile": lambda visit, key, told: ("", ""),
    "proposal": _proposal,
    "sending": _week,
    "source": lambda visit, key, told: (Names(visit).source(key), f"/kallor#source-{key}"),
    "subscription": _person,
    "unit": lambda visit, key, told: (Names(visit).unit(key), ""),
}


def _changes(visit: Visit, event: Event) -> list[str]:
    """What became of what, field by field; what says where it was done is left out."""
    old = event.before if isinstance(event.before, Mapping) else {}
    new = event.after if isinstance(event.after, Mapping) else {}
    told = {"unit"} if event.kind in _OF_CALLS and event.kind != "call" else set()
    told |= {"person"} if new.get("person") == event.actor else set()
    found = []
    for name in dict.fromkeys([*old, *new]):
        was, became = old.get(name), new.get(name)
        if name in QUIET or name in told or was == became:
            continue
        said = _said(visit, event.kind, name, became)
        if was is not None:
            said = f"{_said(visit, event.kind, name, was)} → {said}"
        found.append(f"{visit.wording.gettext(FIELDS.get(name, name))}: {said}")
    return found


def _said(visit: Visit, kind: str, name: str, value: Any) -> str:
    """A value in words, by the name of its field."""
    _ = visit.wording.gettext
    if value is None or value == []:
        return "–"
    if isinstance(value, bool):
        return _("ja") if value else _("nej")
    if isinstance(value, list):
        return _listed(visit, kind, name, value)
    labels = STATES.get(kind, {}) if name == "state" else VALUES.get(name, {})
    if value in labels:
        return _(labels[value])
    said = _READ.get(name)
    return (said(visit, str(value)) if said else str(value))[:LONGEST]


def _listed(visit: Visit, kind: str, name: str, value: Sequence) -> str:
    """A list in words; of many numbers only how many."""
    if name in ("calls", "matches") or not all(isinstance(one, str) for one in value):
        return str(len(value))
    return visit.wording.listed([_said(visit, kind, name, one) for one in value])


def _day(visit: Visit, text: str) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return visit.wording.day((at.astimezone(STOCKHOLM) if at.tzinfo else at).date())


def _unit(visit: Visit, key: str) -> str:
    return Names(visit).unit(key)


def _name(visit: Visit, key: str) -> str:
    return visit.name_of(key)


_READ: dict[str, Callable[[Visit, str], str]] = {
    "until": _day,
    "expires_at": _day,
    "unit": _unit,
    "units": _unit,
    "to_unit": _unit,
    "from": _unit,
    "person": _name,
    "invited": _name,
    "week": lambda visit, week: visit.wording.week(week),
}
