"""History, organisation, data protection, and the emergency way in."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update
from web_world import TENANT, World, call_with_two_units

from builders import NOW
from profiles.load import read_profile
from profiles.model import Role
from profiles.write import profile_text
from storage import audit, profiles, signins, subscriptions
from storage.audit import Event
from storage.database import reading, writing
from storage.tables import session as session_table
from web.exports import csv_pieces, inert
from web.session import signin_link
from web.source import networks

FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    "|calc",
    "%0a=1",
    "\ufeff=1",
    "\u00a0=cmd|' /C calc'!A0",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
)


@pytest.fixture
def published(world: World) -> World:
    """A world whose profile is the stored one, as in an installation."""
    with writing(world.engine) as conn:
        profiles.save(conn, TENANT, world.profile.key, profile_text(world.profile), "cli", NOW)

    def newest() -> tuple[int, object] | None:
        with reading(world.engine) as conn:
            stored = profiles.latest(conn, TENANT)
        return stored.version, read_profile(stored.document, stored.key)

    world.published = newest
    return world


def told(world: World, **chosen) -> list[Event]:
    with reading(world.engine) as conn:
        return [one.event for one in audit.events(conn, TENANT, **chosen)]


def decide(world: World, browser, note: str = "") -> None:
    form = browser.forms("/utlysning/1")[0]
    assert (
        browser.post("/beslut", {"match": form["match"], "verdict": "accept", "note": note}).status_code
        == 303
    )


def test_what_was_done_is_read_in_words_and_narrowed(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    decide(world, browser)
    text = browser.get("/historik").text
    assert "godkände" in text
    assert "loggade in" in text
    only = browser.get("/historik?slag=person").text
    assert "loggade in" in only
    assert "godkände" not in only
    assert "Inget har hänt" in browser.get("/historik?till=2020-01-01").text
    assert "godkände" in browser.get(f"/historik?fran={NOW.date()}&till={NOW.date()}&person=samordnare").text
    assert "godkände" in browser.get("/utlysning/1").text


@pytest.mark.parametrize(
    "query", ["sida=-1", "sida=0", "sida=999999999", "sida=abc", "fran=9999-99-99", "till=0001-01-01",
              "till=9999-12-31", "slag=%00", "person=%27%3B--", "nyckel=" + "x" * 5000, "fran=x&fran=y"],
    ids=lambda query: f"W32 {query[:30]}",
)  # fmt: skip
def test_any_choice_of_history_is_answered(world: World, query):
    assert world.signed_in().get(f"/historik?{query}").status_code == 200


def test_the_history_as_a_file_runs_nothing__F8(world: World):
    browser = world.signed_in()
    with writing(world.engine) as conn:
        for evil in FORMULAS:
            event = Event(
                actor="samordnare", channel="web", kind="match", key="1", action="accept", reason=evil
            )
            audit.record(conn, TENANT, event, NOW)
    answer = browser.get("/historik.csv?slag=match")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == len(FORMULAS)
    assert all(not cell.lstrip().startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    found = json.loads(browser.get("/historik.json?slag=person").text)
    assert {one["action"] for one in found} == {"sign-in"}


def as_file(heads, rows) -> str:
    """A table as it reads in its file."""
    return b"".join(csv_pieces(heads, [rows])).decode("utf-8-sig")


@pytest.mark.parametrize("evil", FORMULAS, ids=repr)
def test_a_cell_that_would_be_run_is_made_a_text__F8(evil):
    assert inert(evil).startswith("'")
    assert as_file(("a",), [(evil,)]).count("\r\n") == 2


@pytest.mark.parametrize(
    "text",
    [*FORMULAS, "'", "'=1", "''", 'å;ä,"ö"', "två\nrader", "a\r\nb", "", "vanlig"],
    ids=lambda t: f"X-02 X-04 {t!r}",
)
def test_what_was_made_inert_is_itself_again_when_read_back(text):
    (_head, row) = csv.reader(io.StringIO(as_file(("a", "b"), [(text, "x")]), newline=""), delimiter=";")
    assert row[0].removeprefix("'") == text
    assert row[1] == "x"
    assert row[0].startswith("'") or not row[0].lstrip().startswith(("=", "+", "-", "@", "＝", "'"))


def test_units_people_and_gaps_are_shown(world: World):
    with writing(world.engine) as conn:
        subscriptions.stop(conn, TENANT, "kontakt-kultur", NOW)
    text = world.signed_in().get("/organisation").text
    assert "Här får ingen brev" in text
    assert re.search(r'href="#enhet-kultur"', text)
    assert not re.search(r'href="#enhet-skola"', text)


def fields_of(browser, path: str, **other) -> dict:
    text = browser.get(path).text
    values = {
        name: re.search(rf'name="{name}" value="([^"]*)"', text)[1]
        for name in ("name", "email", "from", "to", "version")
    }
    units = re.findall(r'name="units" value="([^"]+)" checked', text)
    return values | {"role": "contact", "language": "sv", "units": units} | other


def test_an_appointment_is_given_an_end_and_a_successor(published: World):
    browser = published.signed_in()
    yesterday = (NOW - timedelta(days=1)).date().isoformat()
    path = "/organisation/person/kontakt-skola"
    assert browser.post(path, fields_of(browser, path, to=yesterday)).status_code == 303
    assert "Här får ingen brev" in browser.get("/organisation").text
    new = fields_of(
        browser, "/organisation/ny?enhet=skola", name="Åsa Öst", email="asa.ost@exempelstad.example"
    )
    assert browser.post("/organisation/ny", new).status_code == 303
    _version, profile = published.published()
    assert [one.key for one in profile.contacts_of("skola", NOW.date())] == ["asa-ost"]
    assert profile.units_without_recipient(NOW.date()) == ()
    assert [one.action for one in told(published, kind="profile")] == ["people", "people"]


def test_a_telephone_is_given_shown_and_taken_away(published: World):
    browser, path = published.signed_in(), "/organisation/person/samordnare"
    for phone in ("031-390 06 12", ""):
        assert (
            browser.post(path, fields_of(browser, path, role="coordinator", phone=phone)).status_code == 303
        )
        assert next(one for one in published.published()[1].people if one.key == "samordnare").phone == phone
        assert ("031-390 06 12" in browser.get("/organisation").text) is bool(phone)


def test_a_person_taken_out_is_signed_out_at_once__F6_T9(published: World):
    browser, theirs = published.signed_in(), published.signed_in("kontakt.kultur@exempelstad.example")
    assert theirs.get("/utlysningar").status_code == 200
    version = {"version": str(published.published()[0])}
    assert browser.post("/organisation/person/kontakt-kultur/bort", version).status_code == 303
    assert theirs.get("/utlysningar").status_code == 401


@pytest.mark.parametrize(
    ("other", "field"),
    [({"email": "x@annan.example"}, "email"), ({"email": "inte en adress"}, "email"), ({"name": ""}, "name"),
     ({"from": "2026-09-01", "to": "2026-08-01"}, "to"), ({"from": "nyss"}, "from"), ({"units": []}, "units"),
     ({"role": "head", "deputy": "on"}, "deputy"), ({"phone": "ring växeln"}, "phone")],
    ids=str,
)  # fmt: skip
def test_what_is_wrong_with_a_person_is_said_and_nothing_typed_is_lost(published: World, other, field):
    browser = published.signed_in()
    path = "/organisation/person/kontakt-skola"
    answer = browser.post(path, fields_of(browser, path, **{"name": "Nytt namn"} | other))
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert not re.search(r'<a href="#[^"]+">[a-zåäö]', answer.text) or field == "deputy"  # the field is named
    assert "Nytt namn" in answer.text or other.get("name") == ""
    assert published.published()[0] == 1


def test_two_who_change_people_at_once_are_told__W38(published: World):
    browser = published.signed_in()
    path = "/organisation/person/kontakt-skola"
    first, second = fields_of(browser, path, name="Ett"), fields_of(browser, path, name="Två")
    assert browser.post(path, first).status_code == 303
    answer = browser.post(path, second)
    assert answer.status_code == 409
    assert 'value="Två"' in answer.text  # what was typed stands
    assert "Två" not in profile_text(published.published()[1])
    again = second | {"version": re.search(r'name="version" value="(\d+)"', answer.text)[1]}
    assert browser.post(path, again).status_code == 303


def test_what_others_changed_elsewhere_does_not_stop_a_persons_form(published: World):
    browser = published.signed_in()
    skola, kultur = "/organisation/person/kontakt-skola", "/organisation/person/kontakt-kultur"
    mine, theirs = fields_of(browser, skola, name="Ett"), fields_of(browser, kultur, name="Två")
    new = fields_of(browser, "/organisation/ny?enhet=skola", name="Ny", email="ny@exempelstad.example")
    assert [browser.post(path, one).status_code for path, one in ((kultur, theirs), (skola, mine))] == [
        303,
        303,
    ]
    assert {"Ett", "Två"} <= {one.name for one in published.published()[1].people}
    answer = browser.post("/organisation/ny", new)
    assert answer.status_code == 409
    assert 'value="Ny"' in answer.text


def test_what_is_kept_is_told_to_all_and_ones_own_to_oneself__G2(published: World):
    assert "Vilka personuppgifter" in published.browser().get("/dataskydd").text
    browser = published.signed_in("kontakt.skola@exempelstad.example")
    found = json.loads(browser.get("/dataskydd/mina-uppgifter.json").text)
    assert found["addresses"] == ["kontakt.skola@exempelstad.example"]
    assert "kontakt.kultur" not in json.dumps(found)
    assert "kontakt.skola@exempelstad.example" in browser.get("/dataskydd/mina-uppgifter.txt").text


def break_glass(world: World):
    browser = world.browser()
    path = signin_link(world.context, signins.BREAK_GLASS).removeprefix(world.public_url)
    assert browser.post(path, {}, page=path).status_code == 303
    return browser


@pytest.mark.parametrize("has_profile", [True, False])
def test_whoever_runs_the_machine_comes_in_for_an_hour_and_sees_no_content(world: World, has_profile):
    world.profile = world.profile if has_profile else None
    browser = break_glass(world)
    assert browser.get("/kallor").status_code == 200
    assert browser.get("/utlysningar").status_code == 403
    for _ in range(2):
        world.now += timedelta(minutes=25)
        assert browser.get("/kallor").status_code == 200
    world.now += timedelta(minutes=11)
    assert browser.get("/kallor").status_code == 401
    assert [one.action for one in told(world, kind="person")] == ["sign-in", "break-glass"]


def test_no_profile_can_have_the_emergency_key(world: World):
    assert not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", signins.BREAK_GLASS)


def test_a_role_of_the_profile_runs_the_service_without_reading__F1(world: World):
    first, *rest = world.profile.people
    drift = replace(first, key="drift", email="drift@exempelstad.example", role=Role.OPERATOR)
    world.profile = replace(world.profile, people=(first, *rest, drift))
    browser = world.signed_in("drift@exempelstad.example")
    assert browser.get("/").headers["location"] == "/kallor"
    assert browser.get("/utlysningar").status_code == 403


def sessions_end(world: World, *, idle: int | None, total: int) -> None:
    """Use a session every half hour until it dies; it must be after so many minutes."""
    browser = world.signed_in()
    start = world.now
    step = timedelta(minutes=idle or 30)
    while world.now - start + step <= timedelta(minutes=total - 1):
        world.now += step
        assert browser.get("/kallor").status_code == 200
    world.now = start + timedelta(minutes=total)
    assert browser.get("/kallor").status_code == 401


def test_a_session_ends_after_twelve_hours_however_it_is_used__F6_W28(world: World):
    sessions_end(world, idle=None, total=12 * 60)


def test_a_session_ends_after_an_hour_without_use__F6_W28(world: World):
    browser = world.signed_in()
    world.now += timedelta(minutes=59)
    assert browser.get("/kallor").status_code == 200
    world.now += timedelta(minutes=60, seconds=1)
    assert browser.get("/kallor").status_code == 401


def test_a_stolen_session_is_dead_after_signing_out__F6_W28(world: World):
    browser, thief = world.signed_in(), world.browser()
    thief.client.cookies.set("__Host-fondvakt-session", browser.client.cookies["__Host-fondvakt-session"])
    assert thief.get("/kallor").status_code == 200
    browser.post("/logga-ut", {})
    assert thief.get("/kallor").status_code == 401
    with reading(world.engine) as conn:
        assert conn.execute(session_table.select()).one().closed_at is not None


def test_somebody_whose_appointment_has_ended_cannot_sign_in__T9(world: World):
    first, *rest = world.profile.people
    world.profile = replace(
        world.profile, people=(replace(first, appointed_to=NOW.date() - timedelta(days=1)), *rest)
    )
    browser = world.browser()
    browser.post("/logga-in", {"email": "eu@exempelstad.example"}, page="/logga-in")
    assert world.outbox == []


def ask(world: World, address: str, forwarded: str | None = None) -> int:
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    return (
        world.browser().post("/logga-in", {"email": address}, page="/logga-in", headers=headers).status_code
    )


def test_a_forged_sender_does_not_get_around_the_limit__F4_W25(world: World):
    answers = [ask(world, f"a{n}@exempelstad.example", f"192.0.2.{n}") for n in range(22)]
    assert answers == [303] * 20 + [429] * 2


def test_behind_a_trusted_proxy_each_sender_has_a_limit_of_its_own__F4_W25(world: World):
    world.trusted = networks("127.0.0.0/8, ::1")
    world.peer = "127.0.0.1"
    for sender in ("192.0.2.1", "192.0.2.2"):
        forwarded = f"203.0.113.9, {sender}"
        answers = [ask(world, f"{sender}-{n}@exempelstad.example", forwarded) for n in range(21)]
        assert answers == [303] * 20 + [429], sender


def test_a_row_of_history_altered_by_hand_is_found_by_the_check__F7_O07(world: World):
    world.signed_in()
    table = audit.audit
    with writing(world.engine) as conn:
        conn.execute(update(table).where(table.c.number == 1).values(actor="someone"))
    with reading(world.engine) as conn:
        assert audit.verify(conn, TENANT)[0].number == 1
