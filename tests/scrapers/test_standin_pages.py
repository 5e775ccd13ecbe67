"""EuroAccess as the stand-in shows it: read with the parser's own eyes, traps included."""

from datetime import date

import pytest
from bs4 import BeautifulSoup, Comment
from standin_folder import a_topic, asking, write_lines


def a_site_call(number: int, **facts) -> dict:
    given = {
        "source": "euroaccess",
        "id": str(number),
        "title": f"Towns & coasts: call {number}",
        "funding_program": "Interreg Made-up",
        "call_number": "INTERREG-MADEUP-2026-01",
        "opening_text": "01.06.2026",
        "deadline_text": "30.10.2026 17:00",
        "funding_rate_text": "80%",
        "eu_contribution_text": "EUR 100,000.00",
        "short_description": "Short.",
        "call_objectives": "Why it is done.\n\n\tone thing\n\tanother thing\n\n" + "And more. " * 80,
        "regions_countries": "EU Member States, Overseas Countries and Territories (OCT), Norway (Norge)",
        "eligible_entities": "Public Body (national, regional and local; incl. EGTCs)",
        "mandatory_partnership": "Yes",
        "project_partnership": None,
        "topics": "Mobility & Transport",
        "additional_information": "Ask early.",
    }
    return given | facts


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    place = tmp_path_factory.mktemp("site")
    write_lines(place / "made-up.jsonl", [a_topic(1)])
    write_lines(
        place / "euroaccess" / "calls_2026-08-22.jsonl", [a_site_call(7), a_site_call(8, title="Hills")]
    )
    with asking(place, today=date(2026, 8, 22)) as client:
        yield client


def soup(answer) -> BeautifulSoup:
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=UTF-8"
    return BeautifulSoup(answer.text, "lxml")


def test_the_list_tells_how_many_and_has_a_row_for_each(site):
    page = soup(site.get("/en/calls?keyword=&submit=&sent=search"))
    assert page.find("h3").get_text() == "2 Calls found"
    rows = page.select("table#calls-overview.overview > tbody > tr")
    first = [cell.get_text() for cell in rows[0].find_all("td")]
    assert first == ["Interreg Made-up", "Towns & coasts: call 7", "30.10.2026 17:00", ""]
    assert len(rows) == 2


def test_the_links_of_the_list_lead_to_the_calls(site):
    page = soup(site.get("/en/calls?sent=search"))
    links = [link["href"] for link in page.select('td.title + td a[href*="/en/calls/"]')]
    assert links[0] == f"{site.standin.url}/en/calls/7/Towns-coasts-call-7"
    assert [soup(site.http.get(link)).find("h1").get_text() for link in links] == [
        "Towns & coasts: call 7",
        "Hills",
    ]


def test_the_list_can_be_searched(site):
    assert soup(site.get("/en/calls?keyword=hills&sent=search")).find("h3").get_text() == "1 Calls found"


def test_a_call_has_four_blocks_of_labelled_rows(site):
    page = soup(site.get("/en/calls/7/anything"))
    heads = [block.find("h4", class_="table-head").get_text() for block in page.select("div.subtable")]
    assert heads == ["Call key data", "Call content", "Eligibility Criteria", "Additional information"]
    rows = {
        row.select_one("p.title.td").get_text(): row.select_one("p.title.td").find_next_sibling().get_text()
        for row in page.select("div.tr.flex")
    }
    assert rows["Funding Program"] == "Interreg Made-up"
    assert rows["Funding rate"] == "80%"
    assert rows["Mandatory partnership"] == "Yes"
    assert rows["Topics"] == "Mobility & Transport"
    assert "Project Partnership" not in rows


def test_the_ids_of_the_deadlines_are_malformed_as_on_the_site(site):
    page = soup(site.get("/en/calls/7/anything"))
    assert page.find(id="call-opening td").get_text() == "Opening01.06.2026"
    assert page.find(id="call-deadline td").get_text() == "Deadline30.10.2026 17:00"


def test_every_block_has_its_rows_once_more_in_a_comment(site):
    page = soup(site.get("/en/calls/7/anything"))
    for block in page.select("div.subtable"):
        [comment] = [
            text for text in block.find_all(string=True) if isinstance(text, Comment) and "table" in text
        ]
        assert '<tr><td class="title">' in comment
        assert block.find("table") is None


def test_a_long_text_ends_in_read_more(site):
    text = soup(site.get("/en/calls/7/anything")).select_one("div.readmorewrap")
    assert text.select_one("p.readmore").get_text() == "read more"
    assert [item.get_text() for item in text.find_all("li")] == ["one thing", "another thing"]


def test_a_topic_of_the_portal_is_linked_in_lower_case(site):
    [link, _] = soup(site.get("/en/calls/7/anything")).select("p.link a")
    assert link["href"].endswith("/topic-details/interreg-madeup-2026-01")
    assert link.get_text() == "ec.europa.eu"


def test_a_call_whose_deadline_is_past_says_so(tmp_path):
    write_lines(tmp_path / "made-up.jsonl", [a_topic(1)])
    write_lines(tmp_path / "euroaccess.jsonl", [a_site_call(7)])
    with (
        asking(tmp_path, today=date(2026, 10, 31)) as late,
        asking(tmp_path, today=date(2026, 10, 30)) as early,
    ):
        assert "has expired" in late.get("/en/calls/7/x").text
        assert "has expired" not in early.get("/en/calls/7/x").text


def test_an_unknown_call_is_not_found(site):
    assert site.get("/en/calls/99/x").status_code == 404
    assert site.get("/somewhere").status_code == 404


def test_robots_may_read_all_but_the_controls(site):
    assert site.get("/robots.txt").text == "User-agent: *\nDisallow: /standin/\n"


def test_an_empty_list_is_a_list_without_rows(site):
    site.fault(empty=True)
    page = soup(site.get("/en/calls?sent=search"))
    site.fault()
    assert page.find("h3").get_text() == "0 Calls found"
    assert not page.select("#calls-overview tbody tr")
