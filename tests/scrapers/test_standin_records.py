"""What a folder may hold, told by content, and how the forms are put together."""

import gzip
import json
from datetime import date

import pytest
from standin_folder import TODAY, a_cascade_call, a_prospect, a_topic, value, write_lines

from scrapers.standin.derived import with_pots
from scrapers.standin.errors import StandinError
from scrapers.standin.opportunity import Money, Opportunity
from scrapers.standin.records import read_folder
from texts import translate


def a_raw_result(number: int, **metadata) -> dict:
    """A result as the service gives it."""
    reference = f"{number}TOPICSen"
    given = {
        "identifier": [f"LIFE-2026-{number}"],
        "type": ["1"],
        "DATASOURCE": ["SEDIA"],
        "status": ["31094502"],
        "title": [f"Raw topic {number}"],
        "deadlineDate": ["2026-11-05T00:00:00.000+0000"],
    }
    return {
        "reference": reference,
        "language": "en",
        "databaseLabel": "SEDIA",
        "database": "SEDIA",
        "summary": f"Raw topic {number}",
        "groupById": "1",
        "metadata": given | metadata,
    }


def a_grant(number: int, **facts) -> dict:
    """A call of the daily feed."""
    given = {
        "id": f"{number}TOPICSen",
        "identifier": f"LIFE-2026-{number}",
        "title": f"Fed topic {number}",
        "summary": f"Fed topic {number}",
        "url": f"https://portal.example/{number}",
        "callIdentifier": "LIFE-2026",
        "callTitle": "LIFE",
        "destination": None,
        "abstract": "Objective:\n\nShort.",
        "actionType": "LIFE Project Grants",
        "status": {"id": "31094501", "label": "Forthcoming"},
        "kind": {"id": "1", "label": "Grant"},
        "startDate": "2026-09-01T00:00:00.000Z",
        "deadlineDate": "2026-11-19T00:00:00.000Z",
        "frameworkProgrammes": [{"id": "43252405", "label": "LIFE"}],
        "programmeDivisions": [{"id": "43252405", "label": "LIFE"}],
        "budget": {"totalBudgetEur": 3_000_001, "expectedGrants": 2, "years": ["2026", "2027"]},
    }
    return given | facts


def an_august_text(number: int, **facts) -> dict:
    """A full text by reference."""
    given = {
        "reference": f"{number}TOPICSen",
        "topicId": f"LIFE-2026-{number}",
        "title": f"Full topic {number}",
        "programmeId": "43252405",
        "callIdentifier": "LIFE-2026",
        "callTitle": "LIFE",
        "deadline": "2026-11-05",
        "callStatus": "open",
        "budgetMin": 1_000,
        "budgetMax": 2_000,
        "expectedGrants": 3,
        "keywords": f"LIFE-2026-{number}, LIFE-2026, Nature, Water",
        "description": "Scope:Wetlands are restored.Rivers too.Expected Outcome:More frogs & birds.",
        "objectives": "",
        "deadlineModel": "two-stage",
        "crossCuttingPriorities": "SSH, AI",
        "typesOfAction": "LIFE Project Grants",
        "topicConditions": '">General conditions1. Admissibility Conditionsdescribed in section 5.',
        "supportInfo": "",
    }
    return given | facts


def an_april_text(number: int, **facts) -> dict:
    """A full text by topic code."""
    given = {
        "Topic code": f"LIFE-2026-{number}",
        "Topic title": f"April topic {number}",
        "Topic description full": "Objective: Something longer than the abstract of the feed. Scope: Everything.",
        "Programme": "43252405",
        "Type of Action": "LIFE Project Grants",
        "Budget (EUR) - Year : 2026": "12,000,000 EUR",
        "_statusCode": "31094502",
        "Opening date": "2026-04-21",
        "Deadline": "2026-09-22",
        "CAll link": "https://portal.example/topic-details/x",
    }
    return given | facts


def snapshot(day: str, *grants: dict) -> dict:
    return {"generatedAt": f"{day}T05:41:38.000Z", "grants": list(grants)}


def write(path, value_) -> None:
    data = json.dumps(value_).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


