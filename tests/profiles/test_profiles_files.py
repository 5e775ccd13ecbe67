"""Profiles and units as files of both forms; YAML without guesses and tricks."""

import time
from dataclasses import replace

import pytest

from builders import a_need, a_profile, a_unit
from profiles.files import FileForm, UnitFile, base_of, file_name, file_text, read_file, unit_file_text
from profiles.load import load_profile, preset_keys, preset_path
from profiles.model import Goal, TwinTown
from profiles.problems import ProfileError
from profiles.yaml_form import parsed_yaml, yaml_text

NASTY = (
    "NO", "on", "yes", "true", "null", "~", "12:30", "010", "1_000", "1e3", "0x1F", ".5", "2026-08-22", "- a", "a: b",
    "# not a comment", "'quoted'", '"double"', "{x}", "[y]", "&a", "*a", "!!str", "%", "@x", "`y`", "| ", "> text",
    "två\nrader", "slut med blanktecken \nandra", "\ttab", "emoji 🙂", "å" * 190, "---", "...", "?", "<<", "=1+1",
)  # fmt: skip


@pytest.mark.parametrize("form", FileForm)
@pytest.mark.parametrize("key", preset_keys())
def test_a_preset_is_the_same_after_going_out_and_in(form, key):
    profile = load_profile(preset_path(key))
    assert read_file(file_text(profile, form).encode(), f"p.{form}") == profile


@pytest.mark.parametrize("form", FileForm)
def test_nasty_texts_are_the_same_after_going_out_and_in(form):
    needs = tuple(
        a_need(key=f"n{number}", text=f"{text} och mer som vi vill") for number, text in enumerate(NASTY)
    )
    goals = tuple(Goal(key=f"g{number}", text=text) for number, text in enumerate(NASTY))
    profile = a_profile(
        units=(a_unit(needs=needs, goals=goals),), twin_towns=(TwinTown(name="Oslo", country="NO"),)
    )
    assert read_file(file_text(profile, form).encode(), f"p.{form}") == profile


@pytest.mark.parametrize("form", FileForm)
def test_one_unit_is_the_same_after_going_out_and_in(form):
    profile = load_profile(preset_path("varberg"))
    for unit in profile.units:
        text = unit_file_text(profile, unit, form)
        assert read_file(text.encode(), f"u.{form}") == UnitFile(municipality="varberg", unit=unit)


def test_a_file_name_holds_keys_and_the_version_only():
    profile = load_profile(preset_path("varberg"))
    unit = profile.units[0]
    assert file_name(profile, unit, FileForm.YAML, 7) == f"varberg-{unit.key}-version-7.yaml"
    assert file_name(profile, None, FileForm.TOML, 12) == "varberg-version-12.toml"


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("varberg-version-12.toml", 12),
        ("varberg-skola-version-7 (1).yaml", 7),
        ("varberg-version-7(2).yml", 7),
        ("varberg.toml", None),
        ("annan-version-7.toml", None),
        ("varberg-version-0.toml", None),
        ("varberg-version-١.toml", None),
        ("varberg-version-7.toml.txt.", None),
    ],
)
def test_p23_a_file_name_tells_the_version_that_it_was_made_from(name, version):
    assert base_of(name, load_profile(preset_path("varberg"))) == version


