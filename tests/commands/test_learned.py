"""`fondvakt learned`: what was taught, and how it is forgotten."""

import pytest
from command_line import fondvakt


@pytest.fixture(scope="module")
def taught(settings) -> dict[str, object]:
    """The need that the first match is of; that match refused as not the need, the next one accepted."""
    for job in (("init", "--municipality", "exempelstad"), ("collect",), ("match",)):
        fondvakt(*job, "--json", settings=settings)
    matches = fondvakt("queue", "--json", settings=settings).json()["matches"]
    fondvakt("decide", matches[0]["id"], "reject", "--reason", "not_our_need", settings=settings)
    return matches[0]


def need_of(row) -> str:
    return f"{row['unit']}/{row['need']}"


def test_it_says_what_each_need_has_learned_from(settings, taught):
    shown = fondvakt("learned", settings=settings).out
    assert f"{need_of(taught)}: Lärt av svar: 1" in shown
    assert "Rör inte vårt behov" in shown
    rows = fondvakt("learned", "--json", settings=settings).json()["needs"]
    assert {row["need"] for row in rows if row["answers"]} == {need_of(taught)}


def test_a_reset_forgets_one_need_and_says_when_it_counts(settings, taught):
    done = fondvakt("learned", need_of(taught), "--reset", settings=settings)
    assert done.code == 0
    assert "Vid nästa matchning" in done.out
    assert "Inget svar att lära av ännu." in done.out
    assert not fondvakt("learned", need_of(taught), "--json", settings=settings).json()["needs"][0]["answers"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(("--reset",), "--reset gäller ett behov"), (("skola/finns-inte",), "finns inte i profilen")],
)
def test_wrong_use_is_refused_in_a_sentence(settings, taught, arguments, sentence):
    refused = fondvakt("learned", *arguments, settings=settings)
    assert refused.code == 2
    assert sentence in refused.boxed()
