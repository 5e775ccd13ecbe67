"""The portal once more, by another hand: a small service written from `eu-portal.md` alone, over its own records.

It shares nothing with `scrapers/standin`, so that a misreading there cannot hide one here. What counts is what
`fondvakt collect --json` and `fondvakt calls --json` print.
"""

import json
import os
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest
import structlog
from portal_by_another_hand import (
    FORTHCOMING,
    INSTANT,
    Record,
    Service,
    a_cascade,
    a_record,
    a_topic,
    served,
)
from typer.testing import CliRunner

import cli
from pipeline.logs import start_logging


class Watch:
    """An installation of Fondvakt that collects from the service."""

    def __init__(self, folder, service: Service) -> None:
        self.service = service
        self.settings = {
            "FONDVAKT_DATA_DIR": str(folder / "data"),
            "FONDVAKT_SOURCE_EU_PORTAL_URL": service.url,
            "FONDVAKT_NOW": "2026-08-22T06:00:00+02:00",
        }

    def collect(self, now: str | None = None, **more: str) -> dict[str, Any]:
        """What `collect eu-portal --json` says of the source, with the exit code and what was said beside it."""
        code, printed, beside = self._run(["collect", "eu-portal", "--json"], now, more)
        [source] = printed["sources"]
        return source | {"code": code, "said": beside}

    def calls(self) -> dict[str, dict[str, Any]]:
        """What `calls --json` lists, by reference."""
        code, printed, _ = self._run(["calls", "--json"])
        assert code == 0
        return {call["reference"]: call for call in printed["calls"]}

    def _run(self, arguments: list[str], now: str | None = None, more: Mapping[str, str] | None = None):
        settings = self.settings | (more or {}) | ({"FONDVAKT_NOW": now} if now else {})
        ours = {name: None for name in os.environ if name.startswith("FONDVAKT_")}
        start_logging()
        result = CliRunner().invoke(cli.app, arguments, env=ours | settings)
        structlog.reset_defaults()
        return result.exit_code, json.loads(result.stdout), result.stderr


@pytest.fixture
def watch(tmp_path):
    with served([]) as service:
        yield Watch(tmp_path, service)


def topics(count: int) -> list[Record]:
    return [a_topic(number) for number in range(1, count + 1)]


def counts(source: Mapping[str, Any]) -> tuple[int, int, int, int]:
    return source["new"], source["changed"], source["unchanged"], source["unseen"]


def test_every_distinct_call_of_three_pages_is_stored_once_and_the_second_reading_is_silent(watch):
    rows = topics(230)
    watch.service.records = [*rows, rows[3], rows[98], rows[99], rows[100]]
    assert counts(watch.collect()) == (230, 0, 0, 0)
    assert counts(watch.collect()) == (0, 0, 230, 0)
    assert set(watch.calls()) == {row["reference"] for row in rows}


def test_a_handful_of_records_is_a_sound_first_harvest_of_a_named_address(watch):
    watch.service.records = topics(3)
    assert watch.collect()["code"] == 0
    assert len(watch.calls()) == 3


def test_values_may_be_bare_numbers_or_missing_and_offsets_are_not_believed(watch):
    bare = a_topic(1, identifier="LIFE-2026-JUDGE-1", type=1, status=31094502, title="  A  bare   title ")
    sparse = a_topic(2, deadlineModel=None, frameworkProgramme=None, esDA_IngestDate=None, language=None)
    winter = a_topic(3, deadlineDate=["2027-01-14T00:00:00.000+0100"], startDate=["2026-05-05T00:00:00+0200"])
    hour = a_topic(4, deadlineDate="2026-10-14T23:30:00.000+0000")
    watch.service.records = [bare, sparse, winter, hour, *topics(30)[10:]]
    assert watch.collect()["code"] == 0
    calls = watch.calls()
    assert calls["7000001TOPICSen"]["title"] == "A bare title"
    assert calls["7000001TOPICSen"]["identifier"] == "LIFE-2026-JUDGE-1"
    assert calls["7000003TOPICSen"]["deadlines"] == ["2027-01-14"]
    assert calls["7000003TOPICSen"]["opens"] == "2026-05-05"
    assert calls["7000004TOPICSen"]["deadlines"] == ["2026-10-14"]


def test_old_copies_stubs_and_other_languages_are_no_calls_wherever_they_stand(watch):
    current = topics(40)
    old = [deepcopy(row) for row in current[:9]]
    for number, row in enumerate(old):
        row["reference"] = f"4570000{number}HORIZONResearchandInnovationActions1696377600000"
        row["metadata"] |= {
            "DATASOURCE": ["SEDIA_PRD_CENTRICITY"],
            "deadlineDate": ["2024-02-07T17:00:00.000+0000"],
            "status": [FORTHCOMING],
            "esDA_IngestDate": ["2026-08-22T04:00:00.000+0000"],  # newer than today's own
        }
    stub = a_topic(1, status=None, descriptionByte=None, deadlineDate=None)
    stub["reference"] = "7999999TOPICSen"
    spanish = [
        deepcopy(row) | {"reference": row["reference"][:-2] + "es", "language": "es"} for row in current
    ]
    for row in spanish:
        row["metadata"]["language"] = ["es"]
    watch.service.records = [*old, stub, *spanish, *current, current[7], current[7]]
    assert counts(watch.collect()) == (40, 0, 0, 0)
    assert {call["deadlines"][0][:7] for call in watch.calls().values()} == {"2026-10"}


