"""The page of one call, the list of calls, the sources, the health and the statement."""

from dataclasses import replace
from datetime import timedelta

import pytest
from web_world import TENANT, World, a_full_match, call_with_two_units, in_days

from builders import a_scraped_call
from calls.model import CallSection
from calls.vocabulary import SectionKind
from matcher.model import Evidence
from storage import runs
from storage.database import writing
from texts import Message, Named


def test_one_call_tells_why_with_quotes_on_both_sides(world: World):
    call_id = call_with_two_units(world)
    page = world.signed_in().get(f"/utlysning/{call_id}").text
    for words in (
        "Fler elever i grundskolan ska få möta jämnåriga i andra länder.",
        "Early childhood education and care staff should learn from peers in another country.",
        "Prioriterat område: Barn och unga först",
        "Municipalities and their committees may apply.",
        "Framgår inte",
        "14 dagar kvar; enheten räknar med 42 dagar för en ansökan.",
        "Siffror för den nyfikne",
        "0.830",
    ):
        assert words in page, words


def test_a_remark_names_the_area_in_the_pages_language_or_marks_its_swedish_name(world: World):
    area, school = world.profile.priority_areas[0], world.profile.needs[0]
    (call_id,) = world.add_calls(a_scraped_call(deadlines=(in_days(14),)))
    world.propose(a_full_match(call_id, school, evidence=(remark_on(area.title, area.title_en),)))
    browser = world.signed_in()
    assert f"”{area.title}”" in browser.get(f"/utlysning/{call_id}?lang=sv").text
    assert f"“{area.title_en}”" in browser.get(f"/utlysning/{call_id}?lang=en").text
    world.profile = replace(world.profile, priority_areas=(replace(area, title_en=area.title),))
    world.propose(a_full_match(call_id, school, evidence=(remark_on(area.title),)))
    assert f'“<bdi lang="sv">{area.title}</bdi>”' in browser.get(f"/utlysning/{call_id}?lang=en").text


def remark_on(area: str, area_en: str | None = None) -> Evidence:
    name = Named(sv=area, en=area_en)
    said = Message(text="Rör också kommunens prioriterade område ”{area}”.", values={"area": name})
    return Evidence(signal="policy", strength=0.5, reason=said)


def test_days_left_are_counted_today_not_when_the_match_was_made(world: World):
    call_id = call_with_two_units(world)
    world.now += timedelta(days=4)
    browser = world.signed_in()
    for path in ("/", f"/utlysning/{call_id}"):
        page = browser.get(path).text
        assert "10 dagar kvar; enheten räknar med 42 dagar" in page
        assert "14 dagar kvar;" not in page


def test_at_most_three_pairs_are_quoted(world: World):
    (call_id,) = world.add_calls(a_scraped_call())
    match = a_full_match(call_id, world.profile.needs[0])
    world.propose(replace(match, pairs=match.pairs * 3))
    assert world.signed_in().get(f"/utlysning/{call_id}").text.count('class="pair"') == 3


def test_what_the_source_does_not_say_is_said_to_be_unknown(world: World):
    (call_id,) = world.add_calls(a_scraped_call(deadlines=None))
    page = world.signed_in().get(f"/utlysning/{call_id}").text
    assert page.count("framgår inte av källan") >= 6


def test_the_text_stands_under_headings_in_its_own_language(world: World):
    sections = (
        CallSection(kind=SectionKind.OBJECTIVE, text="First line.\n\nSecond line."),
        CallSection(kind=SectionKind.CONDITIONS, text="Two countries."),
    )
    (call_id,) = world.add_calls(a_scraped_call(sections=sections))
    page = world.signed_in().get(f"/utlysning/{call_id}").text
    assert "<h3>Mål</h3>" in page
    assert "<h3>Villkor</h3>" in page
    assert "<p>First line.</p><p>Second line.</p>" in page
    assert '<bdi lang="en">Town-Twinning</bdi>' in page


def test_changes_are_told_version_by_version_old_and_new(world: World):
    text = CallSection(kind=SectionKind.SCOPE, text="Old words.")
    first = a_scraped_call(deadlines=(in_days(14),), budget=1_000_000, sections=(text,))
    (call_id,) = world.add_calls(first)
    world.now += timedelta(days=1)
    world.add_calls(replace(first, deadlines=(in_days(30),)))
    world.now += timedelta(days=1)
    world.add_calls(
        replace(
            first, deadlines=(in_days(30),), budget=2_000_000, sections=(replace(text, text="New words."),)
        )
    )
    page = world.signed_in().get(f"/utlysning/{call_id}").text
    assert "<del>5 september 2026</del>" in page
    assert "<ins>21 september 2026</ins>" in page
    assert "<del>1\u00a0000\u00a0000\u00a0euro</del>" in page
    assert "<del>Old words.</del>" in page
    assert page.index("Version 3") < page.index("Version 2") < page.index("Version 1")


