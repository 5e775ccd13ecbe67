"""What may go out to a unit that nobody has looked at: the queue is no dam (`ux.md` 2.3)."""

from starlette.responses import Response

from matcher.review import DEFAULT_RULE, REVIEW_RULE_LABELS, ReviewRule
from profiles.model import Unit
from texts import N_
from web.unit_rules import RuleForm, keep_rules, rules_page
from web.visit import Fields, Here, Visit

EXPLAINED = {
    ReviewRule.EVERYTHING: N_("Bara det som samordnaren har godkänt kommer med i brevet."),
    ReviewRule.STRONG: N_(
        "Starka träffar som ingen har hunnit granska när brevet görs kommer med, märkta. "
        "En ledighet ska inte kosta en sista dag."
    ),
    ReviewRule.NOTHING: N_("Starka och troliga träffar kommer med utan granskning, märkta."),
}
FORM = RuleForm(
    usual=DEFAULT_RULE,
    labels=REVIEW_RULE_LABELS,
    explained=EXPLAINED,
    about="review",
    path="/installningar/granskning",
    template="deeds/rules.html",
)


def show(visit: Here) -> Response:
    """Every unit and its rule."""
    return rules_page(visit, FORM, _units(visit), next_letters=visit.context.next_letters(visit.now))


def choose(visit: Here, fields: Fields) -> Response:
    """Keep the rules that the form names."""
    return keep_rules(visit, FORM, _units(visit), fields)


def _units(visit: Visit) -> tuple[Unit, ...]:
    return visit.profile.units if visit.profile else ()
