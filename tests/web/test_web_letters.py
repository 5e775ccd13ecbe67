"""The letter pages: the next dispatch, previews, holding, settling, the archive, and who is not reached."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy

import pytest
from web_world import KEY, TENANT, URL, World, call_with_two_units

from builders import STOCKHOLM
from notifier.model import LetterState
from notifier.statuses import BounceKind
from notifier.weeks import week_of
from pipeline import digest
from pipeline.renewal import REASON
from storage import audit, bounces, holds, letters, matches, outbox, subscriptions
from storage.database import reading, writing
from web.letters import DOORS

MONDAY = datetime(2026, 8, 24, 7, 0, tzinfo=STOCKHOLM)
WEEK = week_of(MONDAY)
EML = re.compile(rb"^From: .*?^Subject: ", re.S | re.M)


@pytest.fixture
def site(world: World) -> World:
    """One call accepted for both units; the next letters are made on Monday."""
    call_with_two_units(world)
    browser = world.signed_in()
    for form in [f for f in browser.forms("/") if f["verdict"] == "accept"]:
        browser.post("/beslut", {"match": form["match"], "verdict": "accept"}, page="/")
    world.next_letters = MONDAY
    return world


def plan(world: World) -> list[int]:
    """Make the week's letters, as the clock's job does."""
    context = digest.letter_context(TENANT, world.profile, world.now, public_url=URL, key=KEY)
    return list(digest.plan(world.engine, context, WEEK).letters)


def put(world: World, number: int, state: LetterState, error: str | None = None) -> None:
    with writing(world.engine) as conn:
        letters.record(conn, TENANT, number, state, world.now, error=error)


def state(world: World, number: int) -> LetterState:
    with reading(world.engine) as conn:
        return letters.get(conn, TENANT, number).state


def stamp_on(page: str, number: int) -> str:
    return re.search(rf'action="/utskick/brev/{number}".*?name="seen" value="([^"]+)"', page, re.S)[1]


def told(world: World, kind: str) -> list[tuple[str, str, str]]:
    with reading(world.engine) as conn:
        found = audit.events(conn, TENANT, kind=kind)
    return [(one.event.actor, one.event.key, one.event.action) for one in reversed(list(found))]


def rows(world: World) -> dict[str, list]:
    with world.engine.connect() as conn:
        names = conn.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
        kept = [name for name in names if name not in ("session", "signin")]
        return {name: conn.exec_driver_sql(f"SELECT * FROM {name}").all() for name in kept}


def test_the_next_dispatch_names_its_time_recipients_and_what_each_gets(site: World):
    page = site.signed_in().get("/utskick").text
    assert "Nästa utskick: mån 24 augusti 07.00" in page
    assert "2 brev" in page
    assert "2 mottagare" in page
    for person in ("Kontaktperson, Barn- och utbildning", "Kontaktperson, Kultur"):
        assert person in page


def test_the_queue_names_the_next_dispatch_and_warns_when_a_letter_is_in_doubt(site: World):
    browser = site.signed_in()
    assert "Nästa utskick: mån 24 augusti 07.00" in browser.get("/").text
    assert "ovisst" not in browser.get("/").text
    put(site, plan(site)[0], LetterState.IN_DOUBT)
    assert "1 brev är ovisst." in browser.get("/").text
    assert "1 letter is in doubt." in browser.get("/?lang=en").text


def test_looking_at_coming_letters_stores_nothing(site: World):
    browser = site.signed_in()
    browser.get("/utskick")
    before = rows(site)
    for path in (
        "/utskick",
        "/utskick/kommande/kontakt-skola",
        "/utskick/kommande/kontakt-skola/brev",
        "/utskick/arkiv",
    ):
        for _ in range(3):
            assert browser.get(path).status_code == 200
    assert rows(site) == before


def test_a_coming_letter_is_shown_as_it_would_be_sent(site: World):
    browser = site.signed_in()
    page = browser.get("/utskick/kommande/kontakt-skola").text
    frame = browser.get("/utskick/kommande/kontakt-skola/brev")
    assert 'sandbox src="/utskick/kommande/kontakt-skola/brev"' in page
    assert "Town-Twinning" in frame.text
    plan(site)
    with reading(site.engine) as conn:
        made = next(one for one in letters.find(conn, TENANT) if one.letter.person == "kontakt-skola")
    html = message_from_bytes(made.letter.content, policy=policy.default).get_body(("html",)).get_content()
    without_tokens = lambda text: re.sub(r"/(svara|u|k)/[^\"]+", "", text)  # noqa: E731 - used twice, here alone
    assert without_tokens(frame.text.replace("\r\n", "\n")) == without_tokens(html.replace("\r\n", "\n"))


def test_the_frame_of_a_letter_may_do_nothing(site: World):
    browser = site.signed_in()
    framed = browser.get("/utskick/kommande/kontakt-skola/brev").headers
    policy_words = framed["content-security-policy"]
    assert "default-src 'none'" in policy_words
    assert policy_words.endswith("; sandbox")
    assert "script" not in policy_words
    assert framed["x-frame-options"] == "SAMEORIGIN"
    assert browser.get("/utskick").headers["x-frame-options"] == "DENY"


def test_a_person_who_gets_no_letter_has_no_preview(site: World):
    browser = site.signed_in()
    for nobody in ("samordnare", "finns-inte", "..%2f", "x" * 300):
        assert browser.get(f"/utskick/kommande/{nobody}").status_code == 404
        assert browser.get(f"/utskick/kommande/{nobody}/brev").status_code == 404


def hold(browser, person: str = "", deed: str = "hold", week: str = WEEK):
    return browser.post("/utskick/veckan", {"deed": deed, "person": person, "week": week}, page="/utskick")


def test_one_coming_letter_is_held_made_all_the_same_and_let_go(site: World):
    browser = site.signed_in()
    assert hold(browser, "kontakt-skola").headers["location"] == "/utskick/kommande/kontakt-skola"
    assert "Hålls av EU-samordnare" in browser.get("/utskick/kommande/kontakt-skola").text
    numbers = plan(site)
    with reading(site.engine) as conn:
        states = {one.letter.person: one.state for one in letters.find(conn, TENANT)}
    assert states == {"kontakt-skola": LetterState.HELD, "kontakt-kultur": LetterState.RENDERED}
    held = next(number for number in numbers if state(site, number) is LetterState.HELD)
    page = browser.get(f"/utskick/brev/{held}").text
    browser.post(f"/utskick/brev/{held}", {"deed": "resend", "seen": stamp_on(page, held)}, page="/utskick")
    assert state(site, held) is LetterState.RETRY
    assert told(site, "sending") == [("samordnare", f"{WEEK}/kontakt-skola", "hold")]
    assert told(site, "letter") == [("samordnare", str(held), "resend")]


def test_a_hold_is_let_go_before_the_letter_is_made(site: World):
    browser = site.signed_in()
    hold(browser, "kontakt-skola")
    hold(browser, "kontakt-skola")
    hold(browser, "kontakt-skola", "release")
    plan(site)
    with reading(site.engine) as conn:
        assert {one.state for one in letters.find(conn, TENANT)} == {LetterState.RENDERED}
    assert [action for _, _, action in told(site, "sending")] == ["hold", "release"]


def test_all_letters_are_held_those_that_wait_too_and_let_go(site: World):
    browser, numbers = site.signed_in(), plan(site)
    hold(browser)
    assert {state(site, number) for number in numbers} == {LetterState.HELD}
    assert "Veckans brev hålls av EU-samordnare" in browser.get("/utskick").text
    hold(browser, deed="release")
    assert {state(site, number) for number in numbers} == {LetterState.RETRY}
    with reading(site.engine) as conn:
        assert holds.of_week(conn, TENANT, WEEK) == {}
    assert [action for _, _, action in told(site, "sending")] == ["hold", "release"]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"deed": "hold", "week": "2026-W01", "person": ""}, 409),
        ({"deed": "hold", "week": WEEK, "person": "samordnare"}, 422),
        ({"deed": "hold", "week": WEEK, "person": "../x"}, 422),
        ({"deed": "resend", "week": WEEK}, 422),
        ({"deed": "", "week": WEEK}, 422),
        ({}, 422),
    ],
    ids=str,
)
def test_a_hold_that_makes_no_sense_changes_nothing(site: World, fields, status):
    browser = site.signed_in()
    assert browser.post("/utskick/veckan", fields, page="/utskick").status_code == status
    with reading(site.engine) as conn:
        assert holds.of_week(conn, TENANT, WEEK) == {}


@pytest.mark.parametrize(
    ("before", "deed", "after"),
    [
        (LetterState.IN_DOUBT, "resend", LetterState.RETRY),
        (LetterState.IN_DOUBT, "arrived", LetterState.SENT),
        (LetterState.FAILED, "resend", LetterState.RETRY),
        (LetterState.FAILED, "arrived", LetterState.SENT),
        (LetterState.HELD, "resend", LetterState.RETRY),
    ],
)
def test_a_letter_that_waits_for_a_word_is_settled_and_history_tells(site: World, before, deed, after):
    browser, number = site.signed_in(), plan(site)[0]
    put(site, number, before, error="550 5.1.1 <x>: no such user")
    overview = browser.get("/utskick").text
    assert "550 5.1.1 &lt;x&gt;: no such user" in overview
    answer = browser.post(
        f"/utskick/brev/{number}", {"deed": deed, "seen": stamp_on(overview, number)}, page="/utskick"
    )
    assert answer.headers["location"] == f"/utskick/brev/{number}"
    assert state(site, number) is after
    assert told(site, "letter") == [("samordnare", str(number), deed)]
    assert "EU-samordnare" in browser.get(f"/utskick/brev/{number}").text


def test_two_coordinators_settle_the_same_letter_and_the_second_is_told__W38(site: World):
    first, second = site.signed_in(), site.signed_in("eu2@exempelstad.example")
    number = plan(site)[0]
    put(site, number, LetterState.IN_DOUBT)
    seen = stamp_on(second.get("/utskick").text, number)
    first.post(f"/utskick/brev/{number}", {"deed": "arrived", "seen": seen}, page="/utskick")
    late = second.post(f"/utskick/brev/{number}", {"deed": "resend", "seen": seen}, page="/utskick/arkiv")
    assert late.status_code == 409
    assert "Någon annan hann före" in late.text
    assert "räknades som skickat, EU-samordnare" in late.text
    assert state(site, number) is LetterState.SENT
    assert told(site, "letter") == [("samordnare", str(number), "arrived")]


def test_a_letter_that_failed_again_since_it_was_seen_is_not_settled_blindly(site: World):
    browser, number = site.signed_in(), plan(site)[0]
    put(site, number, LetterState.FAILED)
    seen = stamp_on(browser.get("/utskick").text, number)
    put(site, number, LetterState.RETRY)
    with writing(site.engine) as conn:
        while letters.claim_next(conn, TENANT, "x", site.now).id != number:
            pass
    put(site, number, LetterState.FAILED)
    answer = browser.post(f"/utskick/brev/{number}", {"deed": "arrived", "seen": seen}, page="/utskick/arkiv")
    assert answer.status_code == 409
    assert state(site, number) is LetterState.FAILED


@pytest.mark.parametrize("is_now", [LetterState.SENT, LetterState.SENDING, LetterState.CANCELLED])
def test_a_letter_that_waits_no_more_is_not_held(site: World, is_now):
    browser, number = site.signed_in(), plan(site)[0]
    put(site, number, is_now)
    assert browser.post(f"/utskick/brev/{number}", {"deed": "hold"}, page="/utskick/arkiv").status_code == 409
    assert state(site, number) is is_now


def test_letters_that_are_not_there_are_not_found(site: World):
    browser = site.signed_in()
    for number in ("999", "0", "-1", "x", "1e30"):
        for path in (
            f"/utskick/brev/{number}",
            f"/utskick/brev/{number}/brev",
            f"/utskick/brev/{number}.eml",
        ):
            assert browser.get(path).status_code == 404
    assert browser.post("/utskick/brev/999", {"deed": "hold"}, page="/utskick/arkiv").status_code == 404
    for week in ("2026-W01", "x", "2026-W99", "..%2f"):
        assert browser.get(f"/utskick/arkiv/{week}").status_code == 404


def test_a_letter_of_another_municipality_does_not_exist__W20(site: World):
    number = plan(site)[0]
    browser = site.signed_in()
    with site.engine.begin() as conn:
        conn.exec_driver_sql("UPDATE letter SET tenant = 'annanstad'")
    assert browser.get(f"/utskick/brev/{number}").status_code == 404
    assert browser.get(f"/utskick/brev/{number}.eml").status_code == 404
    assert browser.post(f"/utskick/brev/{number}", {"deed": "hold"}, page="/utskick/arkiv").status_code == 404


def test_the_archive_gives_exactly_the_bytes_that_were_sent(site: World):
    browser, number = site.signed_in(), plan(site)[0]
    put(site, number, LetterState.SENT)
    with reading(site.engine) as conn:
        stored = letters.get(conn, TENANT, number)
    assert f'href="/utskick/arkiv/{WEEK}"' in browser.get("/utskick/arkiv").text
    assert f"/utskick/brev/{number}" in browser.get(f"/utskick/arkiv/{WEEK}").text
    file = browser.get(f"/utskick/brev/{number}.eml")
    assert file.content == stored.letter.content
    assert file.headers["content-type"] == "message/rfc822"
    assert file.headers["content-disposition"] == f'attachment; filename="fondvakt-{WEEK}-{number}.eml"'
    text = browser.get(f"/utskick/brev/{number}").text
    assert "Town-Twinning" in text


def test_all_sending_is_held_after_a_restore_until_it_is_let_go_here(site: World):
    numbers = plan(site)
    with writing(site.engine) as conn:
        outbox.hold_all(conn)
    browser = site.signed_in()
    assert "En säkerhetskopia har lagts tillbaka" in browser.get("/utskick").text
    assert "Alla brev hålls efter en återställning." in browser.get("/").text
    hold(browser, deed="release")
    with reading(site.engine) as conn:
        assert outbox.sending_of(conn, TENANT) == outbox.Sending(host="brevdatorn", is_held=False)
    assert {state(site, number) for number in numbers} == {LetterState.RETRY}


def bounce(world: World, address: str) -> None:
    """Two hard bounces in two weeks."""
    with writing(world.engine) as conn:
        for days in (15, 5):
            at, about = world.now - timedelta(days=days), {"kind": BounceKind.HARD, "address": address}
            bounces.add(conn, TENANT, content_hash=f"{address}{days}", now=at, **about)


def test_an_address_that_bounced_is_named_with_its_cause_and_used_again(site: World):
    bounce(site, "kontakt.skola@exempelstad.example")
    browser = site.signed_in()
    page = browser.get("/utskick").text
    assert "kontakt.skola@exempelstad.example: adressen finns inte, två olika veckor" in page
    assert "Barn- och utbildningsförvaltningen saknar mottagare" in page
    assert "Barn- och utbildningsförvaltningen saknar mottagare" in browser.get("/").text
    fields = {"address": "kontakt.skola@exempelstad.example"}
    assert browser.post("/utskick/adress", fields, page="/utskick").status_code == 303
    assert "Får inga brev" not in browser.get("/utskick").text
    assert browser.post("/utskick/adress", fields, page="/utskick").status_code == 409
    assert told(site, "address") == [("samordnare", "kontakt.skola@exempelstad.example", "resume")]


def test_an_address_that_nobody_paused_is_not_resumed(site: World):
    browser = site.signed_in()
    for wanted in ("", "eu@exempelstad.example", "x@evil.example\r\nBcc: y"):
        answer = browser.post("/utskick/adress", {"address": wanted}, page="/utskick")
        assert answer.status_code == 409


def test_who_said_no_is_named_and_cannot_be_overruled(site: World):
    with writing(site.engine) as conn:
        subscriptions.stop(conn, TENANT, "kontakt-skola", site.now)
    page = site.signed_in().get("/utskick").text
    assert "har själv pausat eller avslutat breven" in page
    assert "Använd igen" not in page


def test_foreign_words_are_shown_and_never_run__W30(site: World):
    number, error = plan(site)[0], "554 <script>alert(1)</script> \"'><img src=x onerror=alert(1)>"
    put(site, number, LetterState.FAILED, error=error)
    browser = site.signed_in()
    for path in ("/utskick", f"/utskick/brev/{number}"):
        page = browser.get(path).text
        assert "<script>alert" not in page
        assert "<img" not in page


@pytest.mark.parametrize("door", DOORS, ids=lambda door: f"{door.methods[0]} {door.path}")
def test_only_the_coordinator_comes_in__W20(site: World, door):
    number = plan(site)[0]
    path = door.path.replace("{letter_id}", str(number)).replace("{week}", WEEK)
    path = path.replace("{person}", "kontakt-skola")
    contact, stranger = site.signed_in("kontakt.skola@exempelstad.example"), site.browser()
    if "GET" in door.methods:
        assert contact.get(path).status_code == 403
        assert stranger.get(path).status_code == 401
    else:
        assert contact.post(path, {"deed": "hold", "week": WEEK}).status_code == 403
        assert stranger.client.post(path, data={"deed": "hold"}).status_code in (401, 403)
    assert state(site, number) is LetterState.RENDERED


def test_a_municipality_without_a_profile_has_an_empty_desk(world: World):
    browser = world.signed_in()
    world.profile = replace(
        world.profile, people=tuple(p for p in world.profile.people if p.key == "samordnare")
    )
    page = browser.get("/utskick").text
    assert "Ingen får brev" in page
    assert "Nästa utskick skickas för hand" in page


def test_the_settled_letter_marks_its_matches_as_told(site: World):
    number = plan(site)[0]
    put(site, number, LetterState.IN_DOUBT)
    browser = site.signed_in()
    seen = stamp_on(browser.get("/utskick").text, number)
    browser.post(f"/utskick/brev/{number}", {"deed": "arrived", "seen": seen}, page="/utskick")
    with reading(site.engine) as conn:
        assert sorted(one.state.value for one in matches.find(conn, TENANT)) == ["accepted", "sent"]


def test_a_cancelled_letter_says_why_in_the_readers_words(site):
    number = plan(site)[0]
    put(site, number, LetterState.CANCELLED, REASON)
    browser = site.signed_in()
    page = browser.get(f"/utskick/brev/{number}").text
    assert REASON in page
    assert "Serverns ord" not in page
