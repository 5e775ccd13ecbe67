"""What a person can check: whole words, pairs that say something, and the priority area beside the need."""

import pytest

from builders import NOW, a_call, a_need, a_profile, a_unit
from calls.model import CallSection
from calls.vocabulary import SectionKind
from fakes import WordEmbedder
from matcher.evidence import shared_words
from matcher.pairs import MAX_PAIRS, RARE_FROM, Told, pairs
from matcher.policy import area_needs
from matcher.pool import Pool
from matcher.score import match
from matcher.vectors import Vectors, texts_to_embed
from matcher.words import WordIndex, surfaces, term_stems, written
from profiles.model import PriorityArea
from texts import translate

ABSENCE = a_need(
    key="franvaro",
    title="Elever tillbaka till skolan",
    title_en="",
    text="Många elever är borta från skolan i veckor. Vi vill att de får stöd och kommer tillbaka i egen takt.",
    text_en="",
)
FILLERS = [
    a_call(id=100 + n, title=f"Machine w{n}", sections=(CallSection(kind=SectionKind.SCOPE, text=f"W{n} things."),))
    for n in range(40)
]  # fmt: skip


def a_text(number: int, title: str, *sentences: str):
    sections = (CallSection(kind=SectionKind.SCOPE, text=" ".join(sentences)),)
    return a_call(id=number, title=title, sections=sections)


TOURISM = a_text(
    1,
    "Tourism for everyone",
    "The call gives support to tourism firms in small towns over many weeks.",
    "Projects own their results and get support to go back to guests.",
)
SCHOOL = a_text(
    2,
    "Pupils who stay away from school",
    "Schools try new ways to bring pupils back after long absence from school.",
    "Results are written down and shared.",
)


def told(*calls) -> Told:
    return Told(Pool([*calls, *FILLERS], [ABSENCE]).index)


def test_a_school_need_and_a_tourism_call_make_no_pair():
    assert pairs(ABSENCE, TOURISM, told(TOURISM, SCHOOL)) == ()


def test_a_pair_quotes_both_sides_and_tells_more_than_the_least():
    found = pairs(ABSENCE, SCHOOL, told(TOURISM, SCHOOL))
    assert 1 <= len(found) <= MAX_PAIRS
    for pair in found:
        assert pair.need in (ABSENCE.title, *ABSENCE.text.replace(". ", ".|").split("|"))
        assert pair.call in SCHOOL.title or pair.call in SCHOOL.sections[0].text
        assert 0.5 <= pair.similarity < 1
    assert len({pair.call for pair in found}) == len(found)


def test_a_word_that_many_calls_use_shares_nothing():
    everywhere = [
        a_text(n, f"Schools and pupils w{n}", f"Schools and pupils of w{n} meet.") for n in range(40)
    ]
    known = Told(WordIndex([call.title for call in everywhere]))
    assert known.by("school") == 0
    assert known.by("w7") > RARE_FROM / 2
    assert pairs(ABSENCE, everywhere[0], known) == ()


def test_a_call_without_a_sentence_or_a_need_without_words_makes_no_pair():
    assert pairs(ABSENCE, a_call(title="-"), told(SCHOOL)) == ()
    assert pairs(a_need(title="", text="", title_en="", text_en=""), SCHOOL, told(SCHOOL)) == ()


def test_words_are_quoted_whole_with_the_needs_word_behind():
    pool = Pool([SCHOOL, TOURISM, *FILLERS], [ABSENCE])
    found = shared_words(pool, 0, 0)
    assert any(words.endswith("(Elever)") and words.startswith("pupils") for words in found)
    assert not any("schol" in words or words == "pupil" for words in found)


@pytest.mark.parametrize(
    ("text", "stem", "word"),
    [("Town Twinning", "twinn", "twinning"), ("NIS2 and AI", "ai", "AI"), ("SPORTS", "sport", "sports")],
)
def test_a_stem_leads_back_to_the_word_that_was_written(text, stem, word):
    assert surfaces(text)[stem] == word


@pytest.mark.parametrize(
    ("text", "term", "said"),
    [
        ("Heating costs fall with Waste-heat recovery", "waste heat", "waste heat"),
        ("a better Quality of Life", "quality of life", "quality of life"),
        ("excess or waste heat recovery", "excess heat", None),
        ("less noise, pollution and waste", "noise pollution", None),
    ],
)
def test_words_that_stand_side_by_side_are_quoted_as_they_stand(text, term, said):
    assert written(text, term_stems(term)) == said


def test_words_that_stand_apart_are_named_as_the_vocabulary_does():
    call = a_text(4, "Pupils", "Schools in small towns open their education to wolves.")
    found = shared_words(
        Pool([call, *FILLERS], [a_need(title="Grundskolan", text="", title_en="", text_en="")]), 0, 0
    )
    assert "school education (Grundskolan)" in found


