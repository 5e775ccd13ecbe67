"""The webhooks' outbox at work: what is new is planned for each target, then handed over.

Planned first, then sent from an outbox of their own, so that a receiver that is down delays no letter. A crash may send
an event twice where the receiver can tell, by the identity that is signed with it. A channel in Teams cannot: what it
may have got is in doubt, and waits for a person.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from notifier.errors import NotifierError
from notifier.teams import card
from notifier.view import LetterContext
from notifier.webhook import WEBHOOK_STATE_LABELS, Resolve, Target, WebhookError, WebhookState, post
from notifier.wording import Wording
from pipeline.hook_news import News, change_news, week_news
from pipeline.sending import LONGEST_CONVERSATION
from pipeline.turns import alone
from storage import webhooks
from storage.audit import Event, channel_of, record
from storage.database import reading, writing
from storage.webhooks import StoredEvent
from texts import N_, Message

# Eight tries in about a day: the waits between them, in minutes.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
AT_A_TIME = 20
TEAMS = "teams"
TO_BE_SETTLED = frozenset({WebhookState.IN_DOUBT, WebhookState.FAILED})


class NotToBeSettled(NotifierError):
    """There is no event with that number, or none that waits for a person's word."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What one run of sending came to."""

    sent: int = 0
    waiting: int = 0
    failed: int = 0
    in_doubt: int = 0


def plan(
    engine: Engine, context: LetterContext, targets: Sequence[str], now: datetime, *, language: str = "sv"
) -> int:
    """Put what is new into the webhooks' outbox; how many rows that were. A second call adds nothing.

    Args:
        language: of what people read, "sv" or "en".
    """
    wording = Wording(language)
    with reading(engine) as conn:
        found = [*week_news(conn, context, wording, now), *change_news(conn, context, wording, now)]
    planned = 0
    for news in found:
        for target in targets:
            body = _body(news, target, context, wording, now)
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
        owner: this machine; what a dead run of it left half-sent is settled first.
        lock: a file that one run at a time holds.
        deliver: hands one event over, as `notifier.webhook.post` does.
    """
    left, came = {target.key: target for target in targets}, Sent()
    with alone(lock) as is_alone:
        if not is_alone:
            return came
        once = [target.key for target in targets if not target.knows_repeats]
        now = now_fn()
        with writing(engine) as conn:
            doubtful = webhooks.recover(conn, tenant, owner, once, now, now - LONGEST_CONVERSATION)
        came = replace(came, in_doubt=doubtful)
        for _ in range(AT_A_TIME):
            with writing(engine) as conn:
                event = webhooks.claim_next(conn, tenant, left, owner, now_fn()) if left else None
            if event is None:
                break
            state, failure = _hand_over(engine, tenant, left[event.target], event, deliver, resolve, now_fn)
            if failure is not None and not failure.permanent:
                del left[event.target]
            came = _counted(came, state)
    return came


def outcome(
    event: StoredEvent, target: Target, failure: WebhookError, now: datetime
) -> tuple[WebhookState, datetime | None]:
    """What a failed try makes of an event, and when it may be tried again."""
    if failure.uncertain and not target.knows_repeats:
        return WebhookState.IN_DOUBT, None
    if failure.permanent or event.attempts > len(WAITS):
        return WebhookState.FAILED, None
    wait = WAITS[max(0, event.attempts - 1)]
    return WebhookState.RETRY, now + max(wait, failure.retry_after or timedelta(0))


def settle(engine: Engine, tenant: str, number: int, *, arrived: bool, now: datetime, by: str) -> None:
    """A person's word on an event in doubt or given up: it arrived, or the same bytes are sent again.

    Raises:
        NotToBeSettled: there is nothing to say of it.
    """
    with writing(engine) as conn:
        event = webhooks.get(conn, tenant, number)
        if event is None:
            text = N_("Det finns ingen händelse med nummer {number}.")
            raise NotToBeSettled.of(text, number=number)
        if event.state not in TO_BE_SETTLED:
            text = N_("Händelse {number} går inte att avgöra, för den är i läget ”{state}”.")
            label = Message(text=WEBHOOK_STATE_LABELS[event.state])
            raise NotToBeSettled.of(text, number=number, state=label)
        state = WebhookState.SENT if arrived else WebhookState.RETRY
        webhooks.record(conn, tenant, number, state, now)
        told = Event(
            actor=by,
            channel=channel_of(by),
            kind="webhook",
            key=f"{event.target}:{event.event}",
            action="arrived" if arrived else "resend",
            before={"state": event.state.value},
            after={"state": state.value},
        )
        record(conn, tenant, told, now)


def _hand_over(
    engine: Engine,
    tenant: str,
    target: Target,
    event: StoredEvent,
    deliver: Callable[..., str],
    resolve: Resolve,
    now_fn: Callable[[], datetime],
) -> tuple[WebhookState, WebhookError | None]:
    """Deliver one and record what came of it; the failure, if it was one."""

    def mark() -> None:
        with writing(engine) as conn:
            webhooks.mark_data_started(conn, tenant, event.id, now_fn())

    try:
        said = deliver(target, event.event, event.body, now_fn(), resolve=resolve, before_data=mark)
    except WebhookError as failure:
        state, not_before = outcome(event, target, failure, now_fn())
        _record(engine, tenant, event, state, now_fn(), str(failure), not_before)
        return state, failure
    _record(engine, tenant, event, WebhookState.SENT, now_fn(), said, None)
    return WebhookState.SENT, None


_ACTIONS = {WebhookState.SENT: "send", WebhookState.FAILED: "fail", WebhookState.IN_DOUBT: "doubt"}


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
        if state in _ACTIONS:
            key, after = f"{event.target}:{event.event}", {"attempts": event.attempts, "said": said}
            told = Event(
                actor="system", channel="system", kind="webhook", key=key, action=_ACTIONS[state], after=after
            )
            record(conn, tenant, told, now)


def _counted(came: Sent, state: WebhookState) -> Sent:
    match state:
        case WebhookState.SENT:
            return replace(came, sent=came.sent + 1)
        case WebhookState.FAILED:
            return replace(came, failed=came.failed + 1)
        case WebhookState.IN_DOUBT:
            return replace(came, in_doubt=came.in_doubt + 1)
        case _:
            return replace(came, waiting=came.waiting + 1)


def _body(news: News, target: str, context: LetterContext, wording: Wording, now: datetime) -> bytes:
    if target == TEAMS:
        words, language = wording.gettext("Öppna i Fondvakt"), wording.language
        return _json(card(news.title, news.lines, link=news.link, words=words, language=language))
    common = {
        "id": news.id,
        "type": news.type,
        "created_at": now.isoformat(),
        "municipality": context.profile.key,
    }
    return _json(common | {"data": news.data})


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
