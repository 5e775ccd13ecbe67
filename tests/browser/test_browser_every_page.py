"""Every page of `everything.VIEWS`: rules of accessibility, narrow screens, keyboard, and what the browser says.

Each page is opened once a language. It is looked at wide and light, then dark, then at 320 px; nothing is opened
anew between, so that all of it takes little more than a minute on an idle machine.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import pytest
from everything import FAULTS, NO_PAGES, STRANGER, VIEWS, Fault, View, a_town, cookie
from looking import RULES, ours
from served import Site, serve

from web.app import DOORS
from web.guard import HEADERS

pytestmark = pytest.mark.browser
LANGUAGES = ("sv", "en")
WIDE, NARROW = {"width": 1400, "height": 900}, {"width": 320, "height": 700}
MORE_STOPS = 400  # inside date fields and framed letters
HEADER = "content-security-policy"
RUN = """([values, only, within]) => axe.run(within || document, {
  runOnly: only.length ? {type: 'rule', values: only} : {type: 'tag', values},
  rules: only.length ? {} : {'target-size': {enabled: true}},
  resultTypes: ['violations'], iframes: false, preload: false,
}).then(found => found.violations.flatMap(rule => rule.nodes.map(
  node => `${rule.id}: ${node.target} ${node.failureSummary}`)))"""
BROKEN_POLICY = """addEventListener('securitypolicyviolation',
  e => console.error(`CSP: ${e.violatedDirective} ${e.blockedURI}`))"""
OPEN_ALL = (
    "document.querySelectorAll('main details:not(.more *)').forEach(details => { details.open = true; })"
)
# A menu lies over what is beside it while it is open, so it is looked at by itself.
MENUS = "main .more > details"
TURN_MENUS = f"document.querySelectorAll('{MENUS}').forEach(menu => {{ menu.open = !menu.open; }})"
TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"
WIDEST = """() => [...document.querySelectorAll('body *')]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
  .slice(0, 3).map(e => e.outerHTML.slice(0, 120))"""
TABBABLE = """() => { window.met = [];
  const seen = e => e.checkVisibility({visibilityProperty: true}) && e.tabIndex >= 0;
  const groups = new Set(); const all = [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, iframe, [tabindex]')];
  return all.filter(e => seen(e) && !e.matches(':disabled')).filter(e => { if (e.type !== 'radio') return true;
    const group = `${e.form?.id ?? [...document.forms].indexOf(e.form)} ${e.name}`;
    return groups.has(group) ? false : groups.add(group); }).length; }"""
FOCUSED = """() => { const e = document.activeElement;
  if (e && e === met.at(-1)) return {faults: [], what: '', again: true};  // day, month and year are one field
  if (!e || e === document.body || met.includes(e)) return null;
  const radios = met.filter(one => one.type === 'radio' && one.name === e.name && one.form === e.form);
  const before = met.at(-1); met.push(e);
  const style = getComputedStyle(e), at = e.getBoundingClientRect(), faults = [];
  const rings = [e, e.closest('label'), e.parentElement].filter(Boolean).map(one => getComputedStyle(one));
  if (e.tagName !== 'IFRAME'
    && !rings.some(ring => ring.outlineStyle !== 'none' && parseFloat(ring.outlineWidth) >= 2)) faults.push('no ring');
  // Of a frame that is taller than the window, what stands in the window is looked at.
  const top = Math.max(at.top, 0), height = Math.min(at.bottom, innerHeight) - top;
  const places = [[.5, .5], [.1, .3], [.9, .3], [.1, .7], [.9, .7], [.03, .5]].map(([x, y]) =>
    document.elementFromPoint(at.left + at.width * x, top + height * y));
  if (!places.some(top => top && (e.contains(top) || top.contains(e) && top !== document.documentElement
    || top.closest('label')?.control === e))) faults.push('hidden');
  if (before && !(before.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING)) faults.push('out of order');
  return {faults, what: e.outerHTML.slice(0, 140), again: radios.length > 0}; }"""


@dataclass
class Watched:
    """A browser context in which one person is signed in, and all that it said."""

    page: object
    complaints: list[str] = field(default_factory=list)
    unprotected: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def town(tmp_path_factory) -> Iterator[Site]:
    """The municipality where everything has happened, served."""
    world = a_town(tmp_path_factory.mktemp("town"))
    server, thread = serve(world)
    yield Site(world, world.public_url)
    server.should_exit = True
    thread.join()
    world.engine.dispose()


@pytest.fixture(scope="module")
def windows(town, chromium) -> Iterator:
    """A window for each person, opened when somebody first asks for it."""
    opened: dict[str, Watched] = {}
    yield partial(_window, town, chromium, opened)
    for watched in opened.values():
        watched.page.context.close()


def _window(town: Site, chromium, opened: dict[str, Watched], person: str) -> Watched:
    if person not in opened:
        context = chromium.new_context(viewport=WIDE, locale="sv-SE", reduced_motion="reduce")
        if person != STRANGER:
            context.add_cookies([cookie(town.world, person)])
        context.add_init_script(BROKEN_POLICY)
        watched = opened[person] = Watched(context.new_page())
        watched.page.on("console", lambda said: said.type == "error" and watched.complaints.append(said.text))
        watched.page.on("pageerror", lambda said: watched.complaints.append(str(said)))
        watched.page.on("response", lambda answer: _check_headers(answer, watched))
    return opened[person]


def _check_headers(answer, watched: Watched) -> None:
    if not answer.url.startswith("data:") and "default-src 'none'" not in answer.headers.get(HEADER, ""):
        watched.unprotected.append(answer.url)


def with_language(path: str, language: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}lang={language}"


def show(windows, town: Site, view: View, language: str) -> Watched:
    """The page as that person sees it, with all that can be opened open."""
    watched = windows(view.person)
    watched.complaints.clear()
    watched.page.set_viewport_size(WIDE)
    watched.page.emulate_media(color_scheme="light")
    answer = watched.page.goto(town.address + with_language(view.path, language))
    assert answer.status == view.status, f"{view}: {answer.status}"
    return watched


def faults_of(watched: Watched, axe: str, language: str) -> list[str]:
    """What is wrong with the page that is open, wide and narrow, light and dark."""
    page, found = watched.page, []
    if page.locator("#visning").count():
        page.locator("#visning .ed-weekly, #visning .soft").first.wait_for()
        page.locator('#visning[aria-busy="false"]').wait_for()
    page.evaluate(OPEN_ALL)
    page.evaluate(axe)
    found += page.evaluate(RUN, [RULES, []])
    if page.locator(MENUS).count():
        page.evaluate(TURN_MENUS)
        found += page.evaluate(RUN, [RULES, [], MENUS])
        page.evaluate(TURN_MENUS)
    page.emulate_media(color_scheme="dark")
    found += [
        f"dark {said}" for said in page.evaluate(RUN, [RULES, ["color-contrast", "link-in-text-block"]])
    ]
    page.set_viewport_size(NARROW)
    if page.evaluate(TOO_WIDE) > 0:
        found.append(f"wider than 320: {page.evaluate(WIDEST)}")
    found += [
        f"narrow {said}"
        for said in page.evaluate(RUN, [RULES, ["target-size", "scrollable-region-focusable"]])
    ]
    if page.locator("html").get_attribute("lang") != language:
        found.append("another language")
    return found + ours(watched.complaints) + watched.unprotected


def test_every_page_that_can_be_opened_stands_in_the_list():
    opened = {door.path for door in DOORS if "GET" in door.methods}
    looked_at = {view.door for view in VIEWS}
    assert looked_at | NO_PAGES == opened
    assert not looked_at & NO_PAGES


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_the_page_is_sound__G5_F3(town, windows, axe, view, language):
    watched = show(windows, town, view, language)
    assert watched.page.locator("h1").count() == 1
    assert "\n".join(faults_of(watched, axe, language)) == ""


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_form_that_was_wrong_comes_back_readable__G5(town, windows, axe, fault: Fault):
    watched = show(windows, town, fault.view, "sv")
    page = watched.page
    with page.expect_navigation() as navigation:
        page.evaluate(SEND, [fault.action, dict(fault.values)])
    assert navigation.value.status == fault.status
    assert page.locator("main [role=alert]").count(), "nothing says what was wrong"
    for name, value in fault.values.items():
        kept = [field.input_value() for field in page.locator(f"main [name='{name}']").all()]
        assert value in kept, f"{name} was not kept"
    assert "\n".join(faults_of(watched, axe, "sv")) == ""


def test_a_refusal_without_a_reason_comes_back_readable__G5(town, windows, axe):
    watched = show(windows, town, View("/"), "sv")
    page = watched.page
    page.goto(town.address + page.locator("a[data-deed=reject]").first.get_attribute("href"))
    with page.expect_navigation() as navigation:
        page.evaluate(SEND, ["/beslut", {"note": "Mina ord"}])
    assert navigation.value.status == 422
    assert page.locator("main [role=alert]").count()
    assert page.locator("main [name=note]").first.input_value() == "Mina ord"
    assert "\n".join(faults_of(watched, axe, "sv")) == ""


SEND = """([action, values]) => { const form = [...document.forms].find(
    form => { const path = new URL(form.action).pathname;
      return form.closest('main') && (action.endsWith('/') ? path.startsWith(action) : path === action); });
  form.noValidate = true;
  for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
  form.requestSubmit(form.querySelector('button.primary') ?? form.querySelector('button[name]')); }"""


def focused(page, is_last: bool):
    """What has the focus; a frame that hands it back does so a moment later, on a busy machine much later."""
    if len(page.frames) == 1:
        return page.evaluate(FOCUSED)
    for _try in range(20 if is_last else 2400):
        met = page.evaluate(FOCUSED)
        if met is not None and met["what"]:
            return met
        page.wait_for_timeout(50)
        if met is not None:
            return page.evaluate(FOCUSED) or met
    return None


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_tab_reaches_everything_in_order_and_one_sees_where_one_is__2_4_7__2_4_11(town, windows, view):
    page = show(windows, town, view, "sv").page
    page.set_viewport_size({"width": 360, "height": 640})
    awaited, reached, faults = page.evaluate(TABBABLE), 0, []
    for _step in range(awaited + MORE_STOPS):
        page.keyboard.press("Tab")
        met = focused(page, is_last=reached >= awaited)
        if met is None:
            break
        reached += not met["again"]
        faults += [f"{fault}: {met['what']}" for fault in met["faults"]]
    assert "\n".join(faults) == ""
    assert reached >= awaited, f"{reached} of {awaited} reached: a trap?"


def test_every_answer_carries_the_policy__F3(town, windows):
    page = windows(STRANGER).page
    for path in (
        "/finns-inte",
        "/static/finns-inte.css",
        "/halsa",
        "/beslut",
        "/profil",
        "/api/v1/finns-inte",
    ):
        answer = page.request.get(town.address + path)
        assert answer.headers[HEADER] == HEADERS["Content-Security-Policy"], path


def test_the_rules_would_find_planted_faults(town, windows, axe):
    """A missing label, a small target, no focus ring, a wide box, and a script inline are all noticed."""
    watched = show(windows, town, View("/logga-in", person=STRANGER), "sv")
    page = watched.page
    page.evaluate(
        """() => { document.querySelector('main label').remove();
        const wide = document.createElement('p'); wide.id = 'wide'; wide.textContent = 'x'; wide.style.width = '900px';
        const small = document.createElement('button'); small.id = 'small'; small.textContent = '·';
        small.style.cssText = 'all: initial; width: 5px; height: 5px; display: inline-block';
        const other = small.cloneNode(true); other.id = 'other';
        document.querySelector('main').append(wide, small, other); }"""
    )
    page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<p onclick=\"alert(1)\">x</p>')"
    )
    page.evaluate(
        "document.querySelector('main').append(Object.assign(document.createElement('script'), {text: '1'}))"
    )
    found = faults_of(watched, axe, "sv")
    for rule in ("label:", "narrow target-size:", "wider than 320", "CSP: script-src"):
        assert any(said.startswith(rule) for said in found), f"{rule} in {found}"
