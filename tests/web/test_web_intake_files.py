"""A profile or one unit as a file: out, and in with the difference shown first."""

from dataclasses import replace
from html import unescape

import pytest
from intake_forms import CONTACT, drafts, hidden, send, stored, with_profile, words
from web_world import TENANT, World, school_and_culture

from builders import NOW
from profiles.files import FileForm, file_text, read_file, unit_file_text
from profiles.load import read_profile
from profiles.parts import PartKind, part_from
from profiles.write import profile_text
from storage import profiles as stored_profiles
from storage.database import writing


@pytest.fixture
def world(world) -> World:
    """Two units over a stored profile."""
    return with_profile(world)


def renamed(world: World):
    first, *rest = world.profile.units
    return replace(world.profile, units=(replace(first, name="Skolförvaltningen"), *rest))


@pytest.mark.parametrize("form", FileForm)
def test_a_profile_goes_out_and_comes_in_with_the_difference_shown_first(world, form):
    browser = world.signed_in()
    out = browser.get(f"/profil/ut/profil.{form}")
    assert out.headers["content-disposition"] == f'attachment; filename="exempelstad-version-1.{form}"'
    assert read_file(out.content, f"p.{form}") == world.profile
    shown = send(browser, "/profil/in/fil", file_text(renamed(world), form).encode(), f"p.{form}")
    assert shown.status_code == 200
    assert "Skolförvaltningen" in shown.text
    assert stored(world)[0] == 1, "nothing is written before it is asked for"
    done = send(browser, "/profil/in/spara", do="publish", **hidden(shown))
    assert (done.status_code, done.headers["location"]) == (303, "/profil")
    version, document = stored(world)
    assert version == 2
    assert read_profile(document, "p") == renamed(world)


def test_a_file_that_was_sent_comes_out_letter_by_letter(world):
    browser = world.signed_in()
    text = "# Vår egen anmärkning\n" + profile_text(renamed(world))
    shown = send(browser, "/profil/in/fil", text.encode(), "p.toml")
    send(browser, "/profil/in/spara", do="publish", **hidden(shown))
    assert browser.get("/profil/ut/profil.toml").text == text


def test_p23_a_file_shown_against_an_older_version_publishes_nothing(world):
    browser = world.signed_in()
    shown = send(browser, "/profil/in/fil", profile_text(renamed(world)).encode(), "p.toml")
    other = replace(world.profile, county="Skåne län")
    with writing(world.engine) as conn:
        stored_profiles.save(conn, TENANT, "exempelstad", profile_text(other), "samordnare-2", NOW)
    late = send(browser, "/profil/in/spara", do="publish", **hidden(shown))
    assert late.status_code == 409
    assert "Skåne län" in late.text
    assert "Skolförvaltningen" in late.text
    assert stored(world)[0] == 2


def change_meanwhile(world) -> None:
    """Somebody else publishes another county, and other words of culture's need."""
    school, culture = world.profile.units
    need = replace(culture.needs[0], title="Andras rubrik")
    other = replace(world.profile, county="Skåne län", units=(school, replace(culture, needs=(need,))))
    with writing(world.engine) as conn:
        stored_profiles.save(conn, TENANT, "exempelstad", profile_text(other), "samordnare-2", NOW)


@pytest.mark.parametrize(
    ("name", "made_from"),
    [("exempelstad-version-1.toml", ""), ("annat.toml", "1"), ("exempelstad-version-2.toml", "1")],
    ids=["its name says the version", "typed", "what is typed comes first"],
)
def test_p23_a_file_made_from_an_older_version_shows_both_and_loses_neither(world, name, made_from):
    change_meanwhile(world)
    browser = world.signed_in()
    shown = send(browser, "/profil/in/fil", profile_text(renamed(world)).encode(), name, made_from=made_from)
    assert shown.status_code == 200
    assert "Filen är gjord av en äldre version" in shown.text
    for said in ("Skåne län", "Andras rubrik", "Skolförvaltningen"):
        assert said in shown.text, said
    assert send(browser, "/profil/in/spara", do="publish", **hidden(shown)).status_code == 303
    version, document = stored(world)
    held = read_profile(document, "p")
    assert (version, held.county, held.units[0].name) == (3, "Skåne län", "Skolförvaltningen")
    assert held.unit("kultur").needs[0].title == "Andras rubrik"


def test_p23_a_file_of_one_unit_leaves_what_others_changed_of_it(world):
    change_meanwhile(world)
    culture = replace(world.profile.units[1], preparation_days=60)
    text = unit_file_text(world.profile, culture, FileForm.YAML).encode()
    browser = world.signed_in()
    shown = send(browser, "/profil/in/fil", text, "exempelstad-kultur-version-1 (1).yaml")
    assert "Filen är gjord av en äldre version" in shown.text
    send(browser, "/profil/in/spara", do="publish", **hidden(shown))
    unit = read_profile(stored(world)[1], "p").unit("kultur")
    assert (unit.preparation_days, unit.needs[0].title) == (60, "Andras rubrik")


def test_p23_a_file_that_says_what_others_changed_too_is_shown_plainly(world):
    change_meanwhile(world)
    browser = world.signed_in()
    same = stored(world)[1].encode()
    shown = send(browser, "/profil/in/fil", same, "exempelstad-version-1.toml")
    assert "äldre version" not in shown.text


