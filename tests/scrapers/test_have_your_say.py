"""Have your say: what an answer in the documented form is read to (`eu-portal.md` section 14, `sources.md` 3.3)."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from an_initiative import a_period, a_row, in_languages, read

from builders import NOW
from calls.kinds import ACT_LABELS
from calls.model import BRUSSELS, Deadline, Title
from calls.vocabulary import CONSULTATION, DeadlineModel, Status
from scrapers.notes import LONG_TITLE, UNKNOWN_STATUS, UNREAD_DEADLINE
from scrapers.source import Skipped
from scrapers.sources.initiatives import ACT_TYPES, PLANNED, parse_initiative
from scrapers.values import ODD_YEAR


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