def test_every_row_is_sorted_out_also_when_the_service_ignores_the_filters(watch):
    watch.service.found = lambda query, languages, sort: watch.service.records
    tender = a_topic(900, type=["0"])
    legacy = a_topic(1, DATASOURCE=["SEDIA_PRD_CENTRICITY"], title=["An old copy"])
    legacy["reference"] = "45703306HORIZONResearchandInnovationActions1696377600000"
    watch.service.records = [legacy, tender, *topics(60), *(a_cascade(n) for n in range(5))]
    assert watch.collect()["new"] == 65
    assert "An old copy" not in {call["title"] for call in watch.calls().values()}


def test_cascade_calls_that_share_identifier_title_and_address_are_calls_of_their_own(watch):
    watch.service.records = [*topics(20), *(a_cascade(number) for number in range(25))]
    assert watch.collect()["new"] == 45
    cascade = [call for call in watch.calls().values() if call["kind"] == "8"]
    assert {call["identifier"] for call in cascade} == {"HORIZON-PARENT-01"}
    assert len({call["title"] for call in cascade}) == len({call["url"] for call in cascade}) == 25
    assert all(call["url"].rpartition("/")[2].startswith("300") for call in cascade)


def test_only_cascade_calls_beside_a_few_topics_are_no_thin_harvest(watch):
    watch.service.records = [*topics(2), *(a_cascade(number) for number in range(25))]
    assert watch.collect()["code"] == 0


def test_stages_and_cut_offs_are_put_in_order_and_judged_by_their_kind(watch):
    days = ["2028-03-01", "2026-09-01", "2025-02-03", "2027-06-01", "2026-02-02", "2025-09-01", "2027-01-01"]
    instants = [f"{day}{INSTANT}" for day in days]
    stages = ["2026-11-26T00:00:00.000+0000", "2026-04-15T00:00:00.000+0000"]
    watch.service.records = [
        a_topic(
            1, deadlineDate=instants, deadlineModel=["multiple cut-off"], startDate=[f"2025-01-01{INSTANT}"]
        ),
        a_topic(2, deadlineDate=stages, deadlineModel=["two-stage"], startDate=[f"2026-01-01{INSTANT}"]),
        a_topic(3, deadlineDate=[f"2026-08-22{INSTANT}"]),
        a_topic(4, deadlineDate=[f"2026-08-21{INSTANT}"]),
        a_topic(5, status=[FORTHCOMING], startDate=[f"2026-09-01{INSTANT}"]),
        *topics(20)[5:],
    ]
    watch.collect()
    calls = {call["identifier"].rpartition("-")[2]: call for call in watch.calls().values()}
    assert calls["1"]["deadlines"] == sorted(days)
    assert calls["2"]["deadlines"] == ["2026-04-15", "2026-11-26"]
    assert {number: calls[str(number)]["status"] for number in range(1, 6)} == {
        1: "open",
        2: "closed",
        3: "open",
        4: "closed",
        5: "forthcoming",
    }


def test_the_clocks_seconds_are_no_change_and_another_day_is(watch):
    prospect = a_record("186723PROSPECTSEN", a_cascade(1, type=["2"])["metadata"])
    prospect["metadata"] |= {"identifier": ["EuropeAid/186723/DD/ACT/EG"], "callIdentifier": ["186723"]}
    prospect["metadata"] |= {"title": ["Prospect"], "callccm2Id": []}
    watch.service.records = [*topics(30), prospect]
    types = {"FONDVAKT_SOURCE_EU_PORTAL_TYPES": "1,2,8"}
    assert counts(watch.collect(**types)) == (31, 0, 0, 0)
    prospect["metadata"]["deadlineDate"] = ["2026-09-30T17:00:41.000+0000"]
    watch.service.records[0]["metadata"]["checksum"] = ["another"]
    watch.service.records[1]["metadata"]["descriptionByte"] = [
        '<p class="topicdescriptionkind">Scope:</p>\n<p>Work  no. 2. </p>'
    ]
    assert counts(watch.collect("2026-08-23T06:00:00+02:00", **types)) == (0, 0, 31, 0)
    prospect["metadata"]["deadlineDate"] = ["2026-10-01T17:00:41.000+0000"]
    assert counts(watch.collect("2026-08-24T06:00:00+02:00", **types)) == (0, 1, 30, 0)


