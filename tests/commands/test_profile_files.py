"""`fondvakt profile read-policy`, and a profile out and in as YAML."""

import threading
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from command_line import fondvakt
from papers import POLICY, a_docx, a_pdf

from commands.serving import take_up_matching
from pipeline.on_request import JobOnRequest, Progress
from pipeline.publishing import publish_profile
from pipeline.wiring import Installation
from profiles.files import FileForm, UnitFile, file_text, read_file
from profiles.load import load_profile, preset_path
from profiles.write import profile_text
from storage import rematches
from storage.database import open_database, reading


@pytest.fixture
def settings(tmp_path):
    return {"FONDVAKT_DATA_DIR": tmp_path / "data", "FONDVAKT_SECRET_KEY": "a-key-of-tests-and-nothing-else"}


@pytest.mark.parametrize(
    ("content", "name"), [(a_pdf(), "p.pdf"), (a_docx(), "p.docx"), (POLICY.encode(), "p.txt")]
)
def test_a_policy_is_read_and_told(content, name, settings, tmp_path):
    (tmp_path / name).write_bytes(content)
    told = fondvakt("profile", "read-policy", tmp_path / name, settings=settings)
    assert told.code == 0
    assert "Prioriterade områden (3)" in told.out
    found = fondvakt("profile", "read-policy", tmp_path / name, "--json", settings=settings).json()
    assert found["areas"][0]["title"] == "Ren älv och friska skogar"
    assert {"value": "2024-03-03"}.items() <= next(
        f for f in found["facts"] if f["field"] == "adopted"
    ).items()


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "p.txt", "dokumentet är tomt"),
        (b"%PDF-1.4", "p.pdf", "skadat"),
        (a_pdf(), "p.docx", "heter .docx men är PDF"),
    ],
)
def test_a_document_that_cannot_be_read_is_one_sentence(content, name, sentence, settings, tmp_path):
    (tmp_path / name).write_bytes(content)
    outcome = fondvakt("profile", "read-policy", tmp_path / name, settings=settings)
    assert outcome.code == 2
    assert sentence in outcome.sentence()


def test_a_profile_goes_out_and_comes_in_as_yaml(settings, tmp_path):
    assert fondvakt("init", "--municipality", "varberg", settings=settings).code == 0
    profile = load_profile(preset_path("varberg"))
    out = tmp_path / "v.yaml"
    assert fondvakt("profile", "export", "--format", "yaml", "--out", out, settings=settings).code == 0
    assert read_file(out.read_bytes(), "v.yaml") == profile
    assert fondvakt("profile", "diff", out, settings=settings).out.strip() == "Ingen skillnad."
    out.write_text(
        file_text(profile, FileForm.YAML).replace("county: Hallands län", "county: Skåne län"), "utf-8"
    )
    assert fondvakt("profile", "import", out, "--json", settings=settings).json()["version"] == 2
    assert fondvakt("profile", "diff", out, settings=settings).out.strip() == "Ingen skillnad."
    unit = profile.units[0]
    text = fondvakt("profile", "export", "--unit", unit.key, "--format", "yaml", settings=settings).out
    assert read_file(text.encode(), "u.yaml") == UnitFile(municipality="varberg", unit=unit)


def test_an_unknown_unit_is_told_with_those_there_are(settings):
    fondvakt("init", "--municipality", "mellerud", settings=settings)
    assert (
        "är ingen enhet; enheterna är"
        in fondvakt("profile", "export", "--unit", "x", settings=settings).boxed()
    )


@pytest.fixture
def moved(settings, tmp_path):
    """A file made from version 1 of Mellerud, and a version 2 by others."""
    profile = load_profile(preset_path("mellerud"))
    assert fondvakt("init", "--municipality", "mellerud", settings=settings).code == 0
    mine, theirs = tmp_path / "mellerud-version-1.toml", tmp_path / "others.toml"
    mine.write_text(profile_text(replace(profile, nuts3="SE231")), "utf-8")
    theirs.write_text(profile_text(replace(profile, county="Skåne län")), "utf-8")
    assert fondvakt("profile", "import", theirs, settings=settings).code == 0
    return mine


