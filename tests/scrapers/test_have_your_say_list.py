"""Have your say: its lists, summaries and harvests as a whole (`eu-portal.md` section 14, `sources.md` 3.3)."""

from datetime import date, timedelta

import pytest
from an_initiative import a_page, a_period, a_row, a_service
from recorded import RecordedService

from calls.model import ScrapedCall
from calls.vocabulary import SectionKind
from scrapers.errors import HarvestRefused, SourceBlocked, SourceChanged, SourceUnreachable
from scrapers.run import HarvestedCalls, judge
from scrapers.source import Skipped
from scrapers.sources.have_your_say import API, HAVE_YOUR_SAY, SEARCH, UNREAD_SUMMARY, crawl

# The list


def test_both_envelopes_are_read():
    former = {
        "_embedded": {"initiativeResultDtoes": [a_row()]},
        "page": {"totalElements": 1, "totalPages": 1},
    }
    for answer in (a_page([a_row()]), former):
        assert [call.reference for call in crawl(a_service(answer), {})] == ["12970"]


@pytest.mark.parametrize(
    "answer",
    [None, [], "x", {}, {"initiativeResultDtoPage": None}, {"initiativeResultDtoPage": {"content": []}},
     {"initiativeResultDtoPage": {"content": None, "totalElements": 1}},
     {"initiativeResultDtoPage": {"content": [], "totalElements": "45"}},
     {"initiativeResultDtoPage": {"content": [], "totalElements": True}},
     {"_embedded": {"initiativeResultDtoes": [1]}}, {"status_code": 500, "message": "general_error"}],
)  # fmt: skip
def test_s_47_an_answer_in_another_form_is_refused(answer):
    with pytest.raises(SourceChanged, match="ingen lista med initiativ"):
        list(crawl(a_service(answer), {}))


def test_pages_are_read_until_the_promised_total_and_each_initiative_comes_once():
    rows = [a_row(float(number)) for number in range(1, 251)]
    service = a_service(*(a_page(rows[start : start + 100], total=250) for start in (0, 100, 200)))
    found = list(crawl(service, {}))
    assert len({call.reference for call in found}) == len(found) == 250
    asked = [params["page"] for path, params in service.asked if path == SEARCH]
    assert asked == ["0", "1", "2"]


def test_a_server_that_caps_its_pages_lower_is_still_read_whole():
    rows = [a_row(float(number)) for number in range(1, 101)]
    service = a_service(*(a_page(rows[start : start + 25], total=100) for start in (0, 25, 50, 75)))
    assert len(list(crawl(service, {}))) == 100


def test_s_25_a_list_that_stays_shorter_than_promised_is_refused():
    with pytest.raises(SourceChanged, match="1 initiativ kom där 45 utlovades"):
        list(crawl(a_service(a_page([a_row()], total=45), a_page([], total=45)), {}))


def test_s_26_s_53_a_list_that_repeats_its_page_is_refused():
    with pytest.raises(SourceChanged, match="upprepar"):
        list(crawl(a_service(a_page([a_row()], total=45)), {}))


def test_s_26_a_list_without_end_is_refused_at_once():
    with pytest.raises(SourceChanged, match="4000000"):
        list(crawl(a_service(a_page([a_row()], total=4_000_000)), {}))


def test_a_list_that_moved_while_it_was_read_is_put_together_from_its_readings():
    """A newcomer at the top pushes a row to the next page, where it comes again, and hides none for good."""
    rows = [a_row(float(number)) for number in range(1, 201)]
    moved = [a_page(rows[:100], total=200), a_page([rows[99], *rows[100:199]], total=200)]
    still = [a_page(rows[:100], total=200), a_page(rows[100:], total=200)]

    class Moving(RecordedService):
        def get_json(self, path, *, params=None):
            before = sum(asked == SEARCH for asked, _ in self.asked)
            self._answers = {SEARCH: moved if before < 2 else still}
            return super().get_json(path, params=params)

    assert len(list(crawl(Moving({}), {}))) == 200


def test_a_filter_that_is_ignored_changes_nothing_of_what_is_kept():
    over = [a_row(float(number), currentStatuses=[a_period("CLOSED")]) for number in range(2, 90)]
    assert [call.reference for call in crawl(a_service(a_page([*over, a_row(1.0)])), {})] == ["1"]


