"""The nouns of a municipality: its policy, priority areas, people, units and their needs.

The file form is described in `docs/profiles.md`; `profiles/load.py` reads it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

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
    ELECTED = "elected"
    OPERATOR = "operator"


class Applicant(StrEnum):
    """As what a need's owner would apply; the publishers' own sorts (`calls/vocabulary.py` ApplicantType)."""

    MUNICIPALITY = "municipality"
    PUBLIC_BODY = "public_body"
    SCHOOL = "school"
    COMPANY = "company"
    ASSOCIATION = "association"


class Volume(StrEnum):
    """How much a need lets through to the queue (`matcher/volume.py`)."""

    NARROW = "narrow"
    BALANCED = "balanced"
    BROAD = "broad"


class Priority(StrEnum):
    """How much a need weighs among its unit's needs."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


APPLICANT_LABELS = {
    Applicant.MUNICIPALITY: N_("kommun"),
    Applicant.PUBLIC_BODY: N_("offentligt organ"),
    Applicant.SCHOOL: N_("skola eller förskola"),
    Applicant.COMPANY: N_("bolag"),
    Applicant.ASSOCIATION: N_("förening, som partner"),
}
LEGAL_FORM_LABELS = {
    LegalForm.MUNICIPALITY: N_("kommunen själv"),
    LegalForm.MUNICIPAL_COMPANY: N_("kommunalt bolag"),
    LegalForm.MUNICIPAL_FEDERATION: N_("kommunalförbund"),
}
VOLUME_LABELS = {Volume.NARROW: N_("Snäv"), Volume.BALANCED: N_("Balans"), Volume.BROAD: N_("Bred")}
PRIORITY_LABELS = {Priority.HIGH: N_("hög"), Priority.NORMAL: N_("vanlig"), Priority.LOW: N_("låg")}

UNIT_KIND_LABELS = {
    UnitKind.DEPARTMENT: N_("förvaltning"),
    UnitKind.COMPANY: N_("bolag"),
    UnitKind.FEDERATION: N_("förbund"),
}

