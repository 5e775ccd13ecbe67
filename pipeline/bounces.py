"""Bounces: read what came back, keep it, and stop letters to addresses that are gone.

A mail is removed from the folder only when it has been kept (M-56); a person's answer is laid aside, unread and whole.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine

from notifier.bounces import MAX_READ, Returned, read
from notifier.errors import DeliveryError, NotifierError
from notifier.headers import ascii_address
from notifier.model import StoredLetter
from notifier.returns import ReturnAddresses
from notifier.standing import Event, Paused, days_of_faults, paused
from notifier.statuses import BounceKind, kind_of, status_in
from profiles.model import Profile, Role
from storage import bounces, letters
from storage.database import reading, writing
from texts import N_, Message

ANSWERS = "svar"
MANY_UNMATCHED = 50
RECENT = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class ReadSummary:
    """What one reading of the folder came to.

    Attributes:
        kinds: how many new mails of each kind.
        unmatched: bounces whose return address was not ours, altered or too old; they have no effect.
        again: mails that had been kept before.
        answers: mails from people, laid aside.
        alarms: what the operator must look at.
    """

    kinds: Mapping[str, int]
    unmatched: int = 0
    again: int = 0
    answers: int = 0
    alarms: tuple[Message, ...] = ()


@dataclass
class _Tally:
    """What has been read so far."""

    kinds: dict[str, int] = field(default_factory=dict)
    unmatched: int = 0
    again: int = 0
    answers: int = 0
    ours: list[Returned] = field(default_factory=list)


def read_folder(
    engine: Engine,
    tenant: str,
    folder: Path,
    returns: ReturnAddresses | None,
    profile: Profile,
    now: datetime,
) -> ReadSummary:
    """Read every .eml in the folder, oldest name first.

    Args:
        returns: knows our signed addresses; without it nothing can be matched, and everything is kept for review.

    Raises:
        OSError: when the folder cannot be read.
    """
    tally = _Tally()
    for path in waiting_in(folder):
        _take(engine, tenant, path, returns, now, tally)
    with writing(engine) as conn:
        bounces.forget(conn, tenant, now)
        events = bounces.events(conn, tenant)
    faults = days_of_faults([one for one in events if one.at > now - RECENT], len(profile.people))
    return ReadSummary(
        kinds=tally.kinds,
        unmatched=tally.unmatched,
        again=tally.again,
        answers=tally.answers,
        alarms=tuple(_alarms(tally, bool(faults))),
    )


def waiting_in(folder: Path) -> list[Path]:
    """The mails in the folder, by name; none when the folder is missing."""
    return sorted(path for path in folder.glob("*.eml") if path.is_file()) if folder.is_dir() else []


def note_refusal(
    conn: Connection, tenant: str, stored: StoredLetter, failure: DeliveryError, now: datetime
) -> None:
    """The relay's own refusal of an address counts as a bounce (M-26, M-27); other failures are not the reader's."""
    if failure.answer is None:
        return
    status = status_in(failure.answer)
    kind = kind_of(status, failure.answer) if failure.answer[:1] == "5" else None
    if kind not in (BounceKind.HARD, BounceKind.SOFT):
        return
    bounces.add(
        conn,
        tenant,
        content_hash=hashlib.sha256(f"{stored.id}/{stored.attempts}".encode()).hexdigest(),
        kind=kind,
        status=status,
        diagnostic=failure.answer,
        letter_id=stored.id,
        address=stored.letter.to.lower(),
        now=now,
    )


def paused_addresses(engine: Engine, tenant: str, profile: Profile) -> dict[str, Paused]:
    """The addresses of the profile that get no letters because of what came back."""
    with reading(engine) as conn:
        events = bounces.events(conn, tenant)
    known = _addresses(profile)
    return {address: one for address, one in paused(events, len(known)).items() if address in known}


def paused_persons(engine: Engine, tenant: str, profile: Profile) -> dict[str, Paused]:
    """Key of each person who gets no letters because of what came back, and why."""
    with reading(engine) as conn:
        return paused_among(bounces.events(conn, tenant), profile)


def paused_among(events: Sequence[Event], profile: Profile) -> dict[str, Paused]:
    """The same from everything that happened to the addresses."""
    known = _addresses(profile)
    stopped = paused(events, len(known))
    return {key: stopped[address] for address, keys in known.items() if address in stopped for key in keys}


def _take(
    engine: Engine, tenant: str, path: Path, returns: ReturnAddresses | None, now: datetime, tally: _Tally
) -> None:
    """Keep one mail, then remove it."""
    with open(path, "rb") as file:
        content = file.read(MAX_READ)
    came = read(content)
    if came.kind is BounceKind.ANSWER:
        aside = path.parent / ANSWERS
        aside.mkdir(exist_ok=True)
        os.replace(path, aside / path.name)
        tally.answers += 1
        return
    with writing(engine) as conn:
        letter = _letter_of(conn, tenant, came, returns, now)
        if bounces.add(conn, tenant, **_row(content, came, letter), now=now):
            tally.kinds[came.kind.value] = tally.kinds.get(came.kind.value, 0) + 1
            tally.unmatched += letter is None
            tally.ours += [came] if came.kind is BounceKind.OURS and letter is not None else []
        else:
            tally.again += 1
    path.unlink()


def _row(content: bytes, came: Returned, letter: tuple[int, str] | None) -> dict:
    """What is kept of a mail; an automatic reply leaves no text behind, since it is a person's affair."""
    return {
        "content_hash": hashlib.sha256(content).hexdigest(),
        "kind": _kind_for(came, letter),
        "status": came.status,
        "diagnostic": came.words,
        "letter_id": letter[0] if letter else None,
        "address": letter[1].lower() if letter else None,
        "content": None if came.kind is BounceKind.AUTO_REPLY else content,
    }


def _kind_for(came: Returned, letter: tuple[int, str] | None) -> BounceKind:
    """A report about another address than the letter went to says nothing hard of the reader: it was forwarded."""
    forwarded = letter is not None and came.recipients and letter[1].lower() not in came.recipients
    return BounceKind.SOFT if forwarded and came.kind is BounceKind.HARD else came.kind


def _letter_of(
    conn: Connection, tenant: str, came: Returned, returns: ReturnAddresses | None, now: datetime
) -> tuple[int, str] | None:
    """Number and address of the letter that came back, if our signature says so."""
    reference = returns.read(came.traces, now) if returns else None
    return letters.by_reference(conn, tenant, reference) if reference else None


def _alarms(tally: _Tally, is_relay_fault: bool) -> list[Message]:
    said = []
    if tally.ours:
        text = N_("{number} brev vägrades av skäl som är våra, inte mottagarnas. Ett av svaren: {words}")
        said.append(Message(text=text, values={"number": len(tally.ours), "words": tally.ours[0].words}))
    if is_relay_fault:
        said.append(
            Message(
                text=N_(
                    "Många adresser studsade samma dag: felet är troligen reläets, och inget räknas mot mottagarna."
                )
            )
        )
    if tally.unmatched >= MANY_UNMATCHED:
        text = N_(
            "{number} studsar utan giltig returadress: någon kan försöka stoppa brev. De har ingen verkan."
        )
        said.append(Message(text=text, values={"number": tally.unmatched}))
    return said


def _addresses(profile: Profile) -> dict[str, list[str]]:
    """Address in small letters to the keys of the contact persons who have it."""
    found: dict[str, list[str]] = {}
    for person in profile.people:
        if person.role is Role.CONTACT:
            try:
                found.setdefault(ascii_address(person.email).lower(), []).append(person.key)
            except NotifierError:
                continue  # planning says what is wrong with it
    return found
