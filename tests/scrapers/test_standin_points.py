"""The fourteen points that make the stand-in faithful (`eu-portal.md` section 13), each over real HTTP."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest
from standin_folder import (
    FACET,
    OPEN_OR_FORTHCOMING,
    SEARCH,
    TODAY,
    all_of,
    asking,
    everything,
    value,
    write_lines,
)

from scrapers.standin.errors import StandinError
from scrapers.standin.server import serve

ROOT = Path(__file__).resolve().parents[2]
PLAIN = ("blob", "{}", None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("records")
    write_lines(place / "made-up.jsonl", everything())
    return place


@pytest.fixture(scope="module")
def running(folder):
    with asking(folder) as client:
        yield client


@pytest.fixture
def portal(running):
    yield running
    running.fault()


def is_type(kind: str) -> dict:
    return {"terms": {"type": [kind]}}


@pytest.mark.parametrize("path", [SEARCH, FACET])
def test_point_01_a_part_without_its_own_content_type_or_no_query_at_all_is_an_error_500(portal, path):
    query = ("blob", "{}", "application/json")
    for parts in (
        {},
        {"languages": ["en"]},
        {"query": PLAIN},
        {"query": query, "languages": ("b", '["en"]', None)},
    ):
        answer = portal.post(path, parts=parts)
        assert (answer.status_code, answer.json()) == (500, {"type": "throwable"})


def test_point_01_the_file_name_of_a_part_does_not_matter(portal):
    parts = {
        "query": (None, '{"bool":{"must":[]}}', "application/json"),
        "languages": (None, '["en"]', "application/json"),
    }
    assert portal.post(parts=parts).json()["totalResults"] == portal.search()["totalResults"] > 0


@pytest.mark.parametrize(
    "clause", [{"wildcard": {"title": "*"}}, {"match": {"title": "x"}}, {"script": {}}, [], "x"]
)
def test_point_02_other_clauses_are_an_invalid_query(portal, clause):
    answer = portal.post(parts={"query": all_of(clause)})
    assert answer.status_code == 400
    assert answer.json() == {"type": "businessError", "message": "Invalid Query format"}


def test_point_03_a_query_in_the_address_is_taken_and_ignored(portal):
    unfiltered = portal.search(languages=None)["totalResults"]
    answer = portal.post(query='{"bool":{"must":[{"terms":{"type":["8"]}}]}}')
    assert answer.json()["totalResults"] == unfiltered > 5


def test_point_04_a_page_holds_at_most_100_and_the_answer_says_so(portal):
    page = portal.search(pageSize="500")
    assert (page["pageSize"], len(page["results"])) == (100, 100)
    assert portal.search(pageSize="7", pageNumber="2")["pageSize"] == 7


def test_point_05_without_languages_every_language_copy_comes(portal):
    english, every = portal.search()["totalResults"], portal.search(languages=None)["totalResults"]
    spanish = portal.search(languages=["es"])
    assert english + spanish["totalResults"] == every
    assert 0.1 < spanish["totalResults"] / english < 0.3
    for row in spanish["results"]:
        assert row["reference"].endswith("TOPICSes")
        [english, *_] = portal.search(all_of({"term": {"identifier": value(row, "identifier")}}))["results"]
        assert value(row, "title") != value(english, "title")
    assert portal.search(languages=["sv"])["totalResults"] == 0


def test_point_06_a_range_compares_only_in_the_format_of_the_index(portal):
    have_the_field = len([row for row in portal.all_rows() if value(row, "deadlineDate")])
    bare = portal.search(all_of({"range": {"deadlineDate": {"gte": "2026-12-01"}}}))
    exact = portal.search(all_of({"range": {"deadlineDate": {"gte": "2026-12-01T00:00:00.000+0000"}}}))
    assert bare["totalResults"] == have_the_field < portal.search()["totalResults"]
    assert 0 < exact["totalResults"] < bare["totalResults"]
    assert all(value(row, "deadlineDate") >= "2026-12-01" for row in exact["results"])


def test_point_07_rows_that_lack_the_field_of_the_sort_vanish(portal):
    whole = portal.search()["totalResults"]
    sorted_ = portal.search(sort={"field": "REFERENCE", "order": "ASC"})
    rows = portal.all_rows(sort={"field": "REFERENCE", "order": "ASC"})
    assert sorted_["totalResults"] == len(rows) < whole
    assert [value(row, "REFERENCE") for row in rows] == sorted(value(row, "REFERENCE") for row in rows)


def test_point_08_ties_come_in_another_order_on_every_request(portal):
    orders = {
        tuple(
            row["reference"] for row in portal.search(sort={"field": "sortStatus", "order": "ASC"})["results"]
        )
        for _ in range(5)
    }
    assert len(orders) == 5


def test_point_08_a_field_that_is_unique_gives_the_same_order_every_time(portal):
    asked = all_of(is_type("1"), OPEN_OR_FORTHCOMING, {"terms": {"DATASOURCE": ["SEDIA"]}})
    by_code = {"field": "identifier", "order": "DESC"}
    pages = [portal.search(asked, sort=by_code)["results"] for _ in range(5)]
    codes = [value(row, "identifier") for row in pages[0]]
    assert codes == sorted(codes, reverse=True)
    assert all([row["reference"] for row in page] == [row["reference"] for row in pages[0]] for page in pages)


def test_point_09_some_identifiers_stand_twice(portal):
    rows = portal.all_rows(all_of(is_type("1")))
    topics = {value(row, "identifier") for row in rows}
    legacy = [row for row in rows if row["databaseLabel"] == ""]
    stubs = [row for row in rows if "status" not in row["metadata"]]
    doubles = len(rows) - len({row["reference"] for row in rows})
    assert len(topics) == 240
    assert legacy
    assert stubs
    assert doubles
    assert 0.03 < (len(legacy) + len(stubs) + doubles) / len(topics) < 0.1


def test_point_09_a_legacy_copy_claims_to_be_forthcoming(portal):
    for row in portal.search(all_of({"term": {"DATASOURCE": "SEDIA_PRD_CENTRICITY"}}))["results"]:
        assert "database" not in row
        assert row["metadata"]["status"] == ["31094501"]
        assert value(row, "deadlineDate") < "2026-08-22"
        assert value(row, "keywords").startswith('["CERV-2026-MADEUP')
        assert not row["metadata"].keys() & {"descriptionByte", "REFERENCE", "budgetOverview"}


def test_point_09_the_same_row_stands_twice_on_a_page(portal):
    pages = [portal.search(all_of(is_type("1")), pageNumber=str(number))["results"] for number in (1, 2, 3)]
    assert any(len({row["reference"] for row in page}) < len(page) for page in pages)


def test_point_10_cascade_calls_share_identifier_title_and_address(portal):
    rows = portal.search(all_of(is_type("8")))["results"]
    assert len(rows) == 5
    for shared in ("identifier", "title", "url"):
        assert len({value(row, shared) for row in rows}) == 1
    assert {value(row, "callccm2Id") for row in rows} == {str(number) for number in range(13_320, 13_325)}
    assert {row["summary"] for row in rows} == {value(row, "callTitle") for row in rows}
    assert all(row["metadata"]["descriptionByte"] == row["metadata"]["budgetOverview"] == [] for row in rows)
    assert value(rows[0], "deadlineDate") == "2026-10-01T17:00:00.000+0000"


def test_point_11_an_empty_answer(portal):
    portal.fault(empty=True)
    page = portal.search()
    assert (page["totalResults"], page["results"]) == (0, [])


def test_point_11_a_total_that_moves_between_pages(portal):
    portal.fault(moving_total=True)
    assert len({portal.search(pageNumber=str(number))["totalResults"] for number in (1, 2, 3)}) > 1


@pytest.mark.parametrize("status", [429, 500, 502])
def test_point_11_refusals_for_a_while(portal, status):
    portal.fault(status=status, times=2, retry_after=3)
    answers = [portal.post(parts={"query": all_of()}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [status, status, 200]
    assert [answer.headers.get("retry-after") for answer in answers] == ["3", "3", None]


def test_point_11_a_slow_answer(portal):
    portal.fault(delay=0.2)
    before = time.monotonic()
    assert portal.search()["totalResults"]
    assert time.monotonic() - before >= 0.2


def test_point_11_no_answer_at_all(portal):
    portal.fault(timeout=True)
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(
            portal.standin.url + SEARCH, params={"apiKey": "SEDIA"}, timeout=httpx.Timeout(120, read=0.2)
        )


def test_point_11_broken_json(portal):
    portal.fault(broken_json=True)
    answer = portal.post(parts={"query": all_of()})
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        answer.json()


def test_point_11_a_body_that_is_cut_off(portal):
    portal.fault(cut_off=True)
    with pytest.raises(httpx.RemoteProtocolError):
        portal.post(parts={"query": all_of()})


def test_point_11_a_maintenance_page(portal):
    portal.fault(html=True)
    answer = portal.post(parts={"query": all_of()})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=UTF-8")


def test_point_11_half_of_the_rows(portal):
    whole = portal.search()["totalResults"]
    portal.fault(half=True)
    assert portal.search()["totalResults"] == (whole + 1) // 2


@pytest.mark.parametrize(
    ("fault", "field"), [("no_deadlines", "deadlineDate"), ("no_descriptions", "descriptionByte")]
)
def test_point_11_a_field_that_is_gone(portal, fault, field):
    portal.fault(**{fault: True})
    assert not any(field in row["metadata"] for row in portal.search()["results"])


def test_point_11_a_fault_for_one_path_only(portal):
    portal.fault(status=500, only="/en/calls")
    assert portal.search()["totalResults"]
    assert portal.get("/en/calls").status_code == 500


def test_point_11_an_unknown_fault_is_refused(portal):
    answer = portal.http.post(f"{portal.standin.url}/standin/faults", json={"rain": True})
    assert answer.status_code == 400
    assert "rain" in answer.json()["error"]


def test_point_12_display_fields_are_honoured_and_the_conditions_dropped(portal):
    page = portal.search(all_of(is_type("1")), fields=["identifier", "topicConditions", "deadlineDate"])
    assert {name for row in page["results"] for name in row["metadata"]} == {"identifier", "deadlineDate"}
    assert all(row["reference"] for row in page["results"])


def test_point_13_the_seconds_of_prospect_deadlines_differ_on_every_request(portal):
    seen = [value(portal.search(all_of(is_type("2")))["results"][0], "deadlineDate") for _ in range(4)]
    assert len(set(seen)) == 4
    assert {at[:17] for at in seen} == {"2026-10-05T14:00:"}


def test_point_14_a_document_is_not_found(portal):
    answer = portal.get("/search-api/prod/rest/document/999888777")
    assert answer.status_code == 400
    assert answer.json() == {"type": "businessError", "message": "No result found"}


def test_a_get_on_the_search_address_is_not_allowed(portal):
    assert portal.get(SEARCH + "?apiKey=SEDIA&text=***").status_code == 405


def test_another_api_key_finds_nothing(portal):
    assert portal.search(apiKey="SEDIA_PERSON")["totalResults"] == 0


def test_must_not_takes_away_what_must_gave(portal):
    rows = portal.search({"bool": {"must": [is_type("8")], "must_not": [{"term": {"callccm2Id": "13320"}}]}})
    assert rows["totalResults"] == 4


@pytest.mark.parametrize(
    ("text", "found"), [('"Own call 13321"', 1), ("13321 13322", 2), ("*", 5), ("nowhere", 0)]
)
def test_text_asks_for_a_phrase_or_for_any_of_its_words(portal, text, found):
    assert portal.search(all_of(is_type("8")), text=text)["totalResults"] == found


def test_facets_are_counted_over_what_the_query_finds(portal):
    answer = portal.post(FACET, parts={"query": all_of(OPEN_OR_FORTHCOMING), "languages": ["en"]}).json()
    facets = {facet["name"]: facet["values"] for facet in answer["facets"]}
    counts = {entry["rawValue"]: entry["count"] for entry in facets["type"]}
    labels = {entry["value"] for entry in facets["frameworkProgramme"]}
    assert (counts["8"], counts["2"]) == (5, 4)
    assert "Citizens, Equality, Rights and Values Programme (CERV)" in labels


def test_topics_of_one_call_stand_in_one_budget_table(portal):
    row = portal.search(all_of({"term": {"identifier": "CERV-2026-MADEUP-011"}}))["results"][0]
    table = json.loads(value(row, "budgetOverview"))["budgetTopicActionMap"]
    assert len(table) == 5
    own = [
        line
        for lines in table.values()
        for line in lines
        if line["action"].startswith("CERV-2026-MADEUP-011 ")
    ]
    assert own[0]["budgetYearMap"] == {"2026": "1000011"}


def test_the_log_tells_when_and_how_it_was_asked(portal):
    portal.search(pageNumber="3")
    last = portal.get("/standin/log").json()[-1]
    assert (last["method"], last["path"], last["page"]) == ("POST", SEARCH, "3")
    assert last["agent"].startswith("python-httpx")
    assert last["time"] > 0


def test_the_controls_are_hidden_unless_they_were_switched_on(folder):
    with serve(folder, 0, today=TODAY) as standin:
        assert httpx.get(standin.url + "/standin/log", timeout=120).status_code == 404
        assert httpx.post(standin.url + "/standin/faults", json={}, timeout=120).status_code == 404


def test_no_thread_and_no_connection_outlives_the_server(folder):
    before = set(threading.enumerate())
    with asking(folder) as client:
        client.search()
        client.fault(timeout=True)
        waiting = threading.Thread(target=_ask_and_be_let_down, args=(client.standin.url,))
        waiting.start()
        while len(client.standin.log) < 2:
            time.sleep(0.01)
    waiting.join(120)
    assert set(threading.enumerate()) <= before


def test_a_port_that_is_taken_is_refused_in_one_sentence(portal, folder):
    with pytest.raises(StandinError, match=r"Det går inte att svara på port \d+: porten är upptagen\."):
        serve(folder, portal.standin.server_address[1], today=TODAY)


def test_it_serves_until_it_is_told_to_end(folder):
    script = (
        "import sys, datetime, pathlib; from scrapers.standin.server import run_forever;"
        "run_forever(pathlib.Path(sys.argv[1]), 0, today=datetime.date(2026, 8, 22),"
        " started=lambda standin: print(standin.url, flush=True))"
    )
    command = [sys.executable, "-W", "error", "-c", script, str(folder)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    ) as running:
        url = running.stdout.readline().strip()
        assert httpx.get(url + "/robots.txt", timeout=120).status_code == 200
        running.terminate()
        assert running.wait(120) == 0
        assert running.stderr.read() == ""


def test_odd_requests_are_refused_and_the_next_is_answered(portal):
    for languages in ("en", [1], {}):
        assert portal.post(parts={"query": all_of(), "languages": languages}).status_code == 400
    assert portal.post(parts={"query": ("blob", "{broken", "application/json")}).status_code == 400
    too_large = portal.http.post(portal.standin.url + SEARCH, content=b"x" * (2**20 + 1))
    assert (too_large.status_code, too_large.headers["Connection"]) == (413, "close")
    assert portal.search()["totalResults"]


def test_a_client_that_sends_far_too_much_still_hears_so(portal):
    for _ in range(20):
        answer = portal.http.post(portal.standin.url + SEARCH, content=b"x" * 2**22)
        assert answer.status_code == 413


def _ask_and_be_let_down(url: str) -> None:
    with pytest.raises(httpx.HTTPError):
        httpx.post(url + SEARCH, params={"apiKey": "SEDIA"}, timeout=httpx.Timeout(120, read=5))
