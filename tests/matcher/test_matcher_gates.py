"""Gates: for, against, and the call does not say."""

from datetime import date, timedelta

import pytest

from builders import NOW, a_call, a_unit
from calls.model import CallSection, Consortium, Deadline
from calls.vocabulary import ApplicantType, SectionKind
from matcher import gates
from matcher.model import Answer
from matcher.programmes import bars, programme_of, programmes
from profiles.model import LegalForm, UnitKind
from texts import catalogue

DEPARTMENT = a_unit()
COMPANY = a_unit(key="energi", kind=UnitKind.COMPANY, legal_form=LegalForm.MUNICIPAL_COMPANY)


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"identifier": "EDF-2026-RA-CYBER-01"}, id="defence"),
        pytest.param({"identifier": "HORIZON-EURATOM-2026-01"}, id="euratom"),
        pytest.param({"kind": "2", "identifier": "EuropeAid/186723/DD/ACT/EG"}, id="external-action"),
        pytest.param({"identifier": "ERC-2026-STG"}, id="single-researchers"),
        pytest.param({"identifier": "HORIZON-MSCA-2026-PF-01"}, id="research-training"),
        pytest.param({"identifier": "EUAF-2026-TA"}, id="anti-fraud"),
        pytest.param({"programme": "43253979"}, id="customs-by-code"),
        pytest.param({"identifier": "HORIZON-JU-CHIPS-2026-1"}, id="industrial-joint-undertaking"),
        pytest.param({"action_type": "HORIZON  ERC Grants"}, id="by-type-of-action"),
    ],
)
def test_a_programme_that_is_not_for_municipalities_is_barred_with_a_reason_in_words(facts):
    check = gates.may_apply(a_call(**facts), DEPARTMENT)
    assert check.answer is Answer.NO
    assert check.reason.text.endswith(".")


@pytest.mark.parametrize(
    "identifier",
    ["HORIZON-MISS-2024-OCEAN-IBA", "HORIZON-MISS-2022-CIT-SGA", "PPPA-CULT-2025-EUHERITAGEHUB-IBA"],
)
def test_s_58_a_call_for_the_invited_only_is_kept_out_and_says_why(identifier):
    for unit in (DEPARTMENT, COMPANY):
        check = gates.barring(gates.checks(a_call(identifier=identifier), unit, NOW))
        assert (check.gate, check.answer) == (gates.WHO, Answer.NO)
        assert "bjudits in" in check.reason.text
    passed_on = a_call(
        identifier=identifier, shares_identifier=True
    )  # money passed on to others is another matter
    assert gates.may_apply(passed_on, DEPARTMENT).answer is not Answer.NO


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (
            {"identifier": "CERV-2026-NRCP", "title": "Call for proposals to National Roma Contact Points"},
            "utsett",
        ),
        ({"identifier": "HORIZON-CL3-2026-SSRI-1", "title": "Network of National Contact Points"}, "utsett"),
        ({"identifier": "DIGITAL-2021-SKILLS-01", "kind": "8", "title": "Scholarship round 2"}, "studenter"),
        ({"identifier": "CEF-T-2026-CORECOEN-RAIL-WORKS", "title": "Rail"}, "Sammanhållningsfonden"),
    ],
)
def test_a_call_for_appointed_bodies_students_or_other_countries_is_kept_out(facts, said):
    check = gates.may_apply(a_call(**facts), DEPARTMENT)
    assert check.answer is Answer.NO
    assert said in check.reason.text


def test_words_of_a_title_bar_only_the_kind_they_are_about():
    schools = a_call(
        identifier="ESF-2026-ALMA", title="Traineeship programmes for young people, by employers"
    )
    assert gates.may_apply(schools, DEPARTMENT).answer is not Answer.NO


CITIES = "At least two cities, represented by a local authority, must participate as beneficiaries."


@pytest.mark.parametrize(
    ("conditions", "answer"),
    [
        (f"2. Eligible countries. {CITIES} Described in Annex B.", Answer.YES),
        ("At least 2 police authorities, national or local authorities, must participate.", Answer.UNKNOWN),
        ("Financial support to third parties may go to local authorities as beneficiaries.", Answer.UNKNOWN),
        ("Described in Annex B of the general annexes.", Answer.UNKNOWN),
    ],
)
def test_conditions_that_count_local_authorities_in_are_quoted(conditions, answer):
    sections = (CallSection(kind=SectionKind.CONDITIONS, text=conditions),)
    check = gates.may_apply(a_call(identifier="HORIZON-MISS-2026-CIT-01", sections=sections), DEPARTMENT)
    assert check.answer is answer
    assert check.quote == (CITIES if answer is Answer.YES else None)
    company = gates.may_apply(a_call(identifier="HORIZON-MISS-2026-CIT-01", sections=sections), COMPANY)
    assert company.answer is Answer.UNKNOWN


