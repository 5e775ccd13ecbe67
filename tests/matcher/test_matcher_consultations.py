"""Consultations beside the calls: their own pool, threshold, cap, gates and lessons."""

from datetime import date, timedelta

import numpy as np
import pytest

from builders import NOW, a_call, a_need, a_profile, a_unit
from calls.model import CallSection, Deadline
from calls.vocabulary import CONSULTATION, ApplicantType, SectionKind
from fakes import WordEmbedder
from matcher.consultations import (
    KEEP_PER_NEED,
    LIKELY_FROM,
    POSSIBLE_FROM,
    apart,
    band_of,
    match_consultations,
)
from matcher.gates import GATE_LABELS, WHEN, checks, why_not
from matcher.indexed import IndexedCalls
from matcher.learning import Answered, learn
from matcher.model import Answer, Band, RejectReason, Verdict
from matcher.need_gates import need_checks
from matcher.policy import area_needs
from matcher.score import match
from matcher.telling import is_of_area
from matcher.vectors import Vectors, texts_to_embed
from profiles.model import PriorityArea, Volume
from texts import translate

SUBJECTS = (
    "pupil exchanges between schools",
    "wastewater and PFAS",
    "port electrification",
    "cinema distribution",
    "steel tariffs",
    "visa suspension",
)

MADE = (
    "bridge",
    "ferry",
    "museum",
    "orchard",
    "quarry",
    "harvest",
    "tunnel",
    "forest",
    "laser",
    "copper",
    "opera",
)
DONE = (
    "repair",
    "mapping",
    "insurance",
    "design",
    "trading",
    "safety",
    "heating",
    "storage",
    "cleaning",
    "history",
)


def asked(number: int, about: str, **facts):
    summary = f"The Commission asks about {about}. What should rules on {about} say?"
    given = {
        "id": number,
        "kind": CONSULTATION,
        "title": f"Initiative on {about}",
        "sections": (CallSection(kind=SectionKind.SUMMARY, text=summary),),
        "deadlines": (Deadline.on(date(2026, 10, 1)),),
    }
    return a_call(**(given | facts))


def all_asked() -> list:
    return [asked(number, about) for number, about in enumerate(SUBJECTS, start=1)]


def a_topic(number: int, about: str):
    section = CallSection(kind=SectionKind.SCOPE, text=f"This call funds {about} in towns.")
    return a_call(id=number, title=about.title(), sections=(section,))


def calls_beside() -> list:
    """A hundred calls about other things: what is rare is told by them."""
    subjects = [f"{made} {done}" for made in MADE for done in DONE]
    return [a_topic(number, about) for number, about in enumerate(subjects, start=500)]


def vectors_for(calls, profile) -> Vectors:
    embedder = WordEmbedder()
    texts = texts_to_embed(calls, profile.needs)
    rows = [embedder.embed([text.text], kind=text.kind)[0] for text in texts]
    return Vectors(model=embedder.name, by_key={text.key: row for text, row in zip(texts, rows, strict=True)})


def found_for(calls, profile=None, now=NOW, **options):
    profile, beside = profile or a_profile(), calls_beside()
    vectors = vectors_for([*calls, *beside], profile)
    return match_consultations(calls, beside, profile, vectors, now, **options)


def test_what_speaks_of_the_need_is_proposed_and_the_rest_is_not():
    assert [one.call_id for one in found_for(all_asked())] == [1]


def test_without_a_model_words_decide():
    found = match_consultations(all_asked(), calls_beside(), a_profile(), None, NOW)
    assert [one.call_id for one in found] == [1]


def test_it_is_never_called_stark():
    assert {band_of(score) for score in (POSSIBLE_FROM, LIKELY_FROM, 0.99)} == {Band.POSSIBLE, Band.LIKELY}
    assert {one.band for one in found_for(all_asked())} <= {Band.LIKELY, Band.POSSIBLE}


def test_every_proposal_quotes_a_sentence_of_each():
    assert all(one.pairs for one in found_for(all_asked()))


@pytest.mark.parametrize("volume", list(Volume))
def test_a_need_gets_three_at_most_however_broad_it_is(volume):
    calls = [*all_asked(), *(asked(number, SUBJECTS[0], deadlines=None) for number in range(20, 26))]
    need = a_need(volume=volume, children_and_youth=False, text="Elevutbyten.", title="Elevutbyten")
    profile = a_profile(units=(a_unit(needs=(need,)),), priority_areas=())
    found = [one for one in found_for(calls, profile) if not one.children_and_youth]
    assert len(found) <= KEEP_PER_NEED


def test_the_calls_scores_are_the_same_with_and_without_consultations():
    profile = a_profile()
    calls = [*(a_topic(n, about) for n, about in enumerate(SUBJECTS, start=101)), *calls_beside()]
    mixed = [*all_asked(), *calls]
    vectors = vectors_for(mixed, profile)
    funding, consultations = apart(mixed)
    assert (funding, [one.id for one in consultations]) == (calls, [1, 2, 3, 4, 5, 6])
    assert match(funding, profile, vectors, NOW) == match(calls, profile, vectors, NOW)
    assert match_consultations(consultations, calls_beside(), profile, vectors, NOW)