def rows_of(folder, today=TODAY, **how) -> dict[str, dict]:
    return {row["reference"]: row for row in read_folder(folder, today, **how).rows}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.json", {"results": [a_raw_result(1), a_raw_result(2)]}),
        ("list.json.gz", [a_raw_result(1), a_raw_result(2)]),
    ],
)
def test_raw_results_are_served_as_they_were_recorded(tmp_path, name, content):
    write(tmp_path / name, content)
    assert rows_of(tmp_path) == {"1TOPICSen": a_raw_result(1), "2TOPICSen": a_raw_result(2)}


@pytest.mark.parametrize("name", ["one.jsonl", "two.ndjson", "lines.json"])
def test_raw_results_may_stand_one_a_line(tmp_path, name):
    write_lines(tmp_path / name, [a_raw_result(1), a_raw_result(2)])
    assert rows_of(tmp_path).keys() == {"1TOPICSen", "2TOPICSen"}


def test_the_richest_recording_of_a_reference_is_served(tmp_path):
    write(tmp_path / "a.json", a_raw_result(1, tags=["full"]))
    write(tmp_path / "b.json", a_raw_result(1))
    assert value(rows_of(tmp_path)["1TOPICSen"], "tags") == "full"


def test_old_copies_in_a_recording_are_noise(tmp_path):
    old = a_raw_result(1, DATASOURCE=["SEDIA_PRD_CENTRICITY"]) | {
        "reference": "1LIFEProjectGrants1696377600000"
    }
    write(tmp_path / "a.json", {"results": [a_raw_result(1), old, old]})
    records = read_folder(tmp_path, TODAY)
    assert [row["reference"] for row in records.rows] == ["1TOPICSen"]
    assert list(records.noise) == [old, old]


@pytest.mark.parametrize(("day", "served"), [(21, {"1", "2"}), (22, {"2", "3"}), (30, {"2", "3"})])
def test_the_newest_snapshot_that_is_not_later_than_today_decides(tmp_path, day, served):
    write(tmp_path / "grants-feed-2026-08-21.json.gz", snapshot("2026-08-21", a_grant(1), a_grant(2)))
    write(tmp_path / "grants-feed-2026-08-22.json", snapshot("2026-08-22", a_grant(2), a_grant(3)))
    records = read_folder(tmp_path, date(2026, 8, day))
    assert {row["reference"].removesuffix("TOPICSen") for row in records.rows} == served
    assert records.as_of == date(2026, 8, min(day, 22))


def test_before_the_first_snapshot_there_is_nothing_to_serve(tmp_path):
    write(tmp_path / "grants-feed-2026-08-21.json.gz", snapshot("2026-08-21", a_grant(1)))
    with pytest.raises(StandinError, match="2026-08-21") as caught:
        read_folder(tmp_path, date(2026, 8, 20))
    assert translate(caught.value.message, "en").startswith("The oldest daily list is of 2026-08-21")


def test_a_snapshot_rules_status_and_dates_and_a_raw_record_all_else(tmp_path):
    raw = a_raw_result(
        1,
        descriptionByte=["<p>Raw text</p>"],
        tags=["raw"],
        deadlineDate=["2026-11-05T00:00:00.000+0000", "2027-03-04T00:00:00.000+0000"],
    )
    write(tmp_path / "grants-feed-2026-08-22.json", snapshot("2026-08-22", a_grant(1)))
    write(tmp_path / "raw.json", raw)
    write_lines(tmp_path / "open-calls-full-text-2026-08-10.jsonl", [an_august_text(1)])
    row = rows_of(tmp_path)["1TOPICSen"]
    assert value(row, "status") == "31094501"
    assert row["groupById"] == "2"
    assert value(row, "startDate") == "2026-09-01T00:00:00.000+0000"
    assert row["metadata"]["deadlineDate"] == ["2026-11-19T00:00:00.000+0000", "2027-03-04T00:00:00.000+0000"]
    assert value(row, "descriptionByte") == "<p>Raw text</p>"
    assert value(row, "title") == "Raw topic 1"
    assert row["metadata"]["keywords"][2:] == ["Nature", "Water"]


