"""What was told by mistake is put right: a mail of its own to those who were told (`ux.md` 2.5)."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from calls.model import Call
from matcher.model import MatchState, StoredMatch
from notifier.model import LetterKind
from notifier.notice_letter import notice_letter
from notifier.notice_model import Mistaken
from notifier.notices import correction
from notifier.view import LetterContext
from notifier.weeks import local_day, week_of
from pipeline.readers import Reader, readers
from storage import letters, notices, wishes
from storage.audit import Event, record
from texts import N_, MessageError

NOT_SENT = N_("Träff {number} har inte skickats ut, så det finns inget att rätta.")
TOLD_ALREADY = N_("Rättelsen har redan skickats.")


class NothingToCorrect(MessageError):
    """The match has not been told, or its correction has."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """Who was told of a match by mistake.

    Attributes:
        reached: those who get the correction.
        unreached: names of those who were told and get no mail of this kind now.
    """

    reached: tuple[Reader, ...]
    unreached: tuple[str, ...]


def told(conn: Connection, context: LetterContext, match: StoredMatch, stopped: Collection[str]) -> Told:
    """Who was told of a match's call for its unit, in any letter, and still is its reader."""
    got = letters.readers_of(conn, context.tenant, match.match.call_id)
    chosen = wishes.everybodys(conn, context.tenant)
    there = [
        one
        for one in readers(context.profile, local_day(context.now), (), chosen)
        if match.match.unit in one.person.units and one.keys & got
    ]
    silent = {one.person.key for one in there if not one.wants(LetterKind.CHANGE) or one.keys & set(stopped)}
    return Told(
        reached=tuple(one for one in there if one.person.key not in silent),
        unreached=tuple(one.person.name for one in there if one.person.key in silent),
    )


def correct(
    conn: Connection,
    context: LetterContext,
    match: StoredMatch,
    call: Call,
    *,
    by: str,
    note: str,
    stopped: Collection[str] = (),
    profile_version: int | None = None,
) -> int:
    """Put a correction into the outbox for everybody who was told, and write it down; how many there are.

    Args:
        by: key of who corrects.
        note: what was wrong, in their words.

    Raises:
        NothingToCorrect: the match has not been told, or its correction has.
        NotifierError: a mail cannot be made.
    """
    if match.state is not MatchState.SENT:
        raise NothingToCorrect.of(NOT_SENT, number=match.id)
    unit, slot = match.match.unit, f"correction-{match.id}"
    name = next((person.name for person in context.profile.people if person.key == by), by)
    mistaken = Mistaken(call=call, unit=unit, by=name, at=context.now, note=note)
    reached = told(conn, context, match, stopped).reached
    made = 0
    for reader in reached:
        view = correction(reader.person, context, mistaken)
        letter = notice_letter(view, reader.person, context, week=week_of(context.now), slot=slot)
        added = notices.add(conn, context.tenant, letter, slot, [mistaken.occasion], context.now)
        made += added is not None
    if reached and not made:
        raise NothingToCorrect.of(TOLD_ALREADY)
    event = _event(match, by, note, made, profile_version)
    record(conn, context.tenant, event, context.now)
    return made


def _event(match: StoredMatch, by: str, note: str, made: int, profile_version: int | None) -> Event:
    corrected = match.match
    return Event(
        actor=by,
        channel="web",
        kind="match",
        key=str(match.id),
        action="correct",
        before={
            "call": corrected.call_id,
            "unit": corrected.unit,
            "need": corrected.need,
            "state": match.state.value,
        },
        after={"letters": made},
        reason=note,
        profile_version=profile_version,
    )
