"""Links that only we can make, one purpose each (threats W-06 to W-08)."""

import random
import string
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
    assert LINKS.read_stop(TOKEN)[0] == "kontakt-skola"


@pytest.mark.parametrize("end", [">", ".", "=", ")", ",", " "])
def test_w_06_what_mail_programs_leave_at_the_end_is_let_go(end):
    assert LINKS.read_stop(TOKEN + end)[0] == "kontakt-skola"


@given(at=st.integers(0, len(TOKEN) - 1), char=st.sampled_from("ABCabc012_-."))
def test_c5_an_altered_token_never_passes(at, char):
    altered = TOKEN[:at] + char + TOKEN[at + 1 :]
    if altered.rstrip(".") != TOKEN:
        with pytest.raises(BadLink):
            LINKS.read_stop(altered)


def test_c5_the_last_letter_has_one_spelling():
    passing = []
    for char in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_":
        try:
            passing.append(LINKS.read_stop(TOKEN[:-1] + char)[0])
        except BadLink:
            continue
    assert passing == ["kontakt-skola"]


@pytest.mark.parametrize("token", ["", "x", TOKEN[:-4], TOKEN + "abc", TOKEN.split(".")[0], "\u2028", "é.è"])
def test_a_token_that_is_cut_or_made_up_is_refused(token):
    with pytest.raises(BadLink):
        LINKS.read_stop(token)


def test_w_07_a_token_of_another_purpose_is_refused():
    other = LINKS._signer("fondvakt/other").dumps(["default", "kontakt-skola"])
    with pytest.raises(BadLink):
        LINKS.read_stop(other)


def test_a_token_of_another_municipality_is_refused():
    with pytest.raises(BadLink, match="annan kommun"):
        Links(URL, "key one", "other").read_stop(TOKEN)


def test_w_08_a_changed_key_still_reads_older_links_until_it_is_taken_away():
    assert Links(URL, ["key one", "key two"]).read_stop(TOKEN)[0] == "kontakt-skola"
    with pytest.raises(BadLink):
        Links(URL, ["key two", "key three"]).read_stop(TOKEN)


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
        LINKS.read_stop(ANSWER)
    with pytest.raises(BadLink):
        LINKS.read_answer(TOKEN, NOW)


@given(at=st.integers(0, len(ANSWER) - 1), char=st.sampled_from("ABCabc012_-."))
def test_c5_an_altered_answer_token_never_passes(at, char):
    altered = ANSWER[:at] + char + ANSWER[at + 1 :]
    if altered.rstrip(".") != ANSWER:
        with pytest.raises(BadLink):
            LINKS.read_answer(altered, NOW)


def altered_tokens(number: int) -> list[str]:
    """Good tokens with one to three letters changed, dropped, doubled or swapped; never as they were."""
    chance, letters = random.Random(5), string.ascii_letters + string.digits + "-_."
    found: list[str] = []
    while len(found) < number:
        good = chance.choice((TOKEN, ANSWER))
        token = list(good)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(token))
            change = chance.choice(("replace", "drop", "double", "swap", "case"))
            if change == "replace":
                token[at] = chance.choice(letters)
            elif change == "drop":
                del token[at]
            elif change == "double":
                token.insert(at, token[at])
            elif change == "case":
                token[at] = token[at].swapcase()
            else:
                token[at], token[at - 1] = token[at - 1], token[at]
        if "".join(token).rstrip(".") != good:
            found.append("".join(token))
    return found


def test_c5_none_of_10_000_altered_tokens_passes():
    passed = []
    for token in altered_tokens(10_000):
        for read in (LINKS.read_stop, lambda token: LINKS.read_answer(token, NOW)):
            try:
                passed.append((token, read(token)))
            except BadLink:
                continue
    assert passed == []


def test_c5_a_change_of_keys_loses_no_link_that_is_still_good():
    people = [f"person-{number}" for number in range(500)]
    old = [LINKS.unsubscribe(person).rsplit("/", 1)[1] for person in people]
    rotated = Links(URL, ["key one", "key two"])
    assert [rotated.read_stop(token)[0] for token in old] == people
    assert rotated.read_answer(ANSWER, NOW) == ASKED
    new = [rotated.unsubscribe(person).rsplit("/", 1)[1] for person in people]
    assert [Links(URL, "key two").read_stop(token)[0] for token in new] == people