def test_the_publisher_is_credited_and_linked_without_telling_where_from__W10(world: World):
    call_id = call_with_two_units(world)
    page = world.signed_in().get(f"/utlysning/{call_id}").text
    assert '<a class="button" href="https://portal.example/1" rel="noreferrer noopener external">' in page
    assert "EU-kommissionen, Funding &amp; Tenders Portal" in page


def test_the_short_address_of_letters_leads_to_the_call(world: World):
    answer = world.browser().get("/c/17")
    assert (answer.status_code, answer.headers["location"]) == (308, "/utlysning/17")


def test_a_contact_person_starts_with_what_concerns_them(world: World):
    call_with_two_units(world)
    world.add_calls(a_scraped_call(reference="2", identifier="X-2", title="Something else"))
    contact = world.signed_in("kontakt.skola@exempelstad.example")
    assert contact.get("/").headers["location"] == "/utlysningar"
    assert "Something else" not in contact.get("/utlysningar").text
    everything = contact.get("/utlysningar?visa=alla").text
    assert "Something else" in everything
    assert "Kulturförvaltningen" not in everything


def test_a_contact_person_is_offered_no_decisions(world: World):
    call_id = call_with_two_units(world)
    page = world.signed_in("kontakt.skola@exempelstad.example").get(f"/utlysning/{call_id}").text
    assert "/beslut" not in page


def test_closed_calls_are_not_listed_but_still_told(world: World):
    (call_id,) = world.add_calls(a_scraped_call(deadlines=(in_days(2),)))
    world.now += timedelta(days=5)
    browser = world.signed_in()
    assert "Town-Twinning" not in browser.get("/utlysningar?visa=alla").text
    assert "Stängd" in browser.get(f"/utlysning/{call_id}").text


@pytest.mark.parametrize(
    "query", ["sida=-1", "sida=1e9", "visa=xx", "sok=%00", "sok=%25"], ids=lambda q: f"W32 {q}"
)
def test_odd_values_break_no_list(world: World, query):
    call_with_two_units(world)
    assert world.signed_in().get(f"/utlysningar?{query}").status_code == 200


def test_sources_tell_their_last_try_and_why_one_was_refused(world: World):
    with writing(world.engine) as conn:
        sound = runs.start_harvest(conn, TENANT, "eu-portal", world.now - timedelta(days=1))
        runs.end_harvest(conn, TENANT, sound, outcome="sound", now=world.now, calls=812)
        refused = runs.start_harvest(conn, TENANT, "eu-portal", world.now)
        odd = [{"reference": "77", "reason": "month 13"}]
        runs.end_harvest(
            conn,
            TENANT,
            refused,
            outcome="refused",
            now=world.now,
            reason="12 poster, väntade 800",
            skipped=odd,
        )
    page = world.signed_in().get("/kallor").text
    for words in ("Skörden underkändes", "12 poster, väntade 800", "812", "month 13", "Inte läst än"):
        assert words in page, words


def test_a_collection_that_died_is_not_told_as_going_on(world: World):
    with writing(world.engine) as conn:
        runs.start_harvest(conn, TENANT, "eu-portal", world.now - timedelta(hours=9))
        runs.start_harvest(conn, TENANT, "euroaccess", world.now)
    page = world.signed_in().get("/kallor").text
    assert page.count("Avbröts innan den var klar") == 1
    assert page.count("Hämtas just nu") == 1


def test_health_is_a_word_for_outsiders_and_details_for_the_coordinator__O10(world: World):
    assert world.browser().get("/halsa").json() == {"ok": True}
    assert world.signed_in("kontakt.skola@exempelstad.example").get("/halsa").json() == {"ok": True}
    assert world.signed_in().get("/halsa").json()["jobs"] == {"collect": "2026-08-22T06:00:00+02:00"}


def test_ill_health_is_told_to_machines_by_the_status(world: World):
    world.status = {"ok": False, "jobs": {}}
    answer = world.browser().get("/halsa")
    assert (answer.status_code, answer.json()) == (503, {"ok": False})


def test_the_statement_tells_whom_to_write_to_and_where_to_complain(world: World):
    page = world.browser().get("/tillganglighet").text
    assert "eu@exempelstad.example" in page
    assert "digg.se/tdosanmalan" in page
    assert "WCAG 2.2" in page


def test_the_pages_stand_before_the_first_profile(world: World):
    world.profile = None
    for path in ("/logga-in", "/tillganglighet", "/halsa", "/finns-inte"):
        assert world.browser().get(path).status_code in (200, 404)