@pytest.mark.parametrize("made_from", ["9", "0", "x" * 300, "-1", "1.5"])
def test_p23_a_version_that_there_is_not_is_told_and_what_was_pasted_stays(world, made_from):
    text = profile_text(renamed(world))
    answer = send(world.signed_in(), "/profil/in/fil", text=text, made_from=made_from)
    assert answer.status_code == 422
    assert f"Det finns ingen version {made_from}." in words(answer)
    assert "Skolförvaltningen" in answer.text


def test_a_contact_persons_unit_file_becomes_their_draft(world):
    browser = world.signed_in(CONTACT)
    unit = replace(world.profile.units[0], preparation_days=60)
    out = browser.get("/profil/ut/enhet/skola.yaml")
    assert read_file(out.content, "u.yaml").unit == world.profile.units[0]
    shown = send(
        browser, "/profil/in/fil", unit_file_text(world.profile, unit, FileForm.YAML).encode(), "u.yaml"
    )
    assert 'value="publish"' not in shown.text
    done = send(browser, "/profil/in/spara", do="draft", **hidden(shown))
    (draft,) = drafts(world)
    assert done.headers["location"] == f"/profil/utkast/{draft.id}"
    assert part_from(PartKind.UNIT, draft.document) == unit
    assert draft.author == "kontakt-skola"
    refused = send(browser, "/profil/in/spara", do="publish", **hidden(shown))
    assert refused.status_code == 403
    assert stored(world)[0] == 1


def test_a_contact_person_takes_in_neither_another_unit_nor_the_whole(world):
    browser = world.signed_in(CONTACT)
    culture = unit_file_text(world.profile, world.profile.units[1], FileForm.TOML)
    assert send(browser, "/profil/in/fil", culture.encode(), "u.toml").status_code == 403
    whole = profile_text(renamed(world))
    assert send(browser, "/profil/in/fil", whole.encode(), "p.toml").status_code == 403
    forged = {"document": whole, "base": "1", "unit": "kultur"}
    assert send(browser, "/profil/in/spara", do="draft", **forged).status_code == 403
    assert send(browser, "/profil/in/spara", do="draft", **(forged | {"unit": ""})).status_code == 403
    assert browser.get("/profil/ut/profil.toml").status_code == 403
    assert browser.get("/profil/ut/enhet/kultur.yaml").status_code == 404
    assert drafts(world) == []


BAD_FILES = {
    "P-01 NO": (b"legal_form: municipality", b"legal_form: NO", "'NO' är inget av"),
    "P-02 double keys": (b"format: 1", b"format: 1\nformat: 1", "två gånger, på rad 1 och 2"),
    "P-03 aliases": (b"format: 1", b"format: &a 1\nx: *a", "ankare och alias"),
    "P-04 tag": (b"format: 1", b"format: !!python/object/apply:os.system ['x']", "taggar"),
    "P-05 unknown key": (b"may_lead", b"may_led", "menade du may_lead"),
    "P-08 the same unit twice": (b"key: kultur", b"key: skola", "finns redan"),
    "P-15 an address outside": (b"eu@exempelstad.example", b"eu@annan.example", "ligger utanför kommunens domäner"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_faulty_file_is_refused_with_its_line_and_what_was_pasted_stays(world, case):
    before, after, sentence = BAD_FILES[case]
    text = file_text(world.profile, FileForm.YAML).encode().replace(before, after, 1)
    browser = world.signed_in()
    answer = send(browser, "/profil/in/fil", text, "p.yaml")
    assert answer.status_code == 422
    assert sentence in words(answer)
    pasted = send(browser, "/profil/in/fil", text=text.decode())
    assert pasted.status_code == 422
    assert text.decode().splitlines()[2] in unescape(pasted.text)
    assert stored(world)[0] == 1


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        pytest.param(b"", "", "Välj en fil", id="nothing"),
        pytest.param(b"a" * (2**20 + 1), "p.toml", "större än 1 MiB", id="P-06 too large"),
        pytest.param(b"PK\x03\x04", "../../etc/x", "ingen textfil", id="P-22 and P-21"),
        pytest.param("ö".encode("latin-1"), "C:\\x\0.toml", "inte UTF-8", id="P-06 Latin-1 and P-21 NUL"),
        pytest.param(b"=", "x" * 300, "inte giltig TOML", id="P-21 a name of 300"),
        pytest.param(profile_text(replace(school_and_culture(), key="annan")).encode(), "p.toml",
                     "Filen gäller annan, men den här kommunen är exempelstad", id="another municipality"),
    ],
)  # fmt: skip
def test_what_is_no_file_of_ours_is_refused(world, content, name, sentence):
    answer = send(world.signed_in(), "/profil/in/fil", content, name)
    assert answer.status_code == 422
    assert sentence in words(answer)


@pytest.mark.parametrize(
    "fields",
    [{}, {"document": "x"}, {"document": "", "base": "1"}, {"document": "a" * 2_000_000, "base": "1"}],
)
def test_a_forged_difference_changes_nothing(world, fields):
    assert send(world.signed_in(), "/profil/in/spara", do="publish", **fields).status_code == 422
    assert stored(world)[0] == 1
