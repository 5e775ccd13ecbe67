"""Who walks through a framed letter by keyboard sees where they are (WCAG 2.4.7; as much ring as 2.4.13 asks).

The frame runs nothing, so the ring is measured on pictures of it: what differs when the focus has left it.
"""

import base64

import pytest
from everything import COORDINATOR, a_town, cookie
from served import serve

pytestmark = pytest.mark.browser
STOPS, THICK = 4, 2
# Of two pictures: how many points differ by a contrast of 3 or more, and the box around them.
COMPARED = """async ([first, second]) => {
  const read = async bytes => {
    const image = await createImageBitmap(await (await fetch('data:image/png;base64,' + bytes)).blob());
    const canvas = new OffscreenCanvas(image.width, image.height), pen = canvas.getContext('2d');
    pen.drawImage(image, 0, 0);
    return pen.getImageData(0, 0, image.width, image.height);
  };
  const one = await read(first), two = await read(second);
  const part = value => value <= 10.0 ? value / 3294 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  const light = (data, at) => 0.2126 * part(data[at]) + 0.7152 * part(data[at + 1]) + 0.0722 * part(data[at + 2]);
  let left = one.width, right = -1, top = one.height, bottom = -1, seen = 0;
  for (let at = 0; at < one.data.length; at += 4) {
    const [dark, bright] = [light(one.data, at), light(two.data, at)].sort((a, b) => a - b);
    if ((bright + 0.05) / (dark + 0.05) < 3) continue;
    const x = (at / 4) % one.width, y = Math.floor(at / 4 / one.width);
    left = Math.min(left, x); right = Math.max(right, x); top = Math.min(top, y); bottom = Math.max(bottom, y);
    seen += 1;
  }
  return {width: right - left + 1, height: bottom - top + 1, seen};
}"""


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """The municipality whose letters have gone out, as a browser meets it."""
    world = a_town(tmp_path_factory.mktemp("ring"))
    server, thread = serve(world)
    yield world
    server.should_exit = True
    thread.join()
    world.engine.dispose()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_focus_is_seen_at_every_link_of_a_framed_letter_2_4_7(chromium, town, scheme):
    context = chromium.new_context(viewport={"width": 1000, "height": 1000}, color_scheme=scheme)
    context.add_cookies([cookie(town, COORDINATOR)])
    page, blank = context.new_page(), chromium.new_page()
    page.goto(f"{town.public_url}/utskick/brev/1")
    page.locator("iframe.mail").scroll_into_view_if_needed()
    page.frame_locator("iframe.mail").locator("a").nth(STOPS - 1).wait_for()
    for stop in range(1, STOPS + 1):
        for waits in (
            150,
            500,
            2000,
            8000,
        ):  # milliseconds until the frame has scrolled to its link and is drawn
            ring = ring_at(page, blank, stop, waits)
            if is_seen(ring):
                break
        assert is_seen(ring), f"link {stop}: {ring}"
    blank.close()
    context.close()


def ring_at(page, blank, stop: int, waits: int) -> dict[str, int]:
    """What differs between the letter with the focus at a link and without: how wide, how high, how many pixels."""
    before, frame = page.locator("a[download]"), page.locator("iframe.mail")
    before.focus()
    for _ in range(stop):
        page.keyboard.press("Tab")
        for _try in range(1200):  # the frame takes the focus a moment later
            if page.evaluate("document.activeElement.tagName") == "IFRAME":
                break
            page.wait_for_timeout(50)
    assert page.evaluate("document.activeElement.tagName") == "IFRAME"
    page.wait_for_timeout(waits)
    with_ring = frame.screenshot(animations="disabled")
    before.evaluate("link => link.focus({preventScroll: true})")
    without = frame.screenshot(animations="disabled")
    return blank.evaluate(COMPARED, [base64.b64encode(picture).decode() for picture in (without, with_ring)])


def is_seen(ring: dict[str, int]) -> bool:
    """Whether a ring of the full thickness goes around something as wide as a word."""
    around = 2 * (ring["width"] - 2 * THICK + ring["height"] - 2 * THICK)
    return ring["width"] > 40 and ring["seen"] >= THICK * around
