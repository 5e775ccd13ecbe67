"""What each person chose to get by mail: how often, which kinds, in which language (`ux.md` 1.7)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select

from notifier.model import LetterKind
from storage.audit import Event, record
from storage.choices import choose_for_person, of_person
from storage.tables import person_choice
from texts import N_

NAME = "mail"


class Rhythm(StrEnum):
    """How often the digest comes."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"


RHYTHM_LABELS = {Rhythm.WEEKLY: N_("varje vecka"), Rhythm.MONTHLY: N_("en gång i månaden")}


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """One person's choices; as made, those of who has chosen nothing.

    Attributes:
        also_empty: a letter also in weeks with nothing to tell.
        language: None for the profile's word.
        without: kinds of mail that are switched off; the digest is stopped by `storage/subscriptions.py`.
    """

    rhythm: Rhythm = Rhythm.WEEKLY
    also_empty: bool = False
    language: str | None = None
    without: frozenset[LetterKind] = field(default_factory=frozenset)

    def wants(self, kind: LetterKind) -> bool:
        """Whether that kind is switched on."""
        return kind not in self.without


NOTHING_CHOSEN = Wishes()


def of(conn: Connection, tenant: str, person: str) -> Wishes:
    """What one person chose."""
    return _wishes(of_person(conn, tenant, person, NAME))


def everybodys(conn: Connection, tenant: str) -> dict[str, Wishes]:
    """Person to what they chose; who has chosen nothing is left out."""
    rows = conn.execute(
        select(person_choice.c.person, person_choice.c.value).where(
            person_choice.c.tenant == tenant, person_choice.c.name == NAME
        )
    )
    return {row.person: _wishes(row.value) for row in rows}


def choose(
    conn: Connection,
    tenant: str,
    person: str,
    chosen: Wishes,
    now: datetime,
    *,
    channel: str,
    actor: str | None = None,
) -> bool:
    """Keep a person's choices; whether anything changed by it."""
    before = of(conn, tenant, person)
    if before == chosen:
        return False
    choose_for_person(conn, tenant, person, NAME, _document(chosen), now)
    told = {"before": _document(before), "after": _document(chosen)}
    event = Event(
        actor=actor or person, channel=channel, kind="subscription", key=person, action="choose", **told
    )
    record(conn, tenant, event, now)
    return True


def _document(chosen: Wishes) -> dict[str, Any]:
    return asdict(chosen) | {
        "rhythm": chosen.rhythm.value,
        "without": sorted(kind.value for kind in chosen.without),
    }


def _wishes(document: Mapping[str, Any] | None) -> Wishes:
    """Kinds that this version does not know are let go."""
    if document is None:
        return NOTHING_CHOSEN
    known = {kind.value for kind in LetterKind}
    return Wishes(
        rhythm=Rhythm(document["rhythm"]),
        also_empty=document["also_empty"],
        language=document["language"],
        without=frozenset(LetterKind(kind) for kind in document["without"] if kind in known),
    )
