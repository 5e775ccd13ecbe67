"""The profile editor in a real browser: with script, without, on every width, by the rules of accessibility."""

import threading
import time

import pytest
from conftest import Site, serve
from editor_world import an_editor_world
from test_browser_pages import a_page, ours, problems
from web_world import TENANT, school_and_culture

from storage import proposals
from storage.database import reading

pytestmark = pytest.mark.browser
NEED = "/profil/behov/skola/utbyten"
PAGES = {
    "profile": "/profil",
    "direction": "/profil/inriktning",
    "unit": "/profil/enhet/skola",
    "new unit": "/profil/ny-enhet",
    "need": NEED,
    "new need": "/profil/nytt-behov/skola",
    "draft": "/profil/utkast/1",
    "versions": "/profil/versioner",
    "version": "/profil/version/1",
    "one call tried": "/profil/prova?utlysning=/c/2",
    "learned": "/profil/lart/skola/utbyten",
    "matching": "/profil/matchning",
}
LOOKS = [
    pytest.param(320, "dark", "en", id="320 dark en"),
    pytest.param(1400, "light", "sv", id="1400 light sv"),
]


@pytest.fixture
def site(tmp_path):
    """Two units over a stored profile."""
    world = an_editor_world(tmp_path, school_and_culture())
    server, thread = serve(world)
    yield Site(world, world.public_url)
    server.should_exit = True
    thread.join()
    world.engine.dispose()


def units_in_queue(site) -> set[str]:
    return {stored.match.unit for stored in site.world.matches()}


def seen_within(page, text: str) -> None:
    page.get_by_text(text).first.wait_for(timeout=10_000)


def test_a_need_is_edited_previewed_and_published_and_the_queue_is_another(site, chromium):
    page = a_page(chromium)
    site.open_as(page)
    page.goto(site.address + NEED)
    seen_within(page, "Kvar")
    assert page.locator(".ed-without").is_hidden()
    page.locator("summary", has_text="Villkor").click()
    page.locator("#never").press_sequentially("elever", delay=20)
    seen_within(page, "aldrig-ordet ”elever”")
    assert page.locator("#visning").get_attribute("aria-busy") == "false"
    page.get_by_role("button", name="Granska och publicera").click()
    page.locator("ins", has_text="elever").wait_for()
    page.get_by_role("button", name="Publicera", exact=True).click()
    seen_within(page, "Matchningen är klar.")
    assert "skola" not in units_in_queue(site)
    page.goto(site.address + "/?enhet=skola")
    assert page.locator("article.row").count() == 0
    page.context.close()
    assert ours(page.complaints) == []


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_contact_person_proposes_and_the_coordinator_publishes(site, chromium, script):
    contact = a_page(chromium, 360, java_script_enabled=script)
    site.open_as(contact, "kontakt-skola")
    contact.goto(site.address + NEED)
    contact.locator("#title").fill("Elever möter jämnåriga")
    if not script:
        contact.get_by_role("button", name="Visa vad det skulle ge").click()
        assert contact.locator("#title").input_value() == "Elever möter jämnåriga"
        assert contact.locator(".ed-weekly").count() == 1
        contact.get_by_role("button", name="Pröva mot de senaste").click()
        assert contact.locator("#tillbaka h3").count() == 1
    contact.get_by_role("button", name="Granska och föreslå").click()
    assert contact.get_by_role("button", name="Publicera", exact=True).count() == 0
    contact.locator("#note").fill("Ur årets plan")
    contact.get_by_role("button", name="Föreslå för samordnaren").click()
    coordinator = a_page(chromium, java_script_enabled=script)
    site.open_as(coordinator)
    coordinator.goto(site.address + "/profil")
    coordinator.locator("section", has_text="Väntar på beslut").get_by_role("link").first.click()
    assert coordinator.get_by_text("Ur årets plan").count()
    coordinator.get_by_role("button", name="Publicera", exact=True).click()
    coordinator.wait_for_url("**/profil")
    site.world.wait()
    assert site.world.held()[1].unit("skola").needs[0].title == "Elever möter jämnåriga"
    contact.context.close()
    coordinator.context.close()
    assert ours(contact.complaints) == ours(coordinator.complaints) == []


def test_two_editors_colliding_are_told_and_lose_nothing(site, chromium):
    one, two = a_page(chromium), a_page(chromium)
    site.open_as(one)
    site.open_as(two, "samordnare-2")
    for page, title in ((one, "Ettans"), (two, "Tvåans")):
        page.goto(site.address + NEED)
        page.locator("#title").fill(f"{title} elever möter andra")
        page.get_by_role("button", name="Granska och publicera").click()
        page.get_by_role("button", name="Publicera", exact=True).wait_for()
    one.get_by_role("button", name="Publicera", exact=True).click()
    one.wait_for_url("**/profil")
    two.get_by_role("button", name="Publicera", exact=True).click()
    seen_within(two, "Delen har ändrats sedan utkastet började")
    assert two.get_by_text("Ettans elever möter andra").count()
    assert two.get_by_text("Tvåans elever möter andra").count()
    with reading(site.world.engine) as conn:
        assert len(proposals.find(conn, TENANT, author="samordnare-2")) == 1
    one.context.close()
    two.context.close()


def test_a_call_is_tried_and_a_wrong_no_kept(site, chromium):
    page = a_page(chromium, 360)
    site.open_as(page)
    page.goto(site.address + "/profil/prova")
    page.locator("#utlysning").fill("EX-2026-NUCLEAR-03")
    page.get_by_role("button", name="Pröva", exact=True).click()
    seen_within(page, "Ligger för långt från behovet.")
    page.locator("summary", has_text="Är svaret fel?").first.click()
    page.get_by_role("button", name="Fel nej: den passar").first.click()
    seen_within(page, "Sparat bland de bedömda paren.")
    page.context.close()


@pytest.mark.parametrize(("width", "scheme", "language"), LOOKS)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(site, chromium, axe, width, scheme, language):
    page = a_page(chromium, width, scheme)
    site.open_as(page)
    page.goto(f"{site.address}{NEED}?lang={language}")
    page.locator("#title").fill("Ett utkast")
    page.locator("button[value=save]").first.click()
    page.wait_for_load_state()
    found, wide = {}, {}
    for name, path in PAGES.items():
        page.goto(site.address + path)
        if page.locator("#visning").count():
            settled(page)
            page.locator('#visning[aria-busy="false"]').wait_for()
        for summary in page.locator("main details:not([open]) > summary").all():
            if summary.is_visible():
                summary.click()
        found[name] = problems(page, axe)
        wide[name] = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert page.locator("html").get_attribute("lang") == language
    page.context.close()
    assert {name: what for name, what in found.items() if what} == {}
    assert {name: by for name, by in wide.items() if by > 0} == {}
    assert ours(page.complaints) == []


def settled(page) -> None:
    """Until the preview has come."""
    deadline = time.monotonic() + 10
    while page.locator("#visning .ed-weekly, #visning .soft").count() == 0 and time.monotonic() < deadline:
        threading.Event().wait(0.05)


def test_the_form_is_filled_in_by_keyboard_with_visible_focus(site, chromium):
    page = a_page(chromium)
    site.open_as(page)
    page.goto(site.address + NEED)
    page.locator("#title").focus()
    reached = []
    for _step in range(12):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "document.activeElement.id || document.activeElement.name || document.activeElement.tagName"
            )
        )
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert outline != "0px", reached
    assert [name for name in reached if name in ("text", "area", "goal", "children")] == [
        "text",
        "area",
        "goal",
        "children",
    ]
    page.context.close()
