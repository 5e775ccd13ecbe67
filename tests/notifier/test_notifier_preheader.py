"""What mail programs show beside the subject: what is to be known before a letter is opened (ux 1.2)."""

import re

import pytest
from every_kind import KINDS, every_kind
from letters import a_context, a_digest, a_letter, accepted, html_of, in_days, parsed, text_of

from builders import a_call
from notifier.render import render

PRE = re.compile(r'<div class="pre"[^>]*>(.*?)</div>', re.DOTALL)
SAID = {
    "digest": "Närmast: Town-Twinning, 14 dagar kvar.",
    "reminder": "Närmast: lördag 5 september 2026 (14 dagar kvar).",
    "reminder of one": "lördag 5 september 2026",
    "change": "Sista ansökningsdag: 1 september 2026 → 5 september 2026",
    "alarm": "Se sidan Källor, och kör fondvakt sources doctor.",
    "unit": "Källan EU:s portal har inte gått att läsa på två dygn.",
}


def preheader(letter) -> str:
    return PRE.search(html_of(letter))[1]


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_has_one_that_fits_and_does_not_repeat_the_subject(kind, language):
    letter = every_kind(language)[kind]
    assert 10 < len(preheader(letter)) <= 140
    assert preheader(letter) not in parsed(letter)["Subject"]


@pytest.mark.parametrize("kind", sorted(SAID))
def test_it_says_what_has_happened_or_what_closes_first(kind):
    assert preheader(every_kind("sv")[kind]) == SAID[kind]


def test_a_reminder_of_one_call_says_its_last_day_once():
    assert text_of(every_kind("sv")["reminder of one"]).count("5 september") == 1


def test_where_nothing_closes_it_says_whose_letter_it_is():
    assert preheader(a_letter(accepted(deadlines=()))) == "Exempelstads kommun"


def test_dates_ahead_that_do_not_fit_are_counted():
    followed = [a_call(id=number, deadlines=in_days(number)) for number in range(2, 15)]
    text = text_of(render(a_digest(accepted(99), followed=followed), a_context()))
    assert "… och 3 utlysningar till. Allt du följer:\nhttps://fondvakt.exempelstad.example/mina-val/" in text
