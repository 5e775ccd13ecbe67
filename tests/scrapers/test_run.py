"""D1: a harvest that cannot be true is refused as a whole."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from scripted_server import a_source

from builders import a_scraped_call
from calls.model import Deadline
from scrapers.errors import HarvestRefused, SourceChanged
from scrapers.run import HarvestedCalls, crawl, judge
from scrapers.source import Skipped

SOURCE = a_source(min_calls=20, fill_rates={"deadlines": 0.9, "sections": 0.0, "programme": 0.5})


TODAY = date(2026, 8, 22)


def healthy(count: int = 100) -> list:
    return [
        a_scraped_call(
            reference=f"{n}TOPICSen",
            title=f"Call {n}",
            programme="CERV",
            deadlines=(Deadline.on(date(2026, 9, 1) + timedelta(days=n)),),
        )
        for n in range(count)
    ]


def harvest(calls, skipped=()) -> HarvestedCalls:
    return HarvestedCalls(calls=tuple(calls), skipped=tuple(skipped))


def test_a_healthy_harvest_is_sound():
    judge(SOURCE, harvest(healthy()), usual=100)


def test_a_harvest_may_shrink_as_calls_close():
    judge(SOURCE, harvest(healthy(65)), usual=100)


BROKEN = {
    "empty": harvest([]),
    "one": harvest(healthy(1)),
    "half": harvest(healthy(50)),
    "no deadlines": harvest([replace(call, deadlines=None) for call in healthy()]),
    "S-78 all deadlines alike and today": harvest(
        [replace(call, deadlines=(Deadline.on(TODAY),)) for call in healthy()]
    ),
    "S-40 every title the site's name": harvest(
        [replace(call, title="Funding & Tenders") for call in healthy()]
    ),
    "programme gone": harvest([replace(call, programme=None) for call in healthy()]),
    "a fifth not understood": harvest(
        healthy(80), [Skipped(reference=str(n), reason="x") for n in range(20)]
    ),
}


@pytest.mark.parametrize("found", BROKEN.values(), ids=BROKEN.keys())
def test_d1_a_broken_harvest_is_refused(found):
    with pytest.raises(HarvestRefused):
        judge(SOURCE, found, usual=100, today=TODAY)


def test_s_78_one_deadline_ahead_for_all_of_a_programme_is_no_fault():
    alike = [replace(call, deadlines=(Deadline.on(TODAY + timedelta(days=1)),)) for call in healthy()]
    judge(SOURCE, harvest(alike), usual=100, today=TODAY)


def test_texts_are_asked_of_topics_only():
    asks_texts = replace(SOURCE, fill_rates={"sections": 0.5})
    cascade = [replace(call, sections=(), kind="8") for call in healthy()]
    judge(asks_texts, harvest(cascade), usual=100, today=TODAY)
    with pytest.raises(HarvestRefused):
        judge(asks_texts, harvest([replace(call, kind="1") for call in cascade]), 100, TODAY)


def test_silence_of_a_running_call_is_not_a_missing_deadline():
    running = [replace(call, deadlines=()) for call in healthy()]
    judge(SOURCE, harvest(running), usual=100)


def test_s_25_a_source_that_breaks_off_gives_nothing():
    def breaks_off(fetch, options):
        yield from healthy(40)
        raise SourceChanged("page 3 of 7")

    with pytest.raises(SourceChanged):
        crawl(a_source(crawl=breaks_off), None, {})


def test_odd_calls_are_kept_apart_and_the_count_is_told():
    told = []

    def odd(fetch, options):
        yield from healthy(2)
        yield Skipped(reference="9", reason="no title")

    found = crawl(a_source(crawl=odd), None, {}, told.append)
    assert (len(found.calls), len(found.skipped), told) == (2, 1, [1, 2])
