"""One's own choices, from a letter and signed in: opening changes nothing, a button does (W-01 to W-10, ux 1.7)."""

import re
import sys
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import text
from web_world import KEY, TENANT, URL, World, call_with_two_units

sys.path.append(str(Path(__file__).parents[1] / "notifier"))

from every_kind import KINDS, every_kind
from letters import addresses_in, parsed, text_of

from builders import a_profile
from notifier.links import Links, Question
from notifier.model import OPERATOR, LetterKind
from storage import audit, follows, subscriptions, wishes
from storage.database import reading, writing
from storage.follows import By
from storage.tables import metadata
from storage.wishes import Rhythm, Wishes

LINKS = Links(URL, KEY, TENANT)
READER = "kontakt-skola"


def address(person: str = READER) -> str:
    return LINKS.choices(person).removeprefix(URL)


def chosen(world: World, person: str = READER) -> Wishes:
    with reading(world.engine) as conn:
        return wishes.of(conn, TENANT, person)


def rows(world: World) -> str:
    """What the whole database holds, as one number; sessions and the clock's rows do not count."""
    found = []
    with reading(world.engine) as conn:
        for table in metadata.sorted_tables:
            found += [str(row) for row in conn.execute(text(f'SELECT * FROM "{table.name}"'))]
    return sha256("\n".join(found).encode()).hexdigest()


def client(world: World):
    """A mail program or a scanner: no cookie, no Origin."""
    made = world.browser().client
    del made.headers["origin"]
    return made


KINDS_ON = {"kind": ["reminder", "change", "assignment", "invitation"], "rhythm": "weekly", "language": "sv"}


@pytest.mark.parametrize("language", ["sv", "en"])
def test_c3_no_link_of_any_mail_changes_a_row_however_it_is_opened(world: World, language):
    call_with_two_units(world)
    before, scanner = rows(world), client(world)
    seen = set()
    for kind in KINDS:
        letter = every_kind(language)[kind]
        header = re.findall(r"<(https://[^>]+)>", parsed(letter)["List-Unsubscribe"])
        seen |= {link for link in (*addresses_in(text_of(letter)), *header) if link.startswith(URL)}
    assert len(seen) > 20
    for link in sorted(seen):
        for method in ("GET", "HEAD", "OPTIONS") * 3:
            scanner.request(method, link.removeprefix(URL))
    assert rows(world) == before


def test_c3_links_made_for_this_municipality_change_nothing_either(world: World):
    call_id = call_with_two_units(world)
    question = Question(person=READER, unit="skola", call_id=call_id, call_version=1)
    links = [
        LINKS.choices(READER),
        LINKS.choices(OPERATOR),
        LINKS.unsubscribe(READER),
        LINKS.answer(question, world.now),
    ]
    links += [LINKS.unsubscribe(READER, kind) for kind in LetterKind]
    before, scanner = rows(world), client(world)
    for link in links:
        for method in ("GET", "HEAD", "OPTIONS") * 10:
            scanner.request(method, link.removeprefix(URL))
        assert scanner.get(link.removeprefix(URL)).status_code == 200, link
    assert rows(world) == before


def test_choices_are_kept_without_signing_in_and_stand_in_the_history(world: World):
    fields = {"deed": "save", "rhythm": "monthly", "language": "en", "also_empty": "yes", "kind": ["change"]}
    answer = client(world).post(address(), data=fields)
    assert answer.status_code == 303
    without = frozenset({LetterKind.REMINDER, LetterKind.ASSIGNMENT, LetterKind.INVITATION})
    expected = Wishes(rhythm=Rhythm.MONTHLY, also_empty=True, language="en", without=without)
    assert chosen(world) == expected
    with reading(world.engine) as conn:
        (event,) = audit.events(conn, TENANT, kind="subscription")
    assert (event.event.actor, event.event.channel, event.event.action) == (READER, "mail-link", "choose")


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_letters_language_is_the_persons_own_until_they_choose_another(world: World, language):
    people = tuple(replace(p, language=language) if p.key == READER else p for p in world.profile.people)
    world.profile = replace(world.profile, people=people)
    page = client(world).get(address()).text
    assert re.findall(r'name="language" value="(\w+)" checked', page) == [language]