def test_a_programme_of_the_union_is_open_to_sweden_but_money_that_is_passed_on_may_not_be():
    assert gates.is_inside(a_call(identifier="LIFE-2026-SAP-NAT")).answer is Answer.YES
    assert gates.is_inside(a_call(identifier="LIFE-2026-SAP-NAT", kind="8")).answer is Answer.UNKNOWN
    assert gates.is_inside(a_call(identifier="HORIZON-WIDERA-2026-01")).answer is Answer.UNKNOWN
    loans = a_call(identifier="JTM-2026-PSLF-FRAMEWORK-LOANS")
    assert gates.is_inside(loans, HALLAND).answer is Answer.NO
    assert gates.is_inside(loans, GOTLAND).answer is Answer.UNKNOWN
    assert gates.is_inside(loans).answer is Answer.UNKNOWN


def test_a_programme_that_nothing_is_known_against_is_not_barred():
    check = gates.may_apply(a_call(identifier="LIFE-2026-SAP-ENV-ENVIRONMENT"), DEPARTMENT)
    assert check.answer is Answer.UNKNOWN


def test_town_twinning_is_for_the_municipality_but_not_for_its_company():
    call = a_call(identifier="CERV-2026-CITIZENS-TOWN-TT")
    assert gates.may_apply(call, DEPARTMENT).answer is Answer.YES
    assert gates.may_apply(call, COMPANY).answer is Answer.NO


def test_a_call_for_companies_is_open_to_the_municipal_company_only():
    call = a_call(eligible_applicants=frozenset({ApplicantType.COMPANY}))
    assert gates.may_apply(call, COMPANY).answer is Answer.YES
    assert gates.may_apply(call, DEPARTMENT).answer is Answer.NO


def test_schools_open_the_door_for_the_municipality_that_runs_them():
    call = a_call(eligible_applicants=frozenset({ApplicantType.SCHOOL}))
    assert gates.may_apply(call, DEPARTMENT).answer is Answer.YES


def test_other_applicants_is_not_a_no():
    call = a_call(eligible_applicants=frozenset({ApplicantType.OTHER, ApplicantType.UNIVERSITY}))
    assert gates.may_apply(call, DEPARTMENT).answer is Answer.UNKNOWN


def test_a_cascade_call_is_not_barred_by_its_parents_identifier():
    call = a_call(
        kind="8", identifier="HORIZON-JU-CHIPS-2026-1", shares_identifier=True, programme="43108390"
    )
    assert gates.may_apply(call, DEPARTMENT).answer is Answer.UNKNOWN


@pytest.mark.parametrize(
    ("countries", "answer"),
    [(None, Answer.UNKNOWN), (frozenset({"SE", "NO"}), Answer.YES), (frozenset({"DK"}), Answer.NO)],
)
def test_where_asks_whether_sweden_is_inside(countries, answer):
    assert gates.is_inside(a_call(eligible_countries=countries)).answer is answer


HALLAND, VASTRA_GOTALAND, GOTLAND = "SE231", "SE232", "SE214"


@pytest.mark.parametrize(
    ("programme", "nuts3", "answer"),
    [
        ("Interreg Central Baltic", HALLAND, Answer.NO),
        ("Interreg Central Baltic", VASTRA_GOTALAND, Answer.NO),
        ("Interreg Central Baltic", GOTLAND, Answer.YES),
        ("Interreg Northern Periphery and Arctic", HALLAND, Answer.NO),
        ("Interreg Aurora", VASTRA_GOTALAND, Answer.NO),
        ("Interreg South Baltic", HALLAND, Answer.NO),
        ("Interreg Sweden-Norway", HALLAND, Answer.NO),
        ("Interreg Sweden-Norway", VASTRA_GOTALAND, Answer.UNKNOWN),
        ("Interreg Öresund-Kattegat-Skagerrak", HALLAND, Answer.YES),
        ("Interreg North Sea", VASTRA_GOTALAND, Answer.YES),
        ("Interreg Baltic Sea Region", HALLAND, Answer.YES),
        ("Interreg Europe", GOTLAND, Answer.YES),
        ("Interreg Central Baltic", "", Answer.YES),
    ],
)
def test_where_asks_whether_the_county_is_in_the_programmes_area(programme, nuts3, answer):
    call = a_call(programme_label=programme, eligible_countries=frozenset({"SE", "FI", "NO"}))
    assert gates.is_inside(call, nuts3).answer is answer