def test_a_raw_record_that_the_snapshot_does_not_have_is_not_served(tmp_path):
    write(tmp_path / "grants-feed-2026-08-22.json", snapshot("2026-08-22", a_grant(1)))
    write(tmp_path / "raw.json", a_raw_result(2))
    assert rows_of(tmp_path).keys() == {"1TOPICSen"}


def test_texts_are_taken_by_reference_then_by_code_then_from_the_feed(tmp_path):
    write(tmp_path / "grants-feed-2026-08-22.json", snapshot("2026-08-22", *(a_grant(n) for n in (1, 2, 3))))
    write_lines(tmp_path / "open-calls-full-text-2026-08-10.jsonl", [an_august_text(1)])
    write_lines(tmp_path / "open-calls-full-text-2026-04-24.jsonl", [an_april_text(1), an_april_text(2)])
    rows = rows_of(tmp_path)
    first, second, third = (value(rows[f"{number}TOPICSen"], "descriptionByte") for number in (1, 2, 3))
    assert first == (
        '<p class="topicdescriptionkind">Scope:</p><p>Wetlands are restored.</p><p>Rivers too.</p>'
        '<p class="topicdescriptionkind">Expected Outcome:</p><p>More frogs &amp; birds.</p>'
    )
    assert second.startswith('<p class="topicdescriptionkind">Objective:</p><p>Something longer')
    assert third == '<p class="topicdescriptionkind">Objective:</p><p>Short.</p>'


def test_conditions_get_back_their_exchanged_quote_and_bracket(tmp_path):
    write_lines(tmp_path / "texts.jsonl", [an_august_text(1)])
    conditions = value(rows_of(tmp_path)["1TOPICSen"], "topicConditions")
    assert conditions.startswith('<div class="eui-u-mt-l>"><h4>General conditions</h4>')
    assert conditions.count("General conditions") == 1


def test_full_texts_alone_are_enough(tmp_path):
    write_lines(tmp_path / "open-calls-full-text-2026-08-10.jsonl", [an_august_text(1)])
    write_lines(tmp_path / "open-calls-full-text-2026-04-24.jsonl", [an_april_text(1), an_april_text(2)])
    rows = rows_of(tmp_path)
    assert sorted(value(row, "identifier") for row in rows.values()) == ["LIFE-2026-1", "LIFE-2026-2"]
    assert value(rows["1TOPICSen"], "deadlineModel") == "two-stage"


def test_a_total_over_two_years_is_shared_out_to_the_last_euro(tmp_path):
    write(tmp_path / "grants-feed-2026-08-22.json", snapshot("2026-08-22", a_grant(1)))
    table = json.loads(value(rows_of(tmp_path)["1TOPICSen"], "budgetOverview"))["budgetTopicActionMap"]
    [[line]] = table.values()
    assert line["budgetYearMap"] == {"2026": "1500001", "2027": "1500000"}
    assert line["action"].startswith("LIFE-2026-1 - ")


def test_topics_of_one_call_with_one_total_and_nothing_per_project_share_a_pot():
    def topic(number: int, **money) -> Opportunity:
        given = {"kind": "1", "title": "x", "status": "31094502", "call": "CERV-2026-DAPHNE"}
        return Opportunity(
            reference=f"{number}TOPICSen", identifier=f"C-{number}", money=Money(**money), **given
        )

    own, first, second, known = with_pots(
        [topic(1, total=7), topic(2, total=9), topic(3, total=9), topic(4, total=9, least=3, most=3)]
    )
    assert [one.money.shared for one in (own, first, second, known)] == [False, True, True, False]


def test_topics_that_share_a_pot_stand_under_one_key(tmp_path):
    pot = {"total": 24_000_000, "shared": True}
    topics = [a_topic(number, call="CERV-2026-DAPHNE", budget=pot) for number in (1, 2)]
    alone = a_topic(3, call="CERV-2026-DAPHNE", budget={"total": 5, "shared": False})
    write_lines(tmp_path / "s.jsonl", [*topics, alone])
    table = json.loads(value(rows_of(tmp_path)[topics[0]["reference"]], "budgetOverview"))[
        "budgetTopicActionMap"
    ]
    assert sorted(len(lines) for lines in table.values()) == [1, 2]
    [shared] = [lines for lines in table.values() if len(lines) == 2]
    assert shared[0]["budgetYearMap"] == shared[1]["budgetYearMap"] == {"2026": "24000000"}


