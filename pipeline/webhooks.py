"""What the webhooks tell: the week's letters in brief, and changes of followed calls that cannot wait.

Planned first, then sent from an outbox of their own, so that a receiver that is down delays no letter. A crash may
send an event twice, with the same identity. No person is named in any of it.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from calls.changes import Change
from calls.model import Call
from matcher.model import MatchState
from notifier.headers import clean, cut
from notifier.model import LetterKind, LetterState
from notifier.view import LetterContext
from notifier.webhook import Resolve, Target, WebhookError, WebhookState, post
from notifier.weeks import week_of
from notifier.wording import Wording
from pipeline.sending import alone
from storage import answers_given, calls, follows, letters, matches, outbox, webhooks
from storage.answers_given import AnswerKind
from storage.audit import Event, record
from storage.database import reading, writing
from storage.webhooks import StoredEvent

URGENT = frozenset({"deadlines", "announced"})
RECENT = timedelta(hours=48)
NOT_TOLD = frozenset({LetterState.CANCELLED, LetterState.HELD})
# Eight tries in about a day: the waits between them, in minutes.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
AT_A_TIME = 20
SHOWN_CALLS = 20
TEAMS = "teams"
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|<>~-])")


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What one run of sending came to."""

    sent: int = 0
    waiting: int = 0
    failed: int = 0


@dataclass(frozen=True, kw_only=True)
class _News:
    """One event before it is put into a target's form."""

    id: str
    type: str
    title: str
    lines: tuple[str, ...]
    data: Mapping[str, Any]
    link: str


def plan(engine: Engine, context: LetterContext, targets: Sequence[str], now: datetime) -> int:
    """Put what is new into the webhooks' outbox; how many rows that were. A second call adds nothing."""
    with reading(engine) as conn:
        found = [*_week(conn, context, now), *_changes(conn, context, now)]
    planned = 0
    for news in found:
        for target in targets:
            body = _body(news, target, context, now)
            with writing(engine) as conn:
                planned += webhooks.add(conn, context.tenant, target, news.id, body, now)
    return planned


def send(
    engine: Engine,
    tenant: str,
    targets: Sequence[Target],
    *,
    owner: str,
    now_fn: Callable[[], datetime],
    resolve: Resolve,
    lock: Path | None = None,
    deliver: Callable[..., str] = post,
) -> Sent:
    """Send what waits, oldest first. A target that does not answer is left alone until the next run.

    Args:
        owner: this machine; what a dead run of it left half-sent is sent again.
        lock: a file that one run at a time holds.
        deliver: hands one event over, as `notifier.webhook.post` does.
    """
    left, came = {target.key: target for target in targets}, Sent()
    with alone(lock) as is_alone:
        if not is_alone:
            return came
        with writing(engine) as conn:
            webhooks.recover(conn, tenant, owner, now_fn())
        for _ in range(AT_A_TIME):
            with writing(engine) as conn:
                event = webhooks.claim_next(conn, tenant, left, owner, now_fn()) if left else None
            if event is None:
                break
            try:
                said = deliver(left[event.target], event.event, event.body, now_fn(), resolve=resolve)
            except WebhookError as failure:
                state, not_before = outcome(event, failure, now_fn())
                _record(engine, tenant, event, state, now_fn(), str(failure), not_before)
                if not failure.permanent:
                    del left[event.target]
            else:
                state = WebhookState.SENT
                _record(engine, tenant, event, state, now_fn(), said, None)
            came = _counted(came, state)
    return came


def outcome(event: StoredEvent, failure: WebhookError, now: datetime) -> tuple[WebhookState, datetime | None]:
    """What a failed try makes of an event, and when it may be tried again."""
    if failure.permanent or event.attempts > len(WAITS):
        return WebhookState.FAILED, None
    wait = WAITS[max(0, event.attempts - 1)]
    return WebhookState.RETRY, now + max(wait, failure.retry_after or timedelta(0))


def _record(
    engine: Engine,
    tenant: str,
    event: StoredEvent,
    state: WebhookState,
    now: datetime,
    said: str,
    not_before: datetime | None,
) -> None:
    with writing(engine) as conn:
        webhooks.record(conn, tenant, event.id, state, now, error=said, not_before=not_before)
        if state is not WebhookState.RETRY:
            action = "send" if state is WebhookState.SENT else "fail"
            key, after = f"{event.target}:{event.event}", {"attempts": event.attempts, "said": said}
            told = Event(
                actor="system", channel="system", kind="webhook", key=key, action=action, after=after
            )
            record(conn, tenant, told, now)


