"""Answers of 200 that are no list, words in odd letters, links and dates that are no such thing (`threats.md` 4.2-4.3).

No source of ours reads feeds or calendars, so what comes in their shape is refused like any other page that is not
the known one.
"""

import re
import time
from dataclasses import replace

import pytest
from recorded import PAGES, RecordedPortal, RecordedSite, portal_page, recorded
from scripted_server import a_source
from test_eu_portal_reading import pages, topic

from builders import a_scraped_call
from calls.model import CallSection
from calls.vocabulary import SectionKind
from scrapers.errors import HarvestRefused, SourceChanged
from scrapers.markup import one_line, text_of
from scrapers.run import BROKEN_LETTERS, HarvestedCalls, crawl, judge
from scrapers.source import Skipped
from scrapers.sources.eu_portal import EU_PORTAL
from scrapers.sources.euroaccess import EUROACCESS, Listed, parse_call, parse_list
from scrapers.sources.euroaccess_words import deadlines_in
from scrapers.values import dotted_deadline, portal_deadline

LISTING = (PAGES / "euroaccess" / "list.html").read_text()
PAGE = (PAGES / "euroaccess" / "call-101.html").read_text()

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "laugh">'
    + "".join(
        f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefghi", "bcdefghij", strict=True)
    )
    + "]><rss><channel><item><title>&j;</title></item></channel></rss>"
)
BLOW_UP = f'<!DOCTYPE l [<!ENTITY a "{"x" * 50_000}">]><rss><title>{"&a;" * 50_000}</title></rss>'
OUTSIDE = '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/hostname">]><rss><title>[&a;]</title></rss>'
REMOTE = '<!DOCTYPE rss SYSTEM "http://127.0.0.1:1/evil.dtd"><rss><title>seen</title></rss>'
FEED = (
    '<?xml version="1.0"?><rss><channel><title>Calls</title><item><title>One</title></item></channel></rss>'
)
CALENDAR = (
    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nRRULE:FREQ=SECONDLY\r\nDTSTART;TZID=Nowhere/At:20260101T000000\r\n"
)

NO_LISTS = [
    pytest.param("<p>Service unavailable</p>", id="S-18 out of service"),
    pytest.param("<h1>Access denied</h1>", id="S-18 denied"),
    pytest.param(
        "<div class=cookie>We value your privacy <button>Accept</button></div>", id="S-18 cookie wall"
    ),
    pytest.param("<form><input name=user><input type=password></form>", id="S-18 login"),
    pytest.param("", id="S-18 nothing"),
    pytest.param(BOMB, id="S-49 billion laughs"),
    pytest.param(BLOW_UP, id="S-49 quadratic"),
    pytest.param(OUTSIDE, id="S-49 external entity"),
    pytest.param(REMOTE, id="S-49 remote DTD"),
    pytest.param(FEED[: len(FEED) // 2], id="S-50 cut feed"),
    pytest.param(FEED.replace("One", "&unknown;"), id="S-50 unknown entity"),
    pytest.param(FEED.replace("<rss>", '<feed xmlns="x">').replace("</rss>", "</feed>"), id="S-50 Atom"),
    pytest.param('<?xml version="1.0"?>' + FEED, id="S-50 two declarations"),
    pytest.param(CALENDAR, id="S-52 a calendar"),
]


@pytest.mark.parametrize("text", NO_LISTS)
def test_a_page_without_the_known_list_stops_the_source_in_no_time(text):
    begun = time.process_time()
    with pytest.raises(SourceChanged, match="Listan är inte i den form vi känner"):
        crawl(EUROACCESS, RecordedSite({"/en/calls": text}), {})
    assert time.process_time() - begun < 20


@pytest.mark.parametrize(
    "markup", [BOMB, BLOW_UP, OUTSIDE, REMOTE], ids=["laughs", "blow-up", "file", "remote"]
)
def test_s_49_entities_of_a_documents_own_are_never_expanded_or_fetched(markup):
    begun = time.process_time()
    text = text_of(markup)
    assert "laugh" not in text
    assert not re.search(r"\[[a-z]", text), "the file's content would stand here"
    assert len(text) <= 60_000
    assert time.process_time() - begun < 20


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"deadlines": None}, id="S-51 without dates"),
        pytest.param({"title": "Calls"}, id="S-51 all alike"),
    ],
)
def test_items_that_say_nothing_are_no_harvest(change):
    calls = [replace(a_scraped_call(reference=str(n), title=f"Call {n}"), **change) for n in range(30)]
    with pytest.raises(HarvestRefused):
        judge(a_source(fill_rates={"deadlines": 0.5}), HarvestedCalls(calls=tuple(calls), skipped=()), None)


def test_s_51_the_year_1970_is_kept_with_a_note():
    html = PAGE.replace("16.09.2026 17:00", "01.01.1970 00:00").replace("21.04.2026", "01.01.1970")
    call = parse_call(html, listed())
    assert not isinstance(call, Skipped)
    assert any("orimligt" in note for note in call.notes)


def listed(deadline: str = "") -> Listed:
    return Listed(reference="101", path="/en/calls/101/x", programme="", title="x", deadline=deadline)


# Letters


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("SkÃ¥ne fÃ¶r alla", "Skåne för alla"),
        ("Ã…re, Ã„ngelholm och Ã–rebro", "Åre, Ängelholm och Örebro"),
        ("VÃ¤xjÃ¶ â€“ cafÃ©", "Växjö – café"),
        ("SÃO PAULO och Âland", "SÃO PAULO och Âland"),  # letters of their own
        ("Skåne och fÃ¶r", "Skåne och fÃ¶r"),  # only half was encoded twice
    ],
)
def test_s_34_letters_encoded_twice_are_repaired_only_when_all_of_the_field_comes_out_whole(sent, meant):
    assert one_line(sent) == meant
    assert one_line(f"<p>{sent}</p>") == meant


