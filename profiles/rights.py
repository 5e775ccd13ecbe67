"""Who makes a change of a unit hold: the coordinator, or the unit where the coordinator allows it (`ux.md` 3.4)."""

from dataclasses import fields
from enum import StrEnum

from profiles.model import Unit
from texts import N_


class PublishRule(StrEnum):
    """Who publishes what a unit's contact persons write."""

    PROPOSE = "propose"
    OWN = "own"


PUBLISH_RULE_LABELS = {
    PublishRule.PROPOSE: N_("Enheten föreslår, samordnaren publicerar"),
    PublishRule.OWN: N_("Enheten publicerar själv"),
}
DEFAULT_PUBLISHING = PublishRule.PROPOSE
# What a unit is to the municipality; the rest is the unit's own affair.
COORDINATORS = frozenset({"key", "name", "name_en", "kind", "legal_form", "board"})


def is_units_own(before: Unit | None, after: Unit | None) -> bool:
    """Whether a change keeps to needs, goals and limits: a unit comes, goes or changes its form by the coordinator."""
    if before is None or after is None:
        return False
    kept = [field.name for field in fields(Unit) if field.name in COORDINATORS]
    return all(getattr(before, name) == getattr(after, name) for name in kept)
