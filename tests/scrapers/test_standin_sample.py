"""The sample that comes with the program never grows stale."""

import tomllib
from datetime import date, timedelta

import pytest
from standin_folder import TODAY, all_of, asking, value

from scrapers.standin.pages import read_euroaccess
from scrapers.standin.records import read_folder
from scrapers.standin.sample import sample_folder

WRITTEN = tomllib.loads((sample_folder() / "sample.toml").read_text())["written"]
DAYS = [WRITTEN + timedelta(days=days) for days in (0, 1, 6, 7, 30, 61, 100, 200, 300, 365, 500, 1000)]


def sample_on(day: date) -> dict[str, dict]:
    return {row["reference"]: row for row in read_folder(sample_folder(), day).rows}


def days_in(row: dict) -> list[date]:
    given = row["metadata"].get("startDate", []) + row["metadata"].get("deadlineDate", [])
    return [date.fromisoformat(one[:10]) for one in given]


@pytest.mark.parametrize("day", DAYS)
def test_every_call_keeps_its_weekdays_and_most_are_open_or_forthcoming(day):
    first, now = sample_on(WRITTEN), sample_on(day)
    assert first.keys() == now.keys()
    alive = 0
    for reference, row in now.items():
        assert [one.weekday() for one in days_in(row)] == [one.weekday() for one in days_in(first[reference])]
        alive += max(days_in(row)) >= day
    assert alive / len(now) >= 0.8


@pytest.mark.parametrize("day", DAYS)
def test_the_status_follows_the_opening_day(day):
    for row in sample_on(day).values():
        opens = value(row, "startDate")
        ahead = opens is not None and date.fromisoformat(opens[:10]) > day
        assert value(row, "status") == ("31094501" if ahead else "31094502")


def test_dates_move_by_whole_weeks():
    first, later = sample_on(WRITTEN), sample_on(WRITTEN + timedelta(days=20))
    moved = {
        then - now
        for reference, row in first.items()
        for now, then in zip(days_in(row), days_in(later[reference]), strict=True)
    }
    assert moved == {timedelta(weeks=2)}


def test_the_sample_has_every_kind_of_call():
    kinds = [value(row, "type") for row in sample_on(TODAY).values()]
    assert kinds.count("1") >= 100
    assert kinds.count("2") >= 3
    assert kinds.count("8") >= 5


def test_the_dates_of_euroaccess_move_too():
    first = read_euroaccess(sample_folder(), WRITTEN)
    later = read_euroaccess(sample_folder(), WRITTEN + timedelta(weeks=5, days=3))
    assert len(first) >= 10
    for now, then in zip(first, later, strict=True):
        assert _day(then["deadline_text"]) - _day(now["deadline_text"]) == timedelta(weeks=5)
        assert now["deadline_text"][10:] == then["deadline_text"][10:]


def _day(text: str) -> date:
    day, month, year = text[:10].split(".")
    return date(int(year), int(month), int(day))


def test_the_sample_is_served_over_http():
    with asking(sample_folder()) as portal:
        page = portal.search(all_of({"term": {"identifier": "CERV-2026-CITIZENS-TOWN-TT"}}))
        assert page["totalResults"] in (1, 2)
        assert portal.get("/en/calls?keyword=&submit=&sent=search").status_code == 200
