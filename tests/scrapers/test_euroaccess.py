"""EuroAccess: the list against its count, a page a call, and the typing errors it is known for."""

import re

import pytest
from recorded import PAGES, RecordedSite, recorded

from calls.model import Consortium
from calls.vocabulary import ApplicantType, DeadlineModel, Status
from scrapers.errors import SourceChanged, SourceUnreachable
from scrapers.source import Skipped
from scrapers.sources import euroaccess
from scrapers.sources.euroaccess import Listed, crawl, parse_call, parse_list
from scrapers.sources.euroaccess_words import countries_in, entities_in, grant_in

LISTING = (PAGES / "euroaccess" / "list.html").read_text()


def page(number: int) -> str:
    return (PAGES / "euroaccess" / f"call-{number}.html").read_text()


def listed(number: int, deadline: str = "") -> Listed:
    path = f"/en/calls/{number}/A-call"
    return Listed(reference=str(number), path=path, programme="", title="A call", deadline=deadline)


def parsed(html: str, number: int = 101, deadline: str = ""):
    call = parse_call(html, listed(number, deadline))
    assert not isinstance(call, Skipped), call.reason
    return call


# The list


def test_every_row_of_the_list_is_read_and_counted():
    rows = parse_list(LISTING)
    assert [row.reference for row in rows] == ["101", "102", "103", "104", "105", "106"]
    assert rows[0].path == "/en/calls/101/Heat-from-lakes-and-rivers"
    assert rows[0].title == "Heat from lakes & rivers"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("6 Calls found", "7 Calls found"), "Listan har 6 rader där 7 utlysningar utlovades"),
        (("6 Calls found", "6 Aufrufe gefunden"), 'Listan har 0 rader "N Calls found"'),
        (('id="calls-overview"', 'id="calls"'), "0 av 'table#calls-overview' där en enda väntades"),
        (("/en/calls/102/", "/en/calls/101/"), "6 rader för 5 olika utlysningar"),
        (("/en/calls/102/", "/en/news/102/"), "en rad utan länk till en utlysning"),
    ],
    ids=["rows lack", "S-54 other language", "S-56 other layout", "S-43 one call twice", "other links"],
)
def test_d1_a_list_that_is_not_as_known_stops_the_source(change, reason):
    with pytest.raises(SourceChanged, match=re.escape(reason)):
        parse_list(LISTING.replace(*change))


def test_an_empty_list_stops_the_source():
    with pytest.raises(SourceChanged, match="Listan är inte i den form vi känner"):
        parse_list("<html><body>Access denied</body></html>")


# The harvest


def test_d7_a_page_that_is_gone_or_odd_is_skipped_and_the_others_are_read():
    site = recorded("euroaccess")
    del site._pages["/en/calls/101/Heat-from-lakes-and-rivers"]
    found = list(crawl(site, {}))
    assert [one.reference for one in found if isinstance(one, Skipped)] == ["101", "106"]
    assert len(found) == 6


def test_an_outage_in_the_middle_stops_the_source():
    class Failing(RecordedSite):
        def get(self, path, *, params=None):
            if path != "/en/calls":
                raise SourceUnreachable(f"{path}: status 503")
            return super().get(path, params=params)

    with pytest.raises(SourceUnreachable):
        list(crawl(Failing({"/en/calls": LISTING}), {}))


def test_s_43_calls_that_share_a_number_are_cut_offs_of_one_and_say_so():
    calls = {one.reference: one for one in crawl(recorded("euroaccess"), {}) if not isinstance(one, Skipped)}
    assert calls["104"].identifier == calls["105"].identifier == "ERASMUS-EDU-2022-MADEUP-CHARTER"
    assert calls["104"].shares_identifier
    assert not calls["101"].shares_identifier


# One call


def test_two_stages_are_put_in_order():
    call = parsed(page(103))
    assert [deadline.at.isoformat() for deadline in call.deadlines] == [
        "2026-11-16T13:00:00+01:00",
        "2027-04-20T13:00:00+02:00",
    ]
    assert call.deadline_model is DeadlineModel.TWO_STAGE


def test_an_expired_call_keeps_the_deadline_of_the_list():
    call = parsed(page(104), 104, deadline="27.01.2026 17:00")
    assert call.deadlines[0].at.isoformat() == "2026-01-27T17:00:00+01:00"
    assert call.announced is Status.CLOSED


def test_a_call_number_is_an_identifier_only_when_it_looks_like_a_code():
    assert parsed(page(101)).identifier == "LIFE-2026-CET-MADEUP"
    assert parsed(page(102)).identifier is None
    for code in (
        "I3-2025-INV2a",
        "EuropeAid/184841/ID/ACT/RS",
        "EU4H-2025-HERA-PJ-1-c",
        "DIGITAL-IRIS2-2025-QCI-01",
    ):
        assert euroaccess.CODE.fullmatch(code)
    for words in ("Round autumn 2026", "2", "n/a", "Call-for-projects", "1-2"):
        assert not euroaccess.CODE.fullmatch(words)


def test_a_commented_table_and_a_read_more_are_not_read():
    call = parsed(page(101))
    assert call.cofinancing_rate == 0.95
    assert call.sections[1].text == "Towns try heat from water."


