"""Until what needs are tried on is worked out: who has no script gets the page at once, and is told to ask again."""

from threading import Event

import pytest
from editor_forms import NEED, TYPED
from editor_world import EditorWorld

from pipeline.desk import Desk

WAITING = "Utlysningarna görs i ordning"
TRIED = "/profil/prova?utlysning=ERASMUS-EDU-2026-PUPILS-01"


@pytest.fixture
def loaded():
    """Set when the model may come; at the end in any case, so that no thread is left waiting."""
    event = Event()
    yield event
    event.set()


@pytest.fixture
def world(edited, loaded) -> EditorWorld:
    """A municipality whose model takes its time."""
    edited.desk = Desk(lambda: loaded.wait() and None)
    return edited


def pressed(world, path, patience):
    world.patience = patience
    browser = world.signed_in()
    return browser.get(path) if path == TRIED else browser.post(path, TYPED | {"must": "elever"}, page=NEED)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/profil/visning/skola", "Öppna nu"),
        ("/profil/tillbakablick/skola", "Senaste tolv månaderna"),
        (TRIED, "ed-tried"),
    ],
)
def test_without_script_the_page_comes_at_once_and_says_that_it_counts(world, loaded, path, shown):
    first = pressed(world, path, 0.0)
    assert first.status_code == 200
    assert WAITING in first.text
    assert "Visa igen" in first.text
    assert shown not in first.text
    loaded.set()
    later = pressed(world, path, None).text
    assert WAITING not in later
    assert shown in later


def test_what_was_typed_is_kept_while_it_counts(world):
    assert 'value="elever"' in pressed(world, "/profil/visning/skola", 0.0).text


@pytest.mark.parametrize("path", ["/profil", "/profil/enhet/skola", NEED, "/profil/prova"])
def test_opening_the_profile_begins_to_make_ready(world, path):
    begun = []
    world.desk.warm = lambda *about: begun.append(about)
    world.signed_in().get(path)
    assert len(begun) == 1
