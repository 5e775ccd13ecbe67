"""The pages about people in a real browser, and signing in both ways."""

import re
import threading
import time

import pytest
from conftest import Site, serve
from openid_provider import CLIENT, SECRET, running_provider
from test_browser_pages import LOOKS, a_page, ours, problems
from web_world import a_filled_world

from web.oidc.provider import Provider

pytestmark = pytest.mark.browser
PAGES = {
    "history": "/historik",
    "history narrowed to nothing": "/historik?slag=match&till=2020-01-01",
    "organisation": "/organisation",
    "a person": "/organisation/person/kontakt-kommunledning",
    "a new person": "/organisation/ny?enhet=socialforvaltningen",
    "data protection": "/dataskydd",
    "accounts": "/logga-in/koppla",
    "a call's history": "/utlysning/1",
}


@pytest.mark.parametrize(("width", "scheme", "language"), LOOKS)
def test_no_rule_of_accessibility_is_broken_and_nothing_is_cut_off__G5(
    site, chromium, axe, width, scheme, language
):
    page = a_page(chromium, width, scheme)
    site.open_as(page)
    for name, path in PAGES.items():
        page.goto(f"{site.address}{path}{'&' if '?' in path else '?'}lang={language}")
        assert page.locator("h1").count() == 1, name
        assert problems(page, axe) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    assert ours(page.complaints) == []


def test_at_320_pixels_nothing_is_cut_off__G5(site, chromium):
    page = a_page(chromium, 320)
    site.open_as(page)
    for name, path in PAGES.items():
        page.goto(site.address + path)
        page.locator("summary:has-text('Mer')").click()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


@pytest.fixture
def linked(tmp_path):
    """Pages that know a provider, both answering on this machine."""
    world = a_filled_world(tmp_path, 6)
    with running_provider(lambda: world.now) as running:
        world.provider = Provider(issuer=running.url, client_id=CLIENT, client_secret=SECRET, redirect_uri="")
        server, thread = serve(world)
        object.__setattr__(world.provider, "redirect_uri", f"{world.public_url}/logga-in/oidc/svar")
        yield Site(world, world.public_url)
        server.should_exit = True
        thread.join()
        world.engine.dispose()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_signing_in_both_ways__F5(linked, chromium, script):
    page = a_page(chromium, java_script_enabled=script)
    page.goto(linked.address + "/logga-in?next=/kallor")
    page.get_by_role("link", name="Logga in med kommunens konto").click()
    assert "inte kopplat" in page.locator("main").inner_text()  # the account is nobody's yet
    page.get_by_label("E-postadress").fill("eu@exempelstad.example")
    page.get_by_role("button", name="Skicka länk och kod").click()
    page.wait_for_url("**/logga-in/kod*")
    page.locator("input[name=code]").fill(mailed_code(linked))
    page.locator("main form button").first.click()
    page.get_by_role("button", name="Koppla kontot").click()
    page.wait_for_load_state()
    assert "eva@exempelstad.example" in page.locator("main").inner_text()
    page.get_by_role("button", name="Logga ut").click()
    page.goto(linked.address + "/logga-in?next=/kallor")
    page.get_by_role("link", name="Logga in med kommunens konto").click()
    assert page.url == linked.address + "/kallor"
    assert ours(page.complaints) == []


def mailed_code(site: Site) -> str:
    """The code of the newest mail, once it has been sent."""
    deadline = time.monotonic() + 10
    while not site.world.outbox and time.monotonic() < deadline:
        threading.Event().wait(0.02)
    return re.search(r"\b(\d{3} \d{3})\b", site.world.outbox[-1].get_content())[1]
