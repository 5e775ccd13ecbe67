"""A wrong setting, file, address or argument meets one clear sentence and an exit code, never a traceback (O-05).

Each row says what was given and words that the sentence must hold: the name of the thing, and what was expected.
Exit code 2 is wrong use, 1 is a job that failed.
"""

import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from command_line import begun, ended, fondvakt

from builders import a_profile
from profiles.write import profile_text

PROFILE = profile_text(a_profile())
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


@pytest.fixture
def plain(tmp_path) -> dict[str, object]:
    """The fewest settings: an empty installation."""
    return {"FONDVAKT_DATA_DIR": tmp_path / "data"}


def refused(settings: dict[str, object], *arguments: object) -> str:
    """The one sentence of a wrong use."""
    outcome = fondvakt(*(arguments or ("queue",)), settings=settings)
    assert outcome.code == 2, outcome
    return outcome.sentence()


def failed(settings: dict[str, object], *arguments: object) -> str:
    """The one sentence of a job that failed."""
    outcome = fondvakt(*(arguments or ("queue",)), settings=settings)
    assert outcome.code == 1, outcome
    return outcome.sentence()


# Settings


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


# Databases


def empty(path: Path) -> None:
    path.touch()


def damaged(path: Path) -> None:
    path.write_bytes(b"\xff" * 8192)


def anothers(path: Path) -> None:
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("CREATE TABLE moz_places (id INTEGER)")


def torn(path: Path) -> None:
    fondvakt("queue", settings={"FONDVAKT_DATA_DIR": path.parent})
    content = bytearray(path.read_bytes())
    content[100:4096] = b"\xff" * 3996
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        pytest.param(empty, "är tom; återställ en säkerhetskopia", id="D-07 empty"),
        pytest.param(damaged, "är ingen SQLite-databas", id="D-07 damaged"),
        pytest.param(torn, "", id="D-07 torn"),
        pytest.param(anothers, "", id="D-07 of another product"),
        pytest.param(Path.mkdir, "kan inte öppnas", id="D-06 a folder"),
    ],
)
def test_d_07_a_database_that_is_not_ours_is_refused_by_name(made: Callable, expected, plain, tmp_path):
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "fondvakt.sqlite"
    made(path)
    said = failed(plain)
    assert str(path) in said
    assert expected in said


def test_d_12_a_postgresql_that_refuses_is_named_without_its_password(plain):
    said = failed(plain | {"FONDVAKT_DATABASE_URL": f"postgresql://anna:lösen@127.0.0.1:{free_port()}/f"})
    assert "anna:***@127.0.0.1" in said
    assert "kan inte öppnas" in said
    assert "lösen" not in said


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# Arguments


ARGUMENTS = [
    (("collect", "eu-portalen"), 2, "Källan eu-portalen är okänd; väntade någon av eu-portal"),
    (("sources", "doctor", "nowhere"), 2, "Källan nowhere är okänd"),
    (("decide", "99", "accept"), 1, "Det finns ingen träff med nummer 99."),
    (("match",), 1, "Ingen kommun är vald än. Kör först: fondvakt init"),
    (("digest", "send"), 1, "Ingen kommun är vald än"),
    (("profile", "export"), 1, "Ingen kommun är vald än"),
    (("signin", "eu@exempelstad.example"), 1, "Ingen kommun är vald än"),
    (("standin", "--data", "/nowhere"), 2, "/nowhere"),
    (("restore", "/nowhere.sqlite"), 1, "/nowhere.sqlite kan inte läggas tillbaka"),
    (("backup", "--out", "/proc/fondvakt/copy.sqlite"), 1, "/proc/fondvakt"),
]
BOXED = [
    (("decide", "1", "reject"), "reject behöver --reason: not_our_need"),
    (("decide", "1", "reject", "--reason", "dull"), "not_our_need"),
    (("decide", "1", "accept", "--reason", "other"), "--reason hör till reject"),
    (("decide", "1", "perhaps"), "'accept', 'reject', 'later'"),
    (("decide", "ett", "accept"), "MATCH"),
    (("decide", "1", "later", "--until", "i morgon"), "%Y-%m-%d"),
    (("digest", "send", "--week", "2026-W60"), "2026-W60 är ingen vecka; väntade en ISO-vecka"),
    (("digest", "preview", "--week", "35"), "35 är ingen vecka; väntade en ISO-vecka"),
    (("digest", "preview", "--week", ""), "är ingen vecka"),
    (("init",), "--municipality"),
    (("init", "--municipality", "varborg"), "varborg är varken en fil eller en förvald kommun"),
    (("profile", "check", "/nowhere.toml"), "/nowhere.toml är varken en fil eller"),
    (("standin", "--data", "/tmp", "--port", "en"), "--port"),
    (("standin", "--data", "/tmp", "--port", "70000"), "65535"),
    (("colect",), "colect"),
    (("queue", "--jason"), "--jason"),
]


