"""The coordinator's work in a real browser: by keyboard alone, in bulk, two at once, and all of it without script."""

from datetime import timedelta

import pytest
from looking import a_page, ours, problems, states
from served import Site, serve
from web_world import TENANT, a_filled_world, a_full_match

from matcher.model import MatchState, RejectReason
from storage import matches as stored_matches
from storage.database import reading

pytestmark = pytest.mark.browser
SECOND = "samordnare-2"
WAIT = """() => {
    const root = document.documentElement;
    root.dataset.waits = "1";
    document.querySelector("#rader")?.addEventListener("shown", () => delete root.dataset.waits, { once: true });
}"""


@pytest.fixture
def thirty(tmp_path):
    """Thirty calls with one strong match each, and two coordinators."""
    world = a_filled_world(tmp_path, 30)
    need = world.profile.needs[0]
    first = world.profile.coordinators[0]
    other = type(first)(
        **(vars(first) | {"key": SECOND, "name": "Andra samordnaren", "email": "eu2@x.example"})
    )
    object.__setattr__(world.profile, "people", (*world.profile.people, other))
    calls = sorted({found.match.call_id for found in world.matches()})
    world.propose(*(a_full_match(number, need) for number in calls))
    server, thread = serve(world)
    yield Site(world, world.public_url)
    server.should_exit = True
    thread.join()
    world.engine.dispose()


def count(site, state: MatchState) -> int:
    return len(states(site, state))


def focus(page) -> str:
    return page.evaluate("document.activeElement.id")


def switch_keys_on(page) -> None:
    page.get_by_role("button", name="Snabbtangenter").click()
    page.wait_for_load_state()


def press(page, key: str) -> None:
    """Press a key that decides, and wait until the list shows it or another page is there."""
    page.evaluate(WAIT)
    page.keyboard.press(key)
    page.locator("html[data-waits]").wait_for(state="detached")


def test_thirty_calls_are_triaged_by_keyboard_alone(thirty, chromium):
    page = a_page(chromium)
    thirty.open_as(page)
    page.locator("#tangenter button").focus()
    press(page, "Enter")  # switched on, by keyboard too
    page.evaluate("document.querySelector('article.row h2').focus()")
    for number in range(30):
        assert focus(page).startswith("rad-"), f"after {number} calls the focus is on no heading"
        if number % 3 == 0:
            press(page, "a")
        elif number % 3 == 1:
            page.keyboard.press("r")
            page.locator("dialog[open] input[type=radio]").first.wait_for()
            press(page, "6")
        else:
            page.keyboard.press("s")
            page.locator("dialog[open] input[type=radio]").first.wait_for()
            press(page, "2")
    page.get_by_role("heading", name="Allt är granskat").or_(
        page.get_by_role("heading", name="Inget att visa, men alla källor är inte lästa")
    ).wait_for()
    found = [count(thirty, state) for state in (MatchState.ACCEPTED, MatchState.REJECTED, MatchState.LATER)]
    assert found == [10, 10, 10]
    rejected = states(thirty, MatchState.REJECTED)
    assert {one.decision.reason for one in rejected} == {RejectReason.NO_PARTNER}
    page.context.close()
    assert ours(page.complaints) == []


def test_thirty_calls_are_triaged_by_tab_and_enter_alone_without_script(thirty, chromium):
    page = a_page(chromium, java_script_enabled=False)
    thirty.open_as(page)
    for number in range(30):
        if number % 3 == 0:
            tab_onto(page, "button.accept")
            entered(page)
        else:
            deed, value = (("reject", "no_partner"), ("later", "2"))[number % 3 - 1]
            tab_onto(page, f"a[data-deed={deed}]")
            entered(page)
            choose_by_arrows(page, value)
            tab_onto(page, "button[name=verdict]")
            entered(page)
    page.get_by_role("heading", name="Allt är granskat").or_(
        page.get_by_role("heading", name="Inget att visa, men alla källor är inte lästa")
    ).wait_for()
    found = [count(thirty, state) for state in (MatchState.ACCEPTED, MatchState.REJECTED, MatchState.LATER)]
    assert found == [10, 10, 10]
    page.context.close()
    assert ours(page.complaints) == []


def tab_onto(page, selector: str) -> None:
    """Press Tab until such a thing has the focus, and see that one sees it."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", selector
            return
    raise AssertionError(f"{selector} cannot be reached by Tab")


def entered(page) -> None:
    """Press Enter, and wait for the page that it leads to."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def choose_by_arrows(page, value: str) -> None:
    """Choose among radio buttons: Tab to them, then the arrow until the right one is on."""
    tab_onto(page, "input[type=radio]")
    for _ in range(12):
        if page.evaluate("() => document.activeElement.checked && document.activeElement.value") == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{value} is not among the choices")


