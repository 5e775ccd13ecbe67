"""The mails beside the digest with the real tools: what a tick of the clock or `fondvakt notices` does."""

import shutil
from collections.abc import Callable
from enum import StrEnum

from notifier.model import LetterKind
from pipeline import alarms, bounces, friday, mailing, notices, wiring
from pipeline.alarms import Surroundings
from pipeline.digest import unreached_sources
from pipeline.notices import Due, Told
from pipeline.wiring import Installation
from scrapers.sources import SOURCES
from storage import incidents
from storage.database import reading
from texts import translate


class Round(StrEnum):
    """What there is to do; the keys of the clock's jobs."""

    REMINDERS = "reminders"
    NOTICES = "notices"
    ALARMS = "alarms"
    REHEARSAL = "rehearsal"


# What runs when nothing is named: the rehearsal is Friday's.
USUAL = (Round.REMINDERS, Round.NOTICES, Round.ALARMS)


def run(installation: Installation, only: Round | None = None) -> Told:
    """Put what is due into the outbox; at night only alarms."""
    told = Told()
    for one in (only,) if only else USUAL:
        told += _ROUNDS[one](installation)
    return told


def due(installation: Installation) -> list[Due]:
    """Reminders, changes and questions that are due now; nothing is changed."""
    context, stopped = mailing.letter_context(installation), mailing.stopped_persons(installation)
    ways = (notices.reminders_due, notices.changes_due, notices.questions_due)
    return [one for way in ways for one in way(installation.engine, context, stopped)]


def has_news(installation: Installation) -> bool:
    """Whether something has begun to be wrong, or looks well again: whether the alarms have work to do."""
    try:
        context = mailing.letter_context(installation)
    except wiring.NotReady:
        return False
    found = dict(alarms.troubles(installation.engine, context, _around(installation)))
    with reading(installation.engine) as conn:
        standing = {one.name: one.gone_at for one in incidents.open_now(conn, installation.tenant)}
    return set(found) != set(standing) or any(standing.values())


def _remind(installation: Installation) -> Told:
    context = mailing.letter_context(installation)
    if not notices.is_daytime(context.now):
        return Told()
    return notices.remind(installation.engine, context, stopped=mailing.stopped_persons(installation))


def _notify(installation: Installation) -> Told:
    context = mailing.letter_context(installation)
    if not notices.is_daytime(context.now):
        return Told()
    return notices.notify(installation.engine, context, stopped=mailing.stopped_persons(installation))


def _watch(installation: Installation) -> Told:
    return alarms.watch(installation.engine, mailing.letter_context(installation), _around(installation))


def _rehearse(installation: Installation) -> Told:
    titles = {source.key: translate(source.title, "sv") for source in SOURCES}
    return friday.announce(
        installation.engine,
        mailing.letter_context(installation),
        stopped=mailing.stopped_persons(installation),
        unreached=unreached_sources(
            installation.engine, installation.tenant, titles, installation.settings.clock()
        ),
    )


def _around(installation: Installation) -> Surroundings:
    settings = installation.settings
    profile = wiring.published_profile(installation)[1]
    return Surroundings(
        operator=settings.operator_mail,
        source_titles={source.key: source.title for source in SOURCES},
        free_bytes=shutil.disk_usage(settings.made_data_dir()).free,
        data_dir=str(settings.data_dir),
        silent=mailing.stopped_persons(installation),
        paused_by_bounces=bounces.paused_persons(installation.engine, installation.tenant, profile),
    )


_ROUNDS: dict[Round, Callable[[Installation], Told]] = {
    Round.REMINDERS: _remind,
    Round.NOTICES: _notify,
    Round.ALARMS: _watch,
    Round.REHEARSAL: _rehearse,
}
KINDS = {
    Round.REMINDERS: (LetterKind.REMINDER,),
    Round.NOTICES: (LetterKind.CHANGE, LetterKind.ASSIGNMENT, LetterKind.INVITATION),
    Round.ALARMS: (LetterKind.ALARM, LetterKind.UNIT),
    Round.REHEARSAL: (LetterKind.REHEARSAL,),
}
