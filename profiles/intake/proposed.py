"""What is read out of a policy document, each with the words it was read from."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where words stand: page and paragraph counted from 1, and the words themselves."""

    page: int
    paragraph: int
    quote: str


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One fact of the policy. `field` is its name in `Policy`; contact_persons is a duty with no field there."""

    field: str
    value: str | int | bool | date
    place: Place


@dataclass(frozen=True, kw_only=True)
class ProposedAim:
    """What the policy wants, as a whole sentence."""

    key: str
    text: str
    place: Place


@dataclass(frozen=True, kw_only=True)
class ProposedArea:
    """A theme that needs could serve.

    Attributes:
        is_named: whether the document names it as an area; else it was made of an aim.
    """

    key: str
    title: str
    description: str
    children_and_youth: bool
    is_named: bool
    place: Place


@dataclass(frozen=True, kw_only=True)
class PolicyReading:
    """Everything that was found, in the document's order."""

    facts: tuple[Fact, ...]
    aims: tuple[ProposedAim, ...]
    areas: tuple[ProposedArea, ...]

    def fact(self, field: str) -> Fact | None:
        """The fact of a field, None when the document does not say."""
        return next((fact for fact in self.facts if fact.field == field), None)
