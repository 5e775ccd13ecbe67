"""Every kind of mail in a real browser, in both languages: axe, narrow and wide, light and dark, and its links."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "notifier"))

from every_kind import KINDS, every_kind
from letters import html_of
from looking import a_page, problems
from test_notifier_browser import CONTRASTS, SMALLEST_TARGET, TARGETS

pytestmark = pytest.mark.browser
# A mail is shown inside a page that has its own landmarks; these two rules are about whole pages.
OF_PAGES = ("landmark-one-main", "region")
LOOKS = [(320, "light"), (360, "dark"), (800, "light"), (800, "dark")]


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_and_the_mail_fits_and_can_be_pressed_and_read(chromium, axe, kind, language):
    html, asked = html_of(every_kind(language)[kind]), []
    page = a_page(chromium)
    page.on("request", lambda request: asked.append(request.url))
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.set_content(html)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert [words for size, words in page.evaluate(TARGETS) if size < SMALLEST_TARGET] == []
        assert [words for contrast, words in page.evaluate(CONTRASTS) if contrast < 4.5] == []
        assert asked == []
        looks_for_itself = (width, scheme) in ((320, "light"), (800, "dark"))
        found = problems(page, axe) if looks_for_itself else []
        assert [said for said in found if not said.startswith(OF_PAGES)] == []
    page.context.close()
