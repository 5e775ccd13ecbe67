"""Letters held and released, and choices changed from a mail: in a real browser, with script and without."""

from collections.abc import Iterator

import pytest
from everything import CONTACT, LINKS, a_town, cookie, token
from looking import a_page, ours
from served import Site, serve
from web_world import TENANT

from matcher.model import MatchState
from notifier.model import LetterKind
from storage import holds, wishes
from storage import matches as stored_matches
from storage.database import reading
from storage.wishes import Rhythm, Wishes

pytestmark = pytest.mark.browser
BOTH = pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
COMING = "2026-W35"


@pytest.fixture
def town(tmp_path) -> Iterator[Site]:
    """The municipality where everything has happened."""
    world = a_town(tmp_path)
    server, thread = serve(world)
    yield Site(world, world.public_url)
    server.should_exit = True
    thread.join()
    world.engine.dispose()


@BOTH
def test_a_weeks_letters_are_held_read_and_released(town, chromium, script):
    page = a_page(chromium, java_script_enabled=script)
    page.context.add_cookies([cookie(town.world, "samordnare")])
    page.goto(f"{town.address}/utskick")
    page.get_by_role("button", name="Håll alla").click()
    page.get_by_text("Veckans brev hålls av EU-samordnare").wait_for()
    assert held(town)
    page.get_by_role("link", name="Kontaktperson skola och förskola").first.click()
    page.locator("iframe.mail").wait_for()
    page.goto(f"{town.address}/utskick")
    page.get_by_role("button", name="Släpp alla").first.click()
    page.get_by_role("button", name="Håll alla").wait_for()
    assert not held(town)
    page.context.close()
    assert ours(page.complaints) == []


def held(town: Site) -> bool:
    with reading(town.world.engine) as conn:
        return bool(holds.of_week(conn, TENANT, COMING))


@BOTH
def test_choices_are_changed_from_a_mail_and_changed_back(town, chromium, script):
    page = a_page(chromium, 360, java_script_enabled=script)
    page.goto(f"{town.address}/mina-val/{token(LINKS.choices(CONTACT))}")
    assert chosen(town) == Wishes()
    page.locator("[name=rhythm][value=monthly]").check()
    page.locator(f"[name=kind][value={LetterKind.REMINDER}]").uncheck()
    page.get_by_role("button", name="Spara valen").click()
    page.wait_for_load_state()
    assert (chosen(town).rhythm, chosen(town).without) == (Rhythm.MONTHLY, {LetterKind.REMINDER})
    page.get_by_role("button", name="Pausa breven").click()
    page.get_by_role("button", name="Skicka brev igen").click()
    page.get_by_role("button", name="Pausa breven").wait_for()
    page.context.close()
    assert ours(page.complaints) == []


def chosen(town: Site) -> Wishes:
    with reading(town.world.engine) as conn:
        return wishes.of(conn, TENANT, CONTACT)


@BOTH
def test_all_that_fits_a_filter_is_put_off_at_once_and_the_rest_stays(town, chromium, script):
    page = a_page(chromium, java_script_enabled=script)
    page.context.add_cookies([cookie(town.world, "samordnare")])
    before = waiting(town)
    unit = before[0].match.unit
    page.goto(f"{town.address}/?enhet={unit}")
    number = page.locator("article.row").count()
    assert number
    page.get_by_role("button", name=f"Alla {number} ").click()
    page.locator("summary", has_text="Skjut upp").click()
    page.get_by_role("button", name="Skjut upp").first.click()
    page.wait_for_load_state()
    page.get_by_role("button", name="Ångra alla").wait_for()
    left = waiting(town)
    assert len(before) - len(left) >= number
    assert [one.id for one in left if one.match.unit != unit] == [
        one.id for one in before if one.match.unit != unit
    ]
    page.context.close()
    assert ours(page.complaints) == []


def waiting(town: Site) -> list:
    with reading(town.world.engine) as conn:
        return stored_matches.find(conn, TENANT, states=[MatchState.NEW])