@pytest.mark.parametrize("kept", [None, "sv"], ids=["as the letter", "as chosen in this browser"])
def test_every_page_from_a_letter_speaks_its_language(world: World, kept):
    people = tuple(replace(p, language="en") if p.key == READER else p for p in world.profile.people)
    world.profile = replace(world.profile, people=people)
    call_id = call_with_two_units(world)
    question = Question(person=READER, unit="skola", call_id=call_id, call_version=1)
    mail = client(world)
    if kept:
        mail.cookies.set("fondvakt-lang", kept)
    for link in (LINKS.answer(question, world.now), LINKS.unsubscribe(READER), LINKS.choices(READER)):
        page = mail.get(link.removeprefix(URL)).text
        assert re.search(r'<html lang="(\w+)"', page)[1] == (kept or "en"), link


def test_saving_the_same_twice_changes_nothing(world: World):
    mail = client(world)
    mail.post(address(), data={"deed": "save", **KINDS_ON, "rhythm": "monthly"})
    before = rows(world)
    mail.post(address(), data={"deed": "save", **KINDS_ON, "rhythm": "monthly"})
    assert rows(world) == before


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"deed": "everything"}, id="another deed"),
        pytest.param({"deed": "save", "rhythm": "hourly"}, id="another rhythm"),
        pytest.param({"deed": "save", "kind": ["alarm"]}, id="a kind of another role"),
        pytest.param({"deed": "save", "language": "fi"}, id="another language"),
    ],
)
def test_w05_other_words_change_nothing(world: World, fields):
    before = rows(world)
    assert client(world).post(address(), data=fields).status_code == 422
    assert rows(world) == before


@pytest.mark.parametrize("days", ["", "imorgon", "2026-13-01", 0, -1, 400], ids=str)
def test_a_pause_needs_a_day_ahead_within_a_year(world: World, days):
    until = (world.now.date() + timedelta(days=days)).isoformat() if isinstance(days, int) else days
    answer = client(world).post(address(), data={"deed": "pause", "until": until})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    with reading(world.engine) as conn:
        assert subscriptions.stopped(conn, TENANT, world.now) == set()


def test_a_pause_until_a_day_and_taking_it_back(world: World):
    mail = client(world)
    until = date(2026, 10, 1)
    mail.post(address(), data={"deed": "pause", "until": until.isoformat()})
    assert "pausade till 1 oktober 2026" in mail.get(address()).text
    with reading(world.engine) as conn:
        assert subscriptions.stopped(conn, TENANT, world.now) == {READER}
    mail.post(address(), data={"deed": "resume"})
    with reading(world.engine) as conn:
        assert subscriptions.stopped(conn, TENANT, world.now) == set()


def test_what_one_follows_is_listed_and_can_be_stopped(world: World):
    call_id = call_with_two_units(world)
    with writing(world.engine) as conn:
        about = {"person": READER, "unit": "skola", "call_id": call_id, "call_version": 1}
        follows.begin(conn, TENANT, **about, by=By.OWN, now=world.now, channel="web")
    mail = client(world)
    assert "Sluta följa Town-Twinning" in mail.get(address()).text
    mail.post(address(), data={"deed": "unfollow", "call": str(call_id)})
    with reading(world.engine) as conn:
        assert follows.of_person(conn, TENANT, READER) == []


def test_signed_in_the_form_needs_the_sessions_token(world: World):
    browser = world.signed_in("kontakt.skola@exempelstad.example")
    fields = {"deed": "save", **KINDS_ON, "rhythm": "monthly"}
    assert browser.client.post("/mina-val", data=fields).status_code == 403
    assert browser.post("/mina-val", fields, page="/mina-val").status_code == 303
    assert chosen(world).rhythm is Rhythm.MONTHLY


