"""Gates: may this unit apply, is Sweden inside, is there still time, can it pay its share?

Who, where and when bar a match when the answer is a plain no, and so do a need's own demands
(`matcher/need_gates.py`). The others are notes for the person who decides.
What a publisher does not say never bars (`Answer.UNKNOWN`).
"""

from collections.abc import Sequence
from datetime import datetime

from calls.model import CallFacts
from calls.vocabulary import ApplicantType, Status
from matcher.applicants import municipalities_named
from matcher.model import Answer, Check
from matcher.programmes import Area, area_of, bar_for, programme_of
from profiles.model import LegalForm, Unit
from texts import N_

WHO, WHERE, WHEN = "who", "where", "when"
ANSWERERS = "answerers"
PREPARATION, OWN_SHARE, PARTNERS = "preparation", "own_share", "partners"
NEVER, MUST, APPLICANTS, SHARE, PERIOD, SIZE = "never", "must", "applicants", "share", "period", "size"
BARRING = frozenset({WHO, WHERE, WHEN, NEVER, MUST, APPLICANTS, SHARE, PERIOD})
GATE_LABELS = {
    WHO: N_("Vem får söka"),
    ANSWERERS: N_("Vem får svara"),
    WHERE: N_("Var"),
    WHEN: N_("När"),
    PREPARATION: N_("Tid att förbereda"),
    OWN_SHARE: N_("Egen insats"),
    PARTNERS: N_("Partner"),
    NEVER: N_("Aldrig-ord"),
    MUST: N_("Måste-ord"),
    APPLICANTS: N_("Behovets sökande"),
    SHARE: N_("Behovets egen insats"),
    PERIOD: N_("Behovets period"),
    SIZE: N_("Storlek"),
}

OF_TIME = frozenset({WHEN, PREPARATION})
OURS_TO_SAY = frozenset({PARTNERS, OWN_SHARE})  # the source says what it demands, not whether the unit has it
YES, NO = N_("Ja"), N_("Nej")
UNSTATED = N_("Framgår inte av källan")
TO_CHECK = N_("Att kontrollera")
PARTLY = N_("Delar av länet hör till programområdet ({programme}); kontrollera.")

COUNTRY = "SE"
TOPIC = "1"  # the portal's own calls: where a programme is open to all, they are, whoever passes money on
# Whom each legal form may be counted as. A municipality is its schools' principal, so schools open the door.
COUNTED_AS = {
    LegalForm.MUNICIPALITY: {ApplicantType.MUNICIPALITY, ApplicantType.PUBLIC_BODY, ApplicantType.SCHOOL},
    LegalForm.MUNICIPAL_FEDERATION: {
        ApplicantType.MUNICIPALITY,
        ApplicantType.PUBLIC_BODY,
        ApplicantType.SCHOOL,
    },
    LegalForm.MUNICIPAL_COMPANY: {ApplicantType.COMPANY, ApplicantType.PUBLIC_BODY},
}
UNDECIDED = frozenset({ApplicantType.OTHER})


def checks(call: CallFacts, unit: Unit, now: datetime | None, nuts3: str = "") -> tuple[Check, ...]:
    """All gates' answers, those that bar first.

    Args:
        now: aware; None ignores the clock, and the gates of time are left out.
        nuts3: the municipality's NUTS code; empty when it is not known, which bars nothing.
    """
    if call.is_consultation:
        return _may_be_answered(call, now)
    answers = [may_apply(call, unit), is_inside(call, nuts3)]
    if now is not None:
        answers.append(is_in_time(call, now))
    notes = [own_share(call, unit), partners(call)]
    if now is not None:
        notes.insert(0, can_be_prepared(call, unit, now))
    return (*answers, *(note for note in notes if note is not None))


def barring(found: tuple[Check, ...]) -> Check | None:
    """The first check that keeps the match out, None when it may be proposed."""
    return next((check for check in found if check.gate in BARRING and check.answer is Answer.NO), None)


def answer_said(check: Check) -> str:
    """A check's answer in a word or four, the same on pages and in letters; not yet translated."""
    if check.answer is not Answer.UNKNOWN:
        return YES if check.answer is Answer.YES else NO
    is_ours = check.gate in OURS_TO_SAY or check.reason.text == PARTLY
    return TO_CHECK if is_ours else UNSTATED


