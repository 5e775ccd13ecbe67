"""A canary in each secret and in a person's name and address: no log, output or health page sings (O-01)."""

import re
from pathlib import Path

import pytest
from command_line import fondvakt
from ports import closed_port

from profiles.load import load_profile, preset_path
from profiles.write import profile_text

PASSWORD, KEY, LOGIN = "kanarie-losen-4711", "kanarie-nyckel-0123456789", "kanarie-inloggning"
NAME, ADDRESS = "Kanarie Fågelsson", "kanarie.fagelsson@exempelstad.example"
JOBS = [
    ("collect",),
    ("match",),
    ("queue",),
    ("decide", "1", "accept"),
    ("digest", "send"),
    ("letters", "send"),
    ("letters", "list"),
    ("notices",),
    ("bounces", "list"),
    ("webhooks", "send"),
    ("sources", "list"),
    ("doctor",),
]


@pytest.fixture(scope="module")
def house(settings, tmp_path_factory):
    """An installation whose secrets and first contact person are canaries, before a relay that nobody answers for."""
    folder = tmp_path_factory.mktemp("canary")
    profile = load_profile(preset_path("exempelstad"))
    first = next(one for one in profile.people if one.units)
    text = profile_text(profile).replace(first.email, ADDRESS).replace(first.name, NAME)
    (folder / "x.toml").write_text(text)
    with closed_port() as port:
        made = settings | {
            "FONDVAKT_SMTP_URL": f"smtp://{LOGIN}:{PASSWORD}@127.0.0.1:{port}",
            "FONDVAKT_SECRET_KEY": KEY,
            "FONDVAKT_DATA_DIR": folder / "data",
        }
        assert fondvakt("init", "--municipality", folder / "x.toml", settings=made).code == 0
        yield made


@pytest.fixture(scope="module")
def sung(house) -> dict[str, str]:
    """What each command said, on whatever stream and in whatever log."""
    said = {}
    for arguments in JOBS:
        for form in ((), ("--json",)):
            outcome = fondvakt(*arguments, *form, settings=house)
            assert "Traceback" not in outcome.err, arguments
            said[" ".join((*arguments, *form))] = outcome.out + outcome.err
    for log in Path(str(house["FONDVAKT_DATA_DIR"])).glob("logs/*"):
        said[log.name] = log.read_text()
    return said


@pytest.mark.parametrize("canary", [PASSWORD, KEY, LOGIN], ids=["O-01 password", "O-01 key", "O-01 login"])
def test_no_secret_is_in_anything_that_is_said(canary, sung):
    assert [where for where, said in sung.items() if canary in said] == []


@pytest.mark.parametrize("canary", [NAME, ADDRESS], ids=["O-01 name", "O-01 address"])
def test_no_log_names_a_person(canary, sung):
    """What `letters list` shows an operator is the outbox itself."""
    assert [
        where for where, said in sung.items() if canary in said and not where.startswith("letters list")
    ] == []


def test_o_01_tokens_of_the_letters_are_in_no_output(house, sung):
    token = re.compile(r"/(?:svara|avsluta|mina-val|kalender)/[\w.-]{20,}")
    assert [where for where, said in sung.items() if token.search(said)] == []
