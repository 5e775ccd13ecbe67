"""One opportunity before it gets the service's form: what the recorded and the made-up records have in common."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Money:
    """Whole units of the currency; 0 is the service's way of saying "not given".

    Attributes:
        total: the topic's own, or the whole pot when `shared`.
        years: the budget years, without knowing which pays what.
    """

    total: int
    shared: bool = False
    grants: int = 0
    least: int = 0
    most: int = 0
    years: tuple[str, ...] = ()
    currency: str = "EUR"


@dataclass(frozen=True, kw_only=True)
class Opportunity:
    """A topic (1), an external-action call (2) or a cascade call (8).

    Attributes:
        title: for a cascade call the parent topic's; `own_title` is then its own.
        status: the portal's code, also where it lags behind the dates.
        opens, deadlines: in the index's form; `opens` None where not given.
        parent_number: a cascade call's parent, which its address wrongly carries.
        description, conditions, support, destination_details: HTML.
        more: metadata that only some kinds have.
    """

    reference: str
    kind: str
    identifier: str
    title: str
    status: str
    own_title: str | None = None
    call: str | None = None
    call_title: str | None = None
    call_number: str | None = None
    parent_number: str | None = None
    url: str | None = None
    programme: str | None = None
    divisions: tuple[str, ...] = ()
    action: str | None = None
    opens: str | None = None
    deadlines: tuple[str, ...] = ()
    model: str = "single-stage"
    description: str | None = None
    conditions: str | None = None
    support: str | None = None
    destination: str | None = None
    destination_details: str | None = None
    keywords: tuple[str, ...] = ()
    cross_cutting: tuple[str, ...] = ()
    money: Money | None = None
    more: tuple[tuple[str, str], ...] = ()
