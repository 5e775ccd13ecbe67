"""The coordinator's own word list: in front of the product's, and checked line by line."""

import pytest

from builders import a_need
from matcher.additions import read_additions, use_additions
from matcher.errors import VocabularyError
from matcher.texts import need_wordings
from matcher.translate import gloss


@pytest.fixture
def written(tmp_path):
    def write(content: bytes | str):
        path = tmp_path / "vocabulary.tsv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    yield write
    use_additions({})


def test_an_added_word_is_translated_in_its_inflections_and_compounds(written):
    assert "widget garden" not in gloss("Krumelurgårdarna ska bli fler")
    use_additions(
        read_additions(written("# våra ord\n\nKrumelur\tcurlicue; twirl\nkrumelurgård\twidget garden\n"))
    )
    assert "widget garden" in gloss("Krumelurgårdarna ska bli fler")
    assert "curlicue" in gloss("krumelurer")


def test_an_added_word_comes_before_the_products_own_and_can_be_taken_back(written):
    before = gloss("Socialtjänsten")
    use_additions(read_additions(written("socialtjänst\tsocial work of ours\n")))
    assert gloss("Socialtjänsten") == "social work of ours"
    use_additions({})
    assert gloss("Socialtjänsten") == before


def test_needs_read_before_get_the_new_words_too(written):
    need = a_need(title="", title_en="", text="Socialtjänsten", text_en="")
    before = need_wordings(need).english
    use_additions(read_additions(written("socialtjänst\tsocial work of ours\n")))
    assert need_wordings(need).english != before


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("skola\tschool\nutan tabb\n", "rad 2: väntade svenska, en tabb"),
        ("a\tb\tc\n", "rad 1: .*3 delar"),
        ("# ok\n\tschool\n", "rad 2: det svenska ordet saknas"),
        ("skola\t ; \n", "rad 1: de engelska orden saknas"),
        ("skola\tschool\nSkola\tschools\n", "rad 2: skola står redan"),
        (b"\xff\xfe\x00", "inte UTF-8"),
        ("x" * (1 << 20) + "\ty\n", "större än"),
    ],
)
def test_a_line_that_is_not_what_was_expected_is_named(written, content, said):
    with pytest.raises(VocabularyError, match=said):
        read_additions(written(content))


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path):
    with pytest.raises(VocabularyError, match="Ordlistan"):
        read_additions(tmp_path)
