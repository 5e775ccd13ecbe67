"""The pages in a real browser: signing in, keyboard, no script. Every page by itself: `test_browser_every_page.py`."""

from urllib.parse import quote

import pytest
from looking import a_page, ours, problems, states
from web_world import TENANT, URL

from builders import a_scraped_call
from matcher.model import MatchState
from notifier.links import Links, Question
from profiles.model import Role
from storage import answers_given
from storage.database import reading
from web.session import signin_link

pytestmark = pytest.mark.browser


def an_answer_link(site, call_id: int = 1) -> str:
    """Where the contact person of the first match answers, as a letter has it."""
    unit = next(found.match.unit for found in site.world.matches() if found.match.call_id == call_id)
    person = next(p.key for p in site.world.profile.people if unit in p.units and p.role is Role.CONTACT)
    asked = Question(person=person, unit=unit, call_id=call_id, call_version=1)
    links = Links(URL, site.world.context.keys, TENANT)
    return links.answer(asked, site.world.now).removeprefix(URL)


def test_axe_would_find_a_planted_fault(site, chromium, axe):
    page = a_page(chromium)
    page.goto(site.address + "/logga-in")
    page.evaluate("document.querySelector('label').remove()")
    found = problems(page, axe)
    page.context.close()
    assert any("label" in problem for problem in found)


def test_buttons_are_at_least_44_pixels_high(site, chromium):
    page = a_page(chromium, 360)
    site.open_as(page)
    low = page.evaluate(
        "[...document.querySelectorAll('button, .button, .tick, select, '"
        "+ 'input:not([type=hidden], [type=radio], [type=checkbox])')]"
        ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 43.9).map(e => e.outerHTML.slice(0, 90))"
    )
    page.context.close()
    assert low == []


def test_the_whole_journey_without_script(site, chromium):
    """Asks for a code, signs in, refuses with a reason, undoes, signs out; script is off in the browser."""
    page = a_page(chromium, java_script_enabled=False)
    page.goto(site.address + "/")
    page.get_by_role("link", name="Logga in").click()
    page.get_by_label("E-postadress").fill("eu@exempelstad.example")
    page.get_by_role("button", name="Skicka länk och kod").click()
    field = page.get_by_label("Kod, sex siffror")
    field.wait_for()
    field.fill(mailed_code(site, page))
    page.get_by_role("button", name="Logga in").click()
    row = page.locator("article.row").first
    row.locator("a", has_text="Avvisa").first.click()
    page.get_by_label("Saknar partner").check()
    page.get_by_label("Anteckning").fill("Ingen partner än")
    page.get_by_role("button", name="Avvisa", exact=True).click()
    page.get_by_text("Avvisad för").first.wait_for()
    assert len(states(site, MatchState.REJECTED)) >= 1
    page.get_by_role("button", name="Ångra", exact=True).click()
    page.get_by_text("Ångrat för").first.wait_for()
    assert states(site, MatchState.REJECTED) == []
    page.get_by_role("button", name="Logga ut").click()
    page.get_by_role("heading", name="Logga in").wait_for()
    page.context.close()
    assert ours(page.complaints) == []


def mailed_code(site, page) -> str:
    """The code in the mail, which is sent after the page has been answered."""
    for _ in range(1200):
        if site.world.outbox:
            return site.world.outbox[-1].get_content().split("väntar: ")[1][:7]
        page.wait_for_timeout(50)
    raise AssertionError("no mail came within a minute")


def test_decisions_by_keyboard_alone_land_where_one_goes_on(site, chromium):
    """One unit of several: the same row again. The last one: the next row."""
    page = a_page(chromium)
    site.open_as(page)
    first, second = (page.locator("article.row h2").nth(place).get_attribute("id") for place in (0, 1))
    for button, onto in (("button.accept", first), ("button.accept", second)):
        tab_to(page, button)
        visible = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        page.keyboard.press("Enter")
        page.locator(f"[id='{onto}']:focus").wait_for(state="attached")
        assert visible == "solid"
    assert len(states(site, MatchState.ACCEPTED)) >= 2
    page.context.close()


def tab_to(page, button: str) -> None:
    """Press Tab until a button has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("button => document.activeElement.matches(button)", button):
            return
    raise AssertionError(f"{button} cannot be reached by Tab")


def test_a_browser_that_opens_an_answer_link_and_waits_answers_nothing__W02(site, chromium):
    page = a_page(chromium)
    page.goto(site.address + an_answer_link(site))
    page.wait_for_timeout(1000)
    with reading(site.world.engine) as conn:
        assert answers_given.newest(conn, TENANT) == []
    page.locator("summary", has_text="Inte för oss").click()
    page.get_by_label("Skäl").select_option("no_staff")
    page.get_by_role("button", name="Inte för oss", exact=True).click()
    page.get_by_text("Vad händer nu?").wait_for()
    page.get_by_role("button", name="Ångra svaret").click()
    page.get_by_text("Ni har inte svarat").wait_for()
    page.context.close()


def test_a_browser_that_opens_the_mailed_link_and_waits_is_not_signed_in__W02(site, chromium):
    page = a_page(chromium)
    page.goto(signin_link(site.world.context, "samordnare"))
    page.wait_for_timeout(1500)
    assert page.locator("main button").count() == 1
    page.goto(site.address + "/kallor")
    assert "Logga in" in page.title()
    page.context.close()


def test_foreign_text_never_runs__W30(site, chromium):
    attack = (
        "<img src=x onerror=alert(1)><script>alert(1)</script>\"'><svg onload=alert(1)> javascript:alert(1)"
    )
    site.world.add_calls(
        a_scraped_call(
            title=attack, identifier=attack, url="javascript:alert(1)", duration=attack, call_code=attack
        )
    )
    page = a_page(chromium)
    page.on("dialog", lambda dialog: page.complaints.append(f"a dialog: {dialog.message}"))
    site.open_as(page)
    newest = max(found.match.call_id for found in site.world.matches()) + 1
    for path in ("/utlysningar?visa=alla&sok=onerror", f"/utlysning/{newest}", f"/?sok={quote(attack)}"):
        assert page.goto(site.address + path).status == 200
        page.wait_for_load_state()
    assert "onerror" in page.get_by_label("Sök", exact=True).input_value()
    page.context.close()
    assert page.complaints == []


def test_focus_is_never_hidden_by_the_message_bar(site, chromium):
    page = a_page(chromium, 360)
    site.open_as(page)
    page.locator("button.accept").first.click()
    page.locator("[role=status]:not([hidden])").wait_for()
    hidden = []
    for _ in range(30):
        page.keyboard.press("Tab")
        hidden.append(
            page.evaluate(
                """() => { const at = document.activeElement.getBoundingClientRect();
                const bar = document.querySelector('[role=status]').getBoundingClientRect();
                const inBar = document.activeElement.closest('[role=status]');
                return !inBar && at.top >= bar.top && at.bottom > bar.top && at.height > 0; }"""
            )
        )
    page.context.close()
    assert not any(hidden)
