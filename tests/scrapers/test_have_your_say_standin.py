"""Have your say end to end: the real fetcher, the stand-in over HTTP, and its bad days."""

import gzip
import json
from datetime import date, timedelta

import httpx
import pytest
from scripted_server import page, serving
from standin_folder import TODAY

from calls.vocabulary import Status
from scrapers.errors import HarvestRefused, ScraperError, SourceBlocked, SourceChanged
from scrapers.fetch import Fetcher
from scrapers.run import HarvestedCalls, crawl, judge
from scrapers.sources.have_your_say import HAVE_YOUR_SAY, SEARCH, UNREAD_SUMMARY
from scrapers.standin.consultations import DETAIL, LIST, SITE, read_consultations
from scrapers.standin.sample import sample_folder
from scrapers.standin.server import serve

SHELL = b"<!doctype html><html><head><title>Have your say</title></head></html>"


@pytest.fixture(scope="module")
def running():
    with serve(sample_folder(), 0, today=TODAY, controls=True) as standin:
        yield standin


@pytest.fixture
def standin(running):
    yield running
    running.faults.set({})


def harvest(url: str) -> HarvestedCalls:
    fetcher = Fetcher(HAVE_YOUR_SAY, user_agent="test", base_url=url, sleep=lambda seconds: None)
    try:
        return crawl(HAVE_YOUR_SAY, fetcher, {})
    finally:
        fetcher.close()


def judged(url: str) -> HarvestedCalls:
    found = harvest(url)
    judge(HAVE_YOUR_SAY, found, None, TODAY)
    return found


def test_every_consultation_comes_with_its_summary_and_both_titles(standin):
    found = judged(standin.url)
    assert len(found.calls) == 14
    first = found.calls[0]
    assert first.title.startswith("Public procurement")
    assert first.title_in("sv").text.startswith("Offentlig upphandling")
    assert all(len(call.sections) == 1 for call in found.calls)


@pytest.mark.parametrize(
    ("fault", "error", "said"),
    [
        pytest.param({"html": True}, SourceChanged, "inte JSON", id="S-48 HTML shell"),
        pytest.param({"broken_json": True}, SourceChanged, "inte JSON", id="S-45 cut JSON"),
        pytest.param({"half": True}, SourceChanged, "7 initiativ kom där 14 utlovades", id="S-25 short page"),
        pytest.param({"moving_total": True}, SourceChanged, "utlovades", id="S-26 moving total"),
        pytest.param({"empty": True}, HarvestRefused, "0 EU-samråd kom", id="S-18 empty list"),
        pytest.param({"no_status": True}, HarvestRefused, "0 EU-samråd kom", id="S-47 no current status"),
        pytest.param({"odd_dates": True}, HarvestRefused, "deadlines", id="S-71 odd dates"),
        pytest.param({"status": 403}, SourceBlocked, "403", id="S-18 refused"),
        pytest.param({"status": 406}, SourceChanged, "406", id="S-47 not acceptable"),
    ],
)
def test_a_bad_day_of_the_list_is_a_refused_harvest_and_not_a_short_one(standin, fault, error, said):
    standin.faults.set(fault | {"only": LIST})
    with pytest.raises(error, match=said):
        judged(standin.url)


@pytest.mark.parametrize(
    "fault", [{"html": True}, {"broken_json": True}, {"status": 404}, {"status": 500}, {"cut_off": True}]
)
def test_a_bad_day_of_the_initiatives_own_pages_loses_none_of_them(standin, fault):
    standin.faults.set(fault | {"only": DETAIL})
    found = judged(standin.url)
    assert len(found.calls) == 14
    assert {call.notes for call in found.calls} == {(UNREAD_SUMMARY,)}


def test_s_17_a_passing_500_is_tried_again(standin):
    standin.faults.set({"status": 500, "times": 2, "only": LIST})
    assert len(judged(standin.url).calls) == 14


