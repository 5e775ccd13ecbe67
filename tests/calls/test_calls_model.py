"""A call's deadlines and status, by its dates."""

from datetime import UTC, date, datetime, timedelta

import pytest

from builders import NOW, STOCKHOLM, a_call
from calls.model import BRUSSELS, CallSection, Deadline, Title
from calls.vocabulary import DeadlineModel, SectionKind, Status

TODAY = date(2026, 8, 22)


def in_days(days: int, **kept) -> Deadline:
    return Deadline(at=NOW + timedelta(days=days), **kept)


def test_a_deadline_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        Deadline(at=datetime(2026, 9, 1, 17, 0))  # noqa: DTZ001 - the fault under test


def test_a_call_without_a_title_is_refused():
    with pytest.raises(ValueError, match="without a title"):
        a_call(title=" ")


@pytest.mark.parametrize("sign", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_no_sign_in_a_title_turns_the_text_around_it(sign):
    call = a_call(title=f"Town {sign}gninniwt", titles=(Title(language="sv", text=f"Orter{sign} och byar"),))
    assert (call.title, call.title_in("sv").text) == ("Town gninniwt", "Orter och byar")


def test_a_title_in_hebrew_keeps_its_letters():
    assert a_call(title="\u05e2\u05d1\u05e8\u05d9\u05ea").title == "\u05e2\u05d1\u05e8\u05d9\u05ea"


def test_deadlines_out_of_order_are_refused():
    with pytest.raises(ValueError, match="out of order"):
        a_call(deadlines=(in_days(2), in_days(1)))


@pytest.mark.parametrize("rate", [-0.1, 1.1, 85])
def test_a_cofinancing_rate_is_a_share(rate):
    with pytest.raises(ValueError, match="not a share"):
        a_call(cofinancing_rate=rate)


def test_the_next_deadline_is_the_first_that_has_not_passed():
    call = a_call(deadlines=(in_days(-1), in_days(3), in_days(9)), deadline_model=DeadlineModel.CUT_OFFS)
    assert call.next_deadline(NOW) == in_days(3)
    assert call.days_left(NOW) == 3
    assert call.status(NOW) is Status.OPEN


def test_who_missed_the_first_of_two_stages_is_out():
    call = a_call(deadlines=(in_days(-1), in_days(90)), deadline_model=DeadlineModel.TWO_STAGE)
    assert call.next_deadline(NOW) is None
    assert call.days_left(NOW) is None
    assert call.status(NOW) is Status.CLOSED


def test_before_the_first_stage_a_two_stage_call_is_open_until_it():
    call = a_call(deadlines=(in_days(5), in_days(90)), deadline_model=DeadlineModel.TWO_STAGE)
    assert call.days_left(NOW) == 5
    assert call.status(NOW) is Status.OPEN


@pytest.mark.parametrize(
    ("now", "status"),
    [
        (datetime(2026, 8, 22, 23, 59, 58, tzinfo=BRUSSELS), Status.OPEN),
        (datetime(2026, 8, 22, 21, 59, 59, tzinfo=UTC), Status.OPEN),
        (datetime(2026, 8, 23, 0, 0, tzinfo=BRUSSELS), Status.CLOSED),
    ],
)
def test_a_deadline_by_day_lasts_to_the_end_of_the_day_in_brussels(now, status):
    call = a_call(deadlines=(Deadline.on(TODAY),))
    assert call.status(now) is status
    assert Deadline.on(TODAY).by_day


def test_on_its_own_day_a_deadline_is_zero_days_away():
    assert a_call(deadlines=(Deadline.on(TODAY),)).days_left(NOW) == 0


@pytest.mark.parametrize(
    ("now", "day", "left"),
    [
        pytest.param(datetime(2026, 10, 24, 12, tzinfo=STOCKHOLM), date(2026, 10, 26), 2, id="autumn, 25 h"),
        pytest.param(datetime(2027, 3, 27, 23, tzinfo=STOCKHOLM), date(2027, 3, 29), 2, id="spring, 23 h"),
        pytest.param(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), date(2026, 10, 25), 0, id="the doubled hour"),
        pytest.param(
            datetime(2026, 8, 22, 22, 30, tzinfo=UTC), date(2026, 8, 23), 0, id="past midnight there"
        ),
    ],
)
def test_days_left_are_counted_in_brussels_days_also_over_clock_changes(now, day, left):
    assert a_call(deadlines=(Deadline.on(day),)).days_left(now) == left


def test_a_deadlines_day_is_the_day_in_brussels():
    assert Deadline(at=datetime(2026, 9, 15, 22, 30, tzinfo=UTC)).day == date(2026, 9, 16)


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        pytest.param({}, Status.OPEN, id="says nothing"),
        pytest.param({"deadlines": ()}, Status.OPEN, id="open until further notice"),
        pytest.param({"announced": Status.CLOSED}, Status.CLOSED, id="no dates, says closed"),
        pytest.param({"announced": Status.FORTHCOMING}, Status.FORTHCOMING, id="no dates, says forthcoming"),
        pytest.param({"opening_date": TODAY + timedelta(days=1)}, Status.FORTHCOMING, id="opens tomorrow"),
        pytest.param({"opening_date": TODAY}, Status.OPEN, id="opens today"),
        pytest.param(
            {"opening_date": TODAY, "announced": Status.FORTHCOMING},
            Status.OPEN,
            id="code lags behind opening",
        ),
        pytest.param(
            {"deadlines": (in_days(1),), "announced": Status.CLOSED},
            Status.OPEN,
            id="code against a deadline",
        ),
        pytest.param(
            {"deadlines": (in_days(-1),), "announced": Status.OPEN}, Status.CLOSED, id="never past a deadline"
        ),
        pytest.param(
            {"deadlines": (in_days(-1),), "opening_date": TODAY + timedelta(days=9)},
            Status.CLOSED,
            id="a passed deadline before an odd opening",
        ),
    ],
)
def test_the_status_follows_the_dates_and_the_word_only_where_there_are_none(facts, status):
    assert a_call(**facts).status(NOW) is status


def test_a_section_is_found_by_its_kind():
    call = a_call(sections=(CallSection(kind=SectionKind.SCOPE, text="Städer"),))
    assert call.section(SectionKind.SCOPE) == "Städer"
    assert call.section(SectionKind.SUMMARY) is None
