"""Every row of the promises has a test that names it, so that a failing one can be named in turn.

Rows: M-01 to M-12 writing, M-20 to M-42 sending, M-50 to M-60 what comes back, W-01 to W-13 links, W-20 to W-44
pages, P-01 to P-23 profiles, X-01 to X-07 exports, L-01 to L-10 the matcher. A test names a row in its own name
(`test_m_30_...`, `...__W05`) or in the id of a parameter ("M-22 421 on greeting", "W05 empty").
"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROWS = [
    *(f"M{number:02}" for number in (*range(1, 13), *range(20, 43), *range(50, 61))),
    *(f"W{number:02}" for number in (*range(1, 14), *range(20, 45))),
    *(f"X{number:02}" for number in range(1, 8)),
    *(f"P{number:02}" for number in range(1, 24)),
    *(f"L{number:02}" for number in range(1, 11)),
]
GOALS = ["A7", "B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "G5"]
NAMED = re.compile(r"(?<![A-Za-z0-9])([A-Z])[-_]?(\d{1,2})(?!\d)", re.IGNORECASE)


@cache
def named() -> set[str]:
    """Every row and goal that the name of a test, or a short text in a test file, names."""
    found: set[str] = set()
    for path in HERE.rglob("test_*.py"):
        if "node_modules" not in path.parts and path != Path(__file__):
            for words in _names(ast.parse(path.read_text(encoding="utf-8"))):
                found |= {f"{letter.upper()}{number}" for letter, number in NAMED.findall(words)}
    return {re.sub(r"^([MW])(\d)$", r"\g<1>0\2", one) for one in found}


def _names(tree: ast.Module):
    """Names of tests, and the texts of parameters; docstrings name nothing."""
    documents = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node.name
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in documents:
            yield node.value[:80]


@pytest.mark.parametrize("row", ROWS + GOALS)
def test_a_promise_is_named_by_a_test(row):
    assert row in named()
