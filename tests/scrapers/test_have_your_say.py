"""Have your say: what an answer in the documented form is read to (`eu-portal.md` section 14, `sources.md` 3.3)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from recorded import RecordedService

from builders import NOW
from calls.kinds import ACT_LABELS
from calls.model import BRUSSELS, Deadline, ScrapedCall, Title
from calls.vocabulary import CONSULTATION, DeadlineModel, SectionKind, Status
from scrapers.errors import HarvestRefused, SourceBlocked, SourceChanged, SourceUnreachable
from scrapers.notes import LONG_TITLE, UNKNOWN_STATUS, UNREAD_DEADLINE
from scrapers.run import HarvestedCalls, judge
from scrapers.source import Skipped
from scrapers.sources.have_your_say import API, HAVE_YOUR_SAY, SEARCH, UNREAD_SUMMARY, crawl
from scrapers.sources.initiatives import ACT_TYPES, PLANNED, parse_initiative
from scrapers.values import ODD_YEAR


def a_period(status="OPEN", **facts) -> dict:
    given = {
        "frontEndStage": "OPC_LAUNCHED",
        "receivingFeedbackStatus": status,
        "feedbackStartDate": "2026/08/03 10:02:11",
        "feedbackEndDate": "2026/10/26 23:59:59",
        "isCurrent": True,
    }
    return given | facts


def a_row(number=12970.0, **facts) -> dict:
    given = {
        "id": number,
        "reference": f"Ares(2026){number:.0f}",
        "shortTitle": f"Rules for playgrounds {number:.0f}",
        "initiativeTranslations": [],
        "initiativeStatus": "ACTIVE",
        "foreseenActType": "PROP_REG",
        "topics": [{"code": "ENV", "label": "Environment"}],
        "currentStatuses": [a_period()],
    }
    return given | facts


def in_languages(**titles: str) -> list[dict]:
    return [
        {"language": name.upper(), "field": "SHORT_TITLE", "value": text} for name, text in titles.items()
    ]


def a_page(rows, total=None, **envelope) -> dict:
    page = {"content": rows, "totalElements": len(rows) if total is None else total, "totalPages": 1}
    return {"initiativeResultDtoPage": page | envelope}


def a_service(*pages, **summaries) -> RecordedService:
    details = {f"{API}/groupInitiatives/{number[1:]}": answer for number, answer in summaries.items()}
    return RecordedService({SEARCH: list(pages)} | details)


def read(row) -> ScrapedCall:
    call = parse_initiative(row)
    assert isinstance(call, ScrapedCall)
    return call


# One initiative


def test_an_open_initiative_is_a_consultation_with_its_own_last_day():
    call = read(
        a_row(initiativeTranslations=in_languages(en="Rules for playgrounds", sv="Regler för lekplatser"))
    )
    assert (call.source, call.reference, call.kind) == ("have-your-say", "12970", CONSULTATION)
    assert call.is_consultation
    assert (call.title, call.language) == ("Rules for playgrounds", "en")
    assert call.identifier == "Ares(2026)12970"
    assert call.url.endswith("/have-your-say/initiatives/12970_sv")
    assert call.deadlines == (Deadline.on(date(2026, 10, 26)),)
    assert call.opening_date == date(2026, 8, 3)
    assert call.status(NOW) is Status.OPEN
    assert call.keywords == ("proposal for a regulation", "Environment")


def test_the_swedish_title_is_kept_for_swedish_readers_and_the_other_languages_are_not():
    call = read(a_row(initiativeTranslations=in_languages(en="Rules", sv="Regler", fr="Règles")))
    assert call.titles == (Title(language="sv", text="Regler"),)
    assert call.title_in("sv") == Title(language="sv", text="Regler")
    assert call.title_in("en") == Title(language="en", text="Rules")


def test_a_reader_without_a_title_of_their_own_gets_the_one_there_is():
    call = read(a_row(shortTitle="Règles", initiativeTranslations=in_languages(fr="Règles")))
    assert call.title_in("sv") == Title(language="fr", text="Règles")


@pytest.mark.parametrize(
    ("shown", "translations", "title", "language"),
    [
        ("Rules", {}, "Rules", "en"),
        ("Rules (short)", {"en": "Rules"}, "Rules", "en"),
        ("Regler", {"sv": "Regler"}, "Regler", "sv"),
        (None, {"sv": "Regler", "de": "Regeln"}, "Regler", "sv"),
        ("  <b>Rules</b>\n", {"sv": "Regler"}, "Rules", "en"),
    ],
)
def test_the_title_is_english_where_there_is_one_else_in_the_language_that_it_is_in(
    shown, translations, title, language
):
    call = read(a_row(shortTitle=shown, initiativeTranslations=in_languages(**translations)))
    assert (call.title, call.language) == (title, language)


def test_s_40_a_title_without_end_is_cut_with_a_note_and_none_at_all_is_left_out():
    assert LONG_TITLE in read(a_row(shortTitle="x" * 20_000)).notes
    assert isinstance(parse_initiative(a_row(shortTitle=" ")), Skipped)


@pytest.mark.parametrize("number", [12970.0, 12970, "12970", "012970"])
def test_the_number_arrives_in_several_forms_and_is_one_identity(number):
    assert read(a_row() | {"id": number}).reference == "12970"


@pytest.mark.parametrize("number", [None, True, 0, -5, 12970.5, 1e300, "x", "", [], 10**12])
def test_s_47_an_initiative_without_a_number_is_left_out(number):
    assert isinstance(parse_initiative(a_row() | {"id": number}), Skipped)


@pytest.mark.parametrize(
    ("words", "deadline"),
    [
        ("2026/09/09 23:59:59", Deadline.on(date(2026, 9, 9))),
        ("2026/12/31 00:00:00", Deadline.on(date(2026, 12, 31))),
        ("2026/09/09", Deadline.on(date(2026, 9, 9))),
        ("2026/09/09 12:00:00", Deadline(at=datetime(2026, 9, 9, 10, 0, tzinfo=UTC))),
        ("2026/12/09 12:00", Deadline(at=datetime(2026, 12, 9, 11, 0, tzinfo=UTC))),
    ],
)
def test_s_70_the_last_day_is_brussels_time_and_only_a_known_hour_is_one(words, deadline):
    found = read(a_row(currentStatuses=[a_period(feedbackEndDate=words)])).deadlines
    assert found is not None
    assert (found[0].at, found[0].by_day) == (deadline.at, deadline.by_day)


def test_s_76_an_hour_that_is_skipped_or_doubled_takes_the_later_and_the_earlier_instant():
    spring, autumn = (
        read(a_row(currentStatuses=[a_period(feedbackStartDate=None, feedbackEndDate=words)])).deadlines[0].at
        for words in ("2027/03/28 02:30:00", "2026/10/25 02:30:00")
    )
    assert spring.astimezone(UTC) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert autumn.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "words", ["end of September", "09/12/2026 23:59", "2026-09-09T23:59:59", "2026/02/30 10:00:00", 46126]
)
def test_s_71_s_74_s_75_a_last_day_in_another_form_is_a_note_and_not_a_guess(words):
    call = read(a_row(currentStatuses=[a_period(feedbackEndDate=words)]))
    assert call.deadlines is None
    assert UNREAD_DEADLINE in call.notes


def test_s_77_a_year_out_of_our_time_is_kept_with_a_note():
    call = read(a_row(currentStatuses=[a_period(feedbackEndDate="2206/09/09 23:59:59")]))
    assert call.notes == (ODD_YEAR,)


def test_s_80_an_initiative_that_opens_after_its_last_day_is_left_out():
    found = parse_initiative(a_row(currentStatuses=[a_period(feedbackStartDate="2026/12/18 00:00:00")]))
    assert isinstance(found, Skipped)


def test_one_whose_last_day_has_passed_is_closed_by_its_date_whatever_the_service_says():
    call = read(a_row())
    assert call.announced is Status.OPEN
    assert call.status(datetime(2026, 10, 27, tzinfo=BRUSSELS)) is Status.CLOSED


# Which period


@pytest.mark.parametrize("status", ["CLOSED", "DISABLED"])
def test_an_initiative_that_takes_no_feedback_is_no_consultation(status):
    assert parse_initiative(a_row(currentStatuses=[a_period(status)])) is None
    assert parse_initiative(a_row(currentStatuses=[])) is None


@pytest.mark.parametrize("periods", [None, "OPEN", {"a": 1}, ["OPEN"], 3])
def test_s_47_an_initiative_without_a_list_of_periods_is_left_out(periods):
    assert isinstance(parse_initiative(a_row(currentStatuses=periods)), Skipped)


def test_the_dates_are_those_of_the_period_that_is_open():
    over = a_period("CLOSED", feedbackStartDate="2026/03/01 09:00:00", feedbackEndDate="2026/03/29 23:59:59")
    call = read(a_row(currentStatuses=[over | {"isCurrent": False}, a_period(isCurrent=False)]))
    assert (call.opening_date, call.deadlines) == (date(2026, 8, 3), (Deadline.on(date(2026, 10, 26)),))


def test_of_two_open_periods_the_current_one_counts_and_of_two_current_ones_both_last_days():
    soon = a_period(feedbackEndDate="2026/09/01 23:59:59")
    one = read(a_row(currentStatuses=[soon | {"isCurrent": False}, a_period()]))
    two = read(a_row(currentStatuses=[a_period(), soon]))
    assert one.deadlines == (Deadline.on(date(2026, 10, 26)),)
    assert two.deadlines == (Deadline.on(date(2026, 9, 1)), Deadline.on(date(2026, 10, 26)))
    assert two.deadline_model is DeadlineModel.CUT_OFFS


def test_a_planned_period_with_both_its_days_is_forthcoming_though_a_closed_one_is_called_current():
    closed = a_period("CLOSED", feedbackStartDate=None, feedbackEndDate="2026/06/23 23:59:59")
    planned = a_period(
        "UPCOMING",
        feedbackStartDate="2026/10/01 00:00:00",
        feedbackEndDate="2026/12/31 00:00:00",
        isCurrent=False,
    )
    call = read(a_row(currentStatuses=[closed, planned]))
    assert call.status(NOW) is Status.FORTHCOMING
    assert call.notes == (PLANNED,)
    assert (call.opening_date, call.deadlines) == (date(2026, 10, 1), (Deadline.on(date(2026, 12, 31)),))


def test_what_is_planned_from_a_day_is_not_open_on_it_until_the_publisher_says_so():
    """Planned periods are often a whole quarter, midnight to midnight."""
    call = read(a_row(currentStatuses=[a_period("UPCOMING", feedbackStartDate="2026/10/01 00:00:00")]))
    said = replace(call, announced=Status.OPEN)
    for day, status, then in (
        (date(2026, 9, 30), Status.FORTHCOMING, Status.FORTHCOMING),
        (date(2026, 10, 2), Status.FORTHCOMING, Status.OPEN),
        (date(2026, 10, 27), Status.CLOSED, Status.CLOSED),
    ):
        now = datetime(day.year, day.month, day.day, 8, 0, tzinfo=BRUSSELS)
        assert (call.status(now), said.status(now)) == (status, then)


@pytest.mark.parametrize("unknown", ["feedbackStartDate", "feedbackEndDate"])
def test_a_planned_period_without_its_days_is_not_shown(unknown):
    assert parse_initiative(a_row(currentStatuses=[a_period("UPCOMING", **{unknown: None})])) is None


def test_a_period_planned_years_ago_that_never_ran_gives_way_to_the_one_to_come():
    old = a_period("UPCOMING", feedbackStartDate="2020/01/01 00:00:00", feedbackEndDate="2020/03/31 00:00:00")
    new = a_period("UPCOMING", feedbackStartDate="2027/01/01 00:00:00", feedbackEndDate="2027/03/31 00:00:00")
    assert read(a_row(currentStatuses=[new, old])).opening_date == date(2027, 1, 1)
    assert read(a_row(currentStatuses=[old])).status(NOW) is Status.CLOSED


def test_s_55_a_new_word_for_the_state_is_kept_with_a_note_and_the_dates_decide():
    call = read(a_row(currentStatuses=[a_period("PAUSED")]))
    assert (call.announced, call.notes) == (None, (UNKNOWN_STATUS,))
    assert call.status(NOW) is Status.OPEN


@pytest.mark.parametrize(
    ("act", "said"),
    [("REG_DEL", "delegated regulation"), ("SOMETHING_NEW", "SOMETHING_NEW"), (None, None), (7, None)],
)
def test_the_kind_of_act_is_said_in_words_where_we_know_it(act, said):
    keywords = read(a_row(foreseenActType=act, topics=[])).keywords
    assert keywords == ((said,) if said else ())


def test_every_kind_of_act_that_we_know_has_a_swedish_word():
    assert set(ACT_TYPES.values()) == set(ACT_LABELS)


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