def test_a_filter_that_the_service_ignores_adds_what_is_planned_and_nothing_that_is_over(standin):
    standin.faults.set({"no_filter": True})
    found = judged(standin.url)
    states = [call.announced for call in found.calls]
    assert (states.count(Status.OPEN), states.count(Status.FORTHCOMING)) == (14, 2)
    assert not any("Noise" in call.title for call in found.calls)


def test_the_stand_in_behaves_as_the_service_was_seen_to(standin):
    with httpx.Client(base_url=standin.url, timeout=120) as http:
        assert http.get(LIST, params={"sort": "startDate,DESC"}).status_code == 406
        shell = http.get(SITE + "api/groupInitiatives")
        assert (shell.status_code, shell.headers["content-type"].split(";")[0]) == (200, "text/html")
        every = http.get(LIST, params={"size": "300"}).json()["initiativeResultDtoPage"]
        assert (every["totalElements"], every["size"]) == (18, 100)
        paged = http.get(LIST, params={"size": "5", "page": "3"}).json()["initiativeResultDtoPage"]
        assert (len(paged["content"]), paged["totalPages"]) == (3, 4)
        row = every["content"][0]
        assert isinstance(row["id"], float)
        assert {one["language"] for one in row["initiativeTranslations"]} >= {"EN", "SV", "FR"}
        assert "dossierSummary" not in row
        assert http.get(f"{DETAIL}1").status_code == 400


@pytest.mark.parametrize("days", [0, 1, 6, 7, 30, 100, 365, 1000])
def test_the_samples_consultations_move_by_whole_weeks_and_stay_open(days):
    first, now = (read_consultations(sample_folder(), day) for day in (TODAY, TODAY + timedelta(days=days)))
    open_now = [one for one in now if one["currentStatuses"][-1]["receivingFeedbackStatus"] == "OPEN"]
    assert 12 <= len(open_now) <= 16
    for before, after in zip(first, now, strict=True):
        ends = [_day(one["currentStatuses"][-1]["feedbackEndDate"]) for one in (before, after)]
        assert (ends[1] - ends[0]) == timedelta(weeks=days // 7)


def _day(words: str) -> date:
    return date(*(int(part) for part in words[:10].split("/")))


def test_a_folder_without_consultations_has_none_and_the_others_are_served(tmp_path):
    assert read_consultations(tmp_path, TODAY) == ()


def test_s_01_a_packed_answer_is_unpacked_and_a_shell_with_status_200_is_not_a_list():
    answer = {"initiativeResultDtoPage": {"content": [], "totalElements": 0}}
    with serving() as script:
        script.answers[SEARCH] = page(
            gzip.compress(json.dumps(answer).encode()),
            content_type="application/json",
            Content_Encoding="gzip",
        )
        assert harvest(script.url).calls == ()
        assert all("language=EN" in asked for asked in script.asked if SEARCH in asked)
        script.answers[SEARCH] = page(SHELL)
        with pytest.raises(SourceChanged, match="inte JSON"):
            harvest(script.url)


def test_s_21_a_robots_file_that_shuts_the_service_is_obeyed():
    with serving() as script:
        script.answers["/robots.txt"] = page(
            b"User-agent: *\nDisallow: /info/law/", content_type="text/plain"
        )
        with pytest.raises(ScraperError, match="robots"):
            harvest(script.url)
        assert script.asked == ["/robots.txt"]


def test_an_answer_that_was_cut_is_asked_for_once_more():
    row = {"id": 1.0, "shortTitle": "Rules", "currentStatuses": []}
    whole = json.dumps({"initiativeResultDtoPage": {"content": [row], "totalElements": 1}}).encode()
    with serving() as script:
        script.answers[SEARCH] = [page(whole[:40]), page(whole)]
        assert harvest(script.url).skipped == ()
        assert sum(SEARCH in asked for asked in script.asked) == 2
