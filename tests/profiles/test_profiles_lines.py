"""Lines of keys in a TOML file."""

import tomllib

import pytest

from profiles.lines import Lines

TEXT = '''\
# a = 1
format = 1          # [not.a.table]

[municipality]
name = """
[units]
name = "no"
"""
domains = [
  "a", # ] comment
  "]",
]
"quoted key" = 1
text = 'it''s' # ' stray
[[units]]
key = "a"
  [[units.needs]]
  key = { inner = "x", list = ["=", 2] }
  [[units.needs]]
  key = "y"
[[units]]
policy.title = "\\"=\\\\"
[[units.needs]]
key = \'\'\'
[units]
\'\'\'
last = true
'''.replace("'it''s'", "'its'")


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("format", 2),
        ("municipality", 4),
        ("municipality.name", 5),
        ("municipality.domains", 9),
        ("municipality.domains[1]", 9),
        ("municipality.quoted key", 13),
        ("municipality.text", 14),
        ("municipality.missing", 4),
        ("units[0].key", 16),
        ("units[0].needs[0].key", 18),
        ("units[0].needs[0].key.inner", 18),
        ("units[0].needs[1].key", 20),
        ("units[1]", 21),
        ("units[1].policy.title", 22),
        ("units[1].needs[0].last", 27),
        ("units[9].key", None),
        ("nothing", None),
        ("", None),
    ],
)
def test_a_key_is_found_on_its_line(path, line):
    tomllib.loads(TEXT)
    assert Lines(TEXT).of(path) == line


def test_windows_line_ends_do_not_move_the_lines():
    assert Lines(TEXT.replace("\n", "\r\n")).of("units[0].needs[1].key") == 20