ROLE_LABELS = {
    Role.COORDINATOR: N_("EU-samordnare"),
    Role.CONTACT: N_("kontaktperson"),
    Role.HEAD: N_("chef"),
    Role.ELECTED: N_("förtroendevald"),
    Role.OPERATOR: N_("systemadministratör"),
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
    """The council's policy for international work.

    Attributes:
        reference: diary number or paragraph.
        owner: the office that looks after it.
    """

    title: str
    adopted_by: str
    adopted: date | None = None
    reference: str | None = None
    owner: str | None = None
    revision_interval_years: int | None = None
    tests_cofinancing: bool = False
    yearly_follow_up: bool = False
    children_first: bool = False
    aims: tuple[Aim, ...] = ()

    @property
    def next_revision(self) -> int | None:
        """The year of the next revision; None when the day or the interval is not known."""
        if self.adopted is None or self.revision_interval_years is None:
            return None
        return self.adopted.year + self.revision_interval_years


@dataclass(frozen=True, kw_only=True)
class PriorityArea:
    """The municipality's theme that a need serves."""

    key: str
    title: str
    title_en: str
    description: str
    description_en: str
    children_and_youth: bool = False

    @property
    def english_title(self) -> str | None:
        """The title in English; None when it has none, and the Swedish stands in `title_en` as well."""
        return self.title_en if self.title_en and self.title_en != self.title else None


@dataclass(frozen=True, kw_only=True)
class ContactPerson:
    """Someone who gets letters, reviews the queue or reads; a role, with one address.

    Attributes:
        appointed_from: the first day of the appointment, None for one that has always lasted.
        appointed_to: the last day, None for one without an end.
        is_deputy: steps in for a unit only when nobody else can be reached.
        phone: at work, as people write it; empty without one. The coordinator's stands in every letter.
    """

    key: str
    name: str
    email: str
    role: Role = Role.CONTACT
    units: tuple[str, ...] = ()
    language: str = "sv"
    appointed_from: date | None = None
    appointed_to: date | None = None
    is_deputy: bool = False
    phone: str = ""

    @property
    def address(self) -> str:
        """The mail address as addresses are compared: one person may have several roles under it."""
        return self.email.strip().casefold()

    def is_in_office(self, on: date) -> bool:
        """Whether the appointment covers that day; whoever's does not gets no letters and cannot sign in."""
        has_begun = self.appointed_from is None or self.appointed_from <= on
        return has_begun and (self.appointed_to is None or on <= self.appointed_to)


@dataclass(frozen=True, kw_only=True)
class Need:
    """What a unit wants to change, in its own words.

    Attributes:
        key: unique within its unit; `unit` is the unit's key.
        priority_area: key of the municipality's area that the need serves.
        goal: key of one of the unit's goals or of the policy's aims.
        must: a call is proposed only if it has every one of these; "/" parts alternatives.
        never: a call that has any of these is not proposed.
        begins, ends: the days between which the need is there; None is open.
        applicants: as what the unit would apply for this need; empty is as its legal form allows.
        size_min, size_max: wanted grant of one project, whole euro.
        own_share_max_percent: the largest own share, per cent of the costs.
        owner: key of the person who answers for it.
    """

    key: str
    unit: str
    title: str
    title_en: str
    text: str
    text_en: str
    priority_area: str
    children_and_youth: bool = False
    goal: str | None = None
    must: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    begins: date | None = None
    ends: date | None = None
    applicants: tuple[Applicant, ...] = ()
    size_min: int | None = None
    size_max: int | None = None
    own_share_max_percent: int | None = None
    priority: Priority = Priority.NORMAL
    volume: Volume = Volume.BALANCED
    owner: str | None = None

    @property
    def id(self) -> str:
        """The need's identity within the municipality: `unit/key`."""
        return f"{self.unit}/{self.key}"


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What a unit is to reach, from its plan for a year."""

    key: str
    text: str
    year: int | None = None


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A department, company or federation that owns needs.

    Attributes:
        preparation_days: the shortest time it needs to write an application, days.
        own_contribution_max: its largest own share, whole euro; None when not stated.
        may_lead: False when it can only be a partner.
        working_languages: languages it can run a project in, as ISO 639 codes.
        countries_of_interest: where it has or looks for partners, as ISO 3166 codes.
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
    working_languages: tuple[str, ...] = ()
    countries_of_interest: tuple[str, ...] = ()
    goals: tuple[Goal, ...] = ()
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Municipality:
    """The municipality's facts, its policy and priority areas."""

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


@dataclass(frozen=True, kw_only=True)
class Profile(Municipality):
    """One municipality: everything that matching and letters need to know of it."""

    key: str
    people: tuple[ContactPerson, ...] = ()
    units: tuple[Unit, ...] = ()

    @property
    def needs(self) -> tuple[Need, ...]:
        """All needs, unit by unit."""
        return tuple(need for unit in self.units for need in unit.needs)

    @property
    def unit_names(self) -> dict[str, str]:
        """Each unit's key to its name."""
        return {unit.key: unit.name for unit in self.units}

    @property
    def coordinators(self) -> tuple[ContactPerson, ...]:
        """Those who review the queue."""
        return tuple(person for person in self.people if person.role is Role.COORDINATOR)

    def coordinator_on(self, day: date) -> ContactPerson | None:
        """Who answers questions that day: the first in office, else the first there is; None without any."""
        there = [person for person in self.coordinators if person.is_in_office(day)]
        return next(iter((*there, *self.coordinators)), None)

    def unit(self, key: str) -> Unit:
        """The unit with this key. Raises KeyError when there is none."""
        return _by_key(self.units, key)

    def area(self, key: str) -> PriorityArea:
        """The priority area with this key. Raises KeyError when there is none."""
        return _by_key(self.priority_areas, key)

    def in_office(self, on: date) -> tuple[ContactPerson, ...]:
        """Everybody whose appointment covers that day."""
        return tuple(person for person in self.people if person.is_in_office(on))

    def contacts_of(
        self, unit_key: str, on: date | None = None, silent: Collection[str] = ()
    ) -> tuple[ContactPerson, ...]:
        """The contact persons of a unit: all of them, or those who are its voice on a day.

        Args:
            on: only those in office that day; their deputies when there is nobody else. None for everybody.
            silent: keys of those who get no letters, such as those who paused them; only together with `on`.
        """
        named = tuple(p for p in self.people if p.role is Role.CONTACT and unit_key in p.units)
        if on is None:
            return named
        there = [person for person in named if person.is_in_office(on) and person.key not in silent]
        return tuple(p for p in there if not p.is_deputy) or tuple(there)

    def units_without_recipient(self, on: date, silent: Collection[str] = ()) -> tuple[Unit, ...]:
        """The units whose letters nobody gets on that day (M-60, C7). Arguments as for `contacts_of`."""
        return tuple(unit for unit in self.units if not self.contacts_of(unit.key, on, silent))


Keyed = TypeVar("Keyed", Unit, PriorityArea)


def _by_key(things: Iterable[Keyed], key: str) -> Keyed:
    for thing in things:
        if thing.key == key:
            return thing
    raise KeyError(key)
