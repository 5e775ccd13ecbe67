"""Reading a profile file: whole, or with every problem named."""

import re
from pathlib import Path

import pytest

from builders import a_coordinator, a_need, a_person, a_profile, a_unit
from profiles.load import load_profile, preset_keys, preset_path, read_profile, read_profile_bytes
from profiles.model import TwinTown
from profiles.problems import ProfileError
from profiles.write import profile_text

TEXT = profile_text(a_profile())


def problems(text: str, language: str = "sv") -> list[str]:
    """What is wrong with a text, each on one line."""
    with pytest.raises(ProfileError) as raised:
        read_profile(text, "x.toml")
    return raised.value.shown(language).splitlines()


def with_line(key: str, line: str, text: str = TEXT) -> str:
    """The file with the first line of that key put another way."""
    found, count = re.subn(rf"(?m)^{key} = .*$", lambda _: line, text, count=1)
    assert count == 1
    return found


def test_a_whole_file_is_read():
    assert read_profile(TEXT, "x.toml") == a_profile()


def test_a_mark_and_windows_line_ends_are_fine_P_06(tmp_path: Path):
    path = tmp_path / "x.toml"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    assert load_profile(path) == a_profile()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "filen är tom", id="P-06 empty"),
        pytest.param(b"\xef\xbb\xbf\r\n", "filen är tom", id="P-06 only a mark"),
        pytest.param(b" \n\n", "filen är tom", id="P-06 blank"),
        pytest.param(b"a" * (1024 * 1024 + 1), "större än 1 MiB", id="P-06 too large"),
        pytest.param(b"\x00\x01\x02", "ingen textfil", id="P-06 binary"),
        pytest.param(b"PK\x03\x04\x14", "ingen textfil", id="P-22 zip"),
        pytest.param("namn = 'Å'".encode("latin-1"), "spara filen som UTF-8", id="P-06 Latin-1"),
        pytest.param(b"country: NO\nopen: 12:30\n", "inte giltig TOML", id="P-01 YAML called TOML"),
        pytest.param(b"# c\n---\na: &a [*a]\n", "inte giltig TOML", id="P-03 YAML aliases called TOML"),
        pytest.param(
            b"a: !!python/object/apply:os.system ['x']", "inte giltig TOML", id="P-04 YAML tag called TOML"
        ),
        pytest.param(b"a = 1\n[b]\n[b]\n", "x.toml:3: filen är inte giltig TOML", id="P-05 double table"),
        pytest.param(b"a = 1\na = 2\n", "x.toml:2: filen är inte giltig TOML", id="P-02 double key"),
        pytest.param(b"a = " + b"[" * 9000, "inte giltig TOML", id="nested deep"),
        pytest.param(b"a = " + b"9" * 9000, "inte giltig TOML", id="number of 9000 digits"),
        pytest.param(b"a = 2026-02-30", "inte giltig TOML", id="impossible day"),
    ],
)
def test_what_is_no_profile_file_is_refused_in_one_sentence(content, said):
    with pytest.raises(ProfileError) as raised:
        read_profile_bytes(content, "x.toml")
    assert len(raised.value.problems) == 1
    assert said in str(raised.value)


def test_the_line_of_a_latin_1_letter_is_named_P_06():
    with pytest.raises(ProfileError, match=r"x\.toml:2: "):
        read_profile_bytes("a = 1\nb = 'å'".encode("latin-1"), "x.toml")


def test_a_missing_file_is_one_sentence(tmp_path: Path):
    with pytest.raises(ProfileError, match=r"borta\.toml: filen kan inte läsas"):
        load_profile(tmp_path / "borta.toml")


