"""Signing in: a mailed link and code, bound to the browser that asked (F4, F6)."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from web_world import URL, World, call_with_two_units

from builders import NOW
from storage.database import reading
from storage.tables import session, signin
from texts import MessageError
from web.session import UnknownPerson, signin_link
from web.visit import own_path

KNOWN, UNKNOWN = "eu@exempelstad.example", "okand@exempelstad.example"


def ask(browser, email: str, **options):
    return browser.post("/logga-in", {"email": email}, page="/logga-in", **options)


def mailed_link(world: World) -> str:
    text = world.outbox[-1].get_content()
    return re.search(r"https://\S+/logga-in/lank/\S+", text)[0].removeprefix(URL)


def mailed_code(world: World) -> str:
    return re.search(r"\b\d{3} \d{3}\b", world.outbox[-1].get_content())[0]


def rows(world: World, table) -> list:
    with reading(world.engine) as conn:
        return conn.execute(select(table).order_by(table.c.id)).all()


def press(browser, link: str):
    return browser.post(link.partition("?")[0], {}, page=link)


def test_the_code_opens_the_queue_for_the_coordinator(world: World):
    browser = world.signed_in()
    assert browser.get("/").status_code == 200
    assert len(rows(world, session)) == 1


def test_the_link_opens_after_its_button_is_pressed(world: World):
    browser = world.browser()
    ask(browser, KNOWN)
    assert press(browser, mailed_link(world)).status_code == 303
    assert browser.get("/").status_code == 200


def test_opening_the_link_ten_times_changes_nothing__W01(world: World):
    browser = world.browser()
    ask(browser, KNOWN)
    link, before = mailed_link(world), rows(world, signin)
    for _ in range(10):
        for method in ("GET", "HEAD", "OPTIONS"):
            browser.client.request(method, link)
            world.browser().client.request(method, link)
    assert rows(world, signin) == before
    assert rows(world, session) == []
    assert press(browser, link).status_code == 303


def test_only_the_browser_that_asked_can_use_the_link__W11(world: World):
    asking, other = world.browser(), world.browser()
    ask(asking, KNOWN)
    link = mailed_link(world)
    page = other.get(link)
    assert "annan webbläsare" in page.text
    assert "<form method" not in page.text
    token = other.token("/logga-in")
    answer = other.client.post(link.partition("?")[0], data={"csrf": token})
    assert answer.status_code == 403
    assert rows(world, session) == []
    assert press(asking, link).status_code == 303


def test_a_scanner_that_presses_every_button_does_not_get_in__W13(world: World):
    ask(world.browser(), KNOWN)
    scanner, link = world.browser(), mailed_link(world)
    for action in re.findall(r'action="([^"]+)"', scanner.get(link).text):
        scanner.client.post(action, data={})
    assert rows(world, session) == []


def test_a_link_is_used_once_and_dies_after_ten_minutes__W12(world: World):
    browser = world.browser()
    ask(browser, KNOWN)
    link = mailed_link(world)
    token = browser.token("/logga-in")
    press(browser, link)
    assert browser.client.post(link.partition("?")[0], data={"csrf": token}).status_code == 403
    again = world.browser()
    ask(again, KNOWN)
    late = mailed_link(world)
    world.now += timedelta(minutes=10)
    page = again.get(late)
    assert "äldre än tio minuter" in page.text
    assert len(rows(world, session)) == 1


def test_a_code_is_used_once__W12(world: World):
    browser = world.browser()
    ask(browser, KNOWN)
    code = mailed_code(world)
    assert browser.post("/logga-in/kod", {"code": code}, page="/logga-in/kod").status_code == 303
    stranger = world.browser()
    ask(stranger, UNKNOWN)
    assert stranger.post("/logga-in/kod", {"code": code}, page="/logga-in/kod").status_code == 422


@pytest.mark.parametrize("email", [KNOWN, UNKNOWN], ids=["known", "unknown"])
def test_six_wrong_codes_lock_for_a_quarter_and_tell_the_owner__W12(world: World, email):
    browser = world.browser()
    ask(browser, email)
    right = mailed_code(world) if email == KNOWN else "000 000"
    wrong = "111111" if right != "111 111" else "222222"
    sent = len(world.outbox)
    said = [
        browser.post("/logga-in/kod", {"code": wrong}, page="/logga-in/kod").status_code for _ in range(6)
    ]
    assert said == [422] * 5 + [429]
    assert len(world.outbox) - sent == (1 if email == KNOWN else 0)
    assert browser.post("/logga-in/kod", {"code": right}, page="/logga-in/kod").status_code == 429
    assert rows(world, session) == []
    world.now += timedelta(minutes=16)
    if email == KNOWN:
        fresh = world.browser()
        ask(fresh, email)
        assert (
            fresh.post("/logga-in/kod", {"code": mailed_code(world)}, page="/logga-in/kod").status_code == 303
        )


def shown(answer) -> tuple:
    return answer.status_code, answer.headers.get("location"), answer.content, sorted(answer.headers)


def test_known_and_unknown_addresses_get_the_same_bytes__W24(world: World):
    known, unknown = world.browser(), world.browser()
    assert shown(ask(known, KNOWN)) == shown(ask(unknown, UNKNOWN))
    pages = [re.sub(r'value="[0-9a-f]{64}"', "", b.get("/logga-in/kod").text) for b in (known, unknown)]
    assert pages[0] == pages[1]
    assert [mail["To"] for mail in world.outbox] == [KNOWN]


@pytest.mark.parametrize("email", [KNOWN, UNKNOWN], ids=["W25 known", "W25 unknown"])
def test_the_sixth_request_in_an_hour_for_one_address_is_refused(world: World, email):
    said = [ask(world.browser(), email).status_code for _ in range(6)]
    assert said == [303] * 5 + [429]
    world.now += timedelta(minutes=61)
    assert ask(world.browser(), email).status_code == 303


def test_the_twenty_first_request_from_one_source_is_refused_whatever_it_claims__W25(world: World):
    browser = world.browser()
    said = []
    for place in range(21):
        headers = {"x-forwarded-for": f"203.0.113.{place}"}
        said.append(ask(browser, f"person{place}@exempelstad.example", headers=headers).status_code)
    assert said == [303] * 20 + [429]


def test_nothing_that_opens_a_door_is_kept__F4(world: World):
    browser = world.signed_in()
    token = browser.client.cookies["__Host-fondvakt-session"]
    code = mailed_code(world).replace(" ", "")
    kept = str(rows(world, signin)) + str(rows(world, session))
    assert token not in kept
    assert code not in kept
    assert UNKNOWN not in kept


def test_the_session_cookie_is_locked_down__F6(world: World):
    browser = world.browser()
    cookie = browser.sign_in(KNOWN).headers.get_list("set-cookie")[0]
    assert cookie.startswith("__Host-fondvakt-session=")
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie


def test_without_https_the_cookie_has_a_plain_name(tmp_path, world: World):
    world.public_url = "http://localhost:8000"
    cookie = world.browser().sign_in(KNOWN).headers.get_list("set-cookie")[0]
    assert cookie.startswith("fondvakt-session=")
    assert "Secure" not in cookie


def test_a_session_fixed_before_signing_in_is_not_taken_over__W28(world: World):
    browser = world.browser()
    browser.client.cookies.set("__Host-fondvakt-session", "fixed", domain="fondvakt.exempelstad.example")
    browser.sign_in(KNOWN)
    thief = world.browser()
    thief.client.cookies.set("__Host-fondvakt-session", "fixed", domain="fondvakt.exempelstad.example")
    assert thief.get("/").status_code == 401


def test_a_stolen_cookie_is_dead_after_signing_out__W28(world: World):
    browser = world.signed_in()
    stolen = browser.client.cookies["__Host-fondvakt-session"]
    assert browser.post("/logga-ut", {}).status_code == 303
    thief = world.browser()
    thief.client.cookies.set("__Host-fondvakt-session", stolen, domain="fondvakt.exempelstad.example")
    assert thief.get("/").status_code == 401


@pytest.mark.parametrize(
    ("steps", "alive"),
    [
        pytest.param([timedelta(minutes=59)] * 3, True, id="used every hour"),
        pytest.param([timedelta(minutes=61)], False, id="W28 idle for an hour"),
        pytest.param([timedelta(minutes=50)] * 15, False, id="W28 twelve hours old"),
    ],
)
def test_sessions_end(world: World, steps, alive):
    browser = world.signed_in()
    for step in steps:
        world.now += step
        status = browser.get("/").status_code
    assert (status == 200) is alive


@pytest.mark.parametrize(
    "onto",
    [
        "//evil.example",
        "https:evil",
        "https://evil.example",
        "/\\evil",
        "javascript:alert(1)",
        "/a\nb",
        "\t//evil",
        "",
    ],
    ids=lambda onto: f"W29 {onto!r}",
)
def test_only_own_paths_are_gone_on_to(world: World, onto):
    browser = world.browser()
    ask(browser, KNOWN)
    fields = {"code": mailed_code(world), "next": onto}
    answer = browser.post("/logga-in/kod", fields, page="/logga-in/kod")
    assert answer.headers["location"] == "/"
    assert own_path(onto) == "/"


def test_one_goes_on_to_the_page_one_came_for(world: World):
    call_id = call_with_two_units(world)
    browser = world.browser()
    refused = browser.get(f"/utlysning/{call_id}")
    assert (
        f"/logga-in?next=%2Futlysning%2F{call_id}" in refused.text
        or f"next=/utlysning/{call_id}" in refused.text
    )
    browser.post("/logga-in", {"email": KNOWN, "next": f"/utlysning/{call_id}"}, page="/logga-in")
    link = mailed_link(world)
    fields = {"next": f"/utlysning/{call_id}"}
    answer = browser.post(link.partition("?")[0], fields, page=link)
    assert answer.headers["location"] == f"/utlysning/{call_id}"


def test_the_mail_says_who_it_is_from_and_that_no_machine_should_answer(world: World):
    ask(world.browser(), KNOWN)
    mail = world.outbox[-1]
    assert mail["Subject"] == "Logga in i Fondvakt"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "fondvakt@exempelstad.example" in mail["From"]
    assert mailed_link(world).startswith("/logga-in/lank/")


def test_the_mail_comes_from_the_municipality_and_says_where_to_turn(world: World):
    ask(world.browser(), "kontakt.skola@exempelstad.example")
    mail = world.outbox[-1]
    assert mail["From"].addresses[0].display_name == world.profile.name
    assert mail["Reply-To"] == KNOWN
    assert f"så når du samordnaren:\n{KNOWN}\n" in mail.get_content()
    ask(world.browser(), KNOWN)
    assert world.outbox[-1]["Reply-To"] is None


def test_the_link_in_the_mail_comes_from_the_setting_not_from_the_request__W36(world: World):
    ask(world.browser(), KNOWN, headers={"host": "localhost:9999", "x-forwarded-host": "evil.example"})
    assert f"{URL}/logga-in/lank/" in world.outbox[-1].get_content()


def test_a_link_from_the_command_line_works_in_any_browser_once(world: World):
    link = signin_link(world.context, "samordnare").removeprefix(URL)
    browser = world.browser()
    assert "<form method" in browser.get(link).text
    assert rows(world, session) == []
    assert press(browser, link).status_code == 303
    assert browser.get("/").status_code == 200
    other = world.browser()
    token = other.token("/logga-in")
    assert other.client.post(link, data={"csrf": token}).status_code == 410


def test_a_link_for_nobody_is_refused_with_the_names_there_are(world: World):
    with pytest.raises(UnknownPerson, match=r"nobody har inget uppdrag .+ samordnare"):
        signin_link(world.context, "nobody")


def test_a_link_for_somebody_out_of_office_is_refused_in_a_sentence(world: World):
    assert "/logga-in/lank/" in signin_link(world.context, KNOWN)
    first, *rest = world.profile.people
    ended = replace(first, appointed_to=NOW.date() - timedelta(days=1))
    world.profile = replace(world.profile, people=(ended, *rest))
    with pytest.raises(UnknownPerson, match=f"{KNOWN} har inget uppdrag") as refused:
        signin_link(world.context, KNOWN)
    assert isinstance(refused.value, MessageError), "the command tells those as a sentence"


def test_a_mail_server_that_fails_is_not_noticed_by_the_reader(world: World, capsys):
    browser = world.browser()

    def refuse(_mail):
        raise OSError("connection refused")

    object.__setattr__(browser.client.app.state.context, "send_mail", refuse)
    assert ask(browser, KNOWN).status_code == 303
    assert "connection refused" in capsys.readouterr().out
