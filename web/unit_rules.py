"""A rule for every unit, chosen by the coordinator on one form and kept with an event for each change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from starlette.datastructures import FormData
from starlette.responses import Response

from profiles.model import Unit
from storage import audit, choices
from storage.audit import Event
from storage.choices import Rule
from storage.database import reading, writing
from web.flash import Flash, flash_page, go_on
from web.names import Names
from web.review import UNKNOWN_WORD
from web.selection import word
from web.visit import Refused, Visit


@dataclass(frozen=True, kw_only=True)
class RuleForm(Generic[Rule]):
    """One kind of rule and its page.

    Attributes:
        usual: what holds for a unit that nothing was chosen for.
        labels: every rule and its name, in the order of the page.
        explained: what each rule means.
        about: what the rule is of, as the history has it: "review" is chosen by the action "choose-review".
        path: the page.
        template: what shows it.
    """

    usual: Rule
    labels: Mapping[Rule, str]
    explained: Mapping[Rule, str]
    about: str
    path: str
    template: str


def rules_page(visit: Visit, form: RuleForm, units: Sequence[Unit], **facts: Any) -> Response:
    """Every unit and its rule; the template may be given more facts."""
    with reading(visit.context.engine) as conn:
        chosen = choices.rules(conn, visit.context.tenant, type(form.usual))
    return flash_page(
        visit,
        form.template,
        names=Names(visit),
        path=form.path,
        units=[(unit.key, chosen.get(unit.key, form.usual)) for unit in units],
        rules=[(rule.value, label, form.explained[rule]) for rule, label in form.labels.items()],
        **facts,
    )


def keep_rules(visit: Visit, form: RuleForm, units: Sequence[Unit], fields: FormData) -> Response:
    """Keep the rules; units that the form does not name keep theirs. 422 for a word outside the list."""
    names = {unit.key: f"regel-{unit.key}" for unit in units}
    asked = {unit: word(type(form.usual), fields[name]) for unit, name in names.items() if name in fields}
    if None in asked.values():
        raise Refused(422, UNKNOWN_WORD)
    tenant, by = visit.context.tenant, visit.person.key
    with writing(visit.context.engine) as conn:
        known = choices.rules(conn, tenant, type(form.usual))
        for unit, rule in asked.items():
            before = known.get(unit, form.usual)
            if rule is not before:
                choices.choose_rule(conn, tenant, unit, rule, by, visit.now)
                audit.record(conn, tenant, _event(form, by, unit, before, rule), visit.now)
    return go_on(visit, form.path, Flash(deed="saved"))


def _event(form: RuleForm, by: str, unit: str, before: Rule, after: Rule) -> Event:
    return Event(
        actor=by,
        channel="web",
        kind="unit",
        key=unit,
        action=f"choose-{form.about}",
        before={form.about: before.value},
        after={form.about: after.value},
    )
