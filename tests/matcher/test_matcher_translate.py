"""Swedish to English by the vocabulary: inflections, compounds, phrases."""

from pathlib import Path

import pytest

from matcher import translate as translating
from matcher.translate import gloss, lookup, split, translate, vocabulary


def terms(text: str) -> list[str]:
    return [term for concept in translate(text) for term in concept.terms]


def test_the_vocabulary_covers_municipal_work_and_every_line_is_whole():
    entries = vocabulary()
    assert len(entries) >= 6200
    assert all(word == word.lower().strip() and all(terms) for word, terms in entries.items())


def test_a_word_stands_in_one_file_once():
    folder = Path(translating.__file__).with_name("vocabulary")
    lines = [line for part in folder.glob("*.tsv") for line in part.read_text(encoding="utf-8").splitlines()]
    words = [line.split("\t")[0] for line in lines]
    assert len(set(words)) == len(words) == len(lines)


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("skolgårdarna", "skolgård"),
        ("förskolornas", "förskola"),
        ("lärarnas", "lärare"),
        ("äldreomsorgens", "äldreomsorg"),
        ("våtmarkerna", "våtmarker"),
        ("energirenoverar", "energirenovera"),
        ("föräldrarna", "förälder"),
        ("museet", "museum"),
        ("dagvattnet", "dagvatten"),
        ("läkemedlet", "läkemedel"),
        ("gymnasiet", "gymnasium"),
        ("mellanstadierna", "mellanstadium"),
        ("byggandets", "byggande"),
        ("upplevelserna", "upplevelse"),
        ("saneringen", "sanera"),
        ("hjälpmedlets", "hjälpmedel"),
        ("varsamma", "varsam"),
        ("industriprogrammen", "industriprogram"),
        ("deltidsbrandmännen", "deltidsbrandman"),
    ],
)
def test_an_inflected_word_is_taken_back_to_its_dictionary_form(written, form):
    found = lookup(written)
    assert found is not None
    assert vocabulary()[found][0] == vocabulary()[form][0]


@pytest.mark.parametrize(
    ("compound", "parts"),
    [
        ("skolrestauranger", ("skola", "restaurang")),
        ("gatuträd", ("gata", "träd")),
        ("bostadskvarter", ("bostad", "kvarter")),
        ("qwertybibliotek", (None, "bibliotek")),
        ("qwertyuiop", (None, None)),
    ],
)
def test_a_compound_that_is_new_is_split_into_known_parts(compound, parts):
    assert split(compound) == parts


def test_a_short_last_part_is_not_believed_when_the_first_is_unknown():
    assert translate("uppgifterna") == ()  # gift is not what it says
    assert "trout" not in terms("överföringen")  # öring is not


@pytest.mark.parametrize(
    ("abbreviation", "meant"),
    [
        ("HVB", "residential care for children"),
        ("KAA", "NEET"),
        ("GC-vägar", "walking and cycling paths"),
        ("APL", "work-based learning"),
        ("EPC", "energy performance contracting"),
        ("LSS", "disability services"),
    ],
)
def test_abbreviations_of_municipal_work_are_known(abbreviation, meant):
    assert translate(abbreviation)[0].terms[0] == meant


@pytest.mark.parametrize("said", ["gröna tak", "grönt tak", "Gröna taken"])
def test_a_phrase_is_known_in_every_form_of_its_adjective(said):
    assert translate(said)[0].terms[0] == "green roofs"


@pytest.mark.parametrize("said", ["Vi boka tid", "knytas samman", "det försvinner"])
def test_verbs_that_look_like_nouns_are_not_taken_for_them(said):
    found = {term for concept in translate(said) for term in concept.terms}
    assert not found & {"books", "Sami men", "food waste"}


@pytest.mark.parametrize(
    ("said", "taken_for"),
    [
        ("Barnen hamnar i kläm", "ports"),
        ("Vi vill korta vägen till ett jobb", "roads"),
        ("Förslaget slås ihop med andra", "violence"),
        ("En gång i månaden", "walking"),
        ("Det går i takt med tiden", "roofs"),
        ("Åtgärder som lönar sig", "wages"),
    ],
)
def test_an_idiom_is_not_taken_by_its_words(said, taken_for):
    assert taken_for not in terms(said)


def test_the_words_of_an_idiom_mean_what_they_say_elsewhere():
    assert "ports" in terms("Våra hamnar vid kusten")
    assert "roads" in terms("Vägarna behöver lagas")


def test_a_phrase_counts_as_one_thing():
    assert translate("våld i nära relationer")[0].terms[0] == "domestic violence"
    assert len(translate("våld i nära relationer")) == 1


def test_words_that_share_a_last_part_are_completed():
    assert terms("vård- och omsorgspersonal") == [
        "health workforce",
        "health professionals",
        "care workers",
        "care staff",
    ]


def test_acronyms_are_kept_and_bare_numbers_are_not():
    assert terms("NIS2 och PFAS 1945")[0] == "NIS2"
    assert "1945" not in terms("NIS2 och PFAS 1945")


def test_generic_words_say_nothing():
    assert gloss("Vi vill utveckla och stärka arbetet med insatser") == ""


def test_every_concept_comes_once_in_the_order_it_is_spoken_of():
    assert gloss("Fjärrvärme, solceller och fjärrvärmen") == "district heating, photovoltaics"


def test_a_colon_behind_a_word_is_none_of_it():
    assert gloss("Ras och skred: varning") == "landslides, early warning"


def test_a_participle_that_agrees_is_taken_back_to_its_common_form():
    assert lookup("växtbaserat") == "växtbaserad"
