"""History: what was done, by whom and when (`ux.md` 2.8). Read only; whole or filtered, and as a file."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from sqlalchemy import Connection
from starlette.responses import Response

from matcher.model import MATCH_STATE_LABELS, REJECT_REASON_LABELS
from notifier.weeks import STOCKHOLM
from storage import audit
from storage.audit import Recorded
from storage.database import reading
from texts import N_, Message
from web.exports import csv_bytes
from web.names import Names
from web.render import page
from web.visit import Here, Visit, text_of

SIZE = 50
MOST_EXPORTED = 100_000
LONGEST_PAGE = 1_000_000
KINDS = {
    "answer": N_("svar"),
    "call": N_("utlysning"),
    "learning": N_("inlärning"),
    "letter": N_("brev"),
    "match": N_("träff"),
    "need": N_("behov"),
    "person": N_("person"),
    "profile": N_("profil"),
    "sending": N_("utskick"),
    "subscription": N_("prenumeration"),
    "calendar": N_("kalender"),
    "token": N_("nyckel till API"),
    "webhook": N_("webhook"),
    "database": N_("databas"),
    "source": N_("källa"),
    "unit": N_("enhet"),
    "choice": N_("val"),
    "follow": N_("bevakning"),
    "bulk": N_("flera beslut"),
    "referral": N_("fråga till referensgruppen"),
}
ACTIONS = {
    "accept": N_("godkände"),
    "reject": N_("avvisade"),
    "later": N_("sköt upp"),
    "accept-unreviewed": N_("släppte igenom ogranskad"),
    "refer": N_("skickade till referensgruppen"),
    "ask": N_("frågade en enhet"),
    "correct": N_("skickade rättelse"),
    "invite": N_("bjöd in"),
    "follow": N_("började bevaka"),
    "unfollow": N_("slutade bevaka"),
    "undo": N_("ångrade"),
    "interested": N_("svarade intresserad"),
    "maybe": N_("svarade kanske"),
    "no": N_("svarade nej"),
    "forward": N_("skickade vidare"),
    "publish": N_("publicerade"),
    "import": N_("tog in"),
    "restore": N_("återställde"),
    "sign-in": N_("loggade in"),
    "sign-out": N_("loggade ut"),
    "sign-in-locked": N_("spärrades efter fel koder"),
    "signin-link": N_("skapade en inloggningslänk"),
    "break-glass": N_("skapade en nödinloggning"),
    "link-account": N_("kopplade ett konto"),
    "unlink-account": N_("tog bort ett kopplat konto"),
    "erase": N_("raderade en persons uppgifter"),
    "export": N_("tog ut en persons uppgifter"),
    "stop": N_("sade nej till brev"),
    "pause": N_("pausade brev"),
    "resume": N_("ville ha brev igen"),
    "reset": N_("glömde det inlärda"),
    "arrived": N_("sade att brevet kom fram"),
    "resend": N_("skickade om"),
    "release": N_("släppte hållna brev"),
    "propose": N_("föreslog"),
    "withdraw": N_("drog tillbaka"),
    "people": N_("ändrade personer"),
    "resume-address": N_("fick brev igen efter studs"),
}
CHANNELS = {
    "web": N_("sidorna"),
    "mail-link": N_("länk i brev, obekräftat"),
    "cli": N_("kommandoraden"),
    "api": N_("API"),
    "system": N_("Fondvakt"),
}
VALUES = {
    **{state.value: label for state, label in MATCH_STATE_LABELS.items()},
    **{reason.value: label for reason, label in REJECT_REASON_LABELS.items()},
    "code": N_("kod från e-posten"),
    "link": N_("länk från e-posten"),
    "mail": N_("e-post"),
    "oidc": N_("kommunens konto"),
    "weekly": N_("varje vecka"),
    "paused": N_("pausade"),
    "stopped": N_("inga"),
}
FIELDS = {
    "state": N_("läge"),
    "reason": N_("skäl"),
    "until": N_("till"),
    "letters": N_("brev"),
    "version": N_("version"),
    "kind": N_("svar"),
    "to_unit": N_("till enhet"),
    "by": N_("på vilket sätt"),
    "account": N_("konto"),
    "issuer": N_("utgivare"),
    "released": N_("släppta"),
    "host": N_("dator"),
}
QUIET = ("call", "unit", "need", "changes", "reach", "history")


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What of the history somebody wants to see; empty or None means everything.

    Attributes:
        since, until: first and last day, both included.
    """

    actor: str = ""
    kind: str = ""
    key: str = ""
    since: date | None = None
    until: date | None = None
    page: int = 1

    def chosen(self) -> dict[str, Any]:
        """As `storage.audit.events` takes it."""
        words = {name: getattr(self, name) or None for name in ("actor", "kind", "key")}
        return words | {"since": _starts(self.since), "until": _starts(self.until, 1)}

    def address(self, path: str = "/historik", **other: Any) -> str:
        """The address of the same choice."""
        days = {"fran": self.since or "", "till": self.until or ""}
        asked = {
            "person": self.actor,
            "slag": self.kind,
            "nyckel": self.key,
            **days,
            "sida": self.page,
        } | other
        kept = {name: str(value) for name, value in asked.items() if value and (name, value) != ("sida", 1)}
        return f"{path}?{urlencode(kept)}" if kept else path


