"""`fondvakt profile read-policy`, and a profile out and in as YAML."""

import pytest
from command_line import fondvakt
from papers import POLICY, a_docx, a_pdf

from profiles.files import FileForm, UnitFile, file_text, read_file
from profiles.load import load_profile, preset_path


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