def yaml(**changed: str) -> bytes:
    """The small municipality as YAML, with lines written otherwise."""
    text = file_text(replace(a_profile(), municipal_code="0114"), FileForm.YAML)
    for before, after in changed.values():
        assert before in text
        text = text.replace(before, after)
    return text.encode()


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        pytest.param("legal_form: municipality", "legal_form: NO", "'NO' är inget av", id="P-01 NO is a text"),
        pytest.param("may_lead: true", "may_lead: on", "väntade ja eller nej", id="P-01 on is no yes"),
        pytest.param("may_lead: true", "may_lead: 12:30", "väntade ja eller nej", id="P-01 12:30 is not 750"),
        pytest.param("preparation_days: 42", "preparation_days: 010", "väntade ett heltal", id="P-01 010 is not 8"),
        pytest.param("preparation_days: 42", "preparation_days: 1_000", "väntade ett heltal", id="P-01 1_000"),
        pytest.param("preparation_days: 42", "preparation_days: 4.5", "väntade ett heltal", id="P-01 4.5"),
        pytest.param("preparation_days: 42", "preparation_days: 1\n    preparation_days: 2", "två gånger, på rad",
                     id="P-02 a key twice"),
        pytest.param("preparation_days: 42", "preparation_days: &x 42", "ankare och alias", id="P-03 anchor"),
        pytest.param("preparation_days: 42", "preparation_days: !!int '42'", "taggar", id="P-04 tag"),
        pytest.param("preparation_days: 42", "preparaton_days: 42", "menade du preparation_days", id="P-05"),
        pytest.param("format: 1", "--- \nformat: 1\n---\nformat: 1", "flera dokument", id="two documents"),
        pytest.param("format: 1", "? [a, b]\n: 1\nformat: 1", "en nyckel är ett ord", id="a list for a key"),
        pytest.param("format: 1", "format: 1\nx: " + "[" * 40 + "]" * 40, "nästlad", id="nested deep"),
        pytest.param("format: 1", "format: 1\n\tx: 2", "inte giltig YAML", id="a tab"),
        pytest.param("format: 1", "format: 1\n<<: {a: 1}", "okänd nyckel", id="a merge key"),
    ],
)  # fmt: skip
def test_what_yaml_would_guess_is_refused_with_its_line(before, after, sentence):
    with pytest.raises(ProfileError, match=sentence) as refused:
        read_file(yaml(one=(before, after)), "p.yaml")
    assert any(problem.line for problem in refused.value.problems)


def test_plain_texts_that_look_like_something_else_stay_as_written():
    document, _lines = parsed_yaml(
        "a: NO\nb: 12:30\nc: 010\nd: 1_000\ne: 2026-02-30\nf: '7'\ng: 0x10", "p.yaml"
    )
    assert list(document.values()) == ["NO", "12:30", "010", "1_000", "2026-02-30", "7", "0x10"]


def test_p03_a_bomb_of_aliases_is_refused_at_once():
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{b}: &{b} [{','.join(f'*{a}' for _ in range(9))}]\n"
        for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    started = time.process_time()
    with pytest.raises(ProfileError, match="ankare och alias"):
        read_file(bomb.encode(), "p.yaml")
    assert time.process_time() - started < 5  # unfolded it would be millions of parts


def test_a_bomb_of_brackets_is_refused_and_breaks_nothing():
    for form in ("yaml", "toml"):
        with pytest.raises(ProfileError):
            read_file(b"a: " + b"[" * 500_000 if form == "yaml" else b"a = " + b"[" * 100_000, f"p.{form}")


@pytest.mark.parametrize("form", FileForm)
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(b"a" * (1024 * 1024 + 1), "större än 1 MiB", id="P-06 too large"),
        pytest.param(b"\x00\x01", "ingen textfil", id="P-06 binary"),
        pytest.param("namn: Malmö".encode("latin-1"), "inte UTF-8", id="P-06 Latin-1"),
        pytest.param(b" \n", "är tom", id="P-06 empty"),
        pytest.param(b"PK\x03\x04....", "ingen textfil", id="P-22 an archive"),
    ],
)
def test_a_file_that_is_none_is_refused(form, content, sentence):
    with pytest.raises(ProfileError, match=sentence):
        read_file(content, f"../../etc/{'x' * 300}.{form}")


@pytest.mark.parametrize("form", FileForm)
def test_p06_a_mark_and_windows_line_ends_are_fine(form):
    profile = a_profile()
    text = file_text(profile, form).replace("\n", "\r\n")
    assert read_file(b"\xef\xbb\xbf" + text.encode(), f"p.{form}") == profile


def test_a_unit_file_with_faults_names_them_all():
    text = unit_file_text(a_profile(), a_unit(), FileForm.YAML)
    text = text.replace("kind: department", "kind: departement").replace("part_of: exempelstad\n", "")
    with pytest.raises(ProfileError) as refused:
        read_file(text.encode(), "u.yaml")
    assert [problem.key for problem in refused.value.problems] == ["part_of", "unit.kind"]


def test_yaml_is_readable_by_a_person():
    assert (
        yaml_text({"a": ["x"], "b": "två\nrader", "c": "010"})
        == "a:\n  - x\nb: |-\n  två\n  rader\nc: '010'\n"
    )
