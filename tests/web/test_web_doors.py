"""Who may come in where, and what every answer carries."""

import re

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Mount
from web_world import URL, World, call_with_two_units

from web.access import Access
from web.api.app import PATH
from web.app import DOORS, create_app
from web.guard import HEADERS

SAMPLES = {"{call_id}": "1", "{token}": "x", "{token:path}": "x", "{name}": "x"}
STRANGER_GETS = {access: {401} for access in Access} | {Access.PUBLIC: {200, 303, 308, 404}}


def sample(path: str) -> str:
    for blank, value in SAMPLES.items():
        path = path.replace(blank, value)
    return path


def test_every_route_is_a_declared_door__W21(world: World):
    app = create_app(world.context)
    declared = {(method, door.path) for door in DOORS for method in door.methods}
    found = set()
    for route in app.routes:
        if isinstance(route, Mount) and route.path == PATH:
            continue  # the API keeps a matrix of its own: test_web_api.py
        assert isinstance(route, APIRoute), f"{route} is not declared in DOORS"
        found |= {(method, route.path) for method in route.methods}
    assert found == declared


@pytest.mark.parametrize("door", [d for d in DOORS if "GET" in d.methods], ids=lambda d: f"W20 {d.path}")
def test_a_stranger_sees_only_what_is_public(world: World, door):
    call_with_two_units(world)
    answer = world.browser().get(sample(door.path))
    assert answer.status_code in STRANGER_GETS[door.access]


@pytest.mark.parametrize(
    "door",
    [d for d in DOORS if "POST" in d.methods and d.access is Access.COORDINATOR],
    ids=lambda d: f"W20 {d.path}",
)
def test_a_contact_person_does_not_decide_and_is_told_who_does(world: World, door):
    call_with_two_units(world)
    contact = world.signed_in("kontakt.skola@exempelstad.example")
    (first, *_) = world.matches()
    answer = contact.post(door.path, {"match": f"{first.id}:x", "verdict": "accept"})
    assert answer.status_code == 403
    assert "EU-samordnare" in answer.text
    assert world.history(first.id) == []


def test_a_contact_person_sees_the_matches_of_their_own_unit_only__W20(world: World):
    call_id = call_with_two_units(world)
    page = world.signed_in("kontakt.skola@exempelstad.example").get(f"/utlysning/{call_id}").text
    assert "Barn- och utbildningsförvaltningen" in page
    assert "Kulturförvaltningen" not in page


def test_calls_of_another_municipality_do_not_exist__W20(world: World):
    call_id = call_with_two_units(world)
    elsewhere = World(engine=world.engine, profile=world.profile)
    context = elsewhere.context
    other = elsewhere.signed_in()
    object.__setattr__(other.client.app.state.context, "tenant", "annanstad")
    assert other.get(f"/utlysning/{call_id}").status_code in (401, 404)
    assert context.tenant != "annanstad"


def test_a_person_removed_from_the_profile_is_out_at_once__W28(world: World):
    browser = world.signed_in()
    world.profile = None
    assert browser.get("/").status_code == 401


def bad_posts() -> list:
    good = {"headers": {}, "csrf": None}
    return [
        pytest.param(good | {"csrf": ""}, id="W22 without a token"),
        pytest.param(good | {"csrf": "0" * 64}, id="W22 with a made-up token"),
        pytest.param(good | {"headers": {"origin": "https://evil.example"}}, id="W22 from another origin"),
        pytest.param(good | {"headers": {"origin": "null"}}, id="W22 origin null"),
        pytest.param(good | {"headers": {"origin": URL + ".evil.example"}}, id="W22 an origin that begins like ours"),
        pytest.param(
            good | {"headers": {"origin": "null", "sec-fetch-site": "cross-site"}}, id="W22 cross-site, origin null"
        ),
        pytest.param(good | {"headers": {"content-type": "text/plain"}}, id="W22 as text/plain"),
    ]  # fmt: skip


@pytest.mark.parametrize("bad", bad_posts())
def test_a_form_from_elsewhere_changes_nothing(world: World, bad):
    call_with_two_units(world)
    browser = world.signed_in()
    form = browser.forms("/")[0]
    token = browser.token("/") if bad["csrf"] is None else bad["csrf"]
    fields = {"csrf": token, "match": form["match"], "verdict": "accept"}
    answer = browser.client.post("/beslut", data=fields, headers=bad["headers"])
    assert answer.status_code == 403
    assert all(match.decision is None for match in world.matches())


def test_another_sessions_token_is_refused__W22(world: World):
    call_with_two_units(world)
    mine, theirs = world.signed_in(), world.signed_in("eu2@exempelstad.example")
    form = mine.forms("/")[0]
    fields = {"csrf": theirs.token("/"), "match": form["match"], "verdict": "accept"}
    assert mine.client.post("/beslut", data=fields).status_code == 403
    assert all(match.decision is None for match in world.matches())


