"""A wrong setting or file of settings meets one clear sentence and an exit code, never a traceback (O-05).

Each row says what was given and words that the sentence must hold: the name of the thing, and what was expected.
Exit code 2 is wrong use, 1 is a job that failed."""

from pathlib import Path

import pytest
from command_line import fondvakt, refused, settings_in_environment

from pipeline.settings import read_settings

RELAY = "smtp://dator:port, smtps://dator:port eller file:MAPP"


PLACE = "sqlite:///FIL eller postgresql://användare@dator/namn"


SITE = "en adress som https://fondvakt.example"


WRONG_VALUES = [
    ("FONDVAKT_SMTP_URL", "smpt://relay.example", RELAY),
    ("FONDVAKT_SMTP_URL", "smtp://relay.example:post", RELAY),
    ("FONDVAKT_SMTP_URL", "smtp://relay.example:99999", RELAY),
    ("FONDVAKT_SMTP_URL", "smtp://:25", RELAY),
    ("FONDVAKT_SMTP_URL", "relay.example:25", RELAY),
    ("FONDVAKT_SMTP_URL", "file:", RELAY),
    ("FONDVAKT_DATABASE_URL", "mysql://db.example/fondvakt", PLACE),
    ("FONDVAKT_DATABASE_URL", "sqlite://fondvakt.sqlite", PLACE),
    ("FONDVAKT_DATABASE_URL", "sqlite:///", PLACE),
    ("FONDVAKT_DATABASE_URL", "postgresql://", PLACE),
    ("FONDVAKT_DATABASE_URL", "postgresql://db.example:port/fondvakt", PLACE),
    ("FONDVAKT_NOW", "2026-08-22T06:00:00", "ett ögonblick med tidszon, som 2026-08-22T06:00:00+02:00"),
    ("FONDVAKT_NOW", "i morgon", "ett ögonblick med tidszon"),
    ("FONDVAKT_PUBLIC_URL", "ftp://fondvakt.example", SITE),
    ("FONDVAKT_PUBLIC_URL", "fondvakt.example", SITE),
    ("FONDVAKT_PUBLIC_URL", "https://fondvakt.example:https", SITE),
    ("FONDVAKT_MAIL_PER_MINUTE", "0", "ett helt tal, minst 1"),
    ("FONDVAKT_MAIL_PER_MINUTE", "många", "ett helt tal, minst 1"),
    ("FONDVAKT_MAIL_FROM", "fondvakt", "en e-postadress"),
    ("FONDVAKT_MAIL_FROM", "a@x.example, b@x.example", "en e-postadress"),
    ("FONDVAKT_DASK", "dator:8786", "tcp://dator:8786"),
    ("FONDVAKT_TENANT", "Varbergs kommun", "små bokstäver, siffror och bindestreck"),
    ("FONDVAKT_SOURCE_EU_PORTAL_URL", "localhost:9000", SITE),
    ("FONDVAKT_SOURCE_EUROACCESS_URL", "file:///etc/passwd", SITE),
]


WRONG_NAMES = [
    ("FONDVAKT_SMTPURL", "FONDVAKT_SMTP_URL"),
    ("FONDVAKT_DATABAS_URL", "FONDVAKT_DATABASE_URL"),
    ("FONDVAKT_SOURCE_EU_PORTAL_ULR", "FONDVAKT_SOURCE_EU_PORTAL_URL"),
    ("FONDVAKT_SOURCE_EUROACESS_URL", "FONDVAKT_SOURCE_EUROACCESS_URL"),
    ("FONDVAKT_SMTP_URI", "FONDVAKT_SMTP_URL"),
]


@pytest.mark.parametrize(("name", "value", "expected"), WRONG_VALUES)
def test_o_05_a_wrong_value_is_named_with_what_was_expected(name, value, expected, plain):
    said = refused(plain | {name: value})
    assert f"{name} = {value!r} går inte att använda: väntade " in said
    assert expected in said


@pytest.mark.parametrize(("name", "meant"), WRONG_NAMES)
def test_o_05_a_misspelt_setting_is_refused_with_the_one_that_was_meant(name, meant, plain):
    assert refused(plain | {name: "x"}) == f"Inställningen {name} i miljön är okänd; menade du {meant}?"


def test_o_05_a_setting_like_no_other_is_refused(plain):
    assert "FONDVAKT_ZZZ i miljön är okänd; se docs/operating.md" in refused(plain | {"FONDVAKT_ZZZ": "1"})


def test_an_empty_setting_is_as_none_at_all(plain):
    unset = dict.fromkeys(("FONDVAKT_DATABASE_URL", "FONDVAKT_NOW", "FONDVAKT_SOURCE_EU_PORTAL_URL"), "")
    assert fondvakt("queue", settings=plain | unset).code == 0


@pytest.mark.parametrize("key", ["hemlig", "x" * 15])
def test_o_05_a_secret_that_is_easily_guessed_is_refused_and_not_repeated(key, plain):
    said = refused(plain | {"FONDVAKT_SECRET_KEY": key})
    assert "FONDVAKT_SECRET_KEY = *** går inte att använda: väntade minst 16 tecken, slumpade." in said
    assert key not in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FONDVAKT_SMTP_URL", "smpt://anna:lösen@relay.example"),
        ("FONDVAKT_DATABASE_URL", "mysql://anna:lösen@db.example/fondvakt"),
    ],
)
def test_o_01_a_login_in_a_wrong_address_is_not_repeated(name, value, plain):
    said = refused(plain | {name: value})
    assert "lösen" not in said
    assert "***@" in said


