"""Pages of another site that would use ours, and readers who see or point otherwise (W-42, W-43, W-30)."""

import functools
import http.server
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from looking import a_page, ours
from web_world import TENANT

from matcher.model import Decision, MatchState, RejectReason, Verdict
from storage import matches as stored_matches
from storage import runs
from storage.database import reading, writing

ATTACK = "<img src=x onerror=alert(1)><script>alert(1)</script>\"'><svg onload=alert(1)>{{7*7}}"


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, dict[str, str]]]:
    """Another site on this machine: its address, and its pages, which a test puts there."""
    pages: dict[str, str] = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path, "").encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said) -> None:
            """Nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", pages
    server.shutdown()
    thread.join()
    server.server_close()


def test_another_site_cannot_frame_a_page__W42(site, chromium, elsewhere):
    address, pages = elsewhere
    paths = ("/", "/logga-in", "/tillganglighet", "/utlysning/1", "/mina-val")
    pages["/"] = "".join(f'<iframe src="{site.address}{path}"></iframe>' for path in paths)
    page = a_page(chromium)
    site.open_as(page)
    page.goto(address + "/")
    page.wait_for_load_state("networkidle")
    shown = [frame.evaluate("document.body ? document.body.innerText : ''") for frame in page.frames[1:]]
    for _ in range(1200):  # what the browser says of each frame comes a moment later
        if sum("frame" in said.lower() for said in page.complaints) >= len(paths):
            break
        page.wait_for_timeout(100)
    assert len(shown) == len(paths)
    assert not any("Fondvakt" in text or "Logga" in text for text in shown)
    assert sum("frame" in said.lower() for said in page.complaints) >= len(paths)
    page.context.close()


def test_another_site_that_opens_a_page_cannot_reach_into_it__W42(site, chromium, elsewhere):
    address, pages = elsewhere
    pages["/"] = (
        "<button>Öppna</button><script>document.querySelector('button').onclick = () => "
        f"{{ window.other = window.open('{site.address}/logga-in'); }}</script>"
    )
    page = a_page(chromium)
    page.goto(address + "/")
    with page.context.expect_page() as opened:
        page.get_by_role("button").click()
    opened.value.wait_for_load_state()
    assert opened.value.evaluate("window.opener === null")
    page.wait_for_function("window.other.closed")
    page.context.close()


def test_a_form_of_another_site_decides_nothing__W22_W42(site, chromium, elsewhere):
    address, pages = elsewhere
    number = waiting(site)[0].id
    pages["/"] = (
        f'<form method="post" action="{site.address}/beslut"><input name="match" value="{number}:x">'
        '<input name="verdict" value="accept"><button>x</button></form>'
    )
    page = a_page(chromium)
    site.open_as(page)
    before = len(waiting(site))
    page.goto(address + "/")
    page.get_by_role("button").click()
    page.wait_for_url(site.address + "/**")
    page.wait_for_load_state()
    assert len(waiting(site)) == before
    page.context.close()


def waiting(site) -> list:
    """The matches that nobody has decided."""
    with reading(site.world.engine) as conn:
        return stored_matches.find(conn, TENANT, states=[MatchState.NEW])


VIEWS = [
    pytest.param({"viewport": {"width": 320, "height": 256}}, False, id="W-43 at 400 % zoom"),
    pytest.param({"viewport": {"width": 320, "height": 256}}, True, id="W-43 at 400 % zoom with script"),
    pytest.param(
        {"viewport": {"width": 1400, "height": 900}, "forced_colors": "active"}, True, id="W-43 high contrast"
    ),
    pytest.param(
        {"viewport": {"width": 1400, "height": 900}, "contrast": "more"}, False, id="W-43 more contrast"
    ),
]


@pytest.mark.parametrize(("options", "script"), VIEWS)
@pytest.mark.parametrize(
    ("button", "press", "state"),
    [
        ("Godkänn", None, MatchState.ACCEPTED),
        ("Avvisa", "Avvisa", MatchState.REJECTED),
        ("Skjut upp", "Skjut upp", MatchState.LATER),
    ],
    ids=["accept", "reject", "later"],
)
def test_every_decision_is_possible(site, chromium, options, script, button, press, state):
    context = chromium.new_context(java_script_enabled=script, locale="sv-SE", **options)
    page = context.new_page()
    site.open_as(page)
    page.goto(site.address + "/")
    unit = page.locator("article.row").first.locator("li.unit").first
    unit.locator("button, a.button").filter(has_text=button).first.click()
    if press:
        dialog = page.locator("main form, dialog form").filter(
            has=page.get_by_role("button", name=press, exact=True)
        )
        if state is MatchState.REJECTED:
            page.get_by_label("Saknar partner").first.check()
        else:
            dialog.first.locator("input[type=radio]").first.check()
        page.get_by_role("button", name=press, exact=True).last.click()
    page.wait_for_load_state()
    page.locator("[role=status]").first.wait_for()
    with reading(site.world.engine) as conn:
        assert stored_matches.find(conn, TENANT, states=[state])
    context.close()


PLACES = (
    "/", "/?flik=avvisade", "/utlysningar", "/utlysning/1", "/svar", "/kallor", "/organisation", "/historik",
    "/utskick", "/utskick/arkiv", "/installningar", "/installningar/granskning", "/mina-val", "/oversikt",
    "/dataskydd", "/hjalp", "/historik?person=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E", "/%3Csvg%20onload%3D1%3E",
)  # fmt: skip


def test_words_of_the_profile_of_notes_and_of_faults_never_run__W30(site, chromium):
    world = site.world
    units = tuple(
        replace(unit, name=f"{unit.name[:40]} {ATTACK}", name_en=ATTACK,
                needs=tuple(replace(need, title=ATTACK, text=f"{ATTACK} {need.text}") for need in unit.needs))
        for unit in world.profile.units
    )  # fmt: skip
    people = tuple(replace(person, name=f"{ATTACK} {person.key}") for person in world.profile.people)
    world.profile = replace(world.profile, units=units, people=people)
    refused = Decision(
        verdict=Verdict.REJECT, by="samordnare", at=world.now, reason=RejectReason.OTHER, note=ATTACK
    )
    with writing(world.engine) as conn:
        stored_matches.decide(conn, TENANT, waiting(site)[0].id, refused)
        tried = runs.start_harvest(conn, TENANT, "euroaccess", world.now)
        runs.end_harvest(conn, TENANT, tried, outcome="failed", now=world.now, reason=ATTACK)
    page = a_page(chromium)
    page.on("dialog", lambda dialog: page.complaints.append(f"a dialog: {dialog.message}"))
    site.open_as(page)
    for path in PLACES:
        for language in ("sv", "en"):
            page.goto(f"{site.address}{path}{'&' if '?' in path else '?'}lang={language}")
            page.wait_for_load_state()
            assert page.locator("img[onerror], svg[onload]").count() == 0, path
            assert "{{7*7}}" in page.content() or "onerror" not in page.content(), path
    page.goto(site.address + "/profil/in/fil")
    page.locator("input[type=file]").first.set_input_files(
        {"name": "<img src=x onerror=alert(1)>.toml", "mimeType": "text/plain", "buffer": ATTACK.encode()}
    )
    page.locator("main form button.primary, main form button").first.click()
    page.wait_for_load_state()
    assert page.locator("img[onerror], svg[onload]").count() == 0
    page.context.close()
    assert ours(page.complaints) == []
