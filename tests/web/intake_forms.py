"""The forms of the ways into the profile, filled in and sent as a browser would; and what is kept of them."""

import re
from html import unescape

from web_world import TENANT, World

from builders import NOW
from profiles.load import read_profile
from profiles.model import Profile
from profiles.write import profile_text
from storage import profiles as stored_profiles
from storage import proposals
from storage.database import reading, writing

CONTACT = "kontakt.skola@exempelstad.example"


def send(browser, path: str, content: bytes = b"", name: str = "", page: str = "/profil/in/fil", **fields):
    files = {"file": (name, content)} if name else {"file": ("", b"")}
    return browser.client.post(path, data={"csrf": browser.token(page), **fields}, files=files)


def words(answer) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", answer.text))


def hidden(answer) -> dict[str, str]:
    """The fields of the form that a page shows, as a browser would send them back."""
    found = re.findall(r'<input type="hidden" name="(document|base|unit)" value="([^"]*)"', answer.text, re.S)
    return {name: unescape(value) for name, value in found}


def offered(answer) -> dict[str, list[str] | str]:
    """Every field of the proposals, nothing taken yet."""
    page, fields = answer.text, {}
    for name, value in re.findall(r'<input[^>]*name="([a-z]+-[\w-]+)"[^>]*value="([^"]*)"', page):
        if not name.endswith(("-take", "-children")):
            fields[name] = unescape(value)
    for name, value in re.findall(r'<textarea[^>]*name="([a-z]+-[\w-]+)"[^>]*>\n?([^<]*)<', page):
        fields[name] = unescape(value)
    for name, select in re.findall(r'<select[^>]*name="([\w-]+)">(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)" selected', select)
        fields[name] = chosen[1] if chosen else ""
    fields["offer"] = re.findall(r'name="offer" value="([^"]*)"', page)
    return fields


def drafts(world: World) -> list[proposals.Proposal]:
    with reading(world.engine) as conn:
        return proposals.find(conn, TENANT)


def stored(world: World) -> tuple[int, str]:
    with reading(world.engine) as conn:
        latest = stored_profiles.latest(conn, TENANT)
    return latest.version, latest.document


def with_profile(world: World) -> World:
    """The world, its profile stored as the first version; the pages show the newest."""
    with writing(world.engine) as conn:
        stored_profiles.save(conn, TENANT, world.profile.key, profile_text(world.profile), "cli", NOW)
    world.published = lambda: _held(world)
    return world


def _held(world: World) -> tuple[int, Profile]:
    version, document = stored(world)
    return version, read_profile(document, "p")
