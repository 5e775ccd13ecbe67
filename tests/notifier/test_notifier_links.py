"""Links that only we can make, one purpose each (threats W-06 to W-08)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW
from notifier.errors import BadLink, OldLink
from notifier.links import Links, Question

URL = "https://fondvakt.exempelstad.example/"
LINKS = Links(URL, "key one")
TOKEN = LINKS.unsubscribe("kontakt-skola").rsplit("/", 1)[1]


def test_a_link_names_the_person_it_was_made_for():
    assert LINKS.unsubscribe("kontakt-skola") == f"https://fondvakt.exempelstad.example/u/{TOKEN}"
    assert LINKS.read_unsubscribe(TOKEN) == "kontakt-skola"


@pytest.mark.parametrize("end", [">", ".", "=", ")", ",", " "])
def test_w_06_what_mail_programs_leave_at_the_end_is_let_go(end):
    assert LINKS.read_unsubscribe(TOKEN + end) == "kontakt-skola"


@given(at=st.integers(0, len(TOKEN) - 1), char=st.sampled_from("ABCabc012_-."))
def test_c5_an_altered_token_never_passes(at, char):
    altered = TOKEN[:at] + char + TOKEN[at + 1 :]
    if altered.rstrip(".") != TOKEN:
        try:
            assert LINKS.read_unsubscribe(altered) == "kontakt-skola"
            assert at == len(TOKEN) - 1  # the last letter holds bits that carry nothing
        except BadLink:
            pass


@pytest.mark.parametrize("token", ["", "x", TOKEN[:-4], TOKEN + "abc", TOKEN.split(".")[0], "\u2028", "é.è"])
def test_a_token_that_is_cut_or_made_up_is_refused(token):
    with pytest.raises(BadLink):
        LINKS.read_unsubscribe(token)


def test_w_07_a_token_of_another_purpose_is_refused():
    other = LINKS._signer("fondvakt/other").dumps(["default", "kontakt-skola"])
    with pytest.raises(BadLink):
        LINKS.read_unsubscribe(other)


def test_a_token_of_another_municipality_is_refused():
    with pytest.raises(BadLink, match="annan kommun"):
        Links(URL, "key one", "other").read_unsubscribe(TOKEN)


def test_w_08_a_changed_key_still_reads_older_links_until_it_is_taken_away():
    assert Links(URL, ["key one", "key two"]).read_unsubscribe(TOKEN) == "kontakt-skola"
    with pytest.raises(BadLink):
        Links(URL, ["key two", "key three"]).read_unsubscribe(TOKEN)


ASKED = Question(person="kontakt-skola", unit="skola", call_id=7, call_version=2)
ANSWER = LINKS.answer(ASKED, NOW).rsplit("/", 1)[1]


def test_an_answer_link_names_person_unit_call_and_version():
    assert LINKS.read_answer(ANSWER, NOW) == ASKED
    assert LINKS.answer(ASKED, NOW) == f"https://fondvakt.exempelstad.example/svara/{ANSWER}"


def test_w_09_an_answer_link_is_good_for_60_days():
    assert LINKS.read_answer(ANSWER, NOW + timedelta(days=59, hours=23)) == ASKED
    with pytest.raises(OldLink):
        LINKS.read_answer(ANSWER, NOW + timedelta(days=61))


def test_w_07_an_answer_link_does_not_unsubscribe_and_the_other_way_round():
    with pytest.raises(BadLink):
        LINKS.read_unsubscribe(ANSWER)
    with pytest.raises(BadLink):
        LINKS.read_answer(TOKEN, NOW)


@given(at=st.integers(0, len(ANSWER) - 2), char=st.sampled_from("ABCabc012_-."))
def test_c5_an_altered_answer_token_never_passes(at, char):
    altered = ANSWER[:at] + char + ANSWER[at + 1 :]
    if altered != ANSWER:
        with pytest.raises(BadLink):
            LINKS.read_answer(altered, NOW)
