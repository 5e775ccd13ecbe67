"""The nouns of a municipality: its policy, priority areas, people, units and their needs.

The file form is described in `docs/profiles.md`; `profiles/load.py` reads it.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from texts import N_


class UnitKind(StrEnum):
    """What a unit is in the municipality's organisation."""

    DEPARTMENT = "department"
    COMPANY = "company"
    FEDERATION = "federation"


class LegalForm(StrEnum):
    """Which legal person would sign an application."""

    MUNICIPALITY = "municipality"
    MUNICIPAL_COMPANY = "municipal_company"
    MUNICIPAL_FEDERATION = "municipal_federation"


class Role(StrEnum):
    """What a person does with the funding watch."""

    COORDINATOR = "coordinator"
    CONTACT = "contact"
    HEAD = "head"


UNIT_KIND_LABELS = {
    UnitKind.DEPARTMENT: N_("förvaltning"),
    UnitKind.COMPANY: N_("bolag"),
    UnitKind.FEDERATION: N_("förbund"),
}

ROLE_LABELS = {
    Role.COORDINATOR: N_("EU-samordnare"),
    Role.CONTACT: N_("kontaktperson"),
    Role.HEAD: N_("chef"),
}


@dataclass(frozen=True, kw_only=True)
class TwinTown:
    """A town with a standing agreement; country as ISO 3166 code."""

    name: str
    country: str


@dataclass(frozen=True, kw_only=True)
class Aim:
    """What the policy wants."""

    key: str
    text: str
    text_en: str


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The council's policy for international work."""

    title: str
    adopted_by: str
    adopted: date | None = None
    reference: str | None = None
    revision_interval_years: int | None = None
    tests_cofinancing: bool = False
    yearly_follow_up: bool = False
    children_first: bool = False
    aims: tuple[Aim, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PriorityArea:
    """The municipality's theme that a need serves."""

    key: str
    title: str
    title_en: str
    description: str
    description_en: str
    children_and_youth: bool = False


@dataclass(frozen=True, kw_only=True)
class ContactPerson:
    """Someone who gets letters or reviews the queue; a role, with one address."""

    key: str
    name: str
    email: str
    role: Role = Role.CONTACT
    units: tuple[str, ...] = ()
    language: str = "sv"


@dataclass(frozen=True, kw_only=True)
class Need:
    """What a unit wants to change, in its own words.

    Attributes:
        key: unique within its unit; `unit` is the unit's key.
        priority_area: key of the municipality's area that the need serves.
    """

    key: str
    unit: str
    title: str
    title_en: str
    text: str
    text_en: str
    priority_area: str
    children_and_youth: bool = False

    @property
    def id(self) -> str:
        """The need's identity within the municipality: `unit/key`."""
        return f"{self.unit}/{self.key}"


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A department, company or federation that owns needs.

    Attributes:
        preparation_days: the shortest time it needs to write an application, days.
        own_contribution_max: its largest own share, whole euro; None when not stated.
        may_lead: False when it can only be a partner.
    """

    key: str
    name: str
    name_en: str
    kind: UnitKind
    legal_form: LegalForm
    board: str | None = None
    preparation_days: int = 42
    own_contribution_max: int | None = None
    may_lead: bool = True
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One municipality: everything that matching and letters need to know of it."""

    key: str
    name: str
    name_en: str
    county: str
    nuts3: str
    policy: Policy
    mail_domains: tuple[str, ...]
    inhabitants: int | None = None
    municipal_code: str | None = None
    organisation_number: str | None = None
    networks: tuple[str, ...] = ()
    twin_towns: tuple[TwinTown, ...] = ()
    priority_areas: tuple[PriorityArea, ...] = ()
    people: tuple[ContactPerson, ...] = ()
    units: tuple[Unit, ...] = ()

    @property
    def needs(self) -> tuple[Need, ...]:
        """All needs, unit by unit."""
        return tuple(need for unit in self.units for need in unit.needs)

    @property
    def coordinators(self) -> tuple[ContactPerson, ...]:
        """Those who review the queue."""
        return tuple(person for person in self.people if person.role is Role.COORDINATOR)

    def unit(self, key: str) -> Unit:
        """The unit with this key. Raises KeyError when there is none."""
        return _by_key(self.units, key)

    def area(self, key: str) -> PriorityArea:
        """The priority area with this key. Raises KeyError when there is none."""
        return _by_key(self.priority_areas, key)

    def contacts_of(self, unit_key: str) -> tuple[ContactPerson, ...]:
        """The contact persons of a unit."""
        return tuple(p for p in self.people if p.role is Role.CONTACT and unit_key in p.units)


def _by_key(things, key: str):
    for thing in things:
        if thing.key == key:
            return thing
    raise KeyError(key)
