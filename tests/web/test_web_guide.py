"""Help says what the reader's own role does, and explains the words the pages use."""

from web_world import World

from web.guide import WORDS


def test_the_coordinator_and_a_contact_person_read_different_help(world: World):
    coordinator = world.signed_in().get("/hjalp").text
    contact = world.signed_in("kontakt.kultur@exempelstad.example").get("/hjalp").text
    assert "tjugo minuter" in coordinator
    assert "tjugo minuter" not in contact
    assert "veckobrevet" in contact


def test_every_word_is_explained_in_both_languages(world: World):
    browser = world.signed_in()
    swedish, english = browser.get("/hjalp?lang=sv").text, browser.get("/hjalp?lang=en").text
    for word, gloss in WORDS:
        assert word in swedish
        assert gloss in swedish
        assert gloss not in english