def test_all_days_gives_every_call_once_in_its_latest_form(tmp_path):
    write(
        tmp_path / "grants-feed-2026-08-20.json", snapshot("2026-08-20", a_grant(1), a_grant(2, title="Old"))
    )
    write(tmp_path / "grants-feed-2026-08-22.json", snapshot("2026-08-22", a_grant(2, title="New")))
    write_lines(tmp_path / "union.jsonl", [a_grant(4)])
    write_lines(tmp_path / "open-calls-full-text-2026-08-10.jsonl", [an_august_text(2), an_august_text(5)])
    write_lines(tmp_path / "open-calls-full-text-2026-04-24.jsonl", [an_april_text(4), an_april_text(6)])
    rows = rows_of(tmp_path, all_days=True)
    assert sorted(value(row, "identifier") for row in rows.values()) == [
        f"LIFE-2026-{n}" for n in (1, 2, 4, 5, 6)
    ]
    assert value(rows["2TOPICSen"], "title") == "New"


def test_the_sample_form_gives_each_kind_its_own_fields(tmp_path):
    write_lines(tmp_path / "s.jsonl", [a_topic(1), a_cascade_call(13_324), a_prospect(186_723)])
    topic, cascade, prospect = rows_of(tmp_path).values()
    assert value(topic, "descriptionByte").count("topicdescriptionkind") == 3
    assert "Towns &amp; villages" in value(topic, "descriptionByte")
    assert value(cascade, "callTitle") == cascade["summary"] == "Own call 13324"
    assert (value(cascade, "budget"), value(cascade, "currency")) == ("500000", "SEK")
    assert (value(cascade, "projectAcronym"), value(cascade, "projectName")) == ("VOUCH", "Vouchers for all")
    assert value(cascade, "furtherInformation") == "<p>Vouchers.</p>"
    assert prospect["reference"] == "186723PROSPECTSEN"
    assert value(prospect, "callIdentifier") == "186723"
    assert "descriptionByte" not in prospect["metadata"]


def test_every_metadata_value_is_a_list_of_strings(tmp_path):
    write_lines(tmp_path / "s.jsonl", [a_topic(1), a_cascade_call(2), a_prospect(3)])
    write(tmp_path / "grants-feed-2026-08-22.json", snapshot("2026-08-22", a_grant(1)))
    for row in rows_of(tmp_path).values():
        for values in row["metadata"].values():
            assert isinstance(values, list)
            assert all(isinstance(one, str) for one in values)


def test_files_of_other_kinds_are_left_alone(tmp_path):
    write(tmp_path / "page.json", {"results": [a_raw_result(1)]})
    write(tmp_path / "notes.json", {"hello": "world"})
    write(tmp_path / "snapshots.json", [{"commit": "abc"}, 7])
    (tmp_path / "closed.csv").write_text("id\n1\n")
    (tmp_path / "README.md").write_text("# Records\n")
    assert rows_of(tmp_path).keys() == {"1TOPICSen"}


@pytest.mark.parametrize("content", [None, b"{broken", b"\x1f\x8bnot gzip", b"\xff\xfe\x00"])
def test_a_folder_that_cannot_be_served_is_refused_in_one_sentence(tmp_path, content):
    if content is not None:
        (tmp_path / "records.json").write_bytes(content)
    with pytest.raises(StandinError) as caught:
        read_folder(tmp_path, TODAY)
    for language in ("sv", "en"):
        sentence = translate(caught.value.message, language)
        assert str(tmp_path) in sentence
        assert sentence.endswith(".")
        assert "\n" not in sentence


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(StandinError, match="nowhere"):
        read_folder(tmp_path / "nowhere", TODAY)


def test_a_record_that_lacks_what_its_form_needs_is_refused(tmp_path):
    broken = a_topic(1)
    del broken["identifier"]
    write_lines(tmp_path / "s.jsonl", [broken])
    with pytest.raises(StandinError, match="identifier"):
        read_folder(tmp_path, TODAY)