def as_of(found: Sequence[Check], call: CallFacts, unit: Unit | None, now: datetime) -> tuple[Check, ...]:
    """A match's checks; those of time as of now, for days go by after a match was made.

    Args:
        unit: None when the profile has it no more; the checks are then as they were.
    """
    today = {check.gate: check for check in checks(call, unit, now)} if unit else {}
    return tuple(today.get(check.gate, check) if check.gate in OF_TIME else check for check in found)


def _may_be_answered(call: CallFacts, now: datetime | None) -> tuple[Check, ...]:
    """A consultation asks everybody in the Union; only time can be against it."""
    found = (
        Check.of(ANSWERERS, Answer.YES, N_("Alla får svara, också kommuner och kommunala bolag.")),
        Check.of(WHERE, Answer.YES, N_("Samrådet gäller hela EU.")),
    )
    return found if now is None else (*found, _is_still_asked(call, now))


def _is_still_asked(call: CallFacts, now: datetime) -> Check:
    if call.status(now) is Status.CLOSED:
        return Check.of(WHEN, Answer.NO, N_("Samrådet är stängt."))
    deadline = call.next_deadline(now)
    if deadline is None:
        return Check.of(WHEN, Answer.UNKNOWN, N_("Sista dag att svara framgår inte."))
    values = {"day": deadline.day, "left": call.days_left(now)}
    return Check.of(WHEN, Answer.YES, N_("Sista dag att svara är {day}, {left} dagar kvar."), **values)


def may_apply(call: CallFacts, unit: Unit) -> Check:
    """Who may apply: first what the programme is for, then what the publisher says of applicants."""
    bar = bar_for(call, unit.legal_form)
    if bar is not None:
        return Check.of(WHO, Answer.NO, bar.reason)
    if call.eligible_applicants:
        return _by_applicants(call.eligible_applicants, unit)
    if unit.legal_form is not LegalForm.MUNICIPAL_COMPANY:
        programme = programme_of(call)
        if programme is not None and programme.names_municipalities:
            return Check.of(WHO, Answer.YES, N_("Kommuner hör till dem som programmet är till för."))
        if quote := municipalities_named(call):
            return Check.of(
                WHO, Answer.YES, N_("Villkoren räknar kommuner bland dem som ska vara med."), quote=quote
            )
    return Check.of(WHO, Answer.UNKNOWN, N_("Slå upp vem som får söka i utlysningens dokument."))


def _by_applicants(stated: frozenset[ApplicantType], unit: Unit) -> Check:
    if stated & COUNTED_AS[unit.legal_form]:
        return Check.of(WHO, Answer.YES, N_("Utlysningen nämner er slags sökande."))
    if stated & UNDECIDED:
        return Check.of(
            WHO, Answer.UNKNOWN, N_("Utlysningen nämner andra sökande; om ni räknas dit framgår inte.")
        )
    if unit.legal_form is LegalForm.MUNICIPAL_COMPANY:
        return Check.of(WHO, Answer.NO, N_("Utlysningen är inte öppen för kommunala bolag."))
    return Check.of(WHO, Answer.NO, N_("Utlysningen är inte öppen för kommuner."))


def is_inside(call: CallFacts, nuts3: str = "") -> Check:
    """Where: is Sweden among the countries, and the municipality in the programme's part of it?"""
    countries = call.eligible_countries
    if countries is not None and COUNTRY not in countries:
        named = ", ".join(sorted(countries)[:8])
        return Check.of(
            WHERE,
            Answer.NO,
            N_("Sverige är inte bland länderna ({countries})."),
            quote=named,
            countries=named,
        )
    area = area_of(call)
    if area is not None and nuts3.startswith(COUNTRY):
        return _within(area, nuts3)
    if countries is not None:
        return Check.of(WHERE, Answer.YES, N_("Sverige får vara med."))
    programme = programme_of(call)
    if area is None and call.kind == TOPIC and programme is not None and programme.is_for_the_union:
        return Check.of(WHERE, Answer.YES, N_("Programmet är öppet för alla EU-länder."))
    return Check.of(WHERE, Answer.UNKNOWN, N_("Slå upp vilka länder som får vara med."))


