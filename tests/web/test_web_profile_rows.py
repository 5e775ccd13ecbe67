"""Rows of the catalogue of bad input (threats 4.4) that go over several pages: a unit that goes, shared names."""

import re
from dataclasses import replace
from html import unescape

import pytest
from editor_world import EditorWorld, an_editor_world
from web_world import TENANT, school_and_culture

from builders import a_person
from matcher.model import Decision, MatchState, Verdict
from profiles.parts import PartKind, part_document
from profiles.write import profile_text
from storage import matches as stored_matches
from storage import profiles as stored_profiles
from storage import proposals
from storage.database import reading, writing

CULTURE = "kontakt.kultur@exempelstad.example"
ODD = 'Kultur "& fritid", <b>Scen</b> {{7*7}} å'


@pytest.fixture
def world(tmp_path) -> EditorWorld:
    made = an_editor_world(tmp_path, school_and_culture())
    yield made
    made.engine.dispose()


def bring_in(world: EditorWorld, profile):
    """Import a whole profile over the page, and publish it."""
    browser = world.signed_in()
    token = browser.token("/profil/in/fil")
    shown = browser.client.post(
        "/profil/in/fil", data={"csrf": token}, files={"file": ("p.toml", profile_text(profile).encode())}
    )
    assert shown.status_code == 200, shown.text
    found = re.findall(r'<input type="hidden" name="(document|base|unit)" value="([^"]*)"', shown.text, re.S)
    fields = {name: unescape(value) for name, value in found}
    done = browser.client.post("/profil/in/spara", data={"csrf": token, "do": "publish"} | fields)
    assert done.status_code == 303, done.text
    world.wait()
    return browser


def test_p07_a_unit_goes_while_proposals_are_open_and_nothing_is_lost(world):
    _version, before = world.held()
    culture = before.unit("kultur")
    with writing(world.engine) as conn:
        draft = proposals.begin(
            conn, TENANT, kind=PartKind.UNIT.value, key="kultur", base_version=1, author="kontakt-kultur",
            document=part_document(replace(culture, preparation_days=60)), now=world.now,
        )  # fmt: skip
    people = tuple(person for person in before.people if "kultur" not in person.units)
    after = replace(before, units=before.units[:1], people=people)
    waiting = next(stored for stored in world.matches() if stored.match.unit == "kultur")
    accepted = Decision(verdict=Verdict.ACCEPT, by="samordnare", at=world.now)
    with writing(world.engine) as conn:
        stored_matches.decide(conn, TENANT, waiting.id, accepted)
    browser = bring_in(world, after)
    assert [unit.key for unit in world.held()[1].units] == ["skola"]
    with reading(world.engine) as conn:
        assert proposals.get(conn, TENANT, draft.id) == draft
    assert browser.get(f"/profil/utkast/{draft.id}").status_code == 200
    assert browser.get("/profil").status_code == 200
    assert world.browser().get("/profil").status_code == 401
    with reading(world.engine) as conn:
        kept = stored_matches.get(conn, TENANT, waiting.id)
    assert kept is not None
    assert kept.state is MatchState.ACCEPTED


def test_p07_what_waited_for_a_unit_that_is_gone_waits_on_without_owner(world):
    _version, before = world.held()
    waited = {stored.id for stored in world.matches() if stored.match.unit == "kultur"}
    assert waited
    people = tuple(person for person in before.people if "kultur" not in person.units)
    browser = bring_in(world, replace(before, units=before.units[:1], people=people))
    left = [stored for stored in world.matches() if stored.match.unit == "kultur"]
    assert {stored.id for stored in left} == waited
    assert all(stored.state is MatchState.NEW for stored in left)
    call = f"/utlysning/{left[0].match.call_id}"
    assert "Kulturförvaltningen (utan ägare)" in browser.get(call).text, "by the name of an older version"
    queue = browser.get("/").text
    assert f"Kulturförvaltningen finns inte längre i profilen, men {len(waited)} träff" in queue
    (address,) = re.findall(r'<a href="([^"]+)">Visa dem</a>', queue)
    assert address == "/?enhet=kultur"
    chosen = browser.get(address).text
    assert '<option value="kultur" selected>Kulturförvaltningen (utan ägare)</option>' in chosen
    form = next(
        form for form in browser.forms(call) if form["verdict"] == "reject" and names_any(form, waited)
    )
    done = browser.post("/beslut", form | {"reason": "other", "note": "Ingen enhet"})
    assert done.status_code == 303, done.text
    world.rematch()
    rejected = {int(str(one).partition(":")[0]) for one in form["match"]}
    states = {stored.id: stored.state for stored in world.matches() if stored.match.unit == "kultur"}
    assert {number for number, state in states.items() if state is MatchState.REJECTED} == rejected
    assert set(states) == waited


def names_any(form, ids) -> bool:
    """Whether a form is about any of these matches and no other."""
    return all(int(str(one).partition(":")[0]) in ids for one in form["match"])


def test_p07_the_coordinator_is_told_before_a_unit_goes(world):
    _version, before = world.held()
    people = tuple(person for person in before.people if "kultur" not in person.units)
    text = profile_text(replace(before, units=before.units[:1], people=people))
    browser = world.signed_in()
    token = browser.token("/profil/in/fil")
    shown = browser.client.post(
        "/profil/in/fil", data={"csrf": token}, files={"file": ("p.toml", text.encode())}
    )
    number = sum(stored.match.unit == "kultur" for stored in world.matches())
    assert (
        f"Kulturförvaltningen tas bort ur profilen. {number} träffar som väntar ligger kvar i kön, utan ägare"
        in shown.text
    )


def test_p16_one_address_for_several_roles_of_a_unit_is_allowed(world):
    _version, before = world.held()
    shared = a_person(key="reception", name="Kulturens gemensamma brevlåda", email=CULTURE, units=("kultur",))
    browser = bring_in(world, replace(before, people=(*before.people, shared)))
    assert len(world.held()[1].contacts_of("kultur")) == 2
    assert browser.get("/organisation").text.count("Delad adress") == 2


def test_p17_a_name_of_signs_is_text_on_every_page(world):
    _version, before = world.held()
    units = (before.units[0], replace(before.units[1], name=ODD))
    browser = bring_in(world, replace(before, units=units))
    for path in ("/profil", "/profil/in", "/profil/in/fil", "/profil/enhet/kultur", "/organisation"):
        page = browser.get(path)
        assert page.status_code == 200, path
        assert "<b>Scen</b>" not in page.text, path
        assert "{{7*7}}" in unescape(page.text) or "Scen" not in page.text, path
    out = browser.get("/profil/ut/enhet/kultur.toml")
    assert out.headers["content-disposition"] == 'attachment; filename="exempelstad-kultur-version-2.toml"'


@pytest.mark.parametrize(
    "name", ["Kultur\u202eevil", "x" * 500], ids=["P-17 bidi override", "P-17 500 characters"]
)
def test_p17_a_name_that_turns_text_or_is_too_long_is_refused(world, name):
    _version, before = world.held()
    text = profile_text(replace(before, units=(before.units[0], replace(before.units[1], name=name))))
    browser = world.signed_in()
    answer = browser.client.post(
        "/profil/in/fil",
        data={"csrf": browser.token("/profil/in/fil")},
        files={"file": ("p.toml", text.encode())},
    )
    assert answer.status_code == 422
    with reading(world.engine) as conn:
        assert stored_profiles.latest(conn, TENANT).version == 1
