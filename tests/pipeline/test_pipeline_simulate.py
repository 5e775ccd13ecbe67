"""The simulated coordinator: her answers help, and wrong ones leave no trace once undone."""

import json

import pytest

from builders import a_call, a_need, a_profile, a_unit
from calls.model import CallSection
from calls.vocabulary import SectionKind
from fakes import WordEmbedder
from matcher.errors import EvaluationError
from pipeline.judged import Judged
from pipeline.simulate import SIZES, simulate, simulate_files


def a_collection() -> Judged:
    """A need that names schools, where what is wanted is heat pumps: answers have something to tell."""
    calls, grades = [], {}
    for n in range(1, 41):
        of_pumps = n % 2 == 0
        about = f"schools, heat pumps and insulation w{n}" if of_pumps else f"schools, reading and books w{n}"
        section = CallSection(kind=SectionKind.SCOPE, text=f"The call funds {about}.")
        calls.append(a_call(id=n, identifier=f"X-{n}", title=about.capitalize(), sections=(section,)))
        grades[f"X-{n}"] = 3 if of_pumps else 0
    need = a_need(title="Skolor", text="Bättre skolor.", title_en="Schools", text_en="Better schools.")
    return Judged(
        calls=tuple(calls),
        names={call.id: call.identifier for call in calls},
        profile=a_profile(units=(a_unit(needs=(need,)),)),
        grades={"utbyten": grades},
    )


@pytest.fixture(scope="module")
def measured():
    return simulate(a_collection(), None)


def test_more_answers_never_rank_worse_here_and_twenty_rank_better(measured):
    rows = measured.next_round
    assert [row.answers for row in rows] == list(SIZES)
    assert rows[0].before == rows[0].after
    assert rows[-1].after > rows[-1].before + 0.1


def test_ten_wrong_answers_hurt_and_leave_no_trace_once_corrected_or_forgotten(measured):
    assert measured.wrong_first[0].after < measured.wrong_first[0].before
    assert measured.corrected[0].after == measured.next_round[2].after
    assert measured.is_exact


def test_the_same_collection_gives_the_same_figures(measured):
    assert simulate(a_collection(), None) == measured
    assert json.loads(json.dumps(measured.as_json()))["is_exact"]


def test_judged_files_are_read_as_evaluate_reads_them(tmp_path):
    (tmp_path / "calls.jsonl").write_text('{"id": "A", "title": "Wastewater and PFAS"}\n', encoding="utf-8")
    (tmp_path / "needs.tsv").write_text("n1\tVattenbolaget\tRena PFAS ur avloppsvatten\n", encoding="utf-8")
    (tmp_path / "qrels.tsv").write_text("n1\tA\t3\n", encoding="utf-8")
    files = [tmp_path / name for name in ("calls.jsonl", "needs.tsv", "qrels.tsv")]
    found = simulate_files(*files, WordEmbedder(), tmp_path)
    assert found.same_calls[0].after == 1.0
    assert found.same_calls[1].needs == 0
    with pytest.raises(EvaluationError):
        simulate_files(files[0], tmp_path / "missing.tsv", files[2], None, tmp_path)
