"""Calendars over the wire: private addresses, single files, conditional requests, and what never gets in."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar
from web_world import KEY, TENANT, URL, World, a_full_match, call_with_two_units, in_days

from builders import a_scraped_call
from calls.model import BRUSSELS, Deadline
from notifier.links import Links
from storage import answers_given, audit
from storage.answers_given import Answer, AnswerKind
from storage.calendars import FeedOf, feeds
from storage.database import reading, writing

PAGE = "/mina-val/kalender"


def make(browser, unit: str = "") -> str:
    """Make an address on the page; the path that it leads to."""
    shown = browser.post(PAGE, {"deed": "renew", "unit": unit}, page=PAGE)
    assert shown.status_code == 200, shown.text
    return re.search(rf'value="{URL}(/kalender/[^"]+\.ics)"', shown.text)[1]


def events(content: bytes) -> list:
    return list(Calendar.from_ical(content).walk("VEVENT"))


def answer(world: World, call_id: int, kind=AnswerKind.INTERESTED, note: str = "", **facts) -> None:
    given = {"person": "kontakt-skola", "unit": "skola", "call_version": 1, "at": world.now} | facts
    with writing(world.engine) as conn:
        answers_given.give(conn, TENANT, Answer(call_id=call_id, kind=kind, note=note, **given))


def test_a_persons_calendar_holds_what_they_follow_with_their_note(world: World):
    call_id = call_with_two_units(world)
    world.add_calls(a_scraped_call(reference="2", identifier="B", deadlines=(in_days(20),)))
    answer(world, call_id, note="Prata med vänorten")
    contact = world.signed_in("kontakt.skola@exempelstad.example")
    found = world.browser().get(make(contact))
    assert found.headers["content-type"] == "text/calendar; charset=utf-8"
    (event,) = events(found.content)
    assert event["URL"] == f"{URL}/c/{call_id}"
    assert "Egen anteckning: Prata med vänorten" in event["DESCRIPTION"]
    assert event.start == in_days(14).at.astimezone(BRUSSELS)


@pytest.mark.parametrize("kind", [AnswerKind.NO, AnswerKind.FORWARD])
def test_a_call_that_was_answered_otherwise_leaves_the_calendar(world: World, kind):
    call_id = call_with_two_units(world)
    answer(world, call_id)
    address = make(world.signed_in("kontakt.skola@exempelstad.example"))
    assert len(events(world.browser().get(address).content)) == 1
    answer(world, call_id, kind, at=world.now + timedelta(minutes=1))
    assert events(world.browser().get(address).content) == []


def test_a_units_calendar_holds_what_was_accepted_and_followed_and_no_notes__W44(world: World):
    followed = call_with_two_units(world)
    (accepted,) = world.add_calls(
        a_scraped_call(reference="1TOPICSen"),
        a_scraped_call(reference="2", identifier="B", deadlines=(in_days(20),)),
    )
    school = world.profile.needs[0]
    world.propose(a_full_match(accepted, school))
    coordinator = world.signed_in()
    (match,) = [found for found in world.matches() if found.match.call_id == accepted]
    form = next(f for f in coordinator.forms("/") if f["match"] and f["match"][0].startswith(f"{match.id}:"))
    coordinator.post("/beslut", {"match": form["match"], "verdict": "accept"}, page="/")
    answer(world, followed, note="Anna ringer Kari i Vasa")
    found = world.browser().get(make(coordinator, "skola")).content
    assert {event["URL"].rsplit("/")[-1] for event in events(found)} == {str(followed), str(accepted)}
    assert b"Anna" not in found
    assert b"kontakt" not in found.lower()


def test_another_units_calendar_is_not_made_by_a_contact_person(world: World):
    contact = world.signed_in("kontakt.skola@exempelstad.example")
    assert contact.post(PAGE, {"deed": "renew", "unit": "kultur"}, page=PAGE).status_code == 403
    assert contact.post(PAGE, {"deed": "renew", "unit": "finns-inte"}, page=PAGE).status_code == 403
    assert contact.post(PAGE, {"deed": "steal"}, page=PAGE).status_code == 422
    with reading(world.engine) as conn:
        assert feeds(conn, TENANT) == []


def test_the_address_is_unguessable_kept_as_a_hash_and_shown_once__W44(world: World):
    contact = world.signed_in("kontakt.skola@exempelstad.example")
    token = make(contact).split("/")[-1].removesuffix(".ics")
    assert len(token) >= 32
    assert token not in contact.get(PAGE).text
    with world.engine.connect() as conn:
        kept = str(conn.exec_driver_sql("SELECT * FROM calendar_feed").all())
    assert token not in kept
    assert world.browser().get(f"/kalender/{token[:-1]}x.ics").status_code == 404


def test_a_renewed_or_revoked_address_stops_at_once_and_history_tells(world: World):
    contact = world.signed_in("kontakt.skola@exempelstad.example")
    first, stranger = make(contact), world.browser()
    second = make(contact)
    assert (stranger.get(first).status_code, stranger.get(second).status_code) == (404, 200)
    contact.post(PAGE, {"deed": "revoke", "unit": ""}, page=PAGE)
    contact.post(PAGE, {"deed": "revoke", "unit": ""}, page=PAGE)
    assert stranger.get(second).status_code == 404
    with reading(world.engine) as conn:
        told = [one.event for one in audit.events(conn, TENANT, kind="calendar")]
    assert sorted(event.action for event in told) == ["make", "renew", "revoke"]
    assert {(event.actor, event.key) for event in told} == {
        ("kontakt-skola", f"{FeedOf.PERSON}:kontakt-skola")
    }


def test_the_calendar_of_somebody_who_has_left_is_gone(world: World):
    address = make(world.signed_in("kontakt.skola@exempelstad.example"))
    world.profile = type(world.profile)(
        **{
            **vars(world.profile),
            "people": tuple(p for p in world.profile.people if p.key != "kontakt-skola"),
        }
    )
    assert world.browser().get(address).status_code == 404


def test_an_unchanged_calendar_is_not_sent_again(world: World):
    call_id = call_with_two_units(world)
    answer(world, call_id)
    address, browser = make(world.signed_in("kontakt.skola@exempelstad.example")), world.browser()
    first = browser.get(address)
    again = browser.get(address, headers={"If-None-Match": f'"x", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    world.add_calls(a_scraped_call(deadlines=(in_days(21),), budget=4_000_000))
    moved = browser.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert moved.status_code == 200
    assert [(e["UID"], e["SEQUENCE"]) for e in events(first.content)] == [
        (f"{TENANT}-{call_id}-1@{URL[8:]}", 0)
    ]
    assert [(e["UID"], e["SEQUENCE"]) for e in events(moved.content)] == [
        (f"{TENANT}-{call_id}-1@{URL[8:]}", 1)
    ]


def test_opening_a_calendar_ten_times_changes_nothing__W01(world: World):
    call_id = call_with_two_units(world)
    answer(world, call_id)
    address = make(world.signed_in("kontakt.skola@exempelstad.example"))
    link = Links(URL, KEY, TENANT).calendar(call_id, "sv").removeprefix(URL)
    before = rows(world)
    for _ in range(10):
        for path in (address, link):
            for method in ("GET", "HEAD", "OPTIONS"):
                world.browser().client.request(method, path)
    assert rows(world) == before


def rows(world: World) -> dict[str, list]:
    with world.engine.connect() as conn:
        names = conn.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
        return {name: conn.exec_driver_sql(f"SELECT * FROM {name}").all() for name in names}


@pytest.mark.parametrize("left", ["", ">", ".", "=", ").", "'"])
def test_the_letters_link_gives_one_call_without_signing_in__W06(world: World, left):
    call_id = call_with_two_units(world)
    link = Links(URL, KEY, TENANT).calendar(call_id, "en").removeprefix(URL)
    found = world.browser().get(link + left)
    assert found.status_code == 200
    assert events(found.content)[0]["SUMMARY"].startswith("Apply by: ")
    assert found.headers["content-disposition"] == f'inline; filename="utlysning-{call_id}.ics"'


def test_an_altered_or_foreign_link_is_not_found__W06_W07(world: World):
    call_id = call_with_two_units(world)
    link = Links(URL, KEY, TENANT).calendar(call_id, "sv").removeprefix(URL)
    token = link.split("/")[-1].removesuffix(".ics")
    other = Links(URL, KEY, TENANT).unsubscribe("kontakt-skola").split("/")[-1]
    elsewhere = Links(URL, KEY, "annanstad").calendar(call_id, "sv").split("/")[-1]
    for bad in (token[:-1] + ("a" if token[-1] != "a" else "b"), other, elsewhere, "", "x"):
        assert world.browser().get(f"/kalender/utlysning/{bad}.ics").status_code == 404


def test_a_signed_in_reader_gets_one_calls_file_and_the_call_page_still_works(world: World):
    call_id = call_with_two_units(world)
    contact = world.signed_in("kontakt.skola@exempelstad.example")
    assert len(events(contact.get(f"/utlysning/{call_id}.ics").content)) == 1
    assert contact.get(f"/utlysning/{call_id}").status_code == 200
    assert world.browser().get(f"/utlysning/{call_id}.ics").status_code == 401
    for bad in ("0", "999", "x", "1e9", "-1", "1%00"):
        assert contact.get(f"/utlysning/{bad}.ics").status_code == 404


def test_a_running_call_has_no_file(world: World):
    (call_id,) = world.add_calls(a_scraped_call(deadlines=()))
    assert world.signed_in().get(f"/utlysning/{call_id}.ics").status_code == 404


def test_a_withdrawn_call_is_cancelled_in_the_calendar(world: World):
    winter = Deadline(at=datetime(2026, 12, 15, 16, tzinfo=UTC))
    (call_id,) = world.add_calls(a_scraped_call(deadlines=(winter,)))
    address = f"/utlysning/{call_id}.ics"
    world.now += timedelta(days=1)
    world.add_calls(a_scraped_call(deadlines=()))
    answer(world, call_id)
    contact = world.signed_in("kontakt.skola@exempelstad.example")
    (event,) = events(world.browser().get(make(contact)).content)
    assert (event["STATUS"], event["SEQUENCE"], list(event.walk("VALARM"))) == ("CANCELLED", 1, [])
    assert events(contact.get(address).content)[0]["STATUS"] == "CANCELLED"
