"""Scores: order, gates, bands, evidence, and what stays the same."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from builders import NOW, a_call, a_need, a_profile, a_unit
from calls.model import CallSection, Deadline
from calls.vocabulary import ApplicantType, SectionKind
from fakes import WordEmbedder
from matcher import score as scoring
from matcher.model import Band
from matcher.pool import Pool
from matcher.score import KEEP_PER_NEED, WORDS_ONLY, band_of, in_blocks, match
from matcher.signals import SIGNALS
from matcher.vectors import Vectors, texts_to_embed
from profiles.model import Policy
from texts import translate

TOPICS = (
    "pupil exchanges between schools",
    "wastewater and PFAS",
    "port electrification",
    "cinema distribution",
)


def a_topic(number: int, text: str, **facts):
    sections = (
        CallSection(kind=SectionKind.SCOPE, text=f"This call is about {text}. It funds {text} in towns."),
    )
    return a_call(**({"id": number, "title": text.title(), "sections": sections} | facts))


def calls_of_all_kinds() -> list:
    return [a_topic(number, text) for number, text in enumerate(TOPICS, start=1)]


def vectors_for(calls, profile, embedder=None) -> Vectors:
    embedder = embedder or WordEmbedder()
    texts = texts_to_embed(calls, profile.needs)
    rows = [embedder.embed([text.text], kind=text.kind)[0] for text in texts]
    return Vectors(model=embedder.name, by_key={text.key: row for text, row in zip(texts, rows, strict=True)})


@pytest.fixture
def profile():
    return a_profile()


@pytest.mark.parametrize("with_model", [True, False])
def test_the_call_that_speaks_of_the_need_comes_first(profile, with_model):
    calls = calls_of_all_kinds()
    vectors = vectors_for(calls, profile) if with_model else None
    found = match(calls, profile, vectors, NOW, least=0.0)
    assert found[0].call_id == 1


def test_l01_without_a_model_words_decide_and_the_match_says_so(profile):
    found = match(calls_of_all_kinds(), profile, None, NOW, least=0.0)
    assert {m.model for m in found} == {WORDS_ONLY}
    assert "meaning" not in {reason.signal for reason in found[0].evidence}


def test_a_call_that_a_gate_bars_is_not_proposed(profile):
    closed = a_topic(5, TOPICS[0], deadlines=(Deadline.on(date(2026, 8, 1)),))
    foreign = a_topic(6, TOPICS[0], eligible_countries=frozenset({"FR"}))
    others = a_topic(7, TOPICS[0], eligible_applicants=frozenset({ApplicantType.UNIVERSITY}))
    found = match([*calls_of_all_kinds(), closed, foreign, others], profile, None, NOW, least=0.0)
    assert {m.call_id for m in found}.isdisjoint({5, 6, 7})


def test_with_the_clock_ignored_closed_calls_are_ranked(profile):
    closed = a_topic(5, TOPICS[0], deadlines=(Deadline.on(date(2026, 8, 1)),))
    assert 5 in {m.call_id for m in match([closed], profile, None, None, least=0.0)}


def test_l07_calls_with_the_same_score_stand_in_order_of_their_ids(profile):
    twins = [a_topic(number, TOPICS[0]) for number in (9, 3, 7)]
    found = match(twins, profile, vectors_for(twins, profile), NOW, least=0.0)
    assert [m.call_id for m in found] == [3, 7, 9]
    assert len({m.score for m in found}) == 1


def test_l04_the_order_of_the_input_does_not_matter(profile):
    calls = calls_of_all_kinds()
    vectors = vectors_for(calls, profile)
    assert match(calls, profile, vectors, NOW, least=0.0) == match(
        calls[::-1], profile, vectors, NOW, least=0.0
    )


def test_scores_have_four_decimals_and_lie_between_nought_and_one(profile):
    for found in match(calls_of_all_kinds(), profile, None, NOW, least=0.0):
        assert found.score == round(found.score, 4)
        assert 0 <= found.score <= 1


def test_l06_one_damaged_vector_is_left_out_and_the_others_keep_their_order(profile):
    calls = calls_of_all_kinds()
    vectors = vectors_for(calls, profile)
    before = [m.call_id for m in match(calls, profile, vectors, NOW, least=0.0)]
    broken = dict(vectors.by_key)
    for text in texts_to_embed(calls[3:], ()):
        if text.kind == "passage" and "Cinema" in text.text:
            broken[text.key] = np.full(64, np.nan, np.float32)
    damaged = replace(vectors, by_key=broken)
    after = [m.call_id for m in match(calls, profile, damaged, NOW, least=0.0)]
    assert [call for call in after if call != 4] == [call for call in before if call != 4]


def test_l03_empty_and_endless_texts_have_a_defined_result(profile):
    odd = [a_call(id=1, title="."), a_topic(2, "energy " * 50_000), a_call(id=3, title="能源社区")]
    unit = a_unit(needs=(a_need(title="", title_en="", text="123 456", text_en=""),))
    found = match(odd, replace(profile, units=(unit,)), None, NOW, least=0.0)
    assert [m.call_id for m in found] == [1, 2, 3]


def test_no_calls_or_no_needs_give_no_matches(profile):
    assert match([], profile, None, NOW) == []
    assert match(calls_of_all_kinds(), replace(profile, units=(a_unit(needs=()),)), None, NOW) == []


def test_at_most_so_many_calls_are_kept_for_a_need(profile):
    many = [a_topic(number, TOPICS[1]) for number in range(1, 40)]
    assert len(match(many, profile, None, NOW, least=0.0)) == KEEP_PER_NEED


def test_l09_a_call_that_lists_every_keyword_does_not_push_the_right_one_out(profile):
    stuffed = a_topic(
        9, " ".join(TOPICS) + " energy water health digital culture sport waste housing transport"
    )
    calls = [*calls_of_all_kinds(), stuffed]
    found = match(calls, profile, vectors_for(calls, profile), NOW, least=0.0)
    assert found[0].call_id == 1


def test_l09_a_need_copied_from_a_call_finds_it_with_its_reason_and_other_calls_still(profile):
    copied = "The call funds pupil exchanges between schools and wastewater treatment."
    need = a_need(title="Kopierat", text=copied, title_en="Copied", text_en=copied)
    alone = replace(profile, units=(a_unit(needs=(need,)),))
    calls = [
        a_topic(1, "pupil exchanges between schools and wastewater treatment"),
        *calls_of_all_kinds()[1:],
    ]
    found = match(calls, alone, vectors_for(calls, alone), NOW, least=0.0)
    assert found[0].call_id == 1
    assert "words" in {reason.signal for reason in found[0].evidence}
    assert {other.call_id for other in found[1:]} == {call.id for call in calls[1:]}


def test_needs_of_children_come_first_where_the_policy_says_so(profile):
    calls = calls_of_all_kinds()
    first = replace(profile, policy=Policy(title="x", adopted_by="x", children_first=True))
    plain, boosted = match(calls, profile, None, NOW, least=0.0), match(calls, first, None, NOW, least=0.0)
    assert boosted[0].score > plain[0].score
    assert {m.call_id: m.children_and_youth for m in boosted} == {1: True, 2: False, 3: False, 4: False}


def test_bands_have_names_and_the_strong_one_is_the_highest():
    assert [band_of(value) for value in (1.0, scoring.STRONG_FROM, scoring.LIKELY_FROM, 0.0)] == [
        Band.STRONG,
        Band.STRONG,
        Band.LIKELY,
        Band.POSSIBLE,
    ]


def test_every_reason_can_be_read_in_both_languages(profile):
    calls = [a_topic(1, TOPICS[0], identifier="ERASMUS-EDU-2026-X", action_type="ERASMUS Lump Sum Grants")]
    found = match(calls, profile, vectors_for(calls, profile), NOW, least=0.0)
    assert {reason.signal for reason in found[0].evidence} <= {signal.name for signal in SIGNALS}
    for reason in found[0].evidence:
        assert translate(reason.reason, "sv") != translate(reason.reason, "en")


def test_the_pairs_quote_the_need_and_the_call_word_for_word(profile):
    call = a_topic(1, TOPICS[0])
    found = match([call], profile, None, NOW, least=0.0)
    assert 1 <= len(found[0].pairs) <= 3
    for pair in found[0].pairs:
        assert pair.need in (profile.needs[0].title, profile.needs[0].text)
        assert pair.call in call.title or pair.call in call.sections[0].text


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_every_signal_speaks_for_the_right_call_or_stays_silent(profile, signal):
    wanted = f"{TOPICS[0]} elever i grundskolan ska få möta jämnåriga i andra länder"
    right = a_topic(1, wanted, identifier="CERV-2026-CITIZENS-TOWN-TT", action_type="CERV Lump Sum Grants")
    wrong = a_topic(
        2,
        "plasma physics",
        identifier="HORIZON-WIDERA-2026-1",
        action_type="HORIZON Research and Innovation Actions",
    )
    silent = a_call(id=3, title="-")
    calls = [right, wrong, silent]
    strengths = signal.strength(Pool(calls, profile.needs, vectors_for(calls, profile)))
    assert strengths.shape == (1, 3)
    assert strengths[0, 0] > strengths[0, 1]
    if signal.name in ("theme", "programme", "action"):
        assert np.isnan(strengths[0, 2])


def test_needs_are_scored_in_blocks_that_part_no_priority_area():
    needs = [
        a_need(key=f"n{n}", priority_area=area) for n, area in enumerate(["b", "a", "", "a", "", "a", ""])
    ]
    parts = list(in_blocks(needs, 2))
    assert sorted(need.key for part in parts for need in part) == sorted(need.key for need in needs)
    assert all(len(part) <= 2 or {need.priority_area for need in part} == {"a"} for part in parts)
    assert sum(any(need.priority_area == "a" for need in part) for part in parts) == 1
