"""The portal's own answers, as others have recorded them (`PROVENANCE.md` beside the data)."""

import json
from datetime import date

import pytest
from recorded import RecordedPortal

from calls.vocabulary import ApplicantType, DeadlineModel, SectionKind, Status
from scrapers.source import Skipped
from scrapers.sources.eu_portal import crawl
from scrapers.sources.portal_calls import parse_record
from scrapers.sources.portal_records import current_rows, row_of

pytestmark = pytest.mark.recorded


@pytest.fixture(scope="module")
def portal(shared):
    """The folder of recorded answers."""
    return shared / "data" / "eu-portal"


def calls_of(portal, name: str) -> dict:
    answer = json.loads((portal / name).read_text())
    rows = [row_of(result, number) for number, result in enumerate(answer.get("results", [answer]), start=1)]
    calls = [parse_record(row) for row in current_rows(rows, "1")]
    assert not [call for call in calls if isinstance(call, Skipped)]
    return {call.identifier: call for call in calls}


def test_the_page_of_august_2026_is_read_whole(portal):
    answer = json.loads((portal / "search-page-en-2026-08.json").read_text())
    calls = list(crawl(RecordedPortal({"1": [answer]}), {"types": "1"}))
    assert len(answer["results"]) == 8
    assert [call.identifier for call in calls] == [
        "HORIZON-MISS-2027-05-SOIL-01-two-stage",
        "HORIZON-CL4-2027-04-DIGITAL-EMERGING-10",
        "HORIZON-CL6-2026-04-GOVERNANCE-01",
        "HORIZON-CL3-2026-02-CS-ECCC-01",
        "HORIZON-JU-CBE-2026-IAFlag-02",
    ]


def test_a_two_stage_topic_of_august_2026(portal):
    call = calls_of(portal, "search-page-en-2026-08.json")["HORIZON-MISS-2027-05-SOIL-01-two-stage"]
    assert call.opening_date == date(2027, 2, 4)
    assert [deadline.day for deadline in call.deadlines] == [date(2027, 4, 8), date(2027, 9, 14)]
    assert call.deadline_model is DeadlineModel.TWO_STAGE
    assert call.announced is Status.FORTHCOMING
    assert call.action_type == "HORIZON Research and Innovation Actions"
    assert call.section(SectionKind.OUTCOME).endswith("ambitions and targets")
    assert "[1]" not in call.section(SectionKind.OUTCOME)


def test_the_money_of_august_2026(portal):
    calls = calls_of(portal, "search-page-en-2026-08.json")
    whole = calls["HORIZON-CL6-2026-04-GOVERNANCE-01"]
    assert (whole.budget, whole.budget_shared, whole.grant_min, whole.expected_grants) == (
        60_000_000,
        False,
        60_000_000,
        1,
    )
    eccc = calls["HORIZON-CL3-2026-02-CS-ECCC-01"]
    assert (eccc.budget, eccc.grant_min, eccc.grant_max, eccc.expected_grants) == (
        20_000_000,
        3_000_000,
        4_000_000,
        5,
    )


def test_the_older_heads_and_the_open_single_stage_of_june_2026(portal):
    calls = calls_of(portal, "search-page-en-2026-06-11.json")
    assert calls["HORIZON-JU-CHIPS-2025-IA-LEAI-two-stage"].sections[0].kind is SectionKind.OUTCOME
    prize = calls["HORIZON-JU-EDCTP3-2026-SCILEADERSHIPMANSSAPRIZE"]
    assert (prize.budget, prize.grant_max) == (15_000, 15_000)
    assert prize.sections[0].kind is SectionKind.OBJECTIVE


def test_records_of_a_thinner_kind_are_calls_too(portal):
    assert len(calls_of(portal, "search-page-en-2026-mini.json")) == 4


@pytest.mark.parametrize("name", ["search-record-es-2026.json", "search-record-legacy-2023.json"])
def test_a_spanish_copy_and_a_legacy_copy_are_no_calls(portal, name):
    assert calls_of(portal, name) == {}


def test_who_may_apply_is_not_read_out_of_the_standing_words_of_conditions(portal):
    calls = [
        call
        for name in ("search-page-en-2026-08.json", "search-page-en-2026-06-11.json")
        for call in calls_of(portal, name).values()
    ]
    assert {call.eligible_applicants for call in calls} <= {None, frozenset({ApplicantType.PERSON})}
