"""The sources through the real fetcher against the stand-in server and its sample."""

from collections import Counter
from datetime import date

import pytest

from calls.vocabulary import Status
from scrapers.fetch import Fetcher
from scrapers.run import HarvestedCalls, crawl, judge
from scrapers.sources import source
from scrapers.sources.portal_calls import PASSED_OR_CONTINUOUS
from scrapers.standin.sample import sample_folder
from scrapers.standin.server import serve


@pytest.fixture(scope="module")
def standin():
    """A stand-in over the sample, as of a fixed day, on any free port."""
    with serve(sample_folder(), 0, today=date(2026, 8, 22)) as running:
        yield f"http://127.0.0.1:{running.server_address[1]}"


def harvest(key: str, base_url: str, **options: str) -> HarvestedCalls:
    fetcher = Fetcher(source(key), user_agent="test", base_url=base_url, sleep=lambda seconds: None)
    try:
        return crawl(source(key), fetcher, options)
    finally:
        fetcher.close()


def test_the_samples_portal_is_a_sound_harvest_without_a_skipped_record(standin):
    found = harvest("eu-portal", standin, types="1,8,2")
    judge(source("eu-portal"), found, usual=None)
    assert found.skipped == ()
    kinds = Counter(call.kind for call in found.calls)
    assert kinds["1"] > 100
    assert kinds["8"]
    assert kinds["2"]


def test_every_identifier_of_a_topic_is_one_call_whatever_copies_the_index_holds(standin):
    found = harvest("eu-portal", standin, types="1")
    identifiers = [call.identifier for call in found.calls]
    assert len(set(identifiers)) == len(identifiers)
    assert {call.announced for call in found.calls} <= {Status.OPEN, Status.FORTHCOMING}


def test_a_label_that_runs_on_stays_with_a_note(standin):
    noted = [call for call in harvest("eu-portal", standin).calls if PASSED_OR_CONTINUOUS in call.notes]
    assert [call.deadlines for call in noted] == [()]


def test_the_samples_euroaccess_is_a_sound_harvest_without_a_skipped_page(standin):
    found = harvest("euroaccess", standin)
    judge(source("euroaccess"), found, usual=None)
    assert found.skipped == ()
    assert all(call.eligible_applicants and call.eligible_countries for call in found.calls)


def test_the_samples_consultations_are_a_sound_harvest_with_titles_in_swedish_too(standin):
    found = harvest("have-your-say", standin)
    judge(source("have-your-say"), found, usual=None)
    assert found.skipped == ()
    assert all(call.is_consultation and call.title_in("sv").language == "sv" for call in found.calls)
    assert all(call.sections and call.identifier and not call.notes for call in found.calls)
