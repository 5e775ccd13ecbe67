"""D9: whatever the service sends, a reading gives calls, skipped rows or an error of ours."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded import RecordedPortal, portal_page

from calls.model import ScrapedCall
from scrapers.errors import ScraperError
from scrapers.source import Skipped
from scrapers.sources.eu_portal import crawl
from scrapers.sources.portal_calls import parse_record
from scrapers.sources.portal_records import Row

FIELDS = [
    "identifier", "title", "callTitle", "callIdentifier", "callccm2Id", "type", "status", "language", "DATASOURCE",
    "deadlineDate", "startDate", "deadlineModel", "frameworkProgramme", "programmeDivision", "typesOfAction",
    "descriptionByte", "topicConditions", "budgetOverview", "actions", "keywords", "tags", "crossCuttingPriorities",
    "budget", "currency", "duration", "furtherInformation", "destinationDetails", "esDA_IngestDate", "projectName",
]  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
JSON = st.recursive(
    SCALARS, lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=8), part, max_size=3)
)
TRUE_ENOUGH = st.sampled_from([
    ["1"], ["8"], ["2"], ["en"], ["SEDIA"], ["31094502"], ["43251589"], ["2026-05-05T00:00:00.000+0000"], ["two-stage"],
    ["<p class='topicdescriptionkind'>Scope:</p>"], ["CERV-2026-X-1"], ["[]"], ["{}"], ["[{}]"], [[]], [{}],
    [json.dumps([{"status": {"id": []}, "deadlineDates": [1]}])],
    [json.dumps({"budgetTopicActionMap": {"1": [{"action": "CERV-2026-X-1 -", "budgetYearMap": {"2026": None}}]}})],
])  # fmt: skip
METADATA = st.dictionaries(st.sampled_from(FIELDS), TRUE_ENOUGH | JSON | st.lists(SCALARS, max_size=3))


@settings(max_examples=300, deadline=None)
@given(METADATA, st.dictionaries(st.sampled_from(["summary", "content", "language"]), JSON))
def test_d9_any_metadata_gives_a_call_or_a_skipped_row(metadata, fields):
    found = parse_record(Row(reference="1TOPICSen", fields=fields, metadata={"type": ["1"]} | metadata))
    assert isinstance(found, ScrapedCall | Skipped)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries({"reference": SCALARS, "metadata": METADATA | JSON}) | JSON,
        min_size=1,
        max_size=4,
    )
)
def test_d9_any_rows_give_calls_skipped_rows_or_an_error_of_ours(rows):
    portal = RecordedPortal({kind: [portal_page(rows)] for kind in ("1", "8")})
    try:
        found = list(crawl(portal, {}))
    except ScraperError:
        return
    assert all(isinstance(one, ScrapedCall | Skipped) for one in found)


@settings(max_examples=100, deadline=None)
@given(JSON)
def test_d9_any_answer_at_all_is_refused_by_an_error_of_ours(answer):
    with pytest.raises(ScraperError, match=r"^(Svaret|Typ 1) .*\.$"):
        list(crawl(RecordedPortal({"1": [answer]}), {"types": "1"}))
