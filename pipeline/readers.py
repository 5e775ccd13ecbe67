"""Who may be written to now: one an address, in the language and with the kinds that they chose."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from notifier.model import LetterKind
from profiles.model import ContactPerson, Profile
from storage.wishes import NOTHING_CHOSEN, Wishes


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Somebody to write to.

    Attributes:
        person: whom letters are addressed to, in the language that they chose, with the units of all their roles.
        keys: the keys of all roles with that address (M-10).
    """

    person: ContactPerson
    keys: frozenset[str]
    wishes: Wishes = NOTHING_CHOSEN

    def wants(self, kind: LetterKind) -> bool:
        """Whether they have that kind switched on."""
        return self.wishes.wants(kind)


def recipients(
    profile: Profile, stopped: Collection[str] = (), on: date | None = None
) -> list[ContactPerson]:
    """Who gets a letter, each with the units it is about; one an address however many roles it has (M-10).

    Contact persons in office on that day, and for a unit that has nobody else its deputies. Without a day,
    everybody whom the profile names as a contact person.
    """
    told: dict[str, list[str]] = {}
    for unit in {unit for person in profile.people for unit in person.units}:
        for person in profile.contacts_of(unit, on, stopped):
            told.setdefault(person.key, []).append(unit)
    by_address: dict[str, ContactPerson] = {}
    for person in profile.people:
        if person.key not in told or person.key in stopped:
            continue
        first = by_address.setdefault(person.address, replace(person, units=()))
        theirs = [key for key in person.units if key in told[person.key]]
        units = tuple(dict.fromkeys((*first.units, *theirs)))
        by_address[person.address] = replace(first, units=units)
    return list(by_address.values())


def readers(
    profile: Profile, on: date, stopped: Collection[str], chosen: Mapping[str, Wishes]
) -> list[Reader]:
    """The contact persons who get letters."""
    return [_reader(person, profile, on, chosen) for person in recipients(profile, stopped, on)]


def coordinators(
    profile: Profile, on: date, stopped: Collection[str], chosen: Mapping[str, Wishes]
) -> list[Reader]:
    """The coordinators in office who have not stopped their letters."""
    there = (one for one in profile.coordinators if one.is_in_office(on) and one.key not in stopped)
    return [_reader(person, profile, on, chosen) for person in there]


def spoken_to(person: ContactPerson, wishes: Wishes) -> ContactPerson:
    """The person with the language that they chose."""
    return replace(person, language=wishes.language) if wishes.language else person


def _reader(person: ContactPerson, profile: Profile, on: date, chosen: Mapping[str, Wishes]) -> Reader:
    same = (one.key for one in profile.people if one.address == person.address and one.is_in_office(on))
    wishes = chosen.get(person.key, NOTHING_CHOSEN)
    return Reader(person=spoken_to(person, wishes), keys=frozenset({person.key, *same}), wishes=wishes)