def test_every_problem_is_found_at_once_with_file_line_and_key_P_05():
    text = with_line("nuts3", 'nuts = "SE231"')
    text = with_line("preparation_days", 'preparation_days = "42"', text)
    text = with_line("priority_area", 'priority_area = "barn-och-ung"', text)
    assert problems(text) == [
        "x.toml:3: municipality.nuts3: saknas",
        "x.toml:8: municipality.nuts: okänd nyckel, menade du nuts3?",
        "x.toml:48: units[0].preparation_days: väntade ett heltal, fick en text inom citattecken",
        "x.toml:57: units[0].needs[0].priority_area: 'barn-och-ung' finns inte i profilen, "
        "menade du barn-och-unga?",
    ]


def test_the_problems_are_said_in_english_too():
    assert problems(with_line("nuts3", 'nuts = "SE231"'), "en") == [
        "x.toml:3: municipality.nuts3: is missing",
        "x.toml:8: municipality.nuts: unknown key, did you mean nuts3?",
    ]


@pytest.mark.parametrize(
    ("key", "line", "said"),
    [
        ("format", "format = 2", "väntade 1"),
        ("format", "", "saknas; skriv format = 1"),
        ("key", 'key = "Exempel Stad"', "går inte som nyckel"),
        ("key", 'key = "../../etc/x"', "går inte som nyckel"),
        ("name", 'name = ""', "är tom"),
        ("name", 'name = "  "', "är tom"),
        ("name", "name = 5", "väntade en text inom citattecken, fick ett heltal"),
        ("name", f'name = "{"a" * 500}"', "är för lång: 500 tecken, högst 200"),
        ("name", 'name = "a\\u202Eb"', "har tecknet U+202E"),
        ("name", 'name = "a\\nb"', "har tecknet U+000A"),
        ("nuts3", 'nuts3 = "Halland"', "väntade en kod som SE231"),
        ("mail_domains", "mail_domains = []", "minst ett värde"),
        ("mail_domains", "mail_domains = [1]", "mail_domains[0]: väntade en text"),
        ("mail_domains", 'mail_domains = ["kommun"]', "inget domännamn"),
        ("tests_cofinancing", 'tests_cofinancing = "ja"', "väntade ja eller nej"),
        ("adopted_by", 'adopted_by = "KF"\nadopted = 2026-01-01T00:00:00', "väntade en dag"),
        ("adopted_by", 'adopted_by = "KF"\nadopted = "2026-01-01"', "väntade en dag"),
        ("adopted_by", 'adopted_by = "KF"\nrevision_interval_years = true', "fick ja eller nej"),
        ("adopted_by", 'adopted_by = "KF"\nrevision_interval_years = 400', "utanför 1 till 20"),
        ("role", 'role = "cordinator"', "menade du coordinator?"),
        ("units", 'units = ["skolan"]', "menade du skola?"),
        ("language", 'language = "no"', "är inget av sv, en"),
        ("language", 'language = "sv"\nphone = "växeln"', "väntade ett telefonnummer"),
        ("language", 'language = "sv"\nphone = "112"', "väntade ett telefonnummer"),
        ("kind", 'kind = "bolag"', "är inget av department, company, federation"),
        ("preparation_days", "preparation_days = -1", "utanför 0 till 730"),
        ("may_lead", "may_lead = 1", "väntade ja eller nej"),
        ("title_en", "title_en = 5", "väntade en text"),
        ("name_en", "", "saknas"),
    ],
)
def test_a_wrong_value_is_named(key, line, said):
    found = problems(with_line(key, line))
    assert len(found) == 1
    assert said in found[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "är tom", id="P-09 empty"),
        pytest.param("Utbyten", "är för kort: 7 tecken, minst 20", id="P-09 one word"),
        pytest.param("Internationaliseringsarbete", "säger för lite", id="P-09 one long word"),
        pytest.param("🎉 " * 20, "säger för lite", id="P-09 only pictures"),
        pytest.param("ord " * 12_500, "högst 2000", id="P-09 50,000 characters"),
        pytest.param("Elever ska få\u2028möta andra elever", "U+2028", id="P-17 line separator"),
    ],
)
def test_a_need_says_enough_and_not_too_much(text, said):
    profile = a_profile(units=(a_unit(needs=(a_need(text=text),)),))
    found = problems(profile_text(profile))
    assert len(found) == 1
    assert said in found[0]


