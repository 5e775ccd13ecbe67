"""What is wrong, told once to whoever can mend it, and once when it is over (`reliability.md` B5, C7, C8, I1).

An alarm goes into the outbox like any other letter; since the relay may be what is wrong, it also stands in the log
and on the health page. Units without a recipient are the coordinator's affair, the rest is the operator's.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, Engine

from notifier import office as written
from notifier.model import OPERATOR, LetterKind, LetterState
from notifier.notice_model import Trouble
from notifier.view import LetterContext
from notifier.weeks import STOCKHOLM, local_day
from pipeline.accounts import unaccounted
from pipeline.notices import Due, Told, tell
from pipeline.readers import Reader, coordinators, spoken_to
from profiles.model import ContactPerson, Role
from storage import incidents, letters, notices, outbox, runs, slots, webhooks, wishes
from storage.database import reading, writing
from storage.incidents import Incident
from storage.wishes import NOTHING_CHOSEN
from texts import N_, Message, translate

Said = Mapping[str, Message]
UNIT = "unit:"
SILENT_SOURCE = timedelta(hours=48)
LATE_JOB = timedelta(hours=36)
CLOCK_SLACK = timedelta(minutes=5)
LEAST_DISK = 500 * 1024 * 1024
FAILED_AT_LEAST = 10
# More mails than this in a day say nothing more: the rest waits, and is seen on the health page.
MAILS_A_DAY = 12
RECENT = timedelta(days=7)
log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What the database does not know.

    Attributes:
        operator: the address that alarms go to; None when none is set.
        source_titles: key of each source in use to its title.
        free_bytes: left where the data lies; None when it cannot be told.
        data_dir: where that is, for the operator to read.
        silent: keys of everybody who gets no letters, whatever the reason.
        paused_by_bounces: keys of those whose address came back.
    """

    operator: str | None = None
    source_titles: Mapping[str, str] = field(default_factory=dict)
    free_bytes: int | None = None
    data_dir: str = ""
    silent: Collection[str] = ()
    paused_by_bounces: Collection[str] = ()


def watch(engine: Engine, context: LetterContext, around: Surroundings) -> Told:
    """Look at everything, take note of what began and what is over, and put the mails about it into the outbox."""
    found = dict(troubles(engine, context, around))
    with writing(engine) as conn:
        opened, closed = incidents.look(conn, context.tenant, found, context.now)
    for one in opened:
        log.error("incident", name=one.name, cause=translate(one.said["cause"], "sv"))
    for one in closed:
        log.warning("incident is over", name=one.name)
    return _tell_operator(engine, context, around) + _tell_coordinators(engine, context, around)


def troubles(engine: Engine, context: LetterContext, around: Surroundings) -> Iterator[tuple[str, Said]]:
    """Everything that is wrong at this moment, by name."""
    with reading(engine) as conn:
        yield from _relay(conn, context)
        yield from _sources(conn, context, around)
        yield from _jobs(conn, context)
        yield from _webhooks(conn, context)
    yield from _letters(engine, context)
    yield from _disk(around)
    yield from _units(context, around)
    yield from _coordinators(context, around)


def _relay(conn: Connection, context: LetterContext) -> Iterator[tuple[str, Said]]:
    """Letters are held, though by no person, or many have failed one after the other."""
    held = outbox.lines(conn, context.tenant, states=[LetterState.HELD])
    held = [one for one in held if one.error is not None]
    waiting = outbox.lines(conn, context.tenant, states=[LetterState.RETRY])
    refused = [one for one in waiting if one.attempts > 0 and one.error]
    if not held and len(refused) < FAILED_AT_LEAST:
        return
    newest = max(held or refused, key=lambda one: one.changed_at)
    number = len(held) or len(refused)
    cause = N_("Brev går inte ut: {number} väntar. Det sista svaret: {answer}")
    step = N_("Se fondvakt letters list och fondvakt doctor. När felet är rättat: fondvakt letters release.")
    effect = N_("Läsarna får inga brev förrän det är rättat. Inget går förlorat.")
    yield "relay", _said(cause, effect, step, number=number, answer=newest.error or "–")


def _letters(engine: Engine, context: LetterContext) -> Iterator[tuple[str, Said]]:
    overdue = unaccounted(engine, context.tenant, context.now)
    if overdue.alarm is None:
        return
    effect = N_("En del läsare har inte fått sina brev.")
    step = N_("Se fondvakt letters list och logs/digest.log i datamappen.")
    yield "letters", _said(overdue.alarm, effect, step)