def test_a_coordinator_chooses_their_own_kinds(world: World):
    browser = world.signed_in()
    page = browser.get("/mina-val").text
    assert "Förhandsbesked på fredagen" in page
    assert "Veckobrevet</legend>" not in page
    browser.post("/mina-val", {"deed": "save", "kind": ["unit"], "language": "sv"}, page="/mina-val")
    assert chosen(world, "samordnare").without == {LetterKind.REHEARSAL}


def test_w10_the_page_from_a_letter_names_nobody(world: World):
    page = client(world).get(address()).text.replace(address(), "").lower()
    assert "kontakt.skola" not in page
    assert "kontaktperson, barn" not in page


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(address()[:-3], id="W06 cut"),
        pytest.param(
            Links(URL, "another key", TENANT).choices(READER).removeprefix(URL), id="W08 another key"
        ),
        pytest.param(
            Links(URL, KEY, "annan").choices(READER).removeprefix(URL), id="W07 another municipality"
        ),
        pytest.param("/mina-val/" + LINKS.unsubscribe(READER).rsplit("/", 1)[1], id="C5 another purpose"),
    ],
)
def test_an_altered_address_opens_nothing(world: World, path):
    answer = client(world).post(path, data={"deed": "stop"})
    assert answer.status_code == 404
    assert "svara på brevet" in answer.text


def test_w09_somebody_no_longer_registered_is_told_so(world: World):
    world.profile = a_profile(people=world.profile.people[:2])
    assert client(world).post(address(), data={"deed": "stop"}).status_code == 410


@pytest.mark.parametrize("kind", [LetterKind.REMINDER, LetterKind.CHANGE, LetterKind.ASSIGNMENT])
def test_c4_one_click_in_a_mail_of_one_kind_ends_that_kind_only_and_can_be_taken_back(world: World, kind):
    mail, link = client(world), LINKS.unsubscribe(READER, kind).removeprefix(URL)
    for _again in range(2):
        assert mail.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert chosen(world).without == {kind}
    with reading(world.engine) as conn:
        assert subscriptions.stopped(conn, TENANT) == set()
    mail.post(link, data={"choice": "resume"})
    assert chosen(world).without == set()


def test_the_operator_can_switch_off_alarms_by_mail(world: World):
    link = LINKS.unsubscribe(OPERATOR, LetterKind.ALARM).removeprefix(URL)
    client(world).post(link, data={"List-Unsubscribe": "One-Click"})
    assert chosen(world, OPERATOR).without == {LetterKind.ALARM}


def test_the_page_of_ending_letters_offers_a_months_rhythm_and_a_way_back(world: World):
    mail, link = client(world), LINKS.unsubscribe(READER).removeprefix(URL)
    assert "Hellre en gång i månaden" in mail.get(link).text
    mail.post(link, data={"choice": "monthly"})
    assert chosen(world).rhythm is Rhythm.MONTHLY
    mail.post(link, data={"choice": "weekly"})
    assert chosen(world).rhythm is Rhythm.WEEKLY


def test_a_call_is_followed_from_its_page_and_not_by_looking(world: World):
    call_id = call_with_two_units(world)
    browser = world.signed_in("kontakt.skola@exempelstad.example")
    browser.get(f"/utlysning/{call_id}")
    for choice, number in (("follow", 1), ("follow", 1), ("unfollow", 0)):
        assert browser.post(f"/utlysning/{call_id}/folj", {"choice": choice}).status_code == 303
        with reading(world.engine) as conn:
            assert len(follows.of_person(conn, TENANT, READER)) == number


def test_who_stops_and_comes_back_gets_letters_in_the_rhythm_they_had(world: World):
    mail, link = client(world), LINKS.unsubscribe(READER).removeprefix(URL)
    for said in ({"choice": "monthly"}, {"List-Unsubscribe": "One-Click"}, {"choice": "resume"}):
        assert mail.post(link, data=said).status_code == 200
    assert chosen(world).rhythm is Rhythm.MONTHLY