def test_a_form_of_a_page_without_referrer_is_ours_when_the_browser_says_so(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    form = browser.forms("/")[0]
    headers = {"origin": "null", "sec-fetch-site": "same-origin"}
    fields = {"match": form["match"], "verdict": "accept"}
    assert browser.post("/beslut", fields, headers=headers).status_code == 303


@pytest.mark.parametrize(
    "path",
    ["/", "/finns-inte", "/logga-in", "/tillganglighet", "/halsa", "/u/x", "/static/x", "/utlysning/1"],
)
def test_every_answer_carries_the_headers__F3(world: World, path):
    answer = world.browser().get(path)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert "no-store" in answer.headers["cache-control"]
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_pages_have_nothing_inline__F3(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    for path in ("/", "/svar", "/utlysning/1", "/utlysningar", "/kallor", "/tillganglighet"):
        page = browser.get(path).text
        assert not re.search(
            r"<script(?! type=\"module\" src=\"/static/)|<style|\sstyle=|\son\w+=|javascript:", page
        ), path


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:443", "", "fondvakt.exempelstad.example.evil.example"]
)
def test_another_host_is_refused__W36(world: World, host):
    answer = world.browser().get("/logga-in", headers={"host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.text


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "fondvakt.exempelstad.example:443"])
def test_our_own_names_and_the_machine_itself_are_answered__W36(world: World, host):
    assert world.browser().get("/logga-in", headers={"host": host}).status_code == 200


def test_a_large_body_is_refused_whether_its_length_is_told_or_not__W35(world: World):
    browser = world.browser()
    large = b"x" * (1024 * 1024 + 1)
    assert browser.client.post("/u/x", content=large).status_code == 413
    in_pieces, form = iter([large[:600_000]] * 2), {"content-type": "application/x-www-form-urlencoded"}
    assert browser.client.post("/u/x", content=in_pieces, headers=form).status_code == 413


@pytest.mark.parametrize(
    "number",
    ["0", "-1", "1e3", "abc", "9" * 30, "1%00", "..%2f..%2fetc", "%D9%A1", "+1", "01"],
    ids=lambda number: f"W33 {number}",
)
def test_a_number_that_is_none_is_not_found(world: World, number):
    assert world.signed_in().get(f"/utlysning/{number}").status_code == 404


@pytest.mark.parametrize(
    "path",
    ["../../etc/passwd", "%2e%2e%2fapp.py", "..%5capp.py", "/etc/passwd", "fondvakt.css%00", "fondvakt.css"],
    ids=lambda p: f"W34 {p}",
)
def test_only_files_by_their_full_names_are_served(world: World, path):
    assert world.browser().get(f"/static/{path}").status_code == 404


def test_the_style_may_be_kept_for_ever(world: World):
    browser = world.browser()
    address = re.search(r'href="(/static/fondvakt-[0-9a-f]+\.css)"', browser.get("/logga-in").text)[1]
    answer = browser.get(address)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("TRACE", "/logga-in", 405),
        ("PUT", "/", 405),
        ("DELETE", "/utlysning/1", 405),
        ("GET", "/beslut", 405),
        ("GET", "/docs", 404),
        ("GET", "/openapi.json", 404),
        ("GET", "/.git/config", 404),
    ],
    ids=lambda value: f"W40 {value}",
)
def test_no_other_ways_in(world: World, method, path, status):
    assert world.browser().client.request(method, path).status_code == status


def test_an_unexpected_error_gives_a_number_and_no_details__W41(world: World, capsys):
    browser = world.browser()
    object.__setattr__(browser.client.app.state.context, "profile", lambda: 1 / 0)
    answer = browser.get("/logga-in")
    assert answer.status_code == 500
    number = re.search(r"Nummer: ([0-9a-f]{8})", answer.text)[1]
    assert "ZeroDivision" not in answer.text
    assert answer.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]
    assert number in capsys.readouterr().out


@pytest.mark.parametrize(
    "path", ["/utlysningar?sok=%0aINJECTED%0d", "/finns%0ainte", "/?flik=%00"], ids=lambda p: f"W37 {p}"
)
def test_line_breaks_in_an_address_break_nothing(world: World, path):
    assert world.signed_in().get(path).status_code in (200, 404)


def test_a_method_hidden_in_a_form_or_header_is_ignored__W23(world: World):
    call_with_two_units(world)
    browser = world.signed_in()
    browser.get("/?_method=POST&verdict=accept", headers={"x-http-method-override": "POST"})
    assert all(match.decision is None for match in world.matches())


def test_english_is_chosen_once_and_remembered(world: World):
    browser = world.browser()
    assert '<html lang="en">' in browser.get("/logga-in?lang=en").text
    assert "Sign in" in browser.get("/logga-in").text
    assert '<html lang="en">' in browser.get("/logga-in?lang=xx").text