def _sources(conn: Connection, context: LetterContext, around: Surroundings) -> Iterator[tuple[str, Said]]:
    """A source that has been tried and has not been read for two days."""
    for tried in runs.latest(conn, context.tenant, context.now):
        if tried.source not in around.source_titles or not tried.went_wrong:
            continue
        sound = runs.last_sound(conn, context.tenant, tried.source)
        since = sound.started_at if sound else runs.first_try(conn, context.tenant, tried.source)
        if since is not None and context.now - since < SILENT_SOURCE:
            continue
        title = Message(text=around.source_titles[tried.source])
        cause = N_("Källan {source} har inte gått att läsa på två dygn.")
        effect = N_("Nya utlysningar och ändringar därifrån når inte läsarna. Det står i breven.")
        step = N_("Se sidan Källor, och kör fondvakt sources doctor.")
        yield f"source:{tried.source}", _said(cause, effect, step, source=title)


def _jobs(conn: Connection, context: LetterContext) -> Iterator[tuple[str, Said]]:
    """A job that failed last time, or the nightly one that has not run for a day and a half."""
    for job in ("collect", "match", "digest"):
        newest = slots.last(conn, context.tenant, job)
        if newest is None:
            continue
        if newest.state == slots.FAILED:
            cause = N_("Jobbet {job} misslyckades {at}.")
            effect = N_("Det läsarna ser är inte färskt förrän jobbet har gått igenom.")
            step = N_("Se loggen i datamappen, logs/{job}.log.")
            yield f"job:{job}", _said(cause, effect, step, job=job, at=_clock(newest.at))
        if newest.at - context.now > CLOCK_SLACK:
            yield "clock-back", _clock_back(newest.at)
        if job == "collect" and context.now - newest.at > LATE_JOB:
            cause = N_("Nattens hämtning har inte körts på ett och ett halvt dygn.")
            effect = N_("Inga nya utlysningar kommer in, och inga brev går ut i tid.")
            step = N_("Se efter att fondvakt serve är igång, och läs dess logg.")
            yield "clock", _said(cause, effect, step)


def _clock_back(newest: datetime) -> Said:
    """What has been done is dated ahead of now: the clock has been set back (T-04)."""
    cause = N_("Datorns klocka har ställts tillbaka: ett jobb är redan kört för {at}.")
    effect = N_("Inget som är gjort görs om. Brev kan behöva släppas för hand.")
    step = N_("Se efter att datorns klocka går rätt, och läs fondvakt letters list.")
    return _said(cause, effect, step, at=_clock(newest))


def _clock(moment: datetime) -> str:
    """The clock on the wall."""
    return moment.astimezone(STOCKHOLM).isoformat(sep=" ", timespec="minutes")


def _webhooks(conn: Connection, context: LetterContext) -> Iterator[tuple[str, Said]]:
    """Somebody has to look whether an event arrived, or why it was refused."""
    found = webhooks.unsettled(conn, context.tenant, context.now - RECENT)
    if not found:
        return
    cause = N_("Webhooken {target}: {number} händelser är ovissa eller vägrade. Det sista svaret: {answer}")
    values = {"target": found[-1].target, "number": len(found), "answer": found[-1].error or "–"}
    step = N_("Se fondvakt webhooks list, och avgör med fondvakt webhooks arrived eller resend.")
    effect = N_("Breven berörs inte. Den som läser kanalen eller systemet kan sakna något.")
    yield "webhooks", _said(cause, effect, step, **values)


def _disk(around: Surroundings) -> Iterator[tuple[str, Said]]:
    if around.free_bytes is None or around.free_bytes >= LEAST_DISK:
        return
    cause = N_("Skivan är nästan full: {left} MiB kvar vid {where}.")
    effect = N_("När den är full sparas inget mer, och inga brev görs.")
    step = N_("Frigör plats; gamla säkerhetskopior och mappen kept/ går att flytta.")
    left = around.free_bytes // (1024 * 1024)
    yield "disk", _said(cause, effect, step, left=left, where=around.data_dir)


