"""Who publishes what a unit writes: the coordinator's choice for each unit (`ux.md` 3.4)."""

from starlette.responses import RedirectResponse, Response

from profiles.model import Unit
from profiles.parts import PartKind
from profiles.rights import DEFAULT_PUBLISHING, PUBLISH_RULE_LABELS, PublishRule, is_units_own
from storage import audit, choices
from storage.audit import Event
from storage.database import reading, writing
from texts import N_
from web.editor.editing import may_edit, must_have_profile
from web.flash import Flash, forget, leave, pick_up
from web.names import Names
from web.render import page
from web.review import UNKNOWN_WORD
from web.selection import word
from web.visit import Fields, Here, Refused, Visit

EXPLAINED = {
    PublishRule.PROPOSE: N_(
        "Det som kontaktpersonen skriver gäller när samordnaren har läst och publicerat det."
    ),
    PublishRule.OWN: N_(
        "Behov, mål och gränser gäller så snart kontaktpersonen publicerar. Samordnaren ser det under Profil och i "
        "fredagens besked, och kan ångra det. Namn, slag och juridisk form publiceras alltid av samordnaren."
    ),
}


def publishes(visit: Visit, kind: PartKind, key: str = "") -> bool:
    """Whether the reader makes changes of a part hold without asking."""
    if visit.is_coordinator:
        return True
    if kind is not PartKind.UNIT or not may_edit(visit, kind, key):
        return False
    with reading(visit.context.engine) as conn:
        rule = choices.publish_rules(conn, visit.context.tenant).get(key, DEFAULT_PUBLISHING)
    return rule is PublishRule.OWN


def may_publish(visit: Visit, kind: PartKind, key: str, before: object, after: object) -> bool:
    """Whether the reader makes this change hold: a unit changes what is its own, the coordinator everything."""
    if not publishes(visit, kind, key):
        return False
    if visit.is_coordinator:
        return True
    return isinstance(before, Unit) and isinstance(after, Unit) and is_units_own(before, after)


def show(visit: Here) -> Response:
    """Every unit and its rule."""
    profile = must_have_profile(visit)
    with reading(visit.context.engine) as conn:
        chosen = choices.publish_rules(conn, visit.context.tenant)
    response = page(
        visit,
        "editor/rights.html",
        names=Names(visit),
        units=[(unit.key, chosen.get(unit.key, DEFAULT_PUBLISHING)) for unit in profile.units],
        rules=[(rule.value, PUBLISH_RULE_LABELS[rule], EXPLAINED[rule]) for rule in PublishRule],
        flash=pick_up(visit),
    )
    forget(visit, response)
    return response


def choose(visit: Here, fields: Fields) -> Response:
    """Keep the rules; units that the form does not name keep theirs."""
    asked = {unit.key: fields.get(f"regel-{unit.key}") for unit in must_have_profile(visit).units}
    named = {unit: said for unit, said in asked.items() if said is not None}
    if any(word(PublishRule, said) is None for said in named.values()):
        raise Refused(422, UNKNOWN_WORD)
    with writing(visit.context.engine) as conn:
        known = choices.publish_rules(conn, visit.context.tenant)
        for unit, said in named.items():
            rule = PublishRule(said)
            before = known.get(unit, DEFAULT_PUBLISHING)
            if rule is before:
                continue
            choices.choose_publishing(conn, visit.context.tenant, unit, rule, visit.person.key, visit.now)
            audit.record(conn, visit.context.tenant, _event(visit, unit, before, rule), visit.now)
    response = RedirectResponse("/profil/publicering", status_code=303)
    leave(visit, response, Flash(deed="saved", units=()))
    return response


def _event(visit: Visit, unit: str, before: PublishRule, after: PublishRule) -> Event:
    return Event(
        actor=visit.person.key,
        channel="web",
        kind="unit",
        key=unit,
        action="choose-publishing",
        before={"publishing": before.value},
        after={"publishing": after.value},
    )
