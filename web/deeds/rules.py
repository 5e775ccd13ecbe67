"""What may go out to a unit that nobody has looked at: the queue is no dam (`ux.md` 2.3)."""

from starlette.responses import RedirectResponse, Response

from matcher.review import DEFAULT_RULE, REVIEW_RULE_LABELS, ReviewRule
from storage import audit, choices
from storage.audit import Event
from storage.database import reading, writing
from texts import N_
from web.flash import Flash, forget, leave, pick_up
from web.names import Names
from web.render import page
from web.review import UNKNOWN_WORD
from web.selection import word
from web.visit import Fields, Here, Refused

EXPLAINED = {
    ReviewRule.EVERYTHING: N_("Bara det som samordnaren har godkänt kommer med i brevet."),
    ReviewRule.STRONG: N_(
        "Starka träffar som ingen har hunnit granska när brevet görs kommer med, märkta. "
        "En ledighet ska inte kosta en sista dag."
    ),
    ReviewRule.NOTHING: N_("Starka och troliga träffar kommer med utan granskning, märkta."),
}


def rules_page(visit: Here) -> Response:
    """Every unit and its rule."""
    with reading(visit.context.engine) as conn:
        chosen = choices.review_rules(conn, visit.context.tenant)
    response = page(
        visit,
        "deeds/rules.html",
        names=Names(visit),
        units=[(unit.key, chosen.get(unit.key, DEFAULT_RULE)) for unit in _units(visit)],
        rules=[(rule.value, REVIEW_RULE_LABELS[rule], EXPLAINED[rule]) for rule in ReviewRule],
        next_letters=visit.context.next_letters(visit.now),
        flash=pick_up(visit),
    )
    forget(visit, response)
    return response


def choose(visit: Here, fields: Fields) -> Response:
    """Keep the rules; units that the form does not name keep theirs."""
    asked = {unit.key: fields.get(f"regel-{unit.key}") for unit in _units(visit)}
    if any(said is not None and word(ReviewRule, said) is None for said in asked.values()):
        raise Refused(422, UNKNOWN_WORD)
    tenant, by = visit.context.tenant, visit.person.key
    with writing(visit.context.engine) as conn:
        known = choices.review_rules(conn, tenant)
        for unit, said in asked.items():
            rule = word(ReviewRule, said)
            before = known.get(unit, DEFAULT_RULE)
            if rule is None or rule is before:
                continue
            choices.choose_review(conn, tenant, unit, rule, by, visit.now)
            event = Event(
                actor=by,
                channel="web",
                kind="unit",
                key=unit,
                action="choose-review",
                before={"review": before.value},
                after={"review": rule.value},
            )
            audit.record(conn, tenant, event, visit.now)
    response = RedirectResponse("/installningar/granskning", status_code=303)
    leave(visit, response, Flash(deed="saved", units=()))
    return response


def _units(visit):
    return visit.profile.units if visit.profile else ()