@pytest.mark.parametrize(
    ("arguments", "code", "expected"), ARGUMENTS, ids=[" ".join(a) for a, *_ in ARGUMENTS]
)
def test_an_argument_that_names_nothing_we_have_meets_one_sentence(arguments, code, expected, plain):
    outcome = fondvakt(*arguments, settings=plain)
    assert outcome.code == code
    assert expected in outcome.sentence()


@pytest.mark.parametrize(("arguments", "expected"), BOXED, ids=[" ".join(a) for a, _ in BOXED])
def test_a_line_that_cannot_be_meant_is_wrong_use(arguments, expected, plain):
    outcome = fondvakt(*arguments, settings=plain)
    assert outcome.code == 2
    assert expected in outcome.boxed()


def test_d_10_a_damaged_backup_is_refused_and_nothing_is_touched(plain, tmp_path):
    assert fondvakt("queue", settings=plain).code == 0
    before = (tmp_path / "data" / "fondvakt.sqlite").read_bytes()
    copy = tmp_path / "copy.sqlite"
    copy.write_bytes(before[: len(before) // 2])
    assert f"{copy} " in failed(plain, "restore", copy)
    assert (tmp_path / "data" / "fondvakt.sqlite").read_bytes() == before


def test_evaluate_of_missing_files_names_the_file(plain, tmp_path):
    files = [part for name in ("calls", "needs", "qrels") for part in (f"--{name}", tmp_path / name)]
    outcome = fondvakt("evaluate", *files, settings=plain | {"FONDVAKT_MODEL": tmp_path / "none"})
    assert outcome.code == 1
    assert "Traceback" not in outcome.err
    assert str(tmp_path / "calls") in outcome.err


# Profile files


def changed(old: str, new: str) -> bytes:
    assert old in PROFILE
    return PROFILE.replace(old, new, 1).encode()


PROFILES = [
    pytest.param(b"", "x.toml: filen är tom", id="P-06 empty"),
    pytest.param(b"\x00\x01", "x.toml: filen är ingen textfil", id="P-06 binary"),
    pytest.param(b"a = 1\na = 2\n", "x.toml:2: filen är inte giltig TOML", id="P-02 double key"),
    pytest.param(
        changed("[policy]", 'nuts = "x"\n\n[policy]'), "x.toml:11: municipality.nuts: ", id="P-05 unknown key"
    ),
    pytest.param(
        changed("preparation_days = 42", 'preparation_days = "42"'),
        "units[0].preparation_days",
        id="P-05 type",
    ),
    pytest.param(
        changed('priority_area = "barn-och-unga"', 'priority_area = "x"'), "priority_area", id="no area"
    ),
    pytest.param(changed("eu@exempelstad.example", "eu@annan.example"), "people[0].email", id="P-15 domain"),
    pytest.param(changed("Fler elever i grundskolan ska få möta", "Möta"), "", id="still good"),
]


@pytest.mark.parametrize(("content", "place"), PROFILES)
def test_p_05_a_profile_that_is_wrong_is_told_by_file_line_and_key(content, place, plain, tmp_path):
    file = tmp_path / "x.toml"
    file.write_bytes(content)
    outcome = fondvakt("profile", "check", file, settings=plain)
    as_json = fondvakt("profile", "check", file, "--json", settings=plain)
    if not place:
        assert (outcome.code, as_json.code) == (0, 0)
        return
    assert (outcome.code, as_json.code) == (2, 2)
    assert place in outcome.sentence()
    assert as_json.json()["problems"][0]["message"] in outcome.sentence()


def test_a_wrong_profile_is_not_taken_in(plain, tmp_path):
    file = tmp_path / "x.toml"
    file.write_bytes(changed("may_lead = true", 'may_lead = "ja"'))
    assert "units[0].may_lead: " in refused(plain, "init", "--municipality", file)
    assert "Ingen kommun är vald än" in failed(plain, "match")


# What answers, or does not


@contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    """A site that gives everybody the same answer."""

    class Same(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_args: object) -> None:
            """Says nothing."""

    with HTTPServer(("127.0.0.1", 0), Same) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        pytest.param(200, b"<html>Underh\xc3\xa5ll</html>", "svaret är inte JSON", id="S-48 HTML"),
        pytest.param(200, b'{"results": []}', "Svarets pageNumber är 'None'", id="S-47 other JSON"),
        pytest.param(403, b"", "nekade oss med status 403", id="403"),
        pytest.param(404, b"", "svarade med status 404 där 200 väntades", id="404"),
    ],
)
def test_d7_a_source_that_answers_oddly_fails_alone(status, body, expected, plain, standin):
    with answering(status, body) as odd:
        settings = plain | {
            "FONDVAKT_SOURCE_EU_PORTAL_URL": odd,
            "FONDVAKT_SOURCE_EUROACCESS_URL": standin.url,
            "FONDVAKT_SOURCE_HAVE_YOUR_SAY_URL": standin.url,
            "FONDVAKT_NOW": "2026-11-23T07:05:00+01:00",
        }
        outcome = fondvakt("collect", "--json", settings=settings)
        said = fondvakt("collect", "eu-portal", settings=settings)
    assert (outcome.code, said.code) == (1, 1)
    portal, euroaccess, consultations = outcome.json()["sources"]
    assert portal["refused"]
    assert expected in portal["reason"]
    assert (euroaccess["refused"], euroaccess["calls"]) == (False, 14)
    assert (consultations["refused"], consultations["calls"]) == (False, 14)
    assert said.out.startswith("eu-portal: avvisad, inget ändrades. ")
    listed = fondvakt("sources", "list", "--json", settings=settings).json()["sources"]
    assert [row["outcome"] for row in listed] == ["failed", "sound", "sound"]
    assert expected in listed[0]["reason"]


