"""The profile editor: needs edited and published, versions, and what a form cannot read."""

from datetime import timedelta

import pytest
from editor_forms import CONTACT, NEED, TYPED, decide, drafts, save, stamp_of, the_need, waiting
from editor_world import EditorWorld


@pytest.fixture
def world(edited) -> EditorWorld:
    """The editor's municipality."""
    return edited


def test_a_need_edited_and_published_changes_the_queue(world):
    browser = world.signed_in()
    assert "skola" in waiting(world)
    answer = save(browser, do="review", never="elever")
    assert answer.headers["location"].startswith("/profil/utkast/")
    assert the_need(world).never == ()
    assert "elever" in browser.get(answer.headers["location"]).text
    assert decide(browser, world, "publish", reach="open").headers["location"] == "/profil"
    assert the_need(world).never == ("elever",)
    assert world.held()[0] == 2
    assert "skola" not in waiting(world)
    assert "Matchningen är klar" in browser.get("/profil").text


def test_publishing_for_new_calls_only_leaves_the_queue_alone(world):
    browser, before = world.signed_in(), len(world.matches())
    world.now += timedelta(minutes=1)
    save(browser, do="review", never="elever")
    decide(browser, world, "publish", reach="new")
    assert len(world.matches()) == before


def test_no_word_of_a_long_list_is_lost_by_saving(world):
    words = tuple(f"{letter}-ord" for letter in "abcdefghijklmnopqrstuvwxyz")
    save(world.signed_in(), do="review", never=", ".join(words))
    assert tuple(drafts(world)[0].document["needs"][0]["never"]) == words


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("begins", "31/1"),
        ("ends", "9999-99-99"),
        ("size_min", "-1"),
        ("share", "101"),
        ("share", "١"),
        ("title", ""),
    ],
    ids=lambda value: str(value) or "empty",
)
def test_what_cannot_be_read_is_told_at_its_field_and_kept(world, field, value):
    answer = save(world.signed_in(), **{field: value, "text": "Det jag skrev."})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert "Det jag skrev." in answer.text
    assert value in answer.text
    assert drafts(world) == []


def test_markup_in_a_need_is_text_everywhere__P09_W30(world):
    browser, attack = world.signed_in(), "<script>alert(1)</script><img src=x onerror=alert(1)>"
    save(browser, title=attack, text=attack + " elever i grundskolan ska möta andra")
    page = f"/profil/utkast/{drafts(world)[0].id}"
    for path in (NEED, page, "/profil", "/profil/enhet/skola"):
        assert "<script>alert" not in browser.get(path).text, path
        assert "<img src=x" not in browser.get(path).text, path


def test_a_new_need_gets_a_key_of_its_title_and_stands_last(world):
    browser = world.signed_in(CONTACT)
    page = "/profil/nytt-behov/skola"
    answer = browser.post(
        page, TYPED | {"need": "", "title": "Åldersblandat på gården!", "do": "save"}, page=page
    )
    assert answer.headers["location"] == "/profil/behov/skola/aldersblandat-pa-garden"
    assert browser.get(answer.headers["location"]).status_code == 200
    again = browser.post(
        page,
        TYPED | stamp_of(browser, page) | {"need": "", "title": "Åldersblandat på gården!", "do": "save"},
        page=page,
    )
    assert again.headers["location"].endswith("-2")


def test_a_need_is_taken_out_in_a_draft(world):
    browser = world.signed_in()
    save(browser, do="remove")
    assert drafts(world)[0].document["needs"] == []
    assert the_need(world)


def test_versions_show_their_difference_and_one_can_hold_again(world):
    browser = world.signed_in()
    save(browser, do="review", title="Nya ord")
    decide(browser, world, "publish")
    assert "Nya ord" in browser.get("/profil/version/2").text
    assert browser.post("/profil/version/1", {"holds": "1"}, page="/profil/version/1").status_code == 409
    answer = browser.post("/profil/version/1", {"holds": "2"}, page="/profil/version/1")
    assert answer.status_code == 303
    assert (world.held()[0], the_need(world).title) == (3, "Elevutbyten")
    assert browser.get("/profil/version/9").status_code == 404


def test_every_page_is_there_in_english_too(world):
    browser = world.signed_in()
    save(browser, title="Nya ord")
    for path in (
        "/profil", "/profil/inriktning", "/profil/enhet/skola", NEED, f"/profil/utkast/{drafts(world)[0].id}",
        "/profil/versioner", "/profil/prova", "/profil/lart/skola/utbyten", "/profil/matchning",
    ):  # fmt: skip
        answer = browser.get(path, params={"lang": "en"})
        assert answer.status_code == 200, path
        assert '<html lang="en">' in answer.text


def test_without_a_matcher_beside_the_pages_the_night_is_named(world):
    browser = world.signed_in()
    object.__setattr__(browser.client.app.state.context, "rematcher", None)
    save(browser, do="review", title="Nya ord")
    decide(browser, world, "publish")
    assert "senast i natt" in browser.get("/profil").text
