"""The queue as a page: what a row tells, search, pages, and what stands there when it is empty."""

import re
from datetime import timedelta

import pytest
from review_forms import decide
from web_world import TENANT, URL, World, a_full_match, a_world, call_with_two_units, in_days

from builders import a_coordinator, a_need, a_profile, a_scraped_call, a_unit
from storage import runs, subscriptions
from storage.database import writing

ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}",
    "javascript:alert(1)",
    "</title><svg onload=alert(1)>",
)


def read(html: str) -> str:
    """The words of a page as one reads them."""
    return re.sub(r"<[^>]+>", "", html)


def test_a_row_tells_call_deadline_money_and_units(world: World):
    call_with_two_units(world, grant_min=8_500, grant_max=50_700)
    page = world.signed_in().get("/").text
    for words in (
        "Town-Twinning",
        "CERV-2026-CITIZENS-TOWN-TT",
        "lördag 5 september 2026",
        "kl. 17.00 Brysseltid",
        "8\u00a0500–50\u00a0700\u00a0euro per projekt",
        "4\u00a0000\u00a0000\u00a0euro",
        "Barn- och utbildningsförvaltningen",
        "Stark",
        "Trolig",
        "Behovet ligger nära utlysningens mål.",
        "EU-kommissionen, Funding &amp; Tenders Portal, läst i dag kl. 06.00",
    ):
        assert words in page or words in read(page), words
    assert re.search(r"<b>14</b> dagar kvar", page)
    assert "%" not in read(page), "strength is told in words"


@pytest.mark.parametrize(
    ("deadlines", "said"),
    [
        pytest.param((in_days(14, None),), "lördag 5 september 2026", id="day only"),
        pytest.param((), "Löpande, utan sista dag", id="running"),
        pytest.param(None, "Sista dag framgår inte", id="not stated"),
        pytest.param((in_days(0),), "I dag", id="today"),
    ],
)
def test_a_deadline_is_told_as_exactly_as_it_is_known(world: World, deadlines, said):
    call_with_two_units(world, deadlines=deadlines)
    page = read(world.signed_in().get("/").text)
    assert said in page
    if deadlines and deadlines[0].by_day:
        assert "Brysseltid" not in page


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: f"W30 {attack}")
def test_foreign_text_is_text_everywhere(world: World, attack):
    call_id = call_with_two_units(world, title=f"T {attack}", url="javascript:alert(1)", duration=attack)
    browser = world.signed_in()
    decide(browser, "reject", reason="other", note=attack)
    for path in ("/", "/?flik=avvisade", f"/utlysning/{call_id}", "/utlysningar"):
        page = browser.get(path, params={"sok": ""} if "?" not in path else None).text
        assert page.count("<script") == page.count('<script type="module" src="/static/')
        assert "<svg onload" not in page
        assert "<img" not in page
        assert 'href="javascript:' not in page
        assert ">49<" not in page


@pytest.mark.parametrize(
    "words",
    ["%", "_", "'", '";--', "{{7*7}}", "${7*7}", "x" * 10_000, "(.*", "\\"],
    ids=lambda w: f"W31 {w[:8]}",
)
def test_search_words_mean_themselves(world: World, words):
    call_with_two_units(world)
    answer = world.signed_in().get("/", params={"sok": words})
    assert answer.status_code == 200
    assert "Inget stämmer med filtret" in answer.text
    assert ">49<" not in answer.text