@pytest.fixture(scope="module", autouse=True)
def unreachable(tmp_path_factory, standin):
    """A collection that nobody answers: it tries four times over seven seconds, so it starts before all tests."""
    settings = {
        "FONDVAKT_DATA_DIR": tmp_path_factory.mktemp("unreachable"),
        "FONDVAKT_SOURCE_EU_PORTAL_URL": f"http://127.0.0.1:{free_port()}",
        "FONDVAKT_SOURCE_EUROACCESS_URL": standin.url,
        "FONDVAKT_SOURCE_HAVE_YOUR_SAY_URL": standin.url,
    }
    return begun("collect", "--lang", "en", settings=settings)


@pytest.fixture(scope="module")
def waiting(settings, unreachable) -> dict[str, object]:
    """An installation with one letter to send."""
    for arguments in (("init", "--municipality", "exempelstad"), ("collect",), ("match",)):
        assert fondvakt(*arguments, settings=settings).code == 0
    first = fondvakt("queue", "--json", settings=settings).json()["matches"][0]
    assert fondvakt("decide", first["id"], "accept", settings=settings).code == 0
    return settings


def test_h4_without_its_model_matching_goes_on_and_says_so(waiting):
    outcome = fondvakt("match", settings=waiting)
    assert outcome.code == 0
    assert outcome.err.startswith("Varning: modellen går inte att använda, matchningen går på ord.")
    assert str(waiting["FONDVAKT_MODEL"]) in outcome.err
    unknown = fondvakt("match", "--json", settings=waiting | {"FONDVAKT_MODEL": "nobody/no-such-model"})
    assert unknown.json()["model"] == "words"
    assert "nobody/no-such-model" in unknown.err


def test_o_06_doctor_names_each_part_that_ails(waiting):
    nobody = f"smtp://127.0.0.1:{free_port()}"
    outcome = fondvakt("doctor", "--json", settings=waiting | {"FONDVAKT_SMTP_URL": nobody})
    assert outcome.code == 1
    found = {row["about"]: row for row in outcome.json()["findings"]}
    assert (found["database"]["ok"], found["model"]["ok"], found["mail"]["ok"]) == (True, False, False)
    assert "matchningen går på ord" in found["model"]["sentence"]
    assert nobody.removeprefix("smtp://") in found["mail"]["sentence"]


def test_o_06_doctor_of_nothing_says_what_comes_first(plain, tmp_path):
    (tmp_path / "data").mkdir()
    empty(tmp_path / "data" / "fondvakt.sqlite")
    outcome = fondvakt("doctor", settings=plain | {"FONDVAKT_MODEL": tmp_path, "FONDVAKT_SMTP_URL": "file:x"})
    assert outcome.code == 1
    assert "✗ Databasfilen" in outcome.out
    assert "Traceback" not in outcome.err


def test_a_relay_that_refuses_keeps_the_letter_and_says_so(waiting):
    port = free_port()
    outcome = fondvakt("digest", "send", settings=waiting | {"FONDVAKT_SMTP_URL": f"smtp://127.0.0.1:{port}"})
    assert outcome.code == 1
    assert "Traceback" not in outcome.err
    assert "0 skickade" in outcome.out
    assert "Servern svarar inte" in outcome.err


def test_a_folder_for_letters_that_cannot_be_written_is_named(waiting):
    outcome = fondvakt("digest", "preview", "--out", "/proc/fondvakt", settings=waiting)
    assert outcome.code == 1
    assert "/proc/fondvakt" in outcome.sentence()


def test_a_source_that_nobody_answers_for_fails_alone(unreachable):
    outcome = ended(unreachable)
    assert outcome.code == 1
    assert "Traceback" not in outcome.err
    portal, euroaccess, consultations = outcome.out.strip().splitlines()
    assert portal.startswith("eu-portal: refused, nothing changed. http://127.0.0.1:")
    assert "no answer (ConnectError" in portal
    assert euroaccess.startswith("euroaccess: 14 calls")
    assert consultations.startswith("have-your-say: 14 EU consultations")
