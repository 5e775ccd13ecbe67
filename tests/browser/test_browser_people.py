"""Signing in both ways, in a real browser."""

import re
import threading
import time

import pytest
from looking import a_page, ours
from openid_provider import CLIENT, SECRET, running_provider
from served import Site, serve
from web_world import a_filled_world

from web.oidc.provider import Provider

pytestmark = pytest.mark.browser


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
    page.get_by_text("inte kopplat").first.wait_for()  # the account is nobody's yet
    page.get_by_label("E-postadress").fill("eu@exempelstad.example")
    page.get_by_role("button", name="Skicka länk och kod").click()
    page.wait_for_url("**/logga-in/kod*")
    page.locator("input[name=code]").fill(mailed_code(linked))
    page.locator("main form button").first.click()
    page.get_by_role("button", name="Koppla kontot").click()
    page.locator("main").get_by_text("eva@exempelstad.example").first.wait_for()
    page.get_by_role("button", name="Logga ut").click()
    page.goto(linked.address + "/logga-in?next=/kallor")
    page.get_by_role("link", name="Logga in med kommunens konto").click()
    page.wait_for_url(linked.address + "/kallor")
    assert ours(page.complaints) == []


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_signing_in_by_the_mailed_link_in_the_browser_that_asked__F4(site, chromium, script):
    page, other = (a_page(chromium, java_script_enabled=script) for _ in range(2))
    page.goto(site.address + "/utlysningar")
    page.get_by_role("link", name="Logga in").click()
    page.get_by_label("E-postadress").fill("eu@exempelstad.example")
    page.get_by_role("button", name="Skicka länk och kod").click()
    page.wait_for_url("**/logga-in/kod*")
    link = re.search(r"http://\S+/logga-in/lank/\S+", mailed(site))[0]
    other.goto(link)
    assert "annan webbläsare" in other.locator("main").inner_text()
    page.goto(link)
    page.locator("main button").click()
    page.wait_for_url("**/utlysningar")
    page.get_by_role("button", name="Logga ut").click()
    page.goto(link)
    assert "använd" in page.locator("main").inner_text()
    for one in (page, other):
        one.context.close()
    assert ours(page.complaints) == []


def mailed_code(site: Site) -> str:
    """The code of the newest mail."""
    return re.search(r"\b(\d{3} \d{3})\b", mailed(site))[1]


def mailed(site: Site) -> str:
    """The text of the newest mail, once it has been sent."""
    deadline = time.monotonic() + 120
    while not site.world.outbox and time.monotonic() < deadline:
        threading.Event().wait(0.02)
    return site.world.outbox[-1].get_content()
