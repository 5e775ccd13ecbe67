"""Which texts are compared."""

from builders import a_call, a_need
from calls.model import CallSection
from calls.vocabulary import SectionKind
from matcher.sentences import MAX_SENTENCE, sentences
from matcher.texts import SECTION_CHARACTERS, call_texts, need_wordings, text_hash
from matcher.words import MAX_WORDS, stem, tokens


def a_section(kind, text):
    return CallSection(kind=kind, text=text)


def test_a_call_gives_its_title_and_each_part_that_says_what_it_is_about():
    call = a_call(
        sections=(
            a_section(SectionKind.OBJECTIVE, "Meet."),
            a_section(SectionKind.CONDITIONS, "See section 6."),
            a_section(SectionKind.SCOPE, "  "),
        )
    )
    assert [(part.section, part.text) for part in call_texts(call)] == [
        ("title", "Town-Twinning"),
        ("objective", "Town-Twinning. Meet."),
    ]


def test_a_title_that_is_only_a_code_is_completed_by_the_calls_own():
    call = a_call(title="AGRIP-MULTI-2026", identifier="AGRIP-MULTI-2026", call_title="Promotion of food")
    assert call_texts(call)[0].text == "AGRIP-MULTI-2026: Promotion of food"


def test_a_need_has_its_swedish_and_its_own_english_alone():
    wordings = need_wordings(a_need())
    assert wordings.swedish[0].startswith("Elevutbyten. Fler elever")
    assert [text[:15] for text in wordings.english] == ["Pupil exchanges"]


def test_a_need_without_whole_english_has_the_vocabularys():
    (gloss,) = need_wordings(a_need(title_en="", text_en="")).english
    assert "primary school" in gloss
    assert need_wordings(a_need(text_en="")).english[1] == gloss


def test_sentences_end_where_swedish_and_english_ones_do():
    swedish = "Vi bygger ut laddning, t.ex. vid skolor."
    english = "Actions should reach schools, e.g. in towns! Short."
    text = f"{swedish} {english}\nNy rad som är lång nog att räknas."
    assert sentences(text) == [
        "Vi bygger ut laddning, t.ex. vid skolor.",
        "Actions should reach schools, e.g. in towns!",
        "Ny rad som är lång nog att räknas.",
    ]


def test_sentences_end_where_a_list_has_lost_its_line_breaks():
    text = (
        "Results should contribute to all of the following outcomes:farmers have access to groundwater;"
        "Small towns reuse rain waterFaster transition of heating systems (in towns)"
        "Lower costs for all of EU:s towns.In order to do this, NetZeroCities help all.[3] More is said of it below."
    )
    assert sentences(text) == [
        "Results should contribute to all of the following outcomes:",
        "farmers have access to groundwater;",
        "Small towns reuse rain water",
        "Faster transition of heating systems (in towns)",
        "Lower costs for all of EU:s towns.",
        "In order to do this, NetZeroCities help all.",
        "More is said of it below.",
    ]


def test_a_very_long_sentence_is_cut_between_words_and_says_so():
    (cut,) = sentences("Municipalities " * 60)
    assert cut.endswith("Municipalities …")
    assert len(cut) <= MAX_SENTENCE


def test_the_same_text_read_as_need_and_as_call_has_two_keys():
    assert text_hash("skola", "query") != text_hash("skola", "passage")


def test_l03_odd_texts_give_bounded_and_defined_results():
    assert tokens("") == []
    assert len(tokens("school " * 100_000)) == MAX_WORDS
    assert tokens("能源 社区") == []
    long = a_call(sections=(a_section(SectionKind.SCOPE, "energy " * 100_000),))
    assert len(call_texts(long)[1].text) <= SECTION_CHARACTERS + 40


def test_endings_that_do_not_change_the_sense_are_cut():
    assert stem("communities") == stem("community")
    assert stem("digitalisation") == stem("digitalised")
    assert stem("schools") == stem("school")
    assert stem("gas") == "gas"


def test_swedish_words_that_stand_in_for_english_are_translated_like_none():
    blank = a_need(title_en="", text_en="")
    standing_in = a_need(title_en=blank.title, text_en=blank.text)
    assert need_wordings(standing_in) == need_wordings(blank)
    assert blank.text not in need_wordings(standing_in).english