def test_keys_are_off_until_switched_on_heard_in_the_list_only_and_never_in_a_field(thirty, chromium):
    page = a_page(chromium)
    thirty.open_as(page)
    heads = [page.locator("article.row h2").nth(place).get_attribute("id") for place in (0, 1)]
    page.evaluate("id => document.getElementById(id).focus()", heads[0])
    page.keyboard.press("j")
    assert focus(page) == heads[0], "off"
    page.locator("a[data-deed=reject]").first.click()
    sixth = page.locator("dialog[open] [data-digit='6']")
    sixth.wait_for()
    page.keyboard.press("6")
    assert not sixth.is_checked(), "off"
    assert page.locator("dialog[open] .digit").first.is_hidden(), "no key is shown that does nothing"
    page.keyboard.press("Escape")
    page.locator("a[data-deed=reject]:focus").wait_for()
    switch_keys_on(page)
    page.keyboard.press("j")
    assert not focus(page).startswith("rad-"), "the focus is not in the list"
    page.evaluate("id => document.getElementById(id).focus()", heads[0])
    page.keyboard.press("j")
    assert focus(page) == heads[1]
    page.keyboard.press("k")
    page.keyboard.press("x")
    assert page.locator("input[name=rad]:checked").count() == 1
    assert page.get_by_role("button", name="1 markerad …").is_enabled()
    page.keyboard.press("x")
    page.keyboard.press("/")
    page.keyboard.type("ajrsx")
    assert page.locator("#sok").input_value() == "ajrsx"
    page.evaluate("id => document.getElementById(id).focus()", heads[0])
    page.keyboard.press("?")
    page.get_by_text("nästa utlysning").wait_for()
    page.evaluate("id => document.getElementById(id).focus()", heads[0])
    page.keyboard.press("n")
    page.locator("dialog textarea").wait_for()
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="detached")
    page.evaluate("id => document.getElementById(id).focus()", heads[0])
    page.keyboard.press("t")
    page.locator("dialog select").first.wait_for()
    assert count(thirty, MatchState.NEW) == 30
    page.context.close()
    assert ours(page.complaints) == []


def test_a_decision_is_undone_with_z_and_with_the_button(thirty, chromium):
    page = a_page(chromium)
    thirty.open_as(page)
    switch_keys_on(page)
    page.locator("article.row h2").first.focus()
    press(page, "a")
    page.get_by_text("Godkänd för").first.wait_for()
    assert count(thirty, MatchState.ACCEPTED) == 1
    page.locator("article.row h2").first.focus()
    press(page, "z")
    page.get_by_text("Ångrat för").first.wait_for()
    assert count(thirty, MatchState.ACCEPTED) == 0
    page.context.close()


def test_undoing_leads_back_to_the_row_and_coming_back_finds_place_and_marks(thirty, chromium):
    page = a_page(chromium)
    thirty.open_as(page)
    switch_keys_on(page)
    page.locator("article.row h2").nth(4).focus()
    first = focus(page)
    press(page, "a")
    page.keyboard.press("j")
    press(page, "z")
    assert focus(page) == first, "taken back, the row has the focus"
    page.keyboard.press("x")
    page.keyboard.press("j")
    second = focus(page)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.go_back()
    page.locator(f"#{second}:focus").wait_for()
    assert page.locator("input[name=rad]:checked").count() == 1
    page.get_by_role("button", name="1 markerad …").click()
    page.get_by_role("link", name="Tillbaka utan att ändra").click()
    page.get_by_role("button", name="1 markerad …").wait_for()
    assert "rad=" not in page.url
    page.context.close()
    assert ours(page.complaints) == []


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_several_are_rejected_at_once_and_taken_back(thirty, chromium, script):
    page = a_page(chromium, java_script_enabled=script)
    thirty.open_as(page)
    for place in (0, 2):
        page.locator("input[name=rad]").nth(place).check()
    page.get_by_role("button", name="2 markerade …" if script else "De markerade …").click()
    page.get_by_role("heading", name="2 utlysningar på en gång").wait_for()
    page.locator("summary", has_text="Avvisa").click()
    page.get_by_label("Skäl").select_option("no_staff")
    page.get_by_role("button", name="Avvisa 2 utlysningar").click()
    page.get_by_text("2 utlysningar avvisade.").first.wait_for()
    assert count(thirty, MatchState.REJECTED) == 2
    page.get_by_role("button", name="Ångra alla").click()
    page.get_by_text("Ångrat för 2 utlysningar.").first.wait_for()
    page.get_by_role("button", name="Alla 30 i fliken …").click()
    page.get_by_role("button", name="Godkänn 30 utlysningar").click()
    page.get_by_text("30 utlysningar godkända.").first.wait_for()
    assert count(thirty, MatchState.ACCEPTED) == 30
    page.context.close()
    assert ours(page.complaints) == []


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_two_coordinators_who_collide_are_told_of_each_other_and_keep_their_words__W38(
    thirty, chromium, script
):
    mine, theirs = a_page(chromium, java_script_enabled=script), a_page(chromium)
    thirty.open_as(mine)
    thirty.open_as(theirs, SECOND)
    mine.locator("article.row").first.locator("a", has_text="Avvisa").click()
    mine.get_by_label("Saknar partner").check()
    mine.get_by_label("Anteckning").fill("Mina egna ord")
    theirs.locator("button.accept").first.click()
    theirs.get_by_text("Godkänd för").first.wait_for()
    thirty.world.now += timedelta(seconds=5)
    mine.get_by_role("button", name="Avvisa", exact=True).click()
    mine.get_by_role("heading", name="Ändrat under tiden").wait_for()
    assert "Andra samordnaren" in mine.locator("main").inner_text()
    assert mine.get_by_label("Anteckning").input_value() == "Mina egna ord"
    assert count(thirty, MatchState.REJECTED) == 0
    mine.get_by_role("button", name="Avvisa ändå").click()
    mine.get_by_text("Avvisad för").first.wait_for()
    with reading(thirty.world.engine) as conn:
        (rejected,) = stored_matches.find(conn, TENANT, states=[MatchState.REJECTED])
    assert rejected.decision.note == "Mina egna ord"
    mine.context.close()
    theirs.context.close()