def held(settings, tmp_path):
    told = fondvakt("profile", "export", "--out", tmp_path / "held.toml", settings=settings).err
    assert "fondvakt profile import held.toml --base" in told
    return load_profile(tmp_path / "held.toml")


@pytest.mark.parametrize("named", [True, False], ids=["its name says so", "--base says so"])
def test_p23_a_file_made_from_an_older_version_is_refused_with_both_differences(
    moved, settings, tmp_path, named
):
    file, base = moved, ()
    if not named:
        file, base = moved.rename(tmp_path / "mine.toml"), ("--base", "1")
    told = fondvakt("profile", "import", file, *base, settings=settings)
    assert told.code == 1
    assert "Inget har tagits in; version 2 gäller" in told.err
    assert "county: Västra Götalands län → Skåne län" in told.err
    assert "nuts3: SE232 → SE231" in told.err
    found = fondvakt("profile", "import", file, *base, "--json", settings=settings)
    assert found.code == 1
    assert [change["path"] for change in found.json()["theirs"]] == ["county"]
    assert held(settings, tmp_path).nuts3 == "SE232"


def test_p23_the_files_changes_are_put_on_top_when_asked(moved, settings, tmp_path):
    done = fondvakt("profile", "import", moved, "--on-top", "--json", settings=settings).json()
    assert (done["version"], [change["path"] for change in done["changes"]]) == (3, ["nuts3"])
    now = held(settings, tmp_path)
    assert (now.county, now.nuts3) == ("Skåne län", "SE231")


def test_p23_a_version_that_there_is_not_is_refused(moved, settings):
    told = fondvakt("profile", "import", moved, "--base", "9", settings=settings)
    assert (told.code, told.sentence()) == (1, "Det finns ingen version 9.")


class Failing:
    """A run that ends at once, and not well."""

    def outcome(self) -> str:
        return "no model"


def test_an_import_asks_for_a_matching_which_the_clock_of_the_pages_takes_up_once(moved, settings):
    engine = open_database(f"sqlite:///{settings['FONDVAKT_DATA_DIR']}/fondvakt.sqlite")
    with reading(engine) as conn:
        assert rematches.is_wanted(conn, "default")
        assert rematches.newest(conn, "default").profile_version == 2
    begun, ended = [], threading.Event()

    def start():
        begun.append(1)
        ended.set()
        return Failing()

    asked = JobOnRequest(start)
    house = Installation(settings=SimpleNamespace(tenant="default"), engine=engine)
    take_up_matching(house, asked)
    assert ended.wait(300)
    while asked.progress is Progress.RUNNING:
        threading.Event().wait(0.01)
    take_up_matching(house, asked)
    assert begun == [1], "one that failed is not begun again at every tick"
    engine.dispose()


def test_init_leaves_what_people_have_published_and_says_how_a_file_is_taken_in(settings, tmp_path):
    assert fondvakt("init", "--municipality", "mellerud", settings=settings).code == 0
    database = open_database(f"sqlite:///{tmp_path / 'data' / 'fondvakt.sqlite'}")
    mine = replace(load_profile(preset_path("mellerud")), county="Skåne län")
    publish_profile(database, "default", mine, 1, "samordnare", datetime.now(UTC))
    again = fondvakt("init", "--municipality", "mellerud", settings=settings)
    assert again.code == 2
    assert "gäller redan version 2" in again.boxed()
    assert "fondvakt profile import mellerud" in again.boxed()
    assert held(settings, tmp_path) == mine
    assert fondvakt("init", "--municipality", tmp_path / "held.toml", settings=settings).code == 0, "the same"
    assert fondvakt("profile", "import", "mellerud", settings=settings).code == 0