def test_external_action_is_left_out_unless_asked_for(watch):
    watch.service.records = [*topics(20), a_record("1PROSPECTSEN", a_topic(1, type=["2"])["metadata"])]
    assert watch.collect()["new"] == 20


@pytest.mark.parametrize(
    "faults",
    [[429], [500, 502], ["", "moved"], ["empty"], ["broken"], ["slow"]],
    ids=["429", "500 then 502", "moved", "empty once", "cut once", "slow"],
)
def test_a_passing_fault_costs_nothing_but_time(watch, faults):
    watch.service.records = topics(120)
    watch.service.faults = list(faults)
    assert counts(watch.collect()) == (120, 0, 0, 0)
    assert not watch.service.faults


@pytest.mark.parametrize("fault", ["empty", "moved once a page", "broken", 503])
def test_a_lasting_fault_is_refused_whole_and_closes_nothing(watch, fault):
    watch.service.records = topics(120)
    watch.collect()
    before = watch.calls()
    watch.service.faults = ["", "moved"] * 20 if fault == "moved once a page" else [fault] * 40
    found = watch.collect("2026-08-23T06:00:00+02:00")
    assert (found["refused"], found["code"], counts(found)) == (True, 1, (0, 0, 0, 0))
    assert found["said"] == ""
    assert found["reason"]
    assert watch.calls() == before


@pytest.mark.parametrize("harm", ["half", "no deadlines"])
def test_d1_a_harvest_that_shrinks_to_half_or_lost_its_deadlines_is_refused(watch, harm):
    whole = topics(120)
    watch.service.records = whole
    watch.collect()
    before = watch.calls()
    if harm == "half":
        watch.service.records = whole[::2]
    else:
        watch.service.records = [a_topic(number, deadlineDate=None) for number in range(1, 121)]
    found = watch.collect("2026-08-23T06:00:00+02:00")
    assert (found["refused"], found["code"]) == (True, 1)
    assert watch.calls() == before
    watch.service.records = whole
    assert counts(watch.collect("2026-08-24T06:00:00+02:00")) == (0, 0, 120, 0)


def test_d2_what_is_absent_is_unseen_and_never_closed(watch):
    watch.service.records = topics(100)
    watch.collect()
    watch.service.records = topics(100)[:90]
    assert counts(watch.collect("2026-08-23T06:00:00+02:00")) == (0, 0, 90, 10)
    calls = watch.calls()
    assert len(calls) == 100
    assert {call["status"] for call in calls.values()} == {"open"}


def test_rows_swapped_between_pages_while_reading_are_read_again(watch):
    """§2: one reading got six rows twice and missed six, and the count was right."""
    rows = topics(150)
    orders = [rows, [*rows[1:101], rows[0], *rows[101:]]]

    def swaps(query, languages, sort):
        kind = query["bool"]["must"][0]["terms"]["type"]
        if kind != ["1"]:
            return []
        return orders[1] if watch.service.asked == 2 else orders[0]

    watch.service.found = swaps
    assert watch.collect()["new"] == 150


def test_doubles_that_the_service_does_not_count_are_no_reason_to_start_over(watch):
    rows = topics(50)

    def uncounted(query, languages, sort):
        found = Uncounted(rows if query["bool"]["must"][0]["terms"]["type"] == ["1"] else [])
        return found

    watch.service.found = uncounted
    assert watch.collect()["new"] == 50


class Uncounted(list):
    """Rows of which each page shows the first one twice, beyond what the total says."""

    def __getitem__(self, part):
        page = super().__getitem__(part)
        return page[:1] + page if isinstance(part, slice) else page


def test_what_is_left_out_is_said_in_swedish_and_counts(watch):
    watch.service.records = [*topics(40), a_topic(41, title=["x"]), a_topic(42, startDate=["46126"])]
    found = watch.collect()
    assert (found["new"], found["skipped"], found["refused"]) == (40, 2, False)
    watch.service.records = [*(a_topic(number, startDate=["46126"]) for number in range(1, 41)), *topics(40)]
    for row in watch.service.records[:40]:
        row["metadata"]["identifier"] = [f"ODD-{row['reference']}"]
    found = watch.collect()
    assert (found["refused"], found["new"]) == (True, 0)
    assert "'46126' är ingen tidpunkt i portalens form" in found["reason"]


def test_a_topic_with_a_new_reference_is_the_same_call_with_its_new_deadline_only(watch):
    watch.service.records = topics(50)
    watch.collect()
    moved = a_topic(1, deadlineDate=[f"2026-12-01{INSTANT}"])
    moved["reference"] = "7500001TOPICSen"
    watch.service.records = [moved, *topics(50)[1:]]
    assert counts(watch.collect("2026-08-23T06:00:00+02:00")) == (0, 1, 49, 0)
    [call] = [call for call in watch.calls().values() if call["identifier"] == "LIFE-2026-JUDGE-1"]
    assert call["deadlines"] == ["2026-12-01"]