def test_a_left_tab_says_who_has_changed_the_queue(thirty, chromium):
    mine, theirs = a_page(chromium), a_page(chromium)
    thirty.open_as(mine)
    thirty.open_as(theirs, SECOND)
    theirs.locator("button.accept").first.click()
    theirs.get_by_text("Godkänd för").first.wait_for()
    mine.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    mine.get_by_text("Kön har ändrats av Andra samordnaren (1 rad).").wait_for()
    mine.get_by_role("link", name="Uppdatera").click()
    mine.get_by_text("Kön har ändrats").wait_for(state="detached")
    assert mine.locator("main [role=status]").count() == 1, "one live region"
    mine.context.close()
    theirs.context.close()


@pytest.mark.parametrize(("width", "scheme", "language"), [(320, "dark", "en"), (1400, "light", "sv")])
def test_axe_finds_nothing_in_the_dialogs(site, chromium, axe, width, scheme, language):
    page, found = a_page(chromium, width, scheme), {}
    site.open_as(page)
    for deed in ("reject", "later", "refer", "forward"):
        page.goto(f"{site.address}/?lang={language}")
        page.locator(f"a[data-deed={deed}]").first.click()
        page.locator("dialog[open]").wait_for()
        found[deed] = problems(page, axe)
        page.keyboard.press("Escape")
        page.locator(f"a[data-deed={deed}]:focus").wait_for()  # the focus comes back
    page.context.close()
    assert {deed: what for deed, what in found.items() if what} == {}
    assert ours(page.complaints) == []


def test_a_visible_focus_and_targets_of_at_least_24_pixels(site, chromium):
    page = a_page(chromium, 320)
    site.open_as(page)
    small = page.evaluate(
        """() => [...document.querySelectorAll('main a, main button, main input, main select, main summary')]
        .filter(e => e.offsetParent && !e.closest('p') && !e.closest('h2'))
        .filter(e => { const at = e.getBoundingClientRect(); return at.height < 24 || at.width < 24; })
        .map(e => e.outerHTML.slice(0, 100))"""
    )
    assert small == []
    for selector in ("input[name=rad]", "a[data-deed=reject]", "button.accept", "#flera button:enabled"):
        page.locator(selector).first.focus()
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")
        style = "getComputedStyle(document.activeElement).outlineStyle"
        assert page.evaluate(style) != "none", selector
    page.context.close()


SORRY = '<main><p class="lead">Ett annat jobb skriver.</p><p id="nummer">Nummer: ab12</p></main>'


@pytest.mark.parametrize("fault", ["no answer", "an answer of 503"])
def test_what_could_not_be_saved_says_so_at_its_row_and_is_tried_again(thirty, chromium, fault):
    page = a_page(chromium)
    thirty.open_as(page)
    row = page.locator("article.row").first
    head = row.locator("h2").get_attribute("id")
    page.locator("input[name=rad]").nth(1).check()
    answer = {"status": 503, "content_type": "text/html", "body": SORRY}
    page.route("**/beslut", lambda at: at.abort() if fault == "no answer" else at.fulfill(**answer))
    row.locator("button.accept").click()
    alert = row.get_by_role("alert")
    alert.wait_for()
    said = alert.inner_text()
    assert ("Nummer: ab12" if fault != "no answer" else "två gånger gör ingen skada") in said
    assert count(thirty, MatchState.ACCEPTED) == 0
    page.unroute("**/beslut")
    alert.get_by_role("button", name="Försök igen").click()
    page.get_by_text("Godkänd för").first.wait_for()
    assert count(thirty, MatchState.ACCEPTED) == 1
    assert page.locator(f"#{head}").count() == 0, "the row has left"
    assert focus(page).startswith("rad-"), "the focus went on to the next heading"
    assert page.locator("input[name=rad]:checked").count() == 1, "a mark on another row stays"
    assert page.locator("main > [role=status]").count() == 1, "one live region"
    page.context.close()


def test_without_a_session_the_decision_leads_to_signing_in(thirty, chromium):
    page = a_page(chromium)
    thirty.open_as(page)
    page.context.clear_cookies()
    page.locator("button.accept").first.click()
    page.get_by_role("link", name="Logga in").wait_for()
    assert count(thirty, MatchState.ACCEPTED) == 0
    page.context.close()
