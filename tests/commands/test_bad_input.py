"""A wrong database, argument or profile file meets one clear sentence and an exit code, never a traceback (O-05).

Each row says what was given and words that the sentence must hold: the name of the thing, and what was expected.
Exit code 2 is wrong use, 1 is a job that failed."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from command_line import failed, fondvakt, refused
from ports import closed_port

from builders import a_profile
from profiles.write import profile_text

PROFILE = profile_text(a_profile())


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
    with closed_port() as port:
        said = failed(plain | {"FONDVAKT_DATABASE_URL": f"postgresql://anna:lösen@127.0.0.1:{port}/f"})
    assert "anna:***@127.0.0.1" in said
    assert "kan inte öppnas" in said
    assert "lösen" not in said


ARGUMENTS = [
    (("collect", "eu-portalen"), 2, "Källan eu-portalen är okänd; väntade någon av eu-portal"),
    (("sources", "doctor", "nowhere"), 2, "Källan nowhere är okänd"),
    (("decide", "99", "accept"), 1, "Det finns ingen träff med nummer 99."),
    (("match",), 1, "Ingen kommun är vald än. Kör först: fondvakt init"),
    (("digest", "send"), 1, "Ingen kommun är vald än"),
    (("profile", "export"), 1, "Ingen kommun är vald än"),
    (("signin", "eu@exempelstad.example"), 1, "Ingen kommun är vald än"),
    (("standin", "--data", "/nowhere"), 2, "/nowhere"),
    (("restore", "/nowhere.sqlite"), 1, "/nowhere.sqlite kan inte läggas tillbaka: finns inte."),
    (("backup", "--out", "/proc/fondvakt/copy.sqlite"), 1, "/proc/fondvakt"),
]


BOXED = [
    (("decide", "1", "reject"), "reject behöver --reason: not_our_need"),
    (("decide", "1", "reject", "--reason", "dull"), "not_our_need"),
    (("decide", "1", "accept", "--reason", "other"), "--reason hör till reject"),
    (("decide", "1", "perhaps"), "'accept', 'reject', 'later'"),
    (("decide", "ett", "accept"), "MATCH"),
    (("decide", "1", "later", "--until", "i morgon"), "%Y-%m-%d"),
    (("decide", "1", "later", "--until", "2020-01-31"), "--until 2020-01-31 har varit"),
    (("decide", "1", "accept", "--until", "2099-01-31"), "--until hör till later"),
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


def test_a_list_of_nothing_says_so(plain):
    told = fondvakt("queue", settings=plain)
    assert told.code == 0
    assert told.out.rstrip().endswith("Inget att visa.")
