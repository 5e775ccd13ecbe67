"""A letter in a real browser: narrow and wide, light and dark, it fits, can be pressed and can be read."""

from itertools import pairwise

import pytest
from letters import a_letter, accepted, consultation, html_of

from calls.changes import Change
from matcher.model import Evidence, SentencePair
from texts import Message

pytestmark = pytest.mark.browser

SMALLEST_TARGET = 44
# WCAG 2 contrast of every element that holds words of its own, against the nearest background behind it.
CONTRASTS = """() => {
  const parse = c => { const n = c.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
  const light = c => { const [r, g, b] = c.slice(0, 3).map(v => { v /= 255;
    return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126*r + 0.7152*g + 0.0722*b; };
  const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
    if (c[3] > 0) return c; } return [255, 255, 255, 1]; };
  return [...document.querySelectorAll('body *')].filter(e => e.offsetParent &&
    [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())).map(e => {
      const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
      return [(a + 0.05) / (b + 0.05), e.tagName + ' ' + e.textContent.trim().slice(0, 30)]; });
}"""
TARGETS = """() => [...document.querySelectorAll('a')].map(a => {
  const box = a.getBoundingClientRect(); return [Math.min(box.width, box.height), a.textContent.trim()]; })"""


@pytest.fixture(scope="module")
def html():
    pair = SentencePair(need="Vi vill mötas.", call="Meet your peers.", section="scope", similarity=0.9)
    reason = Evidence(signal="x", strength=1, reason=Message(text="Tiden räcker."))
    long = "Demonstrating integrated solutions for climate-neutral neighbourhoods in medium-sized cities"
    items = [
        accepted(
            i,
            title=long,
            identifier="HORIZON-MISS-2026-04-CIT-NEB-B4P-CCRI-03",
            match={"pairs": (pair,), "evidence": (reason,), "children_and_youth": i == 1},
        )
        for i in range(1, 11)
    ]
    items.append(accepted(20, version=2))
    items += [consultation(number, match={"pairs": (pair,)}) for number in range(100, 105)]
    changes = {20: (Change(field="budget", old=1_000_000, new=2_000_000),)}
    return html_of(
        a_letter(*items, received={20: 1}, changes=changes, unreached=("Interreg NPA",), unreviewed=3)
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 800])
def test_a_letter_fits_can_be_pressed_and_can_be_read(chromium, html, width, scheme):
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(html)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [words for size, words in page.evaluate(TARGETS) if size < SMALLEST_TARGET] == []
    assert [words for contrast, words in page.evaluate(CONTRASTS) if contrast < 4.5] == []
    assert asked == []
    context.close()


def test_a_letter_reads_in_order_without_its_styles(chromium, html):
    page = chromium.new_page()
    page.set_content(html)
    page.evaluate("document.querySelectorAll('style').forEach(e => e.remove())")
    page.evaluate("document.querySelectorAll('[style]').forEach(e => e.removeAttribute('style'))")
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1])")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    page.close()