def test_what_is_said_of_a_whole_destination_is_quoted_only_where_nothing_of_the_calls_own_is_met():
    shared = CallSection(
        kind=SectionKind.DESTINATION, text="This destination helps pupils back to school by play."
    )
    lead = CallSection(kind=SectionKind.OUTCOME, text="Pupils come back to school in the following ways:")
    bare = a_call(id=5, title="Well-being", sections=(shared, lead))
    whole = a_call(id=6, title="Well-being", sections=(shared, *SCHOOL.sections))
    assert {pair.section for pair in pairs(ABSENCE, bare, told(bare, whole))} == {"destination"}
    assert {pair.section for pair in pairs(ABSENCE, whole, told(bare, whole))} == {"scope"}


def test_what_is_written_into_many_calls_alike_is_not_quoted():
    alike = "This topic is one of the 5 priorities of the call for proposals for pupils who stay away from school."
    call = a_text(7, "Well-being", alike, "Children whose absence is long are met at home.")
    assert alike not in {pair.call for pair in pairs(ABSENCE, call, told(call))}
    assert pairs(ABSENCE, a_text(8, "Well-being", alike), told(call)) == ()


def test_generic_words_are_left_out_and_a_sentence_says_so_when_nothing_else_is_shared():
    calls = [a_text(n, f"Schools w{n}", f"Schools for pupils w{n}.") for n in range(1, 40)]
    pool = Pool(calls, [a_need(title="Skolor", text="Skolor.", title_en="", text_en="")])
    assert shared_words(pool, 0, 0) == []


AREA = PriorityArea(
    key="barn-och-unga",
    title="Barn och unga först",
    title_en="Children first",
    description="Skolor och fritid för elever.",
    description_en="Schools and leisure for pupils.",
)
RESTORED = a_text(3, "Wolves and wetlands", "Wetlands are restored for wolves and birds near wetlands.")
WETLANDS = a_need(
    key="vat",
    title="Våtmarker",
    title_en="Wetlands",
    text="Våtmarker ska återställas för fåglar.",
    text_en="Wetlands are to be restored for birds.",
)


def a_town(*needs):
    return a_profile(priority_areas=(AREA,), units=(a_unit(needs=needs),))


def said_of_policy(call, profile, *, with_model: bool = False, without_areas: bool = False):
    calls, vectors = [call, *FILLERS], None
    if with_model:
        embedder, wanted = (
            WordEmbedder(),
            profile.needs if without_areas else (*profile.needs, *area_needs(profile)),
        )
        texts = texts_to_embed(calls, wanted)
        rows = {text.key: embedder.embed([text.text], kind=text.kind)[0] for text in texts}
        vectors = Vectors(model=embedder.name, by_key=rows)
    found = next(m for m in match(calls, profile, vectors, NOW, least=0.0, keep=99) if m.call_id == call.id)
    return [translate(e.reason, "sv") for e in found.evidence if e.signal == "policy"]


def test_a_call_that_meets_only_the_need_says_so():
    (said,) = said_of_policy(RESTORED, a_town(WETLANDS))
    assert (
        said
        == "Möter bara behovet: kommunens prioriterade område ”Barn och unga först” nämns inte i klartext."
    )


def test_a_call_that_meets_both_says_so():
    both = a_text(4, "Schools and wetlands", "Pupils of schools restore wetlands for birds, with schools.")
    assert said_of_policy(both, a_town(WETLANDS)) == [
        "Rör också kommunens prioriterade område ”Barn och unga först”."
    ]


def test_a_call_that_meets_only_the_policy_says_so():
    (said,) = said_of_policy(SCHOOL, a_town(WETLANDS))
    assert said.startswith("Möter främst kommunens prioriterade område")


def test_an_area_is_met_when_another_need_of_it_is():
    birds = a_need(
        key="faglar", title="Fåglar", title_en="Birds", text="Fåglar i våtmarker.", text_en="Wetland birds"
    )
    assert said_of_policy(RESTORED, a_town(WETLANDS, birds))[0].startswith("Rör också")


def test_nothing_is_said_of_an_area_that_has_no_vectors_or_no_description():
    assert said_of_policy(RESTORED, a_town(WETLANDS), with_model=True, without_areas=True) == []
    plain = a_profile(units=(a_unit(needs=(a_need(priority_area="okänt"),)),))
    assert said_of_policy(SCHOOL, plain) == []


def test_the_area_never_moves_a_score():
    calls = [RESTORED, SCHOOL, *FILLERS]
    with_area, without = a_town(WETLANDS), a_profile(priority_areas=(), units=(a_unit(needs=(WETLANDS,)),))
    scores = [
        {m.call_id: m.score for m in match(calls, town, None, NOW, least=0.0, keep=99)}
        for town in (with_area, without)
    ]
    assert scores[0] == scores[1]
