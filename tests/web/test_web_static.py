"""What is served beside the pages, and what was taken from others."""

import hashlib
import re
from importlib.resources import files

from web_world import World

STATIC = files("web").joinpath("static")


def test_the_vendored_library_is_the_one_that_its_note_names():
    note = STATIC.joinpath("htmx-licence.txt").read_text(encoding="utf-8")
    (said,) = re.findall(r"^sha256 ([0-9a-f]{64})$", note, re.MULTILINE)
    assert hashlib.sha256(STATIC.joinpath("htmx.min.js").read_bytes()).hexdigest() == said
    assert "Permission to use" in note


def test_scripts_may_ask_our_own_address_only(world: World):
    policy = world.browser().get("/logga-in").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "connect-src 'self'" in policy
    assert "unsafe" not in policy
