"""Who may use what: one table. A door names its access, the table says which roles that is (F1)."""

from enum import StrEnum

from profiles.model import Role


class Access(StrEnum):
    """Who may use a door."""

    PUBLIC = "public"
    ONE_CLICK = "one-click"  # the token of the address is the proof; mail programs have no cookie (C4)
    SIGNED_IN = "signed-in"  # nothing of the municipality's work: one's own choices, help, signing out
    READER = "reader"  # calls, reports, and what the role's units are told
    EDITOR = "editor"  # answers for a unit, and proposes changes of it
    COORDINATOR = "coordinator"
    OPERATION = "operation"  # health, sources, settings
    OPERATOR = "operator"


MAY: dict[Access, frozenset[Role]] = {
    Access.SIGNED_IN: frozenset(Role),
    Access.READER: frozenset({Role.COORDINATOR, Role.CONTACT, Role.HEAD, Role.ELECTED}),
    Access.EDITOR: frozenset({Role.COORDINATOR, Role.CONTACT}),
    Access.COORDINATOR: frozenset({Role.COORDINATOR}),
    Access.OPERATION: frozenset({Role.COORDINATOR, Role.OPERATOR}),
    Access.OPERATOR: frozenset({Role.OPERATOR}),
}
OPEN = frozenset({Access.PUBLIC, Access.ONE_CLICK})


def may(role: Role | None, access: Access) -> bool:
    """Whether a role may use a door of that kind; None is a stranger."""
    return access in OPEN or (role is not None and role in MAY[access])