def test_markup_in_a_need_is_text_P_09():
    need = a_need(text="<script>alert(1)</script> i skolans <b>utbyten</b>\nmed andra länder")
    profile = a_profile(units=(a_unit(needs=(need,)),))
    assert read_profile(profile_text(profile), "x.toml") == profile


def test_a_name_with_quotes_commas_and_brackets_is_fine_P_17():
    profile = a_profile(people=(a_coordinator(name='"EU", <samordnare> Å'),))
    assert read_profile(profile_text(profile), "x.toml") == profile


@pytest.mark.parametrize(
    "email",
    [
        pytest.param("anna@exempelstad.example, bo@exempelstad.example", id="P-10 two"),
        pytest.param("a@exempelstad.example;b@exempelstad.example", id="P-10 semicolon"),
        pytest.param("a@exempelstad.example\n", id="P-11 line end"),
        pytest.param("a\r\n@exempelstad.example", id="P-11 inner line end"),
        pytest.param("a\x00@exempelstad.example", id="P-11 NUL"),
        pytest.param("a\t@exempelstad.example", id="P-11 tab"),
        pytest.param("åsa@exempelstad.example", id="P-12 local part"),
        pytest.param("a@b", id="P-13 no dot"),
        pytest.param("a@-x.se", id="P-13 hyphen"),
        pytest.param("a..b@exempelstad.example", id="P-13 dots"),
        pytest.param(f"{'a' * 65}@exempelstad.example", id="P-13 long local part"),
        pytest.param('"a b"@exempelstad.example', id="P-13 quoted"),
        pytest.param("a@[127.0.0.1]", id="P-13 literal"),
        pytest.param("a@127.0.0.1", id="P-13 numbers"),
        pytest.param("alice@exempelstad.example)bob@evil.example", id="P-14 comment"),
        pytest.param("alice@exempelstad.example)", id="P-14 bracket"),
        pytest.param("@exempelstad.example", id="no local part"),
        pytest.param("eu", id="no at"),
        pytest.param(f"a@{'a' * 64}.se", id="long label"),
        pytest.param(f"a@{'a.' * 130}se", id="long domain"),
        pytest.param("eu@annan.example", id="P-15 outside the domains"),
        pytest.param("eu@skola.exempelstad.example", id="P-15 a domain below"),
    ],
)
def test_an_address_that_cannot_be_mailed_is_refused(email):
    found = problems(profile_text(a_profile(people=(a_coordinator(email=email),))))
    assert {line.split(": ")[1] for line in found} == {"people[0].email"}


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        pytest.param("info@malmö.example", "malmö.example", id="P-12 Swedish domain"),
        pytest.param("info@malmö.example", "xn--malm-8qa.example", id="P-12 its ASCII form"),
        pytest.param("EU@Exempelstad.Example", "exempelstad.example", id="capitals"),
        pytest.param("o'neill+eu@exempelstad.example", "exempelstad.example", id="signs"),
    ],
)
def test_an_address_in_the_municipalitys_domain_is_kept_as_written(email, domain):
    profile = a_profile(people=(a_coordinator(email=email),), mail_domains=(domain,))
    assert read_profile(profile_text(profile), "x.toml").people[0].email == email


def test_one_role_address_may_serve_several_roles_P_16():
    profile = a_profile(people=(a_coordinator(), a_person(email="eu@exempelstad.example")))
    assert read_profile(profile_text(profile), "x.toml") == profile


@pytest.mark.parametrize(
    ("profile", "key"),
    [
        (a_profile(units=(a_unit(), a_unit(name="Annan"))), "units[1].key"),
        (a_profile(people=(a_coordinator(), a_coordinator())), "people[1].key"),
        (a_profile(units=(a_unit(needs=(a_need(), a_need())),)), "units[0].needs[1].key"),
        (a_profile(priority_areas=a_profile().priority_areas * 2), "priority_areas[1].key"),
    ],
)
def test_two_things_with_one_key_are_refused_with_both_lines_P_08(profile, key):
    (found,) = problems(profile_text(profile))
    assert f": {key}: nyckeln" in found
    assert re.search(r"finns redan, på rad \d+$", found)


