"""What the coordinator has chosen for a unit, and what a person has chosen for themselves: a value a name."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, insert, select, update

from matcher.review import DEFAULT_RULE, ReviewRule
from profiles.rights import DEFAULT_PUBLISHING, PublishRule
from storage.tables import person_choice, unit_choice

REVIEW, PUBLISH = "review", "publish"


def review_rules(conn: Connection, tenant: str) -> dict[str, ReviewRule]:
    """Unit to what may go out unreviewed; units that nothing was chosen for are left out, the default is theirs."""
    known = {rule.value: rule for rule in ReviewRule}
    found = of_units(conn, tenant, REVIEW)
    return {unit: known[value] for unit, value in found.items() if value in known}


def choose_review(
    conn: Connection, tenant: str, unit: str, rule: ReviewRule, by: str, now: datetime
) -> ReviewRule:
    """Choose what may go out unreviewed to a unit; what held before."""
    before = review_rules(conn, tenant).get(unit, DEFAULT_RULE)
    choose_for_unit(conn, tenant, unit, REVIEW, rule.value, by, now)
    return before


def publish_rules(conn: Connection, tenant: str) -> dict[str, PublishRule]:
    """Unit to who publishes what it writes; units that nothing was chosen for are left out, the default is theirs."""
    known = {rule.value: rule for rule in PublishRule}
    found = of_units(conn, tenant, PUBLISH)
    return {unit: known[value] for unit, value in found.items() if value in known}


def choose_publishing(
    conn: Connection, tenant: str, unit: str, rule: PublishRule, by: str, now: datetime
) -> PublishRule:
    """Choose who publishes what a unit writes; what held before."""
    before = publish_rules(conn, tenant).get(unit, DEFAULT_PUBLISHING)
    choose_for_unit(conn, tenant, unit, PUBLISH, rule.value, by, now)
    return before


def of_units(conn: Connection, tenant: str, name: str) -> dict[str, Any]:
    """Unit to what was chosen for it."""
    rows = conn.execute(
        select(unit_choice.c.unit, unit_choice.c.value).where(
            unit_choice.c.tenant == tenant, unit_choice.c.name == name
        )
    )
    return {row.unit: row.value for row in rows}


def choose_for_unit(
    conn: Connection, tenant: str, unit: str, name: str, value: Any, by: str, now: datetime
) -> None:
    """Keep a choice for a unit; the old one gives way."""
    keys = {"tenant": tenant, "unit": unit, "name": name}
    _put(conn, unit_choice, keys, {"value": value, "by": by, "at": now})


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
