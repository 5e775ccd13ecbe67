"""The simulated coordinator: her answers help, and wrong ones leave no trace once undone."""

import json
from dataclasses import replace

import pytest

from builders import a_call, a_need, a_profile, a_unit
from calls.model import CallSection
from calls.vocabulary import SectionKind
from fakes import WordEmbedder
from matcher.vectors import Vectors, texts_to_embed
from pipeline.judged import Judged
from pipeline.simulate import SIZES, simulate

PUMPS = "schools with heat pumps, insulation, boilers, ventilation, radiators, meters and windows"
BOOKS = "schools with reading, books, libraries, authors, poems, theatre, newspapers and spelling"


def a_collection() -> Judged:
    """A need that names schools, where what is wanted is heat pumps: answers have something to tell."""
    calls, grades = [], {}
    for n in range(1, 41):
        of_pumps = n % 2 == 0
        about = PUMPS if of_pumps else BOOKS
        section = CallSection(kind=SectionKind.SCOPE, text=f"The call funds {about}.")
        calls.append(a_call(id=n, identifier=f"X-{n}", title=f"Schools {n}", sections=(section,)))
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
    return simulate(a_collection(), vectors_of(a_collection()))


def vectors_of(judged: Judged) -> Vectors:
    """Vectors in which texts with the same words lie near each other."""
    wanted = texts_to_embed(judged.calls, judged.profile.needs)
    rows = WordEmbedder().embed([text.text for text in wanted], kind="passage")
    return Vectors(
        model="words-as-vectors-1", by_key={t.key: row for t, row in zip(wanted, rows, strict=True)}
    )


def test_without_a_model_an_answer_moves_its_own_call_alone_and_hurts_nothing():
    measured = simulate(a_collection(), None)
    assert all(row.after == row.before for row in measured.next_round)
    assert measured.same_queue[-1].after >= measured.same_queue[-1].before
    assert measured.is_exact


def test_more_answers_never_rank_worse_here_and_twenty_rank_better(measured):
    rows = measured.next_round
    assert [row.answers for row in rows] == list(SIZES)
    assert rows[0].before == rows[0].after
    assert rows[-1].after > rows[-1].before + 0.1


def test_in_the_same_queue_refused_calls_leave_and_learning_comes_on_top(measured):
    rows = measured.same_queue
    assert rows[2].unanswered < rows[2].before <= rows[2].after
    assert rows[0].unanswered == rows[0].before == rows[0].after


def test_ten_wrong_answers_hurt_and_leave_no_trace_once_corrected_or_forgotten(measured):
    assert measured.wrong_first[0].after < measured.wrong_first[0].before
    assert measured.corrected[0].after == measured.next_round[2].after
    assert measured.is_exact


def test_the_same_collection_gives_the_same_figures(measured):
    assert simulate(a_collection(), vectors_of(a_collection())) == measured
    assert json.loads(json.dumps(measured.as_json()))["is_exact"]


def test_a_need_with_nothing_relevant_is_not_counted():
    judged = replace(a_collection(), grades={"utbyten": {"X-2": 3}})
    assert simulate(judged, None).same_queue[1].needs == 1
    nothing = simulate(replace(judged, grades={}), None).same_queue[1]
    assert (nothing.needs, nothing.worst_need) == (0, "")
