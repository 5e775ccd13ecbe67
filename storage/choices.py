"""What the coordinator has chosen for a unit, and what a person has chosen for themselves: a value a name."""

from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, insert, select, update

from matcher.review import ReviewRule
from profiles.rights import PublishRule
from storage.tables import person_choice, unit_choice

RULE_NAMES: dict[type[StrEnum], str] = {ReviewRule: "review", PublishRule: "publish"}
Rule = TypeVar("Rule", ReviewRule, PublishRule)


def rules(conn: Connection, tenant: str, kind: type[Rule]) -> dict[str, Rule]:
    """Unit to its rule of one kind; units that nothing was chosen for are left out, the default is theirs."""
    known = {rule.value: rule for rule in kind}
    rows = conn.execute(
        select(unit_choice.c.unit, unit_choice.c.value).where(
            unit_choice.c.tenant == tenant, unit_choice.c.name == RULE_NAMES[kind]
        )
    )
    return {row.unit: known[row.value] for row in rows if row.value in known}


def choose_rule(
    conn: Connection, tenant: str, unit: str, rule: ReviewRule | PublishRule, by: str, now: datetime
) -> None:
    """Keep a unit's rule; the old one of its kind gives way."""
    keys = {"tenant": tenant, "unit": unit, "name": RULE_NAMES[type(rule)]}
    _put(conn, unit_choice, keys, {"value": rule.value, "by": by, "at": now})


def of_person(conn: Connection, tenant: str, person: str, name: str) -> Any:
    """What a person has chosen, None for nothing."""
    wanted = select(person_choice.c.value).where(
        person_choice.c.tenant == tenant, person_choice.c.person == person, person_choice.c.name == name
    )
    return conn.execute(wanted).scalar_one_or_none()


def choose_for_person(
    conn: Connection, tenant: str, person: str, name: str, value: Any, now: datetime
) -> None:
    """Keep a person's own choice; the old one gives way."""
    keys = {"tenant": tenant, "person": person, "name": name}
    _put(conn, person_choice, keys, {"value": value, "at": now})


def _put(conn: Connection, table: Table, keys: dict[str, str], values: dict[str, Any]) -> None:
    """Writers take turns, so nobody comes between the two steps."""
    same = [table.c[name] == value for name, value in keys.items()]
    if conn.execute(update(table).where(*same).values(**values)).rowcount == 0:
        conn.execute(insert(table).values(**keys, **values))
