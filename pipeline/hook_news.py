"""What the webhooks tell: the week's letters in brief, and changes of followed calls that cannot wait.

No person is named in any of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from calls.changes import Change
from calls.kinds import of_kind
from calls.model import Call
from matcher.model import MatchState
from notifier.headers import clean, cut
from notifier.model import LetterKind, LetterState
from notifier.view import LetterContext
from notifier.weeks import week_of
from notifier.wording import Wording
from pipeline import unreviewed
from storage import answers_given, calls, follows, letters, matches, outbox
from storage.answers_given import AnswerKind
from texts import N_

URGENT = frozenset({"deadlines", "deadline_hours", "announced"})
RECENT = timedelta(hours=48)
NOT_TOLD = frozenset({LetterState.CANCELLED, LetterState.HELD})
SHOWN_CALLS = 20
CHANGED = N_("Ändrad utlysning: {title}"), N_("Ändrat samråd: {title}")
CLOSES = N_("söks senast {day}"), N_("besvaras senast {day}")


@dataclass(frozen=True, kw_only=True)
class News:
    """One event before it is put into a target's form.

    Attributes:
        title, lines: for people, in one language.
        data: for programs.
    """

    id: str
    type: str
    title: str
    lines: tuple[str, ...]
    data: Mapping[str, Any]
    link: str


def week_news(conn: Connection, context: LetterContext, wording: Wording, now: datetime) -> list[News]:
    """The week's letters in brief, once they are made; nothing in a week without letters, or while all are held."""
    week = week_of(now)
    lines = outbox.lines(conn, context.tenant, week=week)
    made = {line.id for line in lines if line.kind is LetterKind.DIGEST and line.state not in NOT_TOLD}
    if not made:
        return []
    stored = [one for one in letters.find(conn, context.tenant, slot=week) if one.id in made]
    found = calls.find(conn, context.tenant, {call_id for one in stored for call_id, _ in one.letter.calls})
    units = _units(conn, context)
    told = sorted(found, key=lambda call: (call.days_left(now) is None, call.days_left(now) or 0, call.id))
    count = wording.things(told)
    sent_to = wording.ngettext("{number} mottagare", "{number} mottagare", len(made))
    return [
        News(
            id=f"{context.tenant}/week/{week}",
            type="week",
            title=wording.gettext("Fondvakt, {week}", week=wording.week(week)),
            lines=(f"{count}, {sent_to}", *(_line(call, wording, now) for call in told[:SHOWN_CALLS])),
            data={
                "week": week,
                "recipients": len(made),
                "not_reviewed": len(unreviewed.waiting(conn, context.tenant, now)),
                "calls": [_call(call, context, units.get(call.id, ()), now) for call in told],
            },
            link=f"{context.links.public_url.rstrip('/')}/",
        )
    ]


def change_news(conn: Connection, context: LetterContext, wording: Wording, now: datetime) -> list[News]:
    """Moved deadlines and closings of calls that somebody follows or that were accepted, for two days."""
    units, tenant = _units(conn, context), context.tenant
    followed = {one.call_id for one in follows.standing(conn, tenant)}
    keen = (AnswerKind.INTERESTED, AnswerKind.MAYBE)
    answered = {a.answer.call_id for a in answers_given.newest(conn, tenant) if a.answer.kind in keen}
    found = calls.find(conn, tenant, followed | answered | set(units))
    news = []
    for call in found:
        if call.version == 1 or call.changed_at < now - RECENT:
            continue
        for version in calls.versions(conn, tenant, call.id):
            urgent = [change for change in version.changes if change.field in URGENT]
            if version.version > 1 and version.at >= now - RECENT and urgent:
                of = units.get(call.id, ())
                news.append(_change(call, version.version, urgent, context, of, wording, now))
    return news


def _change(
    call: Call,
    version: int,
    changes: Sequence[Change],
    context: LetterContext,
    units: Sequence[str],
    wording: Wording,
    now: datetime,
) -> News:
    deadline = call.next_deadline(now)
    by = wording.deadline(deadline) if deadline else _no_day(call, wording)
    return News(
        id=f"{context.tenant}/change/{call.id}/{version}",
        type="change",
        title=wording.gettext(of_kind(call, *CHANGED), title=cut(clean(_title(call, wording)), 150)),
        lines=(wording.gettext("Sista dag är nu: {day}", day=by),),
        data={
            "call": _call(call, context, units, now),
            "version": version,
            "changes": [{"field": one.field, "old": one.old, "new": one.new} for one in changes],
        },
        link=context.links.call(call.id),
    )


def _units(conn: Connection, context: LetterContext) -> dict[int, list[str]]:
    """Call id to the units that it was accepted for."""
    accepted = matches.find(conn, context.tenant, states=[MatchState.ACCEPTED, MatchState.SENT])
    found: dict[int, list[str]] = {}
    for one in accepted:
        units = found.setdefault(one.match.call_id, [])
        units += [one.match.unit] if one.match.unit not in units else []
    return found


def _call(call: Call, context: LetterContext, units: Sequence[str], now: datetime) -> dict[str, Any]:
    deadline = call.next_deadline(now)
    return {
        "id": call.id,
        "title": cut(clean(call.title), 300),
        "kind": call.kind,
        "identifier": call.identifier,
        "programme": call.programme,
        "status": call.status(now).value,
        "deadline": deadline.at.isoformat() if deadline else None,
        "deadline_is_day": deadline.by_day if deadline else None,
        "units": sorted(units),
        "url": context.links.call(call.id),
    }


def _line(call: Call, wording: Wording, now: datetime) -> str:
    deadline = call.next_deadline(now)
    by = _no_day(call, wording)
    if deadline is not None:
        by = wording.gettext(of_kind(call, *CLOSES), day=wording.day(deadline.day))
    return f"{cut(clean(_title(call, wording)), 120)}: {by}"


def _no_day(call: Call, wording: Wording) -> str:
    """Why there is no day to name: not said, none set, or all of them passed."""
    if call.deadlines is None:
        return wording.unknown
    if not call.deadlines:
        return wording.gettext("löpande, utan sista dag")
    return wording.gettext("ingen dag som återstår")


def _title(call: Call, wording: Wording) -> str:
    return call.title_in(wording.language).text
