"""What the pages of letters have in common: the coming week, who gets no letters and why, and who is unreachable."""

from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_date
from sqlalchemy import Connection

from notifier.model import LetterState
from notifier.standing import Paused
from notifier.view import LetterContext
from notifier.weeks import STOCKHOLM, week_of
from pipeline import bounces, digest
from pipeline.readers import recipients
from storage import bounces as stored_bounces
from storage import outbox, subscriptions
from storage.database import reading
from web.visit import Visit


@dataclass(frozen=True, kw_only=True)
class Silence:
    """Who gets no letters now.

    Attributes:
        by_choice: keys of those who said no themselves, for good or for a while.
        bouncing: key to the address that letters come back from.
    """

    by_choice: frozenset[str]
    bouncing: dict[str, Paused]

    @property
    def persons(self) -> frozenset[str]:
        """Everybody who gets none."""
        return self.by_choice | frozenset(self.bouncing)


@dataclass(frozen=True, kw_only=True)
class Dispatch:
    """The next letters in a line, and what stands in their way.

    Attributes:
        at: when they are made, None when no clock says so; `when` the same in words: "mån 1 mars 07.00".
        recipients: how many people may get one.
        in_doubt, held, failed: letters that wait for a person's word.
        is_held: all sending waits after a restore.
        unreachable: keys of the units whose letters nobody gets.
    """

    at: datetime | None
    when: str
    week: str
    recipients: int
    in_doubt: int
    held: int
    failed: int
    is_held: bool
    unreachable: tuple[str, ...]

    @property
    def unsettled(self) -> int:
        """Letters that wait for a person's word."""
        return self.in_doubt + self.held + self.failed


def dispatch(visit: Visit, conn: Connection) -> Dispatch:
    """The next letters, from what is cheap to ask: no letter is made for it."""
    silent = silence(visit, conn)
    tenant, at = visit.context.tenant, visit.context.next_letters(visit.now)
    waiting = {state: outbox.count(conn, tenant, [state]) for state in outbox.UNSETTLED}
    return Dispatch(
        at=at,
        when=_when(visit, at) if at else "",
        week=week_of(at or visit.now),
        recipients=len(recipients(visit.profile, silent.persons, visit.today)) if visit.profile else 0,
        in_doubt=waiting[LetterState.IN_DOUBT],
        held=waiting[LetterState.HELD],
        failed=waiting[LetterState.FAILED],
        is_held=outbox.sending_of(conn, tenant).is_held,
        unreachable=unreachable(visit, silent),
    )


def _when(visit: Visit, at: datetime) -> str:
    local = at.astimezone(STOCKHOLM)
    day = format_date(local.date(), "EEE d MMMM", locale=visit.wording.locale)
    return f"{day} {visit.wording.clock(local)}"


def silence(visit: Visit, conn: Connection) -> Silence:
    """Who gets no letters: by their own word, or because what is sent there comes back."""
    tenant = visit.context.tenant
    events = stored_bounces.events(conn, tenant)
    bouncing = bounces.paused_among(events, visit.profile) if visit.profile and events else {}
    return Silence(
        by_choice=frozenset(subscriptions.stopped(conn, tenant, visit.now)),
        bouncing=bouncing,
    )


def unreachable(visit: Visit, silent: Silence) -> tuple[str, ...]:
    """Keys of the units whose letters nobody gets."""
    if visit.profile is None:
        return ()
    return tuple(u.key for u in visit.profile.units_without_recipient(visit.today, silent.persons))


def letter_context(visit: Visit) -> LetterContext:
    """What all letters have in common, as the clock's job makes them."""
    context = visit.context
    return digest.letter_context(
        context.tenant,
        visit.profile,
        visit.now,
        public_url=context.public_url,
        key=context.keys,
        mail_from=context.mail_from,
        publishers={source.key: source.publisher for source in context.sources},
    )


def coming_week(visit: Visit) -> str:
    """The week whose letters are made next."""
    return week_of(visit.context.next_letters(visit.now) or visit.now)


def week_facts(visit: Visit) -> dict:
    """What a week's letters need beyond the matches: silent sources, and who has said no."""
    titles = {source.key: source.title for source in visit.context.sources}
    with reading(visit.context.engine) as conn:
        stopped = silence(visit, conn).persons
    unreached = digest.unreached_sources(visit.context.engine, visit.context.tenant, titles, visit.now)
    return {"unreached": unreached, "stopped": stopped}
