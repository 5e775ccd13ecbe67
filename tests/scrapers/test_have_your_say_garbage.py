"""D9: whatever the service of Have your say sends, a reading gives consultations, skipped rows or our own error."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded import RecordedService

from calls.model import ScrapedCall
from scrapers.errors import ScraperError
from scrapers.source import Skipped
from scrapers.sources.have_your_say import API, SEARCH, crawl, parse_summary
from scrapers.sources.initiatives import parse_initiative
from scrapers.values import slashed_deadline

FIELDS = [
    "id", "reference", "shortTitle", "initiativeTranslations", "initiativeStatus", "foreseenActType", "topics",
    "currentStatuses",
]  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
JSON = st.recursive(
    SCALARS, lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=8), part, max_size=3)
)
DATES = st.sampled_from([
    "2026/09/09 23:59:59", "2026/08/22 00:00:00", "2026/02/30 10:00:00", "0001/01/01 00:00:00", "9999/12/31 23:59:59",
    "0000/00/00 00:00:00", "2026/03/29 02:30:00", "2026-09-09", "", None, 46126, "end of September",
])  # fmt: skip
PERIOD = st.fixed_dictionaries(
    {},
    optional={
        "receivingFeedbackStatus": st.sampled_from(
            ["OPEN", "UPCOMING", "CLOSED", "DISABLED", "PAUSED", None, 1, []]
        ),
        "feedbackStartDate": DATES | JSON,
        "feedbackEndDate": DATES | JSON,
        "isCurrent": st.booleans() | SCALARS,
    },
)
TRANSLATION = st.fixed_dictionaries(
    {},
    optional={
        "language": st.sampled_from(["EN", "SV", "sv", "", None, "ÅÅ", 1]),
        "field": st.sampled_from(["SHORT_TITLE", "SUMMARY", None]),
        "value": st.text(max_size=20) | SCALARS,
    },
)
WHOLE = [
    12970.0,
    12970,
    "12970",
    -1,
    1e300,
    "Ares(2026)1",
    "REG_DEL",
    [{"code": "ENV", "label": "Environment"}],
]
TRUE_ENOUGH = st.sampled_from(WHOLE) | st.lists(PERIOD, max_size=3) | st.lists(TRANSLATION, max_size=3)
ROW = st.dictionaries(st.sampled_from(FIELDS), TRUE_ENOUGH | JSON)


@settings(max_examples=300, deadline=None)
@given(ROW, st.lists(PERIOD, min_size=1, max_size=3), st.lists(TRANSLATION, max_size=3))
def test_d9_any_initiative_gives_a_consultation_a_skipped_row_or_nothing(row, periods, titles):
    likely = {
        "id": 12970.0,
        "shortTitle": "Rules",
        "currentStatuses": periods,
        "initiativeTranslations": titles,
    }
    for tried in (row, likely | row, row | likely):
        found = parse_initiative(tried)
        assert found is None or isinstance(found, ScrapedCall | Skipped)


@settings(max_examples=150, deadline=None)
@given(st.lists(ROW | JSON, min_size=1, max_size=4), JSON)
def test_d9_any_rows_give_consultations_skipped_rows_or_an_error_of_ours(rows, detail):
    page = {"initiativeResultDtoPage": {"content": rows, "totalElements": len(rows)}}
    try:
        found = list(crawl(RecordedService({SEARCH: page, f"{API}/groupInitiatives/12970": [detail]}), {}))
    except ScraperError:
        return
    assert all(isinstance(one, ScrapedCall | Skipped) for one in found)


@settings(max_examples=100, deadline=None)
@given(JSON)
def test_d9_any_answer_at_all_is_refused_by_an_error_of_ours(answer):
    with pytest.raises(ScraperError, match=r"^Svaret är ingen lista med initiativ\.$"):
        list(crawl(RecordedService({SEARCH: [answer]}), {}))


@settings(max_examples=200, deadline=None)
@given(JSON)
def test_d9_any_page_of_an_initiative_gives_text_or_an_error_of_ours(answer):
    try:
        text = parse_summary(answer)
    except ScraperError:
        return
    assert isinstance(text, str)


@settings(max_examples=200, deadline=None)
@given(DATES | st.text(max_size=25))
def test_d9_any_words_are_a_deadline_with_a_zone_or_a_value_that_is_refused(words):
    try:
        deadline = slashed_deadline(str(words))
    except ValueError:
        return
    assert deadline.at.tzinfo is not None