def _within(area: Area, nuts3: str) -> Check:
    """By the programme's own area; a county that belongs to it in part is for a person to look up."""
    if nuts3.startswith(area.nuts):
        answer, text = Answer.YES, N_("Länet hör till programområdet ({programme}).")
    elif area.partly and nuts3.startswith(area.partly):
        answer, text = Answer.UNKNOWN, PARTLY
    else:
        answer, text = Answer.NO, N_("Länet hör inte till programområdet ({programme}).")
    return Check.of(WHERE, answer, text, programme=area.name)


def is_in_time(call: CallFacts, now: datetime) -> Check:
    """When: is there still something to apply for?"""
    status = call.status(now)
    if status is Status.CLOSED:
        return Check.of(WHEN, Answer.NO, N_("Utlysningen är stängd."))
    deadline = call.next_deadline(now)
    if deadline is None:
        if call.deadlines == ():
            return Check.of(WHEN, Answer.YES, N_("Ansökan är öppen tills vidare."))
        return Check.of(WHEN, Answer.UNKNOWN, N_("Sista ansökningsdag framgår inte."))
    return Check.of(WHEN, Answer.YES, N_("Sista ansökningsdag är {day}."), day=deadline.day)


def can_be_prepared(call: CallFacts, unit: Unit, now: datetime) -> Check | None:
    """A note when the deadline comes sooner than the unit can write; as a partner it may still be time."""
    left = call.days_left(now)
    if left is None:
        return None
    values = {"left": left, "needed": unit.preparation_days}
    if left < unit.preparation_days:
        text = N_(
            "{left} dagar kvar; enheten räknar med {needed} dagar för en ansökan. Som partner kan det räcka."
        )
        return Check.of(PREPARATION, Answer.NO, text, **values)
    text = N_("{left} dagar kvar; enheten räknar med {needed} dagar för en ansökan.")
    return Check.of(PREPARATION, Answer.YES, text, **values)


def own_share(call: CallFacts, unit: Unit) -> Check | None:
    """A note on the smallest own share, whole euro; None when nothing is known or nothing is demanded.

    The smallest grant is the EU's share of the smallest project: own share = grant x (1 - rate) / rate. It is
    the whole consortium's; a partner carries a part of it.
    """
    if not call.cofinancing_rate or call.cofinancing_rate >= 1 or not call.grant_min:
        return None
    share = round(call.grant_min * (1 - call.cofinancing_rate) / call.cofinancing_rate)
    if unit.own_contribution_max is None:
        text = N_("Minsta egna insats i projektet är omkring {share} euro, delad av alla partner.")
        return Check.of(OWN_SHARE, Answer.UNKNOWN, text, share=grouped(share))
    values = {"share": grouped(share), "limit": grouped(unit.own_contribution_max)}
    if share > unit.own_contribution_max:
        text = N_(
            "Minsta egna insats är omkring {share} euro, mer än enhetens {limit}; en partner bär bara sin del."
        )
        return Check.of(OWN_SHARE, Answer.NO, text, **values)
    text = N_("Minsta egna insats är omkring {share} euro, inom enhetens {limit}.")
    return Check.of(OWN_SHARE, Answer.YES, text, **values)


def partners(call: CallFacts) -> Check | None:
    """A note on who must apply together; None when the publisher does not say."""
    demanded = call.consortium
    if demanded is None or (demanded.min_partners is None and demanded.min_countries is None):
        return None
    partners, countries = demanded.min_partners, demanded.min_countries
    if partners is None:
        text = N_("Parter från minst {countries} länder.")
    elif countries is None:
        text = N_("Minst {partners} parter.")
    else:
        text = N_("Minst {partners} parter från {countries} länder.")
    values = {"partners": partners, "countries": countries}
    alone = (partners or 2) <= 1
    return Check.of(PARTNERS, Answer.YES if alone else Answer.UNKNOWN, text, **values)


def why_not(call: CallFacts, unit: Unit, now: datetime | None, nuts3: str = "") -> Check | None:
    """Which gate keeps this call from this unit; None when no gate does, and only the score did."""
    return barring(checks(call, unit, now, nuts3))


def grouped(amount: int) -> str:
    """A sum with its thousands apart."""
    return f"{amount:,}".replace(",", "\u00a0")