def test_two_units_may_use_the_same_key_for_a_need():
    other = a_unit(key="kultur", needs=(a_need(unit="kultur"),))
    profile = a_profile(units=(a_unit(), other))
    assert read_profile(profile_text(profile), "x.toml") == profile


def test_somebody_must_review_the_queue():
    assert problems(profile_text(a_profile(people=(a_person(),)))) == [
        "x.toml: people: minst en person ska ha rollen coordinator"
    ]


def test_a_contact_person_has_a_unit():
    found = problems(profile_text(a_profile(people=(a_coordinator(), a_person(units=())))))
    assert found[0].endswith("people[1].units: en kontaktperson ska ha minst en enhet")


@pytest.mark.parametrize("written", ["PL", "pl", "Polen", "Poland", "Gdańsk (PL)", "Gdańsk (Polen)"])
def test_a_country_is_one_however_it_is_written_P_18(written):
    line = f'nuts3 = "SE231"\ntwin_towns = [{{ name = "Gdańsk", country = "{written}" }}]'
    assert read_profile(with_line("nuts3", line), "x.toml").twin_towns == (
        TwinTown(name="Gdańsk", country="PL"),
    )


def test_an_unknown_country_is_refused_with_the_nearest_P_18():
    line = 'nuts3 = "SE231"\ntwin_towns = [{ name = "Gdańsk", country = "Pollen" }]'
    (found,) = problems(with_line("nuts3", line))
    assert found == (
        "x.toml:9: municipality.twin_towns[0].country: 'Pollen' är inget land; skriv en kod som PL, menade du PL?"
    )


def test_a_missing_table_is_one_problem_and_not_one_for_each_of_its_keys():
    text = TEXT.replace("[policy]", "[polisy]")
    assert [line.split(": ", 1)[1] for line in problems(text)] == [
        "policy: saknas",
        "polisy: okänd nyckel, menade du policy?",
    ]


def test_a_value_where_a_table_is_due_is_named():
    found = problems("format = 1\npeople = [1]\nmunicipality = 3\npolicy = []\n")
    assert "x.toml:2: people[0]: väntade en tabell, fick ett heltal" in found
    assert "x.toml:3: municipality: väntade en tabell, fick ett heltal" in found


def test_the_presets_are_found_by_key_and_nothing_else_is_P_21():
    assert "exempelstad" in preset_keys()
    assert preset_path("exempelstad").is_file()
    for odd in ("../exempelstad", "", "exempelstad.toml", "/etc/passwd", "a\x00b"):
        assert preset_path(odd) is None


@pytest.mark.parametrize("key", preset_keys())
def test_every_preset_is_a_sound_profile_under_its_own_key(key):
    profile = load_profile(preset_path(key))
    assert profile.key == key
    assert read_profile(profile_text(profile), "x.toml") == profile


@pytest.mark.parametrize("blank", [None, "", "  "], ids=["left out", "empty", "only spaces"])
def test_english_that_is_not_written_is_no_fault_and_the_swedish_stands_in(blank):
    lines = []
    for line in TEXT.splitlines():
        key = line.partition(" = ")[0]
        if key not in ("title_en", "text_en", "description_en"):
            lines.append(line)
        elif blank is not None:
            lines.append(f'{key} = "{blank}"')
    profile = read_profile("\n".join(lines), "x.toml")
    area, need = profile.priority_areas[0], profile.needs[0]
    assert (area.title_en, area.description_en) == (area.title, area.description)
    assert all(aim.text_en == aim.text for aim in profile.policy.aims)
    assert (need.title_en, need.text_en) == ("", "")
    assert read_profile(profile_text(profile), "x.toml") == profile