# Summaries


def summary_of(call: ScrapedCall) -> str | None:
    return call.section(SectionKind.SUMMARY)


def test_the_summary_is_read_as_text_and_only_for_those_that_are_kept():
    service = a_service(
        a_page([a_row(1.0), a_row(2.0, currentStatuses=[a_period("CLOSED")])]),
        _1={"dossierSummary": "<p>Towns &amp; regions.</p><script>x</script><p>Say what you need.</p>"},
    )
    [call] = crawl(service, {})
    assert summary_of(call) == "Towns & regions.\nSay what you need."
    assert [path for path, _ in service.asked] == [SEARCH, f"{API}/groupInitiatives/1"]


@pytest.mark.parametrize("answer", [{"dossierSummary": None}, {"dossierSummary": ""}, {}])
def test_an_initiative_without_a_summary_says_no_more_than_its_title(answer):
    [call] = crawl(a_service(a_page([a_row(1.0)]), _1=answer), {})
    assert (call.sections, call.notes) == ((), ())


@pytest.mark.parametrize("answer", [SourceChanged("404"), [1], {"dossierSummary": 7}, "shell"])
def test_a_page_that_cannot_be_read_costs_the_summary_and_not_the_initiative(answer):
    service = a_service(
        a_page([a_row(1.0), a_row(2.0)]), _1=[answer], _2={"dossierSummary": "Towns are asked."}
    )
    first, second = crawl(service, {})
    assert (first.notes, first.sections) == ((UNREAD_SUMMARY,), ())
    assert (first.unread, second.unread) == (("sections", "notes"), ())
    assert summary_of(second) == "Towns are asked."


@pytest.mark.parametrize("failure", [SourceUnreachable("500"), SourceBlocked("403")])
def test_when_the_service_is_down_no_further_page_is_asked_for_and_no_initiative_is_lost(failure):
    service = a_service(a_page([a_row(float(number)) for number in range(1, 41)]), _1=failure)
    found = list(crawl(service, {}))
    assert [call.notes for call in found] == [(UNREAD_SUMMARY,)] * 40
    assert len(service.asked) == 2


# The harvest as a whole


def judged(rows, usual=None) -> None:
    found = list(crawl(a_service(a_page(rows)), {}))
    calls = tuple(one for one in found if isinstance(one, ScrapedCall))
    skipped = tuple(one for one in found if isinstance(one, Skipped))
    judge(HAVE_YOUR_SAY, HarvestedCalls(calls=calls, skipped=skipped), usual, date(2026, 8, 22))


def several(count: int, **facts) -> list[dict]:
    ends = [f"{date(2026, 9, 1) + timedelta(days=number):%Y/%m/%d} 23:59:59" for number in range(count)]
    return [
        a_row(float(number), currentStatuses=[a_period(feedbackEndDate=end)]) | facts
        for number, end in enumerate(ends, start=1)
    ]


def test_a_usual_days_harvest_is_sound():
    judged(several(41), usual=45)


@pytest.mark.parametrize(
    ("rows", "usual", "said"),
    [
        pytest.param([], None, "0 EU-samråd kom; minst 10 väntades.", id="nothing"),
        pytest.param(several(9), None, "9 EU-samråd kom; minst 10 väntades.", id="suspiciously few"),
        pytest.param(several(20), 45, "vanligen 45", id="far fewer than usual"),
        pytest.param(several(30, shortTitle="Have your say"), None, "delar på 1 rubriker", id="S-40 one title"),
        pytest.param(
            several(30, currentStatuses=[a_period(feedbackEndDate="soon")]), None, "deadlines", id="S-74 no dates"
        ),
        pytest.param(
            several(30, currentStatuses=[a_period(feedbackStartDate="soon")]), None, "opening_date", id="no starts"
        ),
        pytest.param(several(30) + several(5, id=None), None, "utan nummer", id="S-47 no numbers"),
        pytest.param(
            several(30, currentStatuses=[a_period(feedbackEndDate="2026/08/22 23:59:59")]),
            None,
            "samma sista dag",
            id="S-78 all end today",
        ),
    ],
)  # fmt: skip
def test_d1_a_harvest_that_cannot_be_true_is_refused(rows, usual, said):
    with pytest.raises(HarvestRefused, match=said):
        judged(rows, usual)