def secret_file(folder: Path, content: str, mode: int) -> Path:
    path = folder / "key"
    path.write_text(content, encoding="utf-8")
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("content", "mode", "expected"),
    [
        pytest.param(
            "k9-Wq2_vTzR8yXm4LpD", 0o644, "alla på datorn får läsa filen; kör: chmod 600", id="open"
        ),
        pytest.param("kort", 0o600, "väntade minst 16 tecken", id="short"),
        pytest.param("", 0o600, "väntade minst 16 tecken", id="empty"),
    ],
)
def test_o_05_a_secrets_file_that_is_open_or_weak_is_refused(content, mode, expected, plain, tmp_path):
    path = secret_file(tmp_path, content, mode)
    said = refused(plain | {"FONDVAKT_SECRET_KEY_FILE": path})
    assert f"FONDVAKT_SECRET_KEY_FILE = {path} går inte att använda: {expected}" in said


def test_o_05_a_secrets_file_that_is_not_there_is_refused(plain, tmp_path):
    said = refused(plain | {"FONDVAKT_SECRET_KEY_FILE": tmp_path / "none"})
    assert (
        said
        == f"Inställningen FONDVAKT_SECRET_KEY_FILE = {tmp_path / 'none'} går inte att använda: finns inte."
    )


def test_c5_the_last_key_of_a_file_signs_and_the_ones_before_it_hold_on(plain, tmp_path):
    old, new = "k9-Wq2_vTzR8yXm4LpD", "en helt ny nyckel, 2026"
    path = secret_file(tmp_path, f"{old}\n\n{new}\n", 0o600)
    with settings_in_environment(plain | {"FONDVAKT_SECRET_KEY_FILE": path}):
        assert read_settings().signing_keys() == (old, new)
    secret_file(tmp_path, f"{old}\nkort\n", 0o600)
    assert "väntade minst 16 tecken" in refused(plain | {"FONDVAKT_SECRET_KEY_FILE": path})


def test_a_key_is_made_whole_once(plain):
    with settings_in_environment(plain):
        settings = read_settings()
        assert settings.signing_keys() == settings.signing_keys()
    assert [path.name for path in settings.data_dir.iterdir()] == ["secret-key"]
    assert (settings.data_dir / "secret-key").stat().st_mode & 0o777 == 0o600


def test_a_good_secrets_file_is_taken(plain, tmp_path):
    path = secret_file(tmp_path, "k9-Wq2_vTzR8yXm4LpD\n", 0o640)
    assert fondvakt("queue", settings=plain | {"FONDVAKT_SECRET_KEY_FILE": path}).code == 0


CONFIGS = [
    pytest.param(b"FONDVAKT_MODEL = ", "väntade en TOML-fil i UTF-8", id="not TOML"),
    pytest.param("# å".encode("latin-1"), "väntade en TOML-fil i UTF-8", id="Latin-1"),
    pytest.param(b'FONDVAKT_SMPT_URL = "file:x"', "är okänd; menade du FONDVAKT_SMTP_URL?", id="misspelt"),
    pytest.param(b'model = "embedded"', "model i filen", id="without the prefix"),
    pytest.param(b"[mail]\nurl = 1", "mail i filen", id="a table"),
    pytest.param(b"FONDVAKT_MAIL_PER_MINUTE = 0", "ett helt tal, minst 1", id="wrong value"),
    pytest.param(b'FONDVAKT_SOURCE_EU_PORTAL_URL = "x"', SITE, id="wrong source address"),
]


@pytest.mark.parametrize(("content", "expected"), CONFIGS)
def test_o_05_a_wrong_settings_file_is_refused(content, expected, plain, tmp_path):
    file = tmp_path / "fondvakt.toml"
    file.write_bytes(content)
    assert expected in refused(plain | {"FONDVAKT_CONFIG": file})


def test_o_05_a_settings_file_that_is_not_there_is_refused(plain, tmp_path):
    said = refused(plain | {"FONDVAKT_CONFIG": tmp_path / "none.toml"})
    assert (
        said == f"Inställningen FONDVAKT_CONFIG = {tmp_path / 'none.toml'} går inte att använda: finns inte."
    )


def test_the_environment_goes_before_the_file(plain, tmp_path):
    file = tmp_path / "fondvakt.toml"
    file.write_text('FONDVAKT_NOW = 2026-11-23T07:05:00+01:00\nFONDVAKT_TENANT = "en"\n')
    set_twice = plain | {"FONDVAKT_CONFIG": file, "FONDVAKT_TENANT": "Två"}
    assert "FONDVAKT_TENANT = 'Två'" in refused(set_twice)
    assert fondvakt("queue", settings=plain | {"FONDVAKT_CONFIG": file}).code == 0


def test_d_06_a_data_folder_that_is_a_file_or_cannot_be_made_is_refused(tmp_path):
    file = tmp_path / "file"
    file.touch()
    said = refused({"FONDVAKT_DATA_DIR": file})
    assert f"FONDVAKT_DATA_DIR = {file} går inte att använda: en fil" in said
    assert "en fil står där en mapp väntades" in refused({"FONDVAKT_DATA_DIR": file / "data"})
    assert "FONDVAKT_DATA_DIR = /proc/fondvakt" in refused({"FONDVAKT_DATA_DIR": "/proc/fondvakt"})