@pytest.mark.parametrize(("text", "noted"), [("Skåne och fÃ¶r", True), ("Skåne, SÃO PAULO", False)])
def test_s_34_what_cannot_be_repaired_is_kept_with_a_note(text, noted):
    call = a_scraped_call(sections=(CallSection(kind=SectionKind.SUMMARY, text=text),))
    (kept,) = crawl(a_source(crawl=lambda fetch, options: iter([call])), None, {}).calls
    assert kept.sections == call.sections
    assert (BROKEN_LETTERS in kept.notes) is noted


# Links


def listing(link: str) -> str:
    return LISTING.replace("https://www.euro-access.eu/en/calls/102/", link, 1)


@pytest.mark.parametrize(
    "link",
    [
        pytest.param("/en/calls/102/", id="S-41 relative"),
        pytest.param("//evil.example/en/calls/102/", id="S-41 protocol-relative"),
        pytest.param("https://www.euro-access.eu/en/calls/102/å?utm_source=x#", id="S-41 å"),
        pytest.param("HTTPS://WWW.EURO-ACCESS.EU/en/calls/102/", id="S-42 other case in the host"),
        pytest.param("https://www.euro-access.eu/index.php/en/calls/102/", id="S-42 index.php"),
        pytest.param("https://www.euro-access.eu/en/calls/102/y?utm_source=x&", id="S-42 tracking"),
    ],
)
def test_a_call_has_one_identity_however_it_is_linked_and_its_address_is_the_publishers_own(link):
    row = parse_list(listing(link))[1]
    assert row.reference == "102"
    assert row.path.startswith("/en/calls/102/")
    assert "utm" not in row.path
    call = parse_call(PAGE, row)
    assert call.url.startswith("https://www.euro-access.eu/en/calls/102/")


@pytest.mark.parametrize(
    "link",
    [
        pytest.param("javascript:alert(1)//", id="S-41 javascript"),
        pytest.param("data:text/html,/en/calls/x/", id="S-41 data"),
        pytest.param("#102", id="S-41 fragment only"),
        pytest.param("/en/calls/1 02/", id="S-41 a space"),
    ],
)
def test_a_row_whose_link_is_no_address_stops_the_list(link):
    with pytest.raises(SourceChanged, match="en rad utan länk till en utlysning"):
        parse_list(listing(link))


# Dates


def test_s_70_each_sources_form_gives_the_same_instant_and_other_forms_are_not_guessed():
    written = [portal_deadline(f"2026-12-31T17:00:00{zone}") for zone in ("", "+0100", ".000+0000")]
    written.append(dotted_deadline("31.12.2026 17:00"))
    assert {deadline.at.isoformat() for deadline in written} == {"2026-12-31T17:00:00+01:00"}
    for other in ("31 December 2026 17:00:00 (Brussels time)", "1798732800000"):
        for reader in (portal_deadline, dotted_deadline):
            with pytest.raises(ValueError, match="är"):
                reader(other)


@pytest.mark.parametrize("words", ["15 mars", "15.03.", "15.3", "March 15"])
def test_s_72_a_day_without_its_year_is_refused_and_no_year_is_guessed(words):
    with pytest.raises(ValueError, match="är inte av formen"):
        deadlines_in(words)


RUNNING = ["löpande", "until funds run out", "Open until further notice", "Continuous", "no deadline"]


@pytest.mark.parametrize("words", RUNNING)
def test_s_73_a_call_that_runs_on_has_no_deadline_and_is_not_left_out(words):
    call = parse_call(PAGE.replace("16.09.2026 17:00", words), listed())
    assert not isinstance(call, Skipped), call.reason
    assert call.deadlines == ()
    expired = (PAGES / "euroaccess" / "call-104.html").read_text()
    assert parse_call(expired, listed(words)).deadlines == ()


@pytest.mark.parametrize("words", ["t.b.a.", "TBC", "to be announced", "n/a", ""])
def test_s_73_a_deadline_that_is_not_said_yet_is_unknown(words):
    call = parse_call(PAGE.replace("16.09.2026 17:00", words), listed())
    assert not isinstance(call, Skipped), call.reason
    assert call.deadlines is None


def test_s_57_two_columns_that_have_changed_places_are_noticed_by_what_they_hold():
    swapped = [
        topic(n, startDate=["2026-12-01T00:00:00.000+0000"], deadlineDate=["2026-05-05T00:00:00.000+0000"])
        for n in range(60)
    ]
    found = crawl(EU_PORTAL, RecordedPortal({"1": [portal_page(swapped)]}), {"types": "1"})
    assert not found.calls
    with pytest.raises(HarvestRefused):
        judge(EU_PORTAL, found, None)
    healthy = crawl(EU_PORTAL, RecordedPortal({"1": pages(60)}), {"types": "1"})
    judge(EU_PORTAL, healthy, None)


def test_s_57_so_are_two_labels_of_a_page():
    swapped = PAGE.replace("<strong>Opening</strong>", "<strong>X</strong>", 1)
    swapped = swapped.replace("<strong>Deadline</strong>", "<strong>Opening</strong>", 1)
    swapped = swapped.replace("<strong>X</strong>", "<strong>Deadline</strong>", 1)
    assert swapped != PAGE
    found = parse_call(swapped, listed())
    assert isinstance(found, Skipped)
    assert "efter sista dagen" in str(found.reason)


def test_no_recorded_page_has_letters_that_were_encoded_twice():
    for call in crawl(EUROACCESS, recorded("euroaccess"), {}).calls:
        assert BROKEN_LETTERS not in call.notes
