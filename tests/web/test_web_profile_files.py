"""Rows of threats 4.4 about whole files and keys: sizes, a unit that is renamed, names of files that go out (X-07)."""

import re
from dataclasses import replace
from html import unescape

import pytest
from editor_world import EditorWorld, an_editor_world
from web_world import school_and_culture

from matcher.model import Decision, MatchState, Verdict
from profiles.files import FileForm, file_text
from storage import matches as stored_matches
from storage.database import reading, writing

TENANT = "exempelstad"


@pytest.fixture
def world(tmp_path) -> EditorWorld:
    made = an_editor_world(tmp_path, school_and_culture())
    yield made
    made.engine.dispose()


def test_p06_a_file_of_fifty_mib_is_refused_before_it_is_read(world):
    browser = world.signed_in()
    token = browser.token("/profil/in/fil")
    answer = browser.client.post(
        "/profil/in/fil", data={"csrf": token}, files={"file": ("p.toml", b"a" * (50 * 1024 * 1024))}
    )
    assert answer.status_code == 413
    assert "10 MiB" in answer.text
    assert world.held()[0] == 1


def test_p08_a_renamed_unit_keeps_its_history_by_its_key(world):
    number = next(stored.id for stored in world.matches() if stored.match.unit == "skola")
    said = Decision(verdict=Verdict.ACCEPT, by="samordnare", at=world.now)
    with writing(world.engine) as conn:
        stored_matches.decide(conn, TENANT, number, said)
    _version, before = world.held()
    renamed = replace(before, units=(replace(before.units[0], name="Förskola och skola"), *before.units[1:]))
    browser = brought_in(world, renamed)
    with reading(world.engine) as conn:
        kept = stored_matches.get(conn, TENANT, number)
        told = stored_matches.history(conn, TENANT, number)
    assert (kept.state, kept.match.unit) == (MatchState.ACCEPTED, "skola")
    assert [one.verdict for one in told] == [Verdict.ACCEPT]
    page = browser.get(f"/utlysning/{kept.match.call_id}").text
    assert "Förskola och skola" in page
    assert "utan ägare" not in page


@pytest.mark.parametrize("form", FileForm)
def test_p01_a_country_written_no_is_norway_and_nothing_else(world, form):
    _version, before = world.held()
    text = file_text(replace(before, twin_towns=()), form)
    town = (
        'twin_towns = [{ name = "Oslo", country = "NO" }]'
        if form is FileForm.TOML
        else "twin_towns:\n    - name: Oslo\n      country: NO"
    )
    line, indent = ('nuts3 = "SE231"', "") if form is FileForm.TOML else ("nuts3: SE231", "  ")
    assert line in text
    browser = world.signed_in()
    token = browser.token("/profil/in/fil")
    shown = browser.client.post(
        "/profil/in/fil",
        data={"csrf": token},
        files={"file": (f"p.{form}", text.replace(line, f"{line}\n{indent}{town}", 1).encode())},
    )
    assert shown.status_code == 200, shown.text
    publish(world, browser, shown)
    assert [town.country for town in world.held()[1].twin_towns] == ["NO"]


@pytest.mark.parametrize(
    "path",
    ["/profil/ut/profil.toml", "/profil/ut/enhet/kultur.yaml", "/profil/ut/enheter.csv",
     "/profil/ut/mall.xlsx", "/historik.csv", "/historik.json", "/dataskydd/mina-uppgifter.json", "/utlysning/1.ics"],
    ids=lambda path: f"X-07 {path}",
)  # fmt: skip
def test_the_name_of_a_file_that_goes_out_holds_keys_only(world, path):
    _version, before = world.held()
    odd = replace(before.units[1], name='../x"; y')
    browser = brought_in(world, replace(before, units=(before.units[0], odd), name='../x"; y\\z'))
    answer = browser.get(path)
    assert answer.status_code == 200, path
    said = answer.headers.get("content-disposition", "")
    assert re.fullmatch(r'(attachment|inline); filename="[a-z0-9-]+(\.[a-z0-9]+)+"', said), said


def brought_in(world: EditorWorld, profile):
    """Import a whole profile over the page, and publish it."""
    browser = world.signed_in()
    token = browser.token("/profil/in/fil")
    content = file_text(profile, FileForm.TOML).encode()
    shown = browser.client.post("/profil/in/fil", data={"csrf": token}, files={"file": ("p.toml", content)})
    assert shown.status_code == 200, shown.text
    publish(world, browser, shown)
    return browser


def publish(world: EditorWorld, browser, shown) -> None:
    """Press the button of the page that shows the difference, and wait for the matching."""
    found = re.findall(r'<input type="hidden" name="(document|base|unit)" value="([^"]*)"', shown.text, re.S)
    fields = {name: unescape(value) for name, value in found}
    token = browser.token("/profil/in/fil")
    done = browser.client.post("/profil/in/spara", data={"csrf": token, "do": "publish"} | fields)
    assert done.status_code == 303, done.text
    world.wait()