def _units(context: LetterContext, around: Surroundings) -> Iterator[tuple[str, Said]]:
    """Units that nobody gets letters for, and why (C7)."""
    profile, today = context.profile, local_day(context.now)
    for unit in profile.units_without_recipient(today, around.silent):
        named = [one.key for one in profile.contacts_of(unit.key)]
        cause = N_("{unit} har ingen kontaktperson i tjänst.")
        if set(named) & set(around.paused_by_bounces):
            cause = N_("{unit} saknar mottagare: brev dit kommer tillbaka.")
        elif set(named) & set(around.silent):
            cause = N_("{unit} saknar mottagare: den sista har avslutat eller pausat breven.")
        effect = N_("Enheten får inga utlysningar så länge.")
        step = N_("Utse en ny kontaktperson, eller ersättare, på sidan Organisation.")
        yield f"{UNIT}{unit.key}", _said(cause, effect, step, unit=unit.name)


def _coordinators(context: LetterContext, around: Surroundings) -> Iterator[tuple[str, Said]]:
    """Nobody who reviews the queue gets letters, so Friday's word reaches nobody (T-19)."""
    today = local_day(context.now)
    if any(one.is_in_office(today) and one.key not in around.silent for one in context.profile.coordinators):
        return
    cause = N_("Ingen samordnare nås av breven: de har pausat, avslutat eller slutat.")
    effect = N_("Kön kan bli stående ogranskad utan att någon får veta det.")
    step = N_("Utse en ersättare på sidan Organisation, eller be en samordnare slå på breven igen.")
    yield "coordinator", _said(cause, effect, step)


def _said(cause: str | Message, effect: str, step: str, **values: Any) -> Said:
    """Three Swedish sentences, with what goes into the blanks of any of them."""
    return {
        "cause": cause if isinstance(cause, Message) else Message(text=cause, values=values),
        "effect": Message(text=effect, values=values),
        "step": Message(text=step, values=values),
    }


def _tell_operator(engine: Engine, context: LetterContext, around: Surroundings) -> Told:
    if around.operator is None:
        return Told()
    with reading(engine) as conn:
        chosen = wishes.everybodys(conn, context.tenant).get(OPERATOR, NOTHING_CHOSEN)
        lately = letters.made_since(conn, context.tenant, OPERATOR, context.now - timedelta(days=1))
    if lately >= MAILS_A_DAY:
        return Told()
    person = ContactPerson(key=OPERATOR, name="", email=around.operator, role=Role.OPERATOR)
    reader = Reader(person=spoken_to(person, chosen), keys=frozenset({OPERATOR}), wishes=chosen)
    return _tell(
        engine, context, reader, LetterKind.ALARM, lambda name: not name.startswith(UNIT), written.alarm
    )


def _tell_coordinators(engine: Engine, context: LetterContext, around: Surroundings) -> Told:
    with reading(engine) as conn:
        chosen = wishes.everybodys(conn, context.tenant)
    told = Told()
    for reader in coordinators(context.profile, local_day(context.now), around.silent, chosen):
        told += _tell(
            engine, context, reader, LetterKind.UNIT, lambda name: name.startswith(UNIT), written.unit
        )
    return told


def _tell(
    engine: Engine,
    context: LetterContext,
    reader: Reader,
    kind: LetterKind,
    is_theirs: Callable[[str], bool],
    write: Callable,
) -> Told:
    """One mail with everything that began or ended since the last; what was over before it was told is not told."""
    if not reader.wants(kind):
        return Told()
    with reading(engine) as conn:
        lately = incidents.since(conn, context.tenant, context.now - RECENT)
        told = {what for who, what in notices.told(conn, context.tenant, kind) if who == reader.person.key}
    new = _untold([_trouble(one) for one in lately if is_theirs(one.name)], told)
    if not new:
        return Told()
    due = Due(
        reader=reader,
        view=write(reader.person, context, new),
        occasions=tuple(one.occasion for one in new),
    )
    number = tell(engine, context, due, f"{kind.value}/{new[0].occasion}")
    return Told(letters=((number, kind),) if number else ())


def _untold(found: Sequence[Trouble], told: Collection[str]) -> list[Trouble]:
    return [
        one for one in found if one.occasion not in told and (not one.is_over or f"{one.id}/open" in told)
    ]


def _trouble(one: Incident) -> Trouble:
    return Trouble(id=one.id, said=one.said, opened_at=one.opened_at, closed_at=one.closed_at)