def test_typing_errors_and_ranges_give_notes_and_no_values():
    call = parsed(page(102))
    assert (call.cofinancing_rate, call.grant_min, call.grant_max) == (None, None, None)
    assert set(call.notes) == {euroaccess.UNREAD_RATE, euroaccess.UNREAD_GRANT}


def test_a_word_outside_the_closed_lists_gives_a_note_and_bars_nobody():
    call = parsed(page(103))
    assert call.eligible_applicants is None
    assert euroaccess.UNREAD_APPLICANTS in call.notes
    assert parsed(page(105)).eligible_countries is None


def test_contacts_are_never_read():
    for call in crawl(recorded("euroaccess"), {}):
        assert "programme.example" not in str(call)
        assert "Office of the programme" not in str(call)


def test_a_mandatory_partnership_is_two_at_least():
    assert parsed(page(101)).consortium == Consortium(min_partners=2)
    assert parsed(page(105)).consortium == Consortium(min_partners=1)


@pytest.mark.parametrize(
    "change",
    [
        ("Call key data", "Eckdaten"),
        ('<p class="title td">deadlines</p>', '<p class="title td">Fristen</p>'),
        ("21.04.2026", "30.02.2026"),
        ("21.04.2026", "21.04.2027"),
        ("16.09.2026 17:00", "46126"),
        ('<div id="calldata">', '<div id="other">'),
    ],
    ids=["S-54 head", "S-54 label", "S-75", "S-80", "S-74", "S-56"],
)
def test_a_page_that_is_not_as_known_is_skipped_with_the_reason(change):
    found = parse_call(page(101).replace(*change), listed(101))
    assert isinstance(found, Skipped)
    assert found.reason


# Its words


def test_every_class_of_applicants_has_a_meaning_and_other_words_have_none():
    assert entities_in("Public Body (national, regional and local; incl. EGTCs)") == {
        ApplicantType.PUBLIC_BODY,
        ApplicantType.MUNICIPALITY,
    }
    assert entities_in("EU Body, Other") == {ApplicantType.OTHER}
    for words in ("Town twinning committee", "Other, Something", "Otherwise", ""):
        with pytest.raises(ValueError, match="ingen känd grupp"):
            entities_in(words)


def test_countries_are_codes_and_their_own_names_are_left_out():
    assert countries_in(
        "Bosnia and Herzegovina (Bosna i Hercegovina / Босна и Херцеговина), Sweden (Sverige)"
    ) == {"BA", "SE"}
    assert (
        len(countries_in("EU Member States, Overseas Countries and Territories (OCT)\nIceland (Ísland)"))
        == 28
    )
    assert "SE" not in countries_in("Cohesion Countries")
    with pytest.raises(ValueError, match="the moon"):
        countries_in("Norway (Norge), The Moon")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("between € 50,000.00 and € 5,000,000.00", (50_000, 5_000_000)),
        ("Between € 5,500,000 and € 9,000,000", (5_500_000, 9_000_000)),
        ("min. € 60,000.00", (60_000, None)),
        ("minimum € 30,000.00", (30_000, None)),
        ("max. € 3,370,000.00", (None, 3_370_000)),
        ("€ 3,333,333.33", (3_333_333, 3_333_333)),
    ],
)
def test_s_84_sums_for_one_project(words, expected):
    assert grant_in(words) == (*expected, "EUR")


@pytest.mark.parametrize(
    "words", ["EUR 50", "€ 3,5000,00.00", "4,000,000", "between € 2,000.00 and € 1,500.00", "see call"]
)
def test_s_85_sums_that_are_not_plain_are_refused(words):
    with pytest.raises(ValueError, match=r"ingen summa|mer än|is not"):
        grant_in(words)


# As others have saved it


@pytest.mark.recorded
def test_the_saved_list_of_october_2025_has_its_142_rows(shared):
    html = (shared / "data/sources/euroaccess/list_2025-10-03.html").read_text()
    rows = parse_list(html)
    assert len(rows) == 142
    assert {bool(re.fullmatch(r"\d\d\.\d\d\.\d{4} \d\d:\d\d", row.deadline)) for row in rows} == {True}


@pytest.mark.recorded
def test_the_saved_page_of_call_135_is_read(shared):
    html = (shared / "data/sources/euroaccess/detail_135_2025-10-03.html").read_text()
    call = parsed(html, 135, "27.01.2026 17:00")
    assert call.title == "Erasmus Charter for Higher Education - 5th cut-off date"
    assert call.identifier == "ERASMUS-EDU-2022-ECHE-CERT-FP"
    assert call.opening_date.isoformat() == "2022-02-23"
    assert call.deadlines[0].at.isoformat() == "2026-01-27T17:00:00+01:00"
    assert call.programme == "ERASMUS+"
    assert call.eligible_applicants == {
        ApplicantType.SCHOOL,
        ApplicantType.UNIVERSITY,
        ApplicantType.RESEARCH,
    }
    assert {"SE", "NO", "XK"} <= call.eligible_countries
    assert call.keywords == ("Education & Training, Children & Youth, Media",)
    assert not call.sections[1].text.endswith("read more")
    assert "Agency" not in " ".join(section.text for section in call.sections).split("Part B")[-1]
