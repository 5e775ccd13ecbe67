"""Learning from answers: what teaches, how little, and how it is undone."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from builders import NOW, a_call, a_need, a_profile, a_unit
from calls.model import CallSection
from calls.vocabulary import ApplicantType, SectionKind
from fakes import WordEmbedder
from matcher.indexed import IndexedCalls
from matcher.learning import BOUND, PER_REFUSAL, Adjustment, Answered, adjusted, learn, log_odds, summary
from matcher.model import RejectReason, Verdict
from matcher.score import match
from matcher.vectors import Vectors, texts_to_embed
from texts import translate

NEED = "skola/utbyten"
CAPACITY = sorted(
    set(RejectReason) - {RejectReason.NOT_OUR_NEED, RejectReason.NOT_ELIGIBLE},
    key=lambda reason: reason.value,
)
TOPICS = (
    "pupil exchanges between schools in twinned towns",
    "pupil exchanges between schools in rural areas",
    "wastewater treatment and PFAS removal",
    "wastewater treatment and phosphorus recovery",
    "port electrification with batteries",
)


def a_topic(number: int, text: str, **facts):
    sections = (CallSection(kind=SectionKind.SCOPE, text=f"The call funds {text}."),)
    return a_call(**({"id": number, "title": text.capitalize(), "sections": sections} | facts))


CALLS = [a_topic(number, text) for number, text in enumerate(TOPICS, start=1)]


def an_answer(call, verdict=Verdict.ACCEPT, reason=None, **facts) -> Answered:
    return Answered(**({"call": call, "verdict": verdict, "reason": reason, "at": NOW, "score": 0.5} | facts))


def a_refusal(call, reason=RejectReason.NOT_OUR_NEED, **facts) -> Answered:
    return an_answer(call, Verdict.REJECT, reason, **facts)


def vectors_of(calls, needs) -> Vectors:
    embedder, texts = WordEmbedder(), texts_to_embed(calls, needs)
    rows = [embedder.embed([text.text], kind=text.kind)[0] for text in texts]
    return Vectors(model=embedder.name, by_key={text.key: row for text, row in zip(texts, rows, strict=True)})


@pytest.fixture
def by_meaning():
    return vectors_of(CALLS, [a_need()])


@pytest.fixture(params=[True, False], ids=["with a model", "by words"])
def vectors(request):
    return vectors_of(CALLS, [a_need()]) if request.param else None


def shift(answers, vectors=None, calls=CALLS, needs=None, expected=0.5) -> np.ndarray:
    needs = needs or [a_need()]
    total = np.full((len(needs), len(calls)), expected)
    found = learn(IndexedCalls(calls, vectors), needs, vectors, total, {NEED: answers})
    return found[0].shift if 0 in found else np.zeros(len(calls))


def test_an_accepted_call_lifts_those_like_it_most(by_meaning):
    moved = shift([an_answer(CALLS[0])], by_meaning)
    assert moved[1] > 0.05
    assert moved[1] > max(moved[2:])


def test_a_refused_call_lowers_those_like_it_most(by_meaning):
    moved = shift([a_refusal(CALLS[2])], by_meaning)
    assert moved[3] < -0.05
    assert moved[3] < min(moved[[0, 1, 4]])


@pytest.mark.parametrize("reason", [*CAPACITY, None], ids=lambda reason: reason.value if reason else "none")
def test_a_no_for_want_of_time_money_staff_or_partners_teaches_nothing(vectors, reason):
    assert (
        learn(
            IndexedCalls(CALLS, vectors),
            [a_need()],
            vectors,
            np.full((1, 5), 0.5),
            {NEED: [a_refusal(CALLS[0], reason)]},
        )
        == {}
    )


def test_later_teaches_nothing():
    assert not an_answer(CALLS[0], Verdict.LATER).teaches


def test_one_answer_moves_little_and_many_no_further_than_the_bound(vectors):
    one = np.abs(shift([a_refusal(CALLS[2])], vectors))
    many = np.abs(
        shift(
            [a_refusal(replace(CALLS[2], id=100 + n), score=0.99) for n in range(40)], vectors, expected=0.99
        )
    )
    assert np.delete(one, 2).max() < BOUND / 2
    assert many.max() <= BOUND


def test_many_answers_alike_say_no_more_than_one(vectors):
    one = shift([an_answer(CALLS[0])], vectors)
    three = shift([an_answer(CALLS[0]), *(an_answer(replace(CALLS[0], id=100 + n)) for n in (1, 2))], vectors)
    assert np.allclose(one, three)


def test_without_a_model_an_answer_moves_its_own_call_alone():
    moved = shift([an_answer(CALLS[0]), a_refusal(CALLS[2])], None)
    assert moved[0] > 0.5
    assert moved[2] < -0.5
    assert not moved[[1, 3, 4]].any()


def test_a_call_that_lies_far_from_every_answer_hardly_moves(by_meaning):
    moved = shift([an_answer(CALLS[0]), a_refusal(CALLS[2])], by_meaning)
    assert abs(moved[4]) < 0.1 * abs(moved[1])


def test_an_answer_that_was_expected_moves_less_than_a_surprise(by_meaning):
    expected = shift([an_answer(CALLS[0])], by_meaning, expected=0.95)
    surprise = shift([an_answer(CALLS[0])], by_meaning, expected=0.10)
    assert 0 < expected[1] < surprise[1]


def test_the_newest_answer_of_a_call_counts(vectors):
    wrong = a_refusal(CALLS[0])
    right = an_answer(CALLS[0], at=NOW + timedelta(days=1))
    assert np.array_equal(shift([right, wrong], vectors), shift([right], vectors))


def test_the_order_of_the_answers_does_not_matter(vectors):
    answers = [an_answer(CALLS[0]), a_refusal(CALLS[2]), a_refusal(CALLS[4])]
    assert np.array_equal(shift(answers, vectors), shift(answers[::-1], vectors))


def test_a_call_that_is_no_longer_matched_still_teaches(by_meaning):
    assert shift([an_answer(CALLS[0])], by_meaning, calls=CALLS[1:])[0] > 0.05


def test_answers_of_one_need_do_not_move_another():
    other = a_need(key="annat")
    found = learn(
        IndexedCalls(CALLS), [a_need(), other], None, np.full((2, 5), 0.5), {NEED: [an_answer(CALLS[0])]}
    )
    assert not found[1].shift.any() if 1 in found else True


def test_a_call_without_a_usable_vector_is_not_moved():
    calls = [*CALLS, a_topic(9, "pupil exchanges without a vector")]
    moved = shift([an_answer(CALLS[0])], vectors_of(CALLS, [a_need()]), calls=calls)
    assert moved[5] == 0
    assert np.isfinite(moved).all()


def a_kind(number, programme="CERV-2026-CITIZENS-TOWN-TT", action="CERV Lump Sum Grants", text=TOPICS[0]):
    return a_topic(number, text, identifier=programme, action_type=action)


def test_not_eligible_teaches_the_programme_and_type_of_project_for_the_unit_not_the_topic():
    same_kind = a_kind(2, text="wastewater")
    same_topic = a_kind(3, "ERASMUS-EDU-2026-X", "ERASMUS Lump Sum Grants")
    needs = [a_need(), a_need(key="annat"), a_need(unit="bolag")]
    answers = {NEED: [a_refusal(a_kind(1), RejectReason.NOT_ELIGIBLE)]}
    found = learn(IndexedCalls([same_kind, same_topic]), needs, None, np.full((3, 2), 0.5), answers)
    for i in (0, 1):
        assert found[i].shift.tolist() == [-PER_REFUSAL, 0.0]
    assert 2 not in found


def test_a_yes_to_the_same_kind_makes_a_not_eligible_undone():
    yes = an_answer(a_kind(5))
    refusal = a_refusal(a_kind(1), RejectReason.NOT_ELIGIBLE)
    pool = [a_kind(2, text="wastewater")]
    with_both = learn(IndexedCalls(pool), [a_need()], None, np.full((1, 1), 0.5), {NEED: [yes, refusal]})[0]
    with_yes = learn(IndexedCalls(pool), [a_need()], None, np.full((1, 1), 0.5), {NEED: [yes]})[0]
    assert np.array_equal(with_both.shift, with_yes.shift)


def test_scores_that_nothing_moves_stay_as_they_are():
    scores = np.array([0.0, 0.0001, 0.5, 1.0])
    assert np.array_equal(adjusted(scores, np.zeros(4)), scores)
    assert adjusted(np.array([0.5]), np.array([BOUND]))[0] == round(1 / (1 + np.exp(-BOUND)), 4)
    assert log_odds(np.array([0.5]))[0] == 0


@pytest.fixture
def profile():
    return a_profile(units=(a_unit(needs=(a_need(),)),))


def matches(profile, answers=None, calls=CALLS):
    vectors = vectors_of(calls, profile.needs)
    return {m.call_id: m for m in match(calls, profile, vectors, NOW, least=0.0, answers=answers)}


def test_without_answers_that_teach_every_match_is_the_same_as_before(profile):
    before = matches(profile)
    assert matches(profile, {}) == before
    assert matches(profile, {NEED: [a_refusal(CALLS[0], RejectReason.NO_STAFF)]}) == before


def test_a_match_that_answers_lifted_says_so_and_names_the_call(profile):
    found = matches(profile, {NEED: [an_answer(CALLS[0])]})
    told = {call: [e for e in m.evidence if e.signal == "learned"] for call, m in found.items()}
    assert translate(told[2][0].reason, "sv").startswith("Lyft av era svar: liknar ”Pupil exchanges")
    assert translate(told[2][0].reason, "en").startswith("Raised by your answers")
    assert 0 < told[2][0].strength <= 1
    assert told[1] == told[5] == []


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (a_refusal(CALLS[2]), "Sänkt av era svar: liknar ”Wastewater treatment and pfas"),
        (a_refusal(a_kind(9), RejectReason.NOT_ELIGIBLE), "Sänkt av era svar: samma program"),
    ],
    ids=["not our need", "not eligible"],
)
def test_a_match_that_answers_lowered_says_why_and_it_is_no_reason_for_the_match(refusal, said):
    pool = [a_kind(8, text=TOPICS[3]), *CALLS]
    known = vectors_of(pool, [a_need()])
    found = learn(IndexedCalls(pool, known), [a_need()], known, np.full((1, 6), 0.5), {NEED: [refusal]})
    told = found[0].evidence(0, pool[0])
    assert translate(told.reason, "sv").startswith(said)
    assert told.strength == 0


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize(
    "answer", [an_answer, a_refusal, lambda call: a_refusal(call, RejectReason.NOT_ELIGIBLE)]
)
def test_a_long_title_does_not_keep_the_sentence_from_its_end_in_a_letter(answer, language):
    long = answer(a_topic(9, "wastewater and more " * 20))
    moved = Adjustment(shift=np.array([0.5]), nearest=np.array([0]), answers=(long,))
    said = translate(moved.evidence(0, CALLS[0]).reason, language)
    assert len(said) <= 220
    assert said.endswith(".")


def test_learning_never_lifts_what_a_gate_bars(profile):
    barred = replace(CALLS[1], eligible_applicants=frozenset({ApplicantType.UNIVERSITY}))
    calls = [CALLS[0], barred, *CALLS[2:]]
    assert 2 not in matches(profile, {NEED: [an_answer(CALLS[0])]}, calls)


def test_answered_calls_take_no_place_among_those_kept(profile):
    many = [a_topic(number, f"wastewater treatment {number}") for number in range(1, 10)]
    answers = {NEED: [a_refusal(call, RejectReason.NO_STAFF) for call in many[:3]]}
    found = match(many, profile, None, NOW, least=0.0, keep=4, answers=answers)
    assert len([m for m in found if m.call_id > 3]) == 4


def test_it_says_what_it_learned_from_in_both_languages():
    answers = [an_answer(CALLS[0]), a_refusal(CALLS[1]), a_refusal(CALLS[2], RejectReason.NOT_ELIGIBLE)]
    answers.append(a_refusal(CALLS[3], RejectReason.NO_PARTNER))
    assert (
        translate(summary(answers), "sv")
        == "Lärt av svar: 3 (godkända 1, rör inte behovet 1, får inte sökas 1)."
    )
    assert translate(summary(answers), "en").startswith("Learned from answers: 3")
    assert translate(summary([]), "sv") == "Inget svar att lära av ännu."
