"""The profile editor in a real browser: with script, without, on every width, by the rules of accessibility."""

import pytest
from editor_world import an_editor_world
from looking import a_page, ours, problems
from served import Site, serve
from web_world import TENANT, school_and_culture

from storage import proposals
from storage.database import reading

pytestmark = pytest.mark.browser
BOTH = pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
NEED = "/profil/behov/skola/utbyten"


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
    page.get_by_text(text).first.wait_for()


@BOTH
def test_a_need_is_edited_previewed_published_undone_and_the_queue_follows(site, chromium, script):
    page = a_page(chromium, java_script_enabled=script)
    site.open_as(page)
    page.goto(site.address + NEED)
    page.locator("summary", has_text="Villkor").click()
    if script:
        seen_within(page, "Kvar")
        assert page.locator(".ed-without").is_hidden()
        page.locator("#never").press_sequentially("elever", delay=20)
    else:
        page.locator("#never").fill("elever")
        page.get_by_role("button", name="Visa vad det skulle ge").click()
    seen_within(page, "aldrig-ordet ”elever”")
    page.locator('#visning[aria-busy="false"]').wait_for()
    page.get_by_role("button", name="Granska och publicera").click()
    page.locator("ins", has_text="elever").wait_for()
    page.get_by_role("button", name="Publicera", exact=True).click()
    matched(site, page, script)
    assert "skola" not in units_in_queue(site)
    page.goto(site.address + "/?enhet=skola")
    assert page.locator("article.row").count() == 0
    page.goto(site.address + "/profil/version/2")
    page.get_by_role("button", name="Ångra bara det här").click()
    seen_within(page, "Ändringen är ångrad")
    site.world.wait()
    page.goto(site.address + "/?enhet=skola")
    assert page.locator("article.row").count() > 0
    page.context.close()
    assert ours(page.complaints) == []


def matched(site, page, script: bool) -> None:
    """Until the page says that the matching is done: by itself, or when it is opened again."""
    page.wait_for_url("**/profil")
    if not script:
        site.world.wait()
        page.reload()
    seen_within(page, "Matchningen är klar.")


@BOTH
def test_a_contact_person_proposes_and_the_coordinator_publishes(site, chromium, script):
    contact = a_page(chromium, 360, java_script_enabled=script)
    site.open_as(contact, "kontakt-skola")
    contact.goto(site.address + NEED)
    contact.locator("#title").fill("Elever möter jämnåriga")
    if not script:
        contact.get_by_role("button", name="Visa vad det skulle ge").click()
        contact.wait_for_load_state()
        assert contact.locator("#title").input_value() == "Elever möter jämnåriga"
        assert contact.locator(".ed-weekly").count() == 1
        contact.get_by_role("button", name="Pröva mot de senaste").click()
        contact.wait_for_load_state()
        assert contact.locator("#tillbaka h3").count() == 1
    contact.get_by_role("button", name="Granska och föreslå").click()
    contact.locator("#note").fill("Ur årets plan")
    contact.wait_for_load_state()
    assert contact.get_by_role("button", name="Publicera", exact=True).count() == 0
    contact.get_by_role("button", name="Föreslå för samordnaren").click()
    contact.wait_for_load_state()
    coordinator = a_page(chromium, java_script_enabled=script)
    site.open_as(coordinator)
    coordinator.goto(site.address + "/profil")
    coordinator.locator("section", has_text="Väntar på beslut").get_by_role("link").first.click()
    seen_within(coordinator, "Ur årets plan")
    coordinator.get_by_role("button", name="Publicera", exact=True).click()
    coordinator.wait_for_url("**/profil")
    site.world.wait()
    assert site.world.held()[1].unit("skola").needs[0].title == "Elever möter jämnåriga"
    contact.context.close()
    coordinator.context.close()
    assert ours(contact.complaints) == ours(coordinator.complaints) == []


def test_a_unit_publishes_by_itself_and_the_coordinator_undoes_it_without_script(site, chromium):
    coordinator, contact = (a_page(chromium, 800, java_script_enabled=False) for _ in range(2))
    site.open_as(coordinator)
    coordinator.goto(site.address + "/profil/publicering")
    coordinator.locator("[name=regel-skola][value=own]").check()
    coordinator.get_by_role("button", name="Spara").click()
    seen_within(coordinator, "Sparat.")
    site.open_as(contact, "kontakt-skola")
    contact.goto(site.address + NEED)
    contact.locator("#title").fill("Enhetens egna ord")
    contact.get_by_role("button", name="Granska och publicera").click()
    contact.get_by_role("button", name="Publicera", exact=True).click()
    contact.wait_for_url("**/profil")
    site.world.wait()
    assert site.world.held()[1].unit("skola").needs[0].title == "Enhetens egna ord"
    coordinator.goto(site.address + "/profil")
    published = coordinator.locator("section", has=coordinator.locator("#published-title"))
    published.get_by_role("link").first.click()
    coordinator.get_by_role("button", name="Ångra bara det här").click()
    seen_within(coordinator, "Ändringen är ångrad")
    site.world.wait()
    assert site.world.held()[1].unit("skola").needs[0].title == "Elevutbyten"
    for page in (coordinator, contact):
        page.context.close()
        assert ours(page.complaints) == []


@BOTH
def test_two_editors_colliding_are_told_and_lose_nothing__P23(site, chromium, axe, script):
    one, two = (a_page(chromium, java_script_enabled=script) for _ in range(2))
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
    two.wait_for_load_state()
    assert two.get_by_text("Ettans elever möter andra").count()
    assert two.get_by_text("Tvåans elever möter andra").count()
    with reading(site.world.engine) as conn:
        assert len(proposals.find(conn, TENANT, author="samordnare-2")) == 1
    assert not script or problems(two, axe) == []
    two.get_by_role("button", name="Lägg mina ändringar ovanpå").click()
    two.get_by_role("button", name="Publicera", exact=True).click()
    two.wait_for_url("**/profil")
    assert site.world.held()[1].unit("skola").needs[0].title == "Tvåans elever möter andra"
    site.world.wait()
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
