"""The recorded data of 2026 through the stand-in: what was there on a day is what is served on it."""

import gzip
import json
from datetime import date

import pytest
from standin_folder import OPEN_OR_FORTHCOMING, all_of, asking, value

from scrapers.standin.records import read_folder

pytestmark = pytest.mark.recorded


@pytest.fixture(scope="module")
def recordings(shared):
    return shared / "data" / "eu-portal"


def grants_of(recordings, day: str) -> dict[str, dict]:
    text = gzip.decompress((recordings / f"grants-feed-{day}.json.gz").read_bytes())
    return {grant["id"]: grant for grant in json.loads(text)["grants"]}


@pytest.mark.parametrize(
    ("day", "topics", "cascades"),
    [("2026-08-20", 610, 84), ("2026-08-21", 623, 83), ("2026-08-22", 615, 83)],
)
def test_the_calls_of_a_day_are_exactly_its_snapshots(recordings, day, topics, cascades):
    grants = grants_of(recordings, day)
    with asking(recordings, today=date.fromisoformat(day)) as portal:
        for kind, count in (("1", topics), ("8", cascades)):
            wanted = {reference for reference, grant in grants.items() if grant["kind"]["id"] == kind}
            sedia = {"terms": {"DATASOURCE": ["SEDIA"]}}
            asked = all_of({"terms": {"type": [kind]}}, OPEN_OR_FORTHCOMING, sedia)
            assert {row["reference"] for row in portal.all_rows(asked)} == wanted
            assert len(wanted) == count


def test_status_and_dates_are_the_snapshots(recordings):
    grants = grants_of(recordings, "2026-08-22")
    for row in read_folder(recordings, date(2026, 8, 22)).rows:
        grant = grants[row["reference"]]
        assert value(row, "status") == grant["status"]["id"]
        assert (value(row, "startDate") or "")[:19] == (grant["startDate"] or "")[:19]
        assert (value(row, "deadlineDate") or "")[:19] == (grant["deadlineDate"] or "")[:19]


def test_a_two_stage_topic_keeps_the_second_deadline_that_the_feed_lost(recordings):
    rows = {row["reference"]: row for row in read_folder(recordings, date(2026, 8, 22)).rows}
    soil = rows["50138952TOPICSen"]
    assert [at[:10] for at in soil["metadata"]["deadlineDate"]] == ["2027-04-08", "2027-09-14"]
    assert value(soil, "deadlineModel") == "two-stage"


def test_most_topics_have_a_text_of_some_length(recordings):
    rows = [row for row in read_folder(recordings, date(2026, 8, 22)).rows if value(row, "type") == "1"]
    long = [row for row in rows if len(value(row, "descriptionByte") or "") > 1500]
    conditions = [row for row in rows if value(row, "topicConditions")]
    assert len(long) / len(rows) > 0.85
    assert len(conditions) / len(rows) > 0.8


def test_a_cascade_call_has_its_own_number_and_its_parents_address(recordings):
    rows = {row["reference"]: row for row in read_folder(recordings, date(2026, 8, 22)).rows}
    call = rows["15342COMPETITIVE_CALLen"]
    assert value(call, "callccm2Id") == "15342"
    assert value(call, "url").endswith("/44087099")
    assert value(call, "callTitle") == call["summary"] != value(call, "title")
    assert value(call, "deadlineDate") == "2027-03-04T14:00:00.000+0000"


def test_every_call_of_every_file_is_served_for_load_tests(recordings):
    rows = read_folder(recordings, date(2026, 8, 22), all_days=True).rows
    assert len({row["reference"] for row in rows}) == len(rows) >= 1_368


def test_the_old_copies_that_were_recorded_come_as_noise(recordings):
    noise = [row["reference"] for row in read_folder(recordings, date(2026, 8, 22)).noise]
    assert noise.count("45747793HORIZONCoordinationandSupportActions1701820800000") == 2


def test_the_recorded_facets_are_answered(recordings):
    with asking(recordings) as portal:
        answer = portal.post("/search-api/prod/rest/facet", parts={"query": all_of()}).json()
    counts = {facet["name"]: facet["values"] for facet in answer["facets"]}
    assert counts["frameworkProgramme"][0]["rawValue"] == "43108390"
    assert len(counts["programmeDivision"]) == 173


def test_euroaccess_is_found_beside_the_portals_recordings(recordings):
    with asking(recordings) as portal:
        assert "142 Calls found" in portal.get("/en/calls?sent=search").text