def test_everybody_may_answer_and_only_time_is_against():
    said = checks(
        asked(1, SUBJECTS[0], eligible_applicants=frozenset({ApplicantType.UNIVERSITY})), a_unit(), NOW
    )
    assert {check.answer for check in said} == {Answer.YES}
    words = [translate(check.reason, "sv") for check in said]
    assert words == [
        "Alla får svara, också kommuner och kommunala bolag.",
        "Samrådet gäller hela EU.",
        "Sista dag att svara är 1 oktober 2026, 40 dagar kvar.",
    ]
    assert {check.gate for check in said} <= GATE_LABELS.keys()


def test_why_not_says_that_it_is_over():
    over = asked(1, SUBJECTS[0], deadlines=(Deadline.on(date(2026, 8, 1)),))
    bar = why_not(over, a_unit(), NOW)
    assert (bar.gate, translate(bar.reason, "sv")) == (WHEN, "Samrådet är stängt.")
    assert found_for([over, *all_asked()[1:]]) == []


def test_a_last_day_that_the_source_does_not_say_is_not_known():
    (*_, when) = checks(asked(1, SUBJECTS[0], deadlines=None), a_unit(), NOW)
    assert when.answer is Answer.UNKNOWN


def test_of_the_needs_own_demands_only_words_are_asked():
    need = a_need(
        must=("pupil/elev",),
        never=("steel",),
        own_share_max_percent=0,
        size_min=10_000,
        ends=date(2026, 9, 1),
    )
    said = need_checks(asked(1, SUBJECTS[0], cofinancing_rate=0.5), need, NOW)
    assert [check.answer for check in said] == [Answer.YES, Answer.YES]
    (barred, *_) = need_checks(asked(5, SUBJECTS[4]), need, NOW)
    assert translate(barred.reason, "sv") == "Samrådet har aldrig-ordet ”steel”."


def test_no_reason_speaks_of_a_call():
    (one, *_) = found_for(all_asked())
    words = [translate(reason.reason, "sv") for reason in one.evidence]
    assert words
    assert not [said for said in words if "tlysning" in said]


@pytest.mark.parametrize("about_consultations", [True, False])
def test_answers_of_one_kind_teach_nothing_about_the_other(about_consultations):
    profile, topic, consultation = a_profile(), a_topic(101, SUBJECTS[0]), asked(1, SUBJECTS[0])
    taught, other = (consultation, topic) if about_consultations else (topic, consultation)
    answer = Answered(
        call=taught, verdict=Verdict.REJECT, reason=RejectReason.NOT_OUR_NEED, at=NOW - timedelta(days=1)
    )
    vectors = vectors_for([topic, consultation], profile)

    def moved(call) -> bool:
        indexed = IndexedCalls([call], vectors)
        scores = 0.5 * np.ones((1, 1))
        given = {"skola/utbyten": [answer]}
        lessons = learn(indexed, profile.needs, vectors, scores, given, asked=call.is_consultation)
        return any(abs(lesson.shift).any() for lesson in lessons.values())

    assert moved(taught)
    assert not moved(other)


def test_where_only_the_priority_area_is_met_the_nearest_need_speaks_for_it():
    area = PriorityArea(
        key="hav",
        title="Ett friskt hav",
        title_en="A healthy sea",
        description="Ålgräs, musselbankar och sjöfåglar ska återhämta sig.",
        description_en="Eelgrass meadows, mussel banks and seabirds should recover.",
    )
    needs = (a_need(priority_area="hav"), a_need(key="annat", title="Vägar", title_en="Roads", text="Nya vägar.",
             text_en="New roads.", priority_area="hav"))  # fmt: skip
    profile = a_profile(units=(a_unit(needs=needs),), priority_areas=(area,))
    about_sea = asked(9, "eelgrass meadows, mussel banks and seabirds")
    beside = calls_beside()
    vectors = vectors_for([about_sea, *beside], profile)
    extra = texts_to_embed((), area_needs(profile))
    rows = {text.key: WordEmbedder().embed([text.text], kind=text.kind)[0] for text in extra}
    known = Vectors(model=vectors.model, by_key={**vectors.by_key, **rows})
    (one,) = match_consultations([about_sea], beside, profile, known, NOW)
    assert is_of_area(one)
    assert one.band is Band.POSSIBLE
    assert "eelgrass" in one.pairs[0].call
    assert translate(one.evidence[0].reason, "en").startswith(
        "Concerns the municipality's priority area “A healthy"
    )


def test_few_calls_beside_are_taken_evenly_and_the_same_ones_every_time():
    beside = [a_topic(number, "bridges") for number in range(1, 1202)]
    profile = a_profile()
    twice = [match_consultations(all_asked(), beside, profile, None, NOW) for _ in range(2)]
    assert twice[0] == twice[1]
