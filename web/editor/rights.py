"""Who publishes what a unit writes: the coordinator's choice for each unit (`ux.md` 3.4)."""

from starlette.responses import Response

from profiles.model import Unit
from profiles.parts import PartKind
from profiles.rights import DEFAULT_PUBLISHING, PUBLISH_RULE_LABELS, PublishRule, is_units_own
from storage import choices
from storage.database import reading
from texts import N_
from web.editor.editing import may_edit, must_have_profile
from web.unit_rules import RuleForm, keep_rules, rules_page
from web.visit import Fields, Here, Visit

EXPLAINED = {
    PublishRule.PROPOSE: N_(
        "Det som kontaktpersonen skriver gäller när samordnaren har läst och publicerat det."
    ),
    PublishRule.OWN: N_(
        "Behov, mål och gränser gäller så snart kontaktpersonen publicerar. Samordnaren ser det under Profil och i "
        "fredagens besked, och kan ångra det. Namn, slag och juridisk form publiceras alltid av samordnaren."
    ),
}
FORM = RuleForm(
    usual=DEFAULT_PUBLISHING,
    labels=PUBLISH_RULE_LABELS,
    explained=EXPLAINED,
    about="publishing",
    path="/profil/publicering",
    template="editor/rights.html",
)


def publishes(visit: Visit, kind: PartKind, key: str = "") -> bool:
    """Whether the reader makes changes of a part hold without asking."""
    if visit.is_coordinator:
        return True
    if kind is not PartKind.UNIT or not may_edit(visit, kind, key):
        return False
    with reading(visit.context.engine) as conn:
        rule = choices.rules(conn, visit.context.tenant, PublishRule).get(key, DEFAULT_PUBLISHING)
    return rule is PublishRule.OWN


def may_publish(visit: Visit, kind: PartKind, key: str, before: object, after: object) -> bool:
    """Whether the reader makes this change hold: a unit changes what is its own, the coordinator everything."""
    if not publishes(visit, kind, key):
        return False
    if visit.is_coordinator:
        return True
    return isinstance(before, Unit) and isinstance(after, Unit) and is_units_own(before, after)


def show(visit: Here) -> Response:
    """Every unit and its rule. 404 before the first profile."""
    return rules_page(visit, FORM, must_have_profile(visit).units)


def choose(visit: Here, fields: Fields) -> Response:
    """Keep the rules that the form names."""
    return keep_rules(visit, FORM, must_have_profile(visit).units, fields)
