"""The needs that nothing was made for are whole: two languages, two halves, one grade a pair."""

import gzip
import json

import pytest

from bench.unseen import HALVES, NEEDS

GRADES = {"0", "1", "2", "3"}


def lines(name: str) -> list[list[str]]:
    return [line.split("\t") for line in (NEEDS / name).read_text(encoding="utf-8").splitlines()]


def test_every_need_is_there_in_both_languages_and_in_one_half():
    swedish, english = lines("needs.tsv"), lines("needs-en.tsv")
    assert [row[:3] for row in swedish] == [row[:3] for row in english]
    assert len({row[1] for row in swedish}) == len(swedish) == 48
    assert {half: sum(row[0] == half for row in swedish) for half in HALVES} == dict.fromkeys(HALVES, 24)


def test_every_need_is_judged_and_no_pair_twice():
    rows = lines("qrels.tsv")
    assert {need for need, _, _ in rows} == {row[1] for row in lines("needs.tsv")}
    assert len({(need, call) for need, call, _ in rows}) == len(rows)
    assert {grade for _, _, grade in rows} == GRADES


@pytest.mark.recorded
def test_every_judged_call_is_recorded(shared):
    with gzip.open(shared / "eval" / "calls.jsonl.gz", "rt", encoding="utf-8") as file:
        known = {json.loads(line)["id"] for line in file}
    assert {call for _, call, _ in lines("qrels.tsv")} <= known
