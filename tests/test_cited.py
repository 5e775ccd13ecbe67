"""Every row of the catalogue of bad input, and every promise about mail, has a test that names it.

So a failing test can be named in turn. A test names a row in its own name (`test_s_09_...`, `...__W05`, `..._D_04`) or
at the start of a parameter's id ("M-22 421 on greeting", "D-04 D-11 a backup"). Sections: S sources, P profiles,
M mail, W links and pages, X exports, D database, T time, L matcher, O operations.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SECTIONS = {
    "S": (*range(1, 28), *range(30, 61), *range(70, 88)),
    "P": range(1, 24),
    "M": (*range(1, 13), *range(20, 43), *range(50, 61)),
    "W": (*range(1, 14), *range(20, 45)),
    "X": range(1, 8),
    "D": range(1, 17),
    "T": range(1, 21),
    "L": range(1, 11),
    "O": range(1, 11),
}
ROWS = [f"{section}-{number:02}" for section, numbers in SECTIONS.items() for number in numbers]
GOALS = ["A7", "B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "G5"]
# Rows about what Fondvakt does not have.
NOT_OURS = {
    "O-08": "no audit of dependencies is part of the program; who installs it chooses one",
    "O-09": "there is no lock file; pip installs the versions that pyproject.toml allows",
}
IN_A_NAME = re.compile(r"(?<=_)([A-Za-z])_?(\d{1,2})(?=_|$)")
IN_AN_ID = re.compile(r"(?:[A-Z]-?\d{1,2}(?=[\s,]|$)[\s,]*)+")
ONE = re.compile(r"([A-Z])-?(\d{1,2})")


@cache
def named() -> frozenset[str]:
    """Every row ("S-09") and goal ("B7") that a test names."""
    found = set()
    for path in HERE.rglob("test_*.py"):
        if "node_modules" not in path.parts and path != Path(__file__):
            found |= set(_named_in(ast.parse(path.read_text(encoding="utf-8"))))
    return frozenset(found)


def _named_in(tree: ast.Module) -> Iterator[str]:
    """Rows and goals in the names of tests and in the ids of parameters; docstrings name nothing."""
    documents = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        said: list[tuple[str, str]] = []
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            said = IN_A_NAME.findall(node.name)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in documents:
            start = IN_AN_ID.match(node.value)
            said = ONE.findall(start[0]) if start else []
        for letter, number in said:
            is_row = len(number) == 2
            yield f"{letter.upper()}-{number}" if is_row else f"{letter.upper()}{number}"


@pytest.mark.parametrize("row", [row for row in ROWS if row not in NOT_OURS] + GOALS)
def test_a_row_is_named_by_a_test(row):
    assert row in named()


def test_the_catalogue_has_246_rows_and_what_is_not_ours_is_among_them_and_named_by_nothing():
    assert len(ROWS) == len(set(ROWS)) == 246
    assert NOT_OURS.keys() <= set(ROWS)
    assert not NOT_OURS.keys() & named()


@pytest.mark.recorded
def test_the_rows_are_those_of_the_catalogue(shared):
    written = (shared / "reference" / "threats.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| ([SPMWXDTLO]-\d\d)\b", written, re.MULTILINE) == ROWS
