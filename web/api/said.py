"""Our nouns as the API says them."""

from collections.abc import Sequence

from calls.model import BRUSSELS, Call, Deadline
from calls.vocabulary import Status
from matcher.model import Decision, StoredMatch
from profiles.model import Profile, Unit
from storage.answers_given import StoredAnswer
from storage.calls import CallVersion
from texts import translate
from web.api import shapes
from web.api.entry import Caller
from web.decisions import stamp

# CommonGrants' words for a status.
STATUSES = {Status.FORTHCOMING: "forecasted", Status.OPEN: "open", Status.CLOSED: "closed"}


def kind_of(call: Call) -> shapes.OpportunityKind:
    """Whether money is offered or an answer asked for."""
    return shapes.OpportunityKind.CONSULTATION if call.is_consultation else shapes.OpportunityKind.CALL


def opportunity(call: Call, caller: Caller) -> shapes.Opportunity:
    """A call in brief, its status as of now."""
    return shapes.Opportunity(**_facts(call, caller))


def opportunity_detail(call: Call, caller: Caller) -> shapes.OpportunityDetail:
    """A call whole."""
    rate = call.cofinancing_rate
    return shapes.OpportunityDetail(
        **_facts(call, caller),
        description=[shapes.Section(kind=part.kind.value, text=part.text) for part in call.sections],
        own_share=None if rate is None else round(1 - rate, 4),
        eligible_applicants=_codes(call.eligible_applicants),
        eligible_countries=_codes(call.eligible_countries),
        sources=[
            shapes.Reading(
                source=link.source,
                reference=link.reference,
                url=link.url,
                last_seen_at=link.last_seen_at,
                is_seen=link.is_seen,
            )
            for link in call.sources
        ],
    )


def opportunity_version(version: CallVersion) -> shapes.OpportunityVersion:
    """One version of a call."""
    changes = [shapes.FieldChange(field=c.field, old=c.old, new=c.new) for c in version.changes]
    return shapes.OpportunityVersion(version=version.version, at=version.at, changes=changes)


def match_brief(stored: StoredMatch, call: Call) -> shapes.MatchBrief:
    """A match without its reasons."""
    return shapes.MatchBrief(**_match(stored, call))


def match_detail(stored: StoredMatch, call: Call, language: str) -> shapes.MatchDetail:
    """A match with its reasons, in the caller's language."""
    match = stored.match
    return shapes.MatchDetail(
        **_match(stored, call),
        reasons=[translate(evidence.reason, language) for evidence in match.evidence],
        pairs=[shapes.Pair(need=pair.need, call=pair.call, section=pair.section) for pair in match.pairs],
        checks=[
            shapes.CheckShape(
                gate=check.gate,
                answer=check.answer.value,
                reason=translate(check.reason, language),
                quote=check.quote,
            )
            for check in match.checks
        ],
        model=match.model,
    )


def decision(made: Decision) -> shapes.DecisionShape:
    """A decision."""
    names = ("verdict", "reason", "note", "until", "by", "at")
    return shapes.DecisionShape(**{name: getattr(made, name) for name in names})


def answer(stored: StoredAnswer) -> shapes.AnswerShape:
    """An answer that holds."""
    names = (
        "call_id", "call_version", "unit", "person", "kind", "reason", "to_unit", "note", "channel", "at",
    )  # fmt: skip
    return shapes.AnswerShape(id=stored.id, **{name: getattr(stored.answer, name) for name in names})


def profile(version: int, published: Profile) -> shapes.ProfileShape:
    """The profile without its persons."""
    areas = [
        shapes.AreaShape(
            key=area.key,
            title=area.title,
            title_en=area.title_en,
            children_and_youth=area.children_and_youth,
        )
        for area in published.priority_areas
    ]
    return shapes.ProfileShape(
        version=version,
        key=published.key,
        name=published.name,
        name_en=published.name_en,
        priority_areas=areas,
        units=[_unit(unit) for unit in published.units],
    )


def _unit(unit: Unit) -> shapes.UnitShape:
    names = (
        "key", "name", "name_en", "kind", "legal_form", "preparation_days", "own_contribution_max", "may_lead",
    )  # fmt: skip
    need_names = tuple(shapes.NeedShape.model_fields)
    needs = [shapes.NeedShape(**{name: getattr(need, name) for name in need_names}) for need in unit.needs]
    return shapes.UnitShape(**{name: getattr(unit, name) for name in names}, needs=needs)


def _match(stored: StoredMatch, call: Call) -> dict:
    match = stored.match
    return {
        "id": stored.id,
        "call_id": match.call_id,
        "unit": match.unit,
        "need": match.need,
        "band": match.band,
        "state": stored.state,
        "children_and_youth": match.children_and_youth,
        "created_at": stored.created_at,
        "seen": stamp(stored, call),
    }


def _facts(call: Call, caller: Caller) -> dict:
    return {
        "id": call.id,
        "kind": kind_of(call),
        "title": call.title,
        "language": call.language,
        "titles": [shapes.TitleShape(language=title.language, text=title.text) for title in call.titles],
        "status": shapes.OpportunityStatus(value=STATUSES[call.status(caller.now)]),
        "funding": shapes.Funding(
            total_amount_available=_money(call.budget, call),
            min_award_amount=_money(call.grant_min, call),
            max_award_amount=_money(call.grant_max, call),
            estimated_award_count=call.expected_grants,
        ),
        "key_dates": _key_dates(call, caller),
        "source": call.url,
        "identifier": call.identifier,
        "programme": call.programme,
        "action_type": call.action_type,
        "version": call.version,
        "created_at": call.first_seen_at,
        "last_modified_at": call.changed_at,
    }


def _key_dates(call: Call, caller: Caller) -> shapes.KeyDates:
    opens = call.opening_date
    following = call.next_deadline(caller.now)
    others = [deadline for deadline in call.deadlines or () if deadline != following]
    return shapes.KeyDates(
        post_date=shapes.KeyDate(name="opens", date=opens) if opens else None,
        close_date=_deadline(following) if following else None,
        other_dates=[_deadline(deadline) for deadline in others],
    )


def _deadline(deadline: Deadline) -> shapes.KeyDate:
    at = None if deadline.by_day else deadline.at.astimezone(BRUSSELS)
    return shapes.KeyDate(name="deadline", date=deadline.day, at=at)


def _money(amount: int | None, call: Call) -> shapes.Money | None:
    return None if amount is None else shapes.Money(amount=str(amount), currency=call.currency)


def _codes(codes: frozenset[str] | None) -> Sequence[str] | None:
    return None if codes is None else sorted(codes)
