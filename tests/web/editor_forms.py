"""The editor's forms filled in and sent as a browser would; and what is kept of them."""

import re

from web_world import TENANT

from profiles.write import profile_text
from storage import profiles as stored_profiles
from storage import proposals
from storage.database import reading, writing

CONTACT = "kontakt.skola@exempelstad.example"
NEED = "/profil/behov/skola/utbyten"
TYPED = {
    "need": "utbyten",
    "title": "Elevutbyten",
    "text": "Fler elever i grundskolan ska få möta jämnåriga i andra länder.",
    "title_en": "Pupil exchanges",
    "text_en": "More pupils in primary school should meet peers in other countries.",
    "area": "barn-och-unga",
    "volume": "balanced",
    "priority": "normal",
    "children": "1",
}


def drafts(world, **asked):
    with reading(world.engine) as conn:
        return proposals.find(conn, TENANT, **asked)


def the_need(world, unit="skola", key="utbyten"):
    return next(need for need in world.held()[1].unit(unit).needs if need.key == key)


def save(browser, do="save", page=NEED, path=NEED, **typed):
    return browser.post(path, TYPED | stamp_of(browser, page) | {"do": do} | typed, page=page)


def stamp_of(browser, page) -> dict[str, str]:
    """The stamp of the draft that a page's form carries."""
    found = re.search(r'name="stamp" value="([^"]+)"', browser.get(page).text)
    return {"stamp": found[1]} if found else {}


def decide(browser, world, do, **fields):
    draft = drafts(world)[0]
    page = f"/profil/utkast/{draft.id}"
    answer = browser.post(page, {"do": do, "revision": draft.revision, **fields}, page=page)
    world.wait()
    return answer


def store(world, profile) -> None:
    """Let a profile hold, as an import on the command line would."""
    with writing(world.engine) as conn:
        stored_profiles.save(conn, TENANT, profile.key, profile_text(profile), "cli", world.now)


def waiting(world) -> set[str]:
    """Units whose queue has something."""
    return {stored.match.unit for stored in world.matches()}
