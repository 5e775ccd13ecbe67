"""The signed return address: one letter, sixty days, nobody else's (C5, M-54)."""

import string
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from letters import KEY, a_letter

from builders import NOW
from notifier.returns import ReturnAddresses

RETURNS = ReturnAddresses("studs@exempelstad.example", KEY)
NUMBER = "<" + "0123456789abcdef" * 2 + "01234567@exempelstad.example>"
REFERENCE = NUMBER[1:21]
ADDRESS = RETURNS.of(NUMBER, NOW)


def test_a_return_address_says_which_letter_it_was():
    assert RETURNS.read(f"To: <{ADDRESS}>", NOW) == REFERENCE


def test_real_letters_get_a_signed_address():
    letter = a_letter()
    assert RETURNS.read(RETURNS.of(letter.message_id, NOW), NOW) == letter.message_id[1:21]


def test_the_local_part_fits_and_survives_a_change_of_capitals():
    longest = ReturnAddresses("tjugotecken-studs123@exempelstad.example", KEY).of(NUMBER, NOW)
    assert len(longest.partition("@")[0]) == 64
    assert RETURNS.read(ADDRESS.upper(), NOW) == REFERENCE
    with pytest.raises(ValueError, match="20 characters"):
        ReturnAddresses("tjugotecken1234567890@exempelstad.example", KEY)


@pytest.mark.parametrize(("days", "known"), [(0, True), (59, True), (60, False), (400, False), (-1, False)])
def test_m_54_it_is_good_for_sixty_days(days, known):
    assert (RETURNS.read(ADDRESS, NOW + timedelta(days=days)) is not None) == known


def test_m_54_another_municipalitys_address_says_nothing():
    assert ReturnAddresses(RETURNS.mailbox, KEY, "grannen").read(ADDRESS, NOW) is None


def test_m_54_an_older_key_still_opens_until_it_is_taken_out():
    newer = "another key that only tests know"
    both = ReturnAddresses(RETURNS.mailbox, [KEY, newer])
    assert both.read(ADDRESS, NOW) == REFERENCE
    assert both.of(NUMBER, NOW) == ReturnAddresses(RETURNS.mailbox, newer).of(NUMBER, NOW)
    assert ReturnAddresses(RETURNS.mailbox, newer).read(ADDRESS, NOW) is None


def test_a_message_id_that_is_not_ours_gets_the_plain_mailbox():
    assert RETURNS.of("<1@exempelstad.example>", NOW) == "studs@exempelstad.example"
    assert RETURNS.read("studs@exempelstad.example", NOW) is None


@given(
    place=st.integers(6, ADDRESS.index("@") - 1), char=st.sampled_from(string.ascii_lowercase + "234567-+")
)
def test_m_54_no_altered_address_passes(place, char):
    altered = ADDRESS[:place] + char + ADDRESS[place + 1 :]
    assert RETURNS.read(altered, NOW) is None or altered == ADDRESS
