"""Strict readers: every written form they know, and the refusal of every other."""

from datetime import date, datetime

import pytest

from calls.model import BRUSSELS, Deadline
from scrapers.values import (
    Sum,
    amount,
    checked_dates,
    dotted_day,
    dotted_deadline,
    json_in,
    portal_day,
    portal_deadline,
    share,
    whole_euro,
)


@pytest.mark.parametrize("offset", ["+0000", "+0100", "+0200", "+02:00", "Z", ""])
def test_the_portals_clock_is_brussels_whatever_offset_it_writes(offset):
    deadline = portal_deadline(f"2026-12-31T17:00:00.000{offset}")
    assert deadline == Deadline(at=datetime(2026, 12, 31, 17, 0, tzinfo=BRUSSELS))
    assert not deadline.by_day


def test_midnight_at_the_portal_means_that_only_the_day_is_known():
    assert portal_deadline("2026-09-23T00:00:00.000+0000") == Deadline.on(date(2026, 9, 23))


def test_seconds_of_the_portals_clock_are_noise():
    assert portal_deadline("2026-09-30T12:00:27.000+0000") == portal_deadline("2026-09-30T12:00:41.000+0000")


@pytest.mark.parametrize(
    "words",
    [
        "46126",
        "",
        "2026-02-30T00:00:00.000+0000",
        "2026-13-01",
        "31/12/2026",
        "löpande",
        "2026-12-31T25:00",
        "12.3.2027",
    ],
    ids=[
        "S-74 serial",
        "empty",
        "S-75 30 February",
        "S-75 month 13",
        "slashes",
        "words",
        "S-75 hour 25",
        "S-71 dots",
    ],
)
def test_what_is_no_instant_of_the_portal_is_refused(words):
    with pytest.raises(ValueError):  # noqa: PT011 - the sentence differs by case
        portal_day(words)


def test_a_dotted_deadline_is_brussels_time():
    assert dotted_deadline("27.01.2026 17:00").at == datetime(2026, 1, 27, 17, 0, tzinfo=BRUSSELS)
    assert dotted_deadline("27.01.2026") == Deadline.on(date(2026, 1, 27))
    assert dotted_day("23.02.2022") == date(2022, 2, 23)


def test_s_75_twenty_four_hundred_is_the_last_minute_of_its_day():
    assert dotted_deadline("31.12.2026 24:00").at == datetime(2026, 12, 31, 23, 59, tzinfo=BRUSSELS)


@pytest.mark.parametrize(
    "words", ["30.02.2026", "1.13.2026", "01.01.2026 25:00", "01/02/2026", "01.02.26", "soon"]
)
def test_s_75_a_dotted_day_that_does_not_exist_is_refused(words):
    with pytest.raises(ValueError, match=words.split(".")[0]):
        dotted_deadline(words)


@pytest.mark.parametrize(
    ("day", "hour", "utc"),
    [(date(2027, 3, 28), 2, 1), (date(2026, 10, 25), 2, 0)],
    ids=["S-76 skipped hour: the later instant", "S-76 doubled hour: the earlier instant"],
)
def test_s_76_a_deadline_in_the_hour_of_a_clock_change(day, hour, utc):
    deadline = dotted_deadline(f"{day:%d.%m.%Y} {hour:02}:30")
    assert deadline.at.timestamp() == datetime.fromisoformat(f"{day}T{utc:02}:30:00+00:00").timestamp()


def test_s_77_a_year_beyond_belief_is_kept_with_a_note():
    assert checked_dates(None, (Deadline.on(date(2206, 1, 1)),))
    assert checked_dates(date(2021, 5, 1), (Deadline.on(date(2027, 1, 1)),)) == ()


def test_s_80_opening_after_the_last_deadline_is_refused():
    with pytest.raises(ValueError, match=r"öppnar 2026-05-02, efter sista dagen 2026-05-01"):
        checked_dates(date(2026, 5, 2), (Deadline.on(date(2026, 5, 1)),))


@pytest.mark.parametrize(
    "words",
    [
        "EUR 1.500.000",
        "1 500 000 €",
        "1\u202f500\u202f000 €",
        "1,5 M€",
        "€1.5 million",
        "€ 1,500,000.00",
        "1.5 MEUR",
    ],
)
def test_s_82_one_and_a_half_million_euro_in_every_way_it_is_written(words):
    assert amount(words, decimal=".") == Sum(amount=1_500_000, currency="EUR")


def test_s_83_a_lone_separator_is_read_by_the_sources_rule():
    assert amount("1.500", decimal=",").amount == 1500
    assert amount("1.500", decimal=".").amount == 2
    assert amount("1,500", decimal=".").amount == 1500


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("60 miljoner kronor", Sum(amount=60_000_000, currency="SEK")),
        ("2 mkr", Sum(amount=2_000_000, currency="SEK")),
        ("9,4 mnkr", Sum(amount=9_400_000, currency="SEK")),
        ("50\u00a0000 kr", Sum(amount=50_000, currency="SEK")),
        ("300 tkr", Sum(amount=300_000, currency="SEK")),
        ("10 miljoner", Sum(amount=10_000_000)),
        ("EUR 2,88 million", Sum(amount=2_880_000, currency="EUR")),
        ("€ 3,333,333.33", Sum(amount=3_333_333, currency="EUR")),
    ],
)
def test_s_84_units_and_currencies_are_read_and_never_converted(words, expected):
    assert amount(words, decimal="," if "kr" in words else ".") == expected


@pytest.mark.parametrize(
    "words", ["-5", "n/a", "see call text", "10^9", "€ 3,5000,00.00", "1-7 miljoner", "5 € 6", "", "7 apples"]
)
def test_s_85_what_is_not_plainly_one_sum_is_refused(words):
    with pytest.raises(ValueError, match="is not"):
        amount(words, decimal=".")


def test_the_portals_sums_are_numbers_or_digits_and_zero_is_not_given():
    assert [whole_euro(value) for value in (5164000, "5164000", "2500000.00", 0, "0")] == [
        5164000,
        5164000,
        2500000,
        None,
        None,
    ]


@pytest.mark.parametrize(
    "value", [-5, "1 000", "1e9", "", "n/a", None, True, float("nan"), float("inf"), 10**15, [1]]
)
def test_s_85_other_values_are_no_sums(value):
    with pytest.raises(ValueError, match="is not a sum"):
        whole_euro(value)


def test_a_share_is_one_percentage():
    assert [share(words) for words in ("80%", "90 %", "46 procent", "62,5%")] == [0.8, 0.9, 0.46, 0.625]


@pytest.mark.parametrize("words", ["1000%", "30 - 70%", "50% (SMEs: 75%)", "101%", "0%", "up to 60%", "80"])
def test_ranges_splits_and_typing_errors_are_no_share(words):
    with pytest.raises(ValueError, match="is not"):
        share(words)


@pytest.mark.parametrize(
    "text",
    ["[NaN]", "[Infinity]", '{"a":', "[" * 200_000, "[" + "9" * 5_000 + "]", "'a'"],
    ids=lambda text: text[:12],
)
def test_s_44_s_45_json_that_is_none_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - the sentence differs by case
        json_in(text)


def test_a_day_whose_clock_only_shows_seconds_is_still_a_bare_day():
    assert portal_deadline("2026-09-30T00:00:37.000+0000") == Deadline.on(date(2026, 9, 30))