def show(visit: Here, request: Request) -> Response:
    """The history, newest first, with what it can be narrowed by."""
    wanted, tenant = _filter(request.query_params), visit.context.tenant
    with reading(visit.context.engine) as conn:
        found = audit.count(conn, tenant, **wanted.chosen())
        last = max(1, -(-found // SIZE))
        wanted = replace(wanted, page=min(wanted.page, last))
        rows = audit.events(conn, tenant, **wanted.chosen(), page=wanted.page, size=SIZE)
        actors = audit.values_of(conn, tenant, "actor")
        kinds = audit.values_of(conn, tenant, "kind")
    names, _ = Names(visit), visit.wording.gettext
    return page(
        visit,
        "people/history.html",
        names=names,
        lines=[line(visit, row) for row in rows],
        wanted=wanted,
        found=found,
        last_page=last,
        actors=sorted(((actor, visit.name_of(actor)) for actor in actors), key=lambda one: one[1].casefold()),
        kinds=sorted(((kind, _(KINDS.get(kind, kind))) for kind in kinds), key=lambda one: one[1]),
        flash=None,
    )


def as_csv(visit: Here, request: Request) -> Response:
    """The chosen part of the history as a table that runs nothing (F8)."""
    heads = ("number", "at", "actor", "channel", "kind", "key", "action", "before", "after", "reason")
    rows = _exported(visit, request)
    content = csv_bytes((*heads, "profile_version", "model"), (_row(one) for one in rows))
    return _file(content, "text/csv; charset=utf-8", "historik.csv")


def as_json(visit: Here, request: Request) -> Response:
    """The chosen part of the history, as it is kept."""
    content = json.dumps([_document(one) for one in _exported(visit, request)], ensure_ascii=False, indent=1)
    return _file(content.encode(), "application/json", "historik.json")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One event as people read it."""

    at: datetime
    who: str
    how: str
    did: str
    kind: str
    about: str
    link: str
    changes: tuple[str, ...]
    reason: str


def line(visit: Visit, one: Recorded) -> Line:
    """An event in words."""
    _, event = visit.wording.gettext, one.event
    about, link = _about(visit, one)
    return Line(
        at=one.at,
        who=visit.name_of(event.actor),
        how=_(CHANNELS.get(event.channel, event.channel)),
        did=_(ACTIONS.get(event.action, event.action)),
        kind=_(KINDS.get(event.kind, event.kind)),
        about=about,
        link=link,
        changes=tuple(_changes(visit, event.before, event.after)),
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
    return [line(visit, one) for one in audit.about(conn, visit.context.tenant, sorted(things))]


def _about(visit: Visit, one: Recorded) -> tuple[str, str]:
    """What it is about, in words, and where more can be read; empty for nowhere."""
    event, names = one.event, Names(visit)
    told = event.after if isinstance(event.after, Mapping) else {}
    if event.kind == "match" and "call" in told:
        return names.unit(str(told.get("unit", ""))), f"/utlysning/{told['call']}"
    if event.kind == "answer" and "/" in event.key:
        call, _, unit = event.key.partition("/")
        return names.unit(unit), f"/utlysning/{call}" if call.isdecimal() else ""
    if event.kind in ("person", "subscription"):
        return visit.name_of(event.key), ""
    return event.key, ""


def _changes(visit: Visit, before: Any, after: Any) -> list[str]:
    """What became of what, field by field; what says where it was done is left out."""
    old = before if isinstance(before, Mapping) else {}
    new = after if isinstance(after, Mapping) else {}
    found = []
    for name in dict.fromkeys([*old, *new]):
        was, became = old.get(name), new.get(name)
        if name in QUIET or was == became:
            continue
        said = _said(visit, became) if was is None else f"{_said(visit, was)} → {_said(visit, became)}"
        found.append(f"{visit.wording.gettext(FIELDS.get(name, name))}: {said}")
    return found


def _said(visit: Visit, value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, str) and value in VALUES:
        return visit.wording.message(Message(text=VALUES[value]))
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)[:200]
    return str(value)[:200]


def _filter(asked: Mapping[str, str]) -> Filter:
    """What an address asks for; what cannot be understood is left out (W-32)."""
    number = asked.get("sida", "")
    return Filter(
        actor=text_of(asked.get("person"))[:120],
        kind=text_of(asked.get("slag"))[:40],
        key=text_of(asked.get("nyckel"))[:240],
        since=_day(asked.get("fran", "")),
        until=_day(asked.get("till", "")),
        page=min(int(number), LONGEST_PAGE)
        if number.isascii() and number.isdecimal() and len(number) < 9 and int(number)
        else 1,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-21") else None
    except ValueError:
        return None


def _starts(day: date | None, days_later: int = 0) -> datetime | None:
    """The first moment of a day in Sweden."""
    if day is None or not date(1970, 1, 1) < day < date(9999, 1, 1):
        return None
    return datetime.combine(day + timedelta(days=days_later), time(), tzinfo=STOCKHOLM)


def _exported(visit: Visit, request: Request) -> list[Recorded]:
    with reading(visit.context.engine) as conn:
        chosen = _filter(request.query_params).chosen()
        return audit.events(conn, visit.context.tenant, **chosen, size=MOST_EXPORTED)


def _document(one: Recorded) -> dict[str, Any]:
    event = one.event
    names = (
        "actor",
        "channel",
        "kind",
        "key",
        "action",
        "before",
        "after",
        "reason",
        "profile_version",
        "model",
    )
    return {"number": one.number, "at": one.at.isoformat()} | {name: getattr(event, name) for name in names}


def _row(one: Recorded) -> list[Any]:
    document = _document(one)
    for name in ("before", "after"):
        told = document[name]
        document[name] = "" if told is None else json.dumps(told, ensure_ascii=False, sort_keys=True)
    return list(document.values())


def _file(content: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=headers)