def test_search_finds_words_of_the_text_whatever_their_case(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    assert 'id="rad-1"' in browser.get("/", params={"sok": "TOWN citizens"}).text
    assert 'id="rad-1"' not in browser.get("/", params={"sok": "town kärnkraft"}).text


@pytest.mark.parametrize(
    "query",
    ["sida=-1", "sida=0", "sida=1e9", "sida=abc", "sida=1&sida=2", "ordning=pris", "flik=xx", "styrka=9", "enhet=x",
     "program=%00", "sida=99999999999999999999", "sida=%D9%A3"],
    ids=lambda query: f"W32 {query}",
)  # fmt: skip
def test_odd_values_in_the_address_count_as_not_said(world: World, query):
    call_with_two_units(world)
    answer = world.signed_in().get(f"/?{query}")
    assert answer.status_code == 200
    assert "Town-Twinning" in answer.text


@pytest.mark.parametrize("query", ["program=LIFE", "kalla=euroaccess"])
def test_a_filter_of_which_nothing_is_left_finds_nothing_and_never_everything(world: World, query):
    call_with_two_units(world)
    browser = world.signed_in()
    for path in ("/", "/utlysningar"):
        page = browser.get(f"{path}?{query}").text
        assert "<article" not in page, path
        assert re.search(rf'<option value="{query.partition("=")[2]}" selected>', page), path


def test_a_call_for_many_units_shows_the_first_and_folds_the_rest(tmp_path):
    units = [a_unit(key=f"enhet-{n}", needs=(a_need(key=f"b{n}", unit=f"enhet-{n}"),)) for n in range(12)]
    world = a_world(tmp_path, a_profile(units=tuple(units), people=(a_coordinator(),)))
    (number,) = world.add_calls(a_scraped_call(deadlines=(in_days(9),)))
    world.propose(*(a_full_match(number, need) for need in world.profile.needs))
    page = world.signed_in("eu@exempelstad.example").get("/").text
    world.engine.dispose()
    assert "Godkänn alla 12" in page
    assert page.index("4 enheter till") < page.index(">Godkänn<", page.index("4 enheter till"))
    assert page.count('<li class="unit') == 12
    assert re.search(r"Barn\S+ och \S+, Barn[^<]+ och 9 till saknar mottagare", page)


def test_pages_hold_25_rows(world: World):
    ids = world.add_calls(
        *(a_scraped_call(reference=str(n), identifier=f"X-{n}", title=f"Call {n}") for n in range(60))
    )
    world.propose(*(a_full_match(call_id, world.profile.needs[0]) for call_id in ids))
    browser = world.signed_in()
    assert [browser.get(f"/?sida={page}").text.count("<article") for page in (1, 2, 3, 4)] == [25, 25, 10, 10]


def test_units_without_recipient_are_pointed_out(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    assert "saknar mottagare" not in browser.get("/").text
    with writing(world.engine) as conn:
        subscriptions.stop(conn, TENANT, "kontakt-skola", world.now)
    assert "Barn- och utbildningsförvaltningen saknar mottagare" in browser.get("/").text


def test_an_empty_queue_tells_the_three_first_steps(world: World):
    page = world.signed_in().get("/").text
    assert "Tre steg" in page
    assert "fondvakt collect" in page


def test_a_filter_that_finds_nothing_says_where_else_it_does(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    decide(browser, "accept")
    page = browser.get("/?enhet=skola&slag=utlysning").text
    assert "Inget stämmer med filtret" in page
    found = re.findall(r'<li><a href="([^"]*)">([^<]*)</a> <span class="count">1</span></li>', page)
    assert [label for _, label in found[-2:]] == ["Godkända", "Alla utlysningar"]
    for address, _label in found[-2:]:
        assert "Town-Twinning" in browser.get(address.replace("&amp;", "&")).text


def test_pages_around_the_queue_belong_to_it_in_the_menu(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    for path in ("/svar", "/senaste-beslut", "/beslut/flera?urval=sida"):
        assert re.search(r'<a href="/" aria-current="true">Matchningskö', browser.get(path).text), path


def test_a_source_that_fails_is_never_met_by_a_cheerful_empty_page(world: World):
    world.add_calls(a_scraped_call())
    with writing(world.engine) as conn:
        first = runs.start_harvest(conn, TENANT, "eu-portal", world.now - timedelta(days=9))
        runs.end_harvest(conn, TENANT, first, outcome="sound", now=world.now - timedelta(days=9), calls=5)
        second = runs.start_harvest(conn, TENANT, "eu-portal", world.now)
        runs.end_harvest(conn, TENANT, second, outcome="failed", now=world.now, reason="503")
    world.propose()
    page = world.signed_in().get("/").text
    assert "sedan 13 augusti 2026: källan gick inte att läsa" in page


def test_the_queue_is_there_in_english(world: World):
    call_with_two_units(world)
    page = world.signed_in().get("/?lang=en").text
    for words in ("Match queue", "To review", "Accept", "days left", "Saturday 5 September 2026", "Strong"):
        assert words in read(page)
    assert "Godkänn" not in page
    assert URL not in page
