"""Reading the portal whole: what is asked, when a reading counts, when it starts again, when it stops."""

import pytest
from recorded import RecordedPortal, portal_page

from scrapers.errors import SourceChanged
from scrapers.source import Skipped
from scrapers.sources.eu_portal import EU_PORTAL, chosen_types, crawl


def topic(number: int, **metadata):
    """A topic as the service writes it, whole and open."""
    reference = f"{60_000_000 + number}TOPICSen"
    given = {
        "type": ["1"],
        "language": ["en"],
        "DATASOURCE": ["SEDIA"],
        "identifier": [f"CERV-2026-MADEUP-{number:04}"],
        "title": [f"Call {number}"],
        "status": ["31094502"],
        "frameworkProgramme": ["43251589"],
        "startDate": ["2026-05-05T00:00:00.000+0000"],
        "deadlineDate": ["2026-12-01T00:00:00.000+0000"],
        "descriptionByte": ["<p>Words.</p>"],
    }
    return {"reference": reference, "language": "en", "metadata": given | metadata}


def pages(count: int, total: int | None = None) -> list[dict]:
    """As many topics, a hundred a page."""
    rows = [topic(number) for number in range(count)]
    parts = [rows[start : start + 100] for start in range(0, count, 100)]
    return [
        portal_page(part, pageNumber=number, totalResults=count if total is None else total)
        for number, part in enumerate(parts, start=1)
    ]


def read(answers: list, kind: str = "1") -> tuple[list, RecordedPortal]:
    portal = RecordedPortal({kind: answers})
    return list(crawl(portal, {"types": kind})), portal


def test_every_page_is_asked_for_until_all_rows_are_read():
    calls, portal = read(pages(250))
    assert len(calls) == 250
    assert [params["pageNumber"] for params, _ in portal.asked] == ["1", "2", "3"]


def test_the_request_is_the_one_the_service_answers_in_full():
    _, portal = read(pages(1))
    params, parts = portal.asked[0]
    assert params == {"apiKey": "SEDIA", "text": "***", "pageSize": "100", "pageNumber": "1"}
    assert set(parts) == {"query", "languages", "sort"}
    assert parts["languages"] == ["en"]
    assert {"terms": {"DATASOURCE": ["SEDIA"]}} in parts["query"]["bool"]["must"]


@pytest.mark.parametrize(
    ("kind", "field"), [("1", "identifier"), ("8", "callccm2Id"), ("2", "callIdentifier")]
)
def test_each_type_is_read_on_its_own_by_a_field_that_is_unique_to_it(kind, field):
    _, portal = read([portal_page([topic(1, type=[kind])])], kind)
    _, parts = portal.asked[0]
    assert parts["sort"] == {"field": field, "order": "ASC"}
    assert {"terms": {"type": [kind]}} in parts["query"]["bool"]["must"]


def test_topics_and_cascade_calls_are_read_unless_the_setting_says_otherwise():
    assert chosen_types({}) == ("1", "8")
    assert chosen_types({"types": " 8, 1,8"}) == ("8", "1")


@pytest.mark.parametrize("types", ["0", "1,3", "", "grants"])
def test_a_type_without_calls_is_refused_with_what_was_expected(types):
    with pytest.raises(SourceChanged, match="väntade några av 1, 8, 2"):
        chosen_types({"types": types})


def test_a_total_that_moves_while_reading_starts_the_type_again():
    first, second, third = pages(250)
    calls, portal = read([first, second | {"totalResults": 251}, first, second, third])
    assert len(calls) == 250
    assert [params["pageNumber"] for params, _ in portal.asked] == ["1", "2", "1", "2", "3"]


def test_s_25_a_page_that_is_empty_before_all_were_read_starts_the_type_again():
    first, second = pages(150)
    empty = portal_page([], pageNumber=2, totalResults=150)
    calls, _ = read([first, empty, first, second])
    assert len(calls) == 150


@pytest.mark.parametrize(
    "answers",
    [
        [pages(250)[0], pages(250)[1] | {"totalResults": 251}] * 4,
        [pages(150)[0], portal_page([], pageNumber=2, totalResults=150)] * 4,
        [pages(250)[0], pages(250)[0] | {"pageNumber": 2}] * 4,
        [pages(250)[0]] * 8,
        [pages(150)[0] | {"pageSize": 50}] * 4,
        [portal_page([topic(1), topic(2)], totalResults=1)] * 4,
        [portal_page([], totalResults=0)] * 4,
    ],
    ids=[
        "total moves",
        "S-25 rows lack",
        "S-26 page repeats",
        "S-53 page 1 for ever",
        "size cut",
        "too many",
        "D1 empty",
    ],
)
def test_a_reading_that_never_holds_still_is_refused_after_four_tries(answers):
    with pytest.raises(SourceChanged, match="Typ 1 gick inte att läsa hel på 4 försök: "):
        read(answers)


def test_no_cascade_calls_is_believed_only_when_said_again():
    calls, portal = read([portal_page([])], "8")
    assert calls == []
    assert len(portal.asked) == 4


def test_more_results_than_the_service_shows_are_refused():
    with pytest.raises(SourceChanged, match="tjänsten visar högst 10000"):
        read([portal_page([topic(1)], totalResults=10_001)])


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        "x",
        {},
        {"results": {}},
        portal_page([], totalResults=None),
        portal_page([], pageNumber="1"),
        portal_page([], pageSize=True),
    ],
)
def test_s_47_an_answer_that_is_not_the_known_envelope_is_refused(answer):
    with pytest.raises(SourceChanged, match=r"^Svaret"):
        read([answer])


def test_the_same_document_twice_on_a_page_counts_as_read_and_is_one_call():
    calls, _ = read([portal_page([topic(1), topic(1), topic(2)])])
    assert [call.identifier for call in calls] == ["CERV-2026-MADEUP-0001", "CERV-2026-MADEUP-0002"]


@pytest.mark.parametrize(
    "odd", [None, 7, "x", [], {}, {"reference": "1TOPICSen"}, {"metadata": {}, "reference": ""}]
)
def test_d7_a_row_that_is_no_record_is_skipped_and_the_others_are_read(odd):
    calls, _ = read([portal_page([topic(1), odd])])
    assert [isinstance(call, Skipped) for call in calls] == [True, False]
    assert calls[0].reference == "row 2"


def test_rows_that_were_not_asked_for_are_left_out_after_reading():
    strangers = [
        topic(2, type=["2"]),
        topic(3, language=["sv"]),
        topic(4, DATASOURCE=["SEDIA_PRD_CENTRICITY"]),
    ]
    calls, _ = read([portal_page([topic(1), *strangers])])
    assert [call.title for call in calls] == ["Call 1"]


def test_the_portal_leads_and_a_thin_harvest_of_it_is_not_believed():
    assert EU_PORTAL.rank == 0
    assert EU_PORTAL.min_calls == 50
    assert EU_PORTAL.fill_rates["deadlines"] == 0.75