def _counted(came: Sent, state: WebhookState) -> Sent:
    match state:
        case WebhookState.SENT:
            return replace(came, sent=came.sent + 1)
        case WebhookState.FAILED:
            return replace(came, failed=came.failed + 1)
        case _:
            return replace(came, waiting=came.waiting + 1)


def _week(conn: Connection, context: LetterContext, now: datetime) -> list[_News]:
    """The week's letters in brief, once they are made; nothing in a week without letters, or while all are held."""
    week, wording = week_of(now), Wording("sv")
    lines = outbox.lines(conn, context.tenant, week=week)
    made = {line.id for line in lines if line.kind is LetterKind.DIGEST and line.state not in NOT_TOLD}
    if not made:
        return []
    stored = [one for one in letters.find(conn, context.tenant, slot=week) if one.id in made]
    found = calls.find(conn, context.tenant, {call_id for one in stored for call_id, _ in one.letter.calls})
    units = _units(conn, context)
    told = sorted(found, key=lambda call: (call.days_left(now) is None, call.days_left(now) or 0, call.id))
    waiting = len(matches.find(conn, context.tenant, states=[MatchState.NEW]))
    count = wording.ngettext("{number} utlysning", "{number} utlysningar", len(told))
    sent_to = wording.ngettext("{number} mottagare", "{number} mottagare", len(made))
    return [
        _News(
            id=f"{context.tenant}/week/{week}",
            type="week",
            title=wording.gettext("Fondvakt, {week}", week=wording.week(week)),
            lines=(f"{count}, {sent_to}", *(_line(call, wording) for call in told[:SHOWN_CALLS])),
            data={
                "week": week,
                "recipients": len(made),
                "not_reviewed": waiting,
                "calls": [_call(call, context, units.get(call.id, ()), now) for call in told],
            },
            link=f"{context.links.public_url.rstrip('/')}/",
        )
    ]


def _changes(conn: Connection, context: LetterContext, now: datetime) -> list[_News]:
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
                news.append(_change(call, version.version, urgent, context, of, now))
    return news


def _change(
    call: Call,
    version: int,
    changes: Sequence[Change],
    context: LetterContext,
    units: Sequence[str],
    now: datetime,
) -> _News:
    wording = Wording("sv")
    deadline = call.next_deadline(now)
    by = wording.deadline(deadline) if deadline else wording.unknown
    return _News(
        id=f"{context.tenant}/change/{call.id}/{version}",
        type="change",
        title=wording.gettext("Ändrad utlysning: {title}", title=cut(clean(call.title), 150)),
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
        "identifier": call.identifier,
        "programme": call.programme,
        "status": call.status(now).value,
        "deadline": deadline.at.isoformat() if deadline else None,
        "deadline_is_day": deadline.by_day if deadline else None,
        "units": sorted(units),
        "url": context.links.call(call.id),
    }


def _line(call: Call, wording: Wording) -> str:
    days = [deadline.day for deadline in call.deadlines or ()]
    by = wording.gettext("söks senast {day}", day=wording.day(days[0])) if days else wording.unknown
    return f"{cut(clean(call.title), 120)}: {by}"


def _body(news: _News, target: str, context: LetterContext, now: datetime) -> bytes:
    if target == TEAMS:
        return _json(_card(news))
    common = {
        "id": news.id,
        "type": news.type,
        "created_at": now.isoformat(),
        "municipality": context.profile.key,
    }
    return _json(common | {"data": news.data})


def _card(news: _News) -> dict[str, Any]:
    """An Adaptive Card in the envelope that a Workflow takes; foreign words cannot become links in it."""
    texts = [{"type": "TextBlock", "text": plain(line), "wrap": True} for line in news.lines]
    title = {
        "type": "TextBlock",
        "text": plain(news.title),
        "wrap": True,
        "weight": "Bolder",
        "size": "Medium",
    }
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [title, *texts],
        "actions": [{"type": "Action.OpenUrl", "title": "Fondvakt", "url": news.link}],
    }
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "contentUrl": None, "content": card}]}


def plain(text: str) -> str:
    """Words that a card shows as they are: the marks of its markdown are escaped."""
    return _MARKDOWN.sub(r"\\\1", clean(text))


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
