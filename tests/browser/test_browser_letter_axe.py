"""The HTML letter and axe: no rule of accessibility is broken, in either language, light or dark (G5)."""

from itertools import product

import pytest
from letters import a_letter, accepted, consultation, html_of
from looking import a_page, problems

from builders import a_person
from calls.changes import Change
from matcher.model import Answer, Check, Evidence, SentencePair
from texts import Message

pytestmark = pytest.mark.browser
# A letter is shown inside a mail program's own page, whose landmarks it must not repeat.
OF_WHOLE_PAGES = ("landmark-one-main:", "region:")


def whole_html(language: str) -> str:
    """Everything that a letter can hold: new and changed items, lines, silent sources, what waits for review."""
    pair = SentencePair(need="Vi vill mötas.", call="Meet your peers.", section="scope", similarity=0.9)
    match = {
        "pairs": (pair,),
        "evidence": (Evidence(signal="x", strength=1, reason=Message(text="Tiden räcker.")),),
        "checks": (Check(gate="where", answer=Answer.UNKNOWN, reason=Message(text="Framgår inte.")),),
    }
    items = [
        accepted(
            number, match=match | {"children_and_youth": number == 1}, title=f"Call number {number}: peers"
        )
        for number in range(1, 12)
    ]
    items += [accepted(20, version=2, match=match), accepted(21, title="عنوان الدعوة", match=match)]
    items += [consultation(number, match=match) for number in range(100, 105)]
    changes = {20: (Change(field="budget", old=1_000_000, new=2_000_000),)}
    letter = a_letter(
        *items,
        person=a_person(language=language),
        received={20: 1},
        changes=changes,
        unreached=("Interreg NPA",),
        unreviewed=3,
    )
    return html_of(letter)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_g5_axe_finds_nothing_in_a_letter(chromium, axe, language):
    page, html = a_page(chromium), whole_html(language)
    for width, scheme in product((360, 800), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.set_content(html)
        assert page.locator("html").get_attribute("lang") == language
        found = [said for said in problems(page, axe) if not said.startswith(OF_WHOLE_PAGES)]
        assert found == [], (width, scheme)
    page.context.close()