def test_an_area_says_more_than_silence_on_countries_and_less_than_a_list_without_sweden():
    silent = a_call(programme_label="Interreg Aurora")
    assert gates.is_inside(silent, HALLAND).answer is Answer.NO
    assert gates.is_inside(silent, "").answer is Answer.UNKNOWN
    abroad = a_call(programme_label="Interreg North Sea", eligible_countries=frozenset({"DK"}))
    assert gates.is_inside(abroad, HALLAND).answer is Answer.NO


def test_a_closed_call_is_barred_and_one_without_dates_is_not():
    closed = a_call(deadlines=(Deadline.on(date(2026, 8, 1)),))
    assert gates.is_in_time(closed, NOW).answer is Answer.NO
    assert gates.is_in_time(a_call(), NOW).answer is Answer.UNKNOWN
    assert gates.is_in_time(a_call(deadlines=()), NOW).answer is Answer.YES


def test_a_deadline_sooner_than_the_preparation_is_a_note_and_not_a_bar():
    soon = a_call(deadlines=(Deadline.on(NOW.date() + timedelta(days=20)),))
    found = gates.checks(soon, a_unit(preparation_days=42), NOW)
    note = next(check for check in found if check.gate == gates.PREPARATION)
    assert note.answer is Answer.NO
    assert gates.barring(found) is None


def test_time_enough_is_noted_too():
    later = a_call(deadlines=(Deadline.on(NOW.date() + timedelta(days=90)),))
    assert gates.can_be_prepared(later, DEPARTMENT, NOW).answer is Answer.YES


@pytest.mark.parametrize(
    ("limit", "answer"), [(50_000, Answer.NO), (200_000, Answer.YES), (None, Answer.UNKNOWN)]
)
def test_the_own_share_follows_from_the_smallest_grant_and_the_rate(limit, answer):
    call = a_call(cofinancing_rate=0.6, grant_min=150_000)  # own share 100 000
    check = gates.own_share(call, a_unit(own_contribution_max=limit))
    assert check.answer is answer
    assert check.reason.values["share"] == "100\u00a0000"


def test_nothing_is_said_of_the_own_share_when_the_call_is_silent_or_pays_all():
    assert gates.own_share(a_call(cofinancing_rate=0.6), DEPARTMENT) is None
    assert gates.own_share(a_call(cofinancing_rate=1.0, grant_min=100), DEPARTMENT) is None


def test_partners_are_noted_when_they_are_demanded():
    call = a_call(consortium=Consortium(min_partners=3, min_countries=3))
    assert gates.partners(call).answer is Answer.UNKNOWN
    assert gates.partners(a_call()) is None


def test_why_not_names_the_gate_and_is_silent_when_only_the_score_decided():
    closed = a_call(deadlines=(Deadline.on(date(2026, 8, 1)),))
    assert gates.why_not(closed, DEPARTMENT, NOW).gate == gates.WHEN
    assert gates.why_not(a_call(), DEPARTMENT, NOW) is None


def test_with_the_clock_ignored_a_closed_call_is_not_barred():
    closed = a_call(deadlines=(Deadline.on(date(2026, 8, 1)),))
    assert gates.why_not(closed, DEPARTMENT, None) is None


def test_a_narrow_programme_is_found_before_the_broad_one():
    assert programme_of(a_call(identifier="CERV-2026-DAPHNE-PREVENTION")).key == "cerv-daphne"
    assert programme_of(a_call(programme="43251589")).key == "cerv"
    assert programme_of(a_call(identifier="XYZ-2026")) is None


def test_every_reason_and_description_has_english():
    english = catalogue("en")
    for text in (
        [bar.reason for bar in bars()] + [p.about for p in programmes()] + [p.name for p in programmes()]
    ):
        assert english.gettext(text) != text or text in ("Erasmus+", "Life")
    for p in programmes():  # the name stands before it for a reader, so that its head may be left out
        assert p.about_en.lower().endswith(english.gettext(p.about).lower())
        assert len(f"{p.name}: {p.about}") <= 220  # a letter's line holds it whole
