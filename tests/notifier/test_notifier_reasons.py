"""What a letter says of a real match: calls of the shipped sample, the embedded model, reasons in the match's order."""

from dataclasses import replace
from pathlib import Path

import pytest
from judged.judged_sample import judged_sample
from letters import Page, a_context, a_digest, a_source, html_of, in_days, text_of

from builders import NOW, a_need, a_person, a_profile, a_unit
from matcher.embedder import load_embedder
from matcher.gates import WHEN, answer_said, as_of
from matcher.model import SentencePair
from matcher.score import match
from matcher.telling import told
from matcher.vectors import texts_to_embed
from notifier.model import Accepted
from notifier.render import render
from notifier.wording import Wording
from pipeline.evaluate import cached_vectors
from profiles.model import PriorityArea

pytestmark = pytest.mark.model
AREA = PriorityArea(
    key="trygghet",
    title="Trygga hem",
    title_en="Safe homes",
    description="Ingen utsätts för våld i nära relationer.",
    description_en="Nobody is exposed to domestic violence.",
)
NEED = a_need(
    key="vald",
    title="Upptäcka våld i hemmet tidigare",
    text="Vi vill lära personalen i socialtjänst, förskola och hälsovård att fråga om våld. Barn ska få eget stöd.",
    title_en="Spotting violence at home earlier",
    text_en="We want to train staff of social services, preschools and health care to ask about violence. "
    "Children are to get support of their own.",
    priority_area="trygghet",
)

ON_THE_PAGE = SentencePair(need=NEED.title, call="A second sentence of it.", section="scope", similarity=0.5)


@pytest.fixture(scope="module")
def made():
    """The strongest match of the need, its call, and the profile it stands in."""
    profile = a_profile(units=(a_unit(needs=(NEED,)),), priority_areas=(AREA,))
    calls = judged_sample().calls
    cache = Path.home() / ".cache" / "fondvakt"
    texts = texts_to_embed(calls, profile.needs)
    vectors = cached_vectors(load_embedder("embedded", cache / "models"), texts, cache / "judged")
    best = match(calls, profile, vectors, NOW)[0]
    return best, next(call for call in calls if call.id == best.call_id), profile


def the_letter(made, language):
    best, call, profile = made
    best = replace(best, pairs=(*best.pairs[:1], ON_THE_PAGE))
    whole = replace(call, deadlines=in_days(90), sources=(a_source(),))
    digest = a_digest(Accepted(call=whole, match=best), person=a_person(language=language), profile=profile)
    return render(digest, a_context(profile=profile))


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_letter_says_why_as_the_match_does_the_best_pair_first(made, language):
    best, wording, letter = made[0], Wording(language), the_letter(made, language)
    reasons = [wording.message(reason) for reason in told(best)]
    assert 3 <= len(reasons) <= 5
    for shown in (" ".join(text_of(letter).split()), Page(html_of(letter)).text):
        places = [shown.index(said) for said in (best.pairs[0].need, best.pairs[0].call, *reasons)]
        assert places == sorted(places)
        assert ON_THE_PAGE.call not in shown
        assert (AREA.title if language == "sv" else AREA.title_en) in shown


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_letter_says_every_check_in_the_words_of_the_page(made, language):
    best, call, profile = made
    wording, letter = Wording(language), the_letter(made, language)
    whole = replace(call, deadlines=in_days(90))
    checks = [check for check in as_of(best.checks, whole, profile.units[0], NOW) if check.gate != WHEN]
    assert checks
    for shown in (" ".join(text_of(letter).split()), Page(html_of(letter)).text):
        for check in checks:
            said, reason = wording.gettext(answer_said(check)), wording.message(check.reason)
            assert f": {said}. {reason}" in shown


def test_the_pair_of_a_real_match_is_of_the_calls_text_and_not_its_title(made):
    best, call, _ = made
    assert best.pairs[0].call != call.title
    assert best.pairs[0].need in NEED.text or best.pairs[0].need == NEED.title
