"""A call is named in the reader's language where its publisher does."""

import pytest
from web_world import World, in_days

from builders import a_scraped_call
from calls.model import Title
from calls.vocabulary import CONSULTATION


@pytest.fixture
def call_id(world: World) -> int:
    titles = (Title(language="sv", text="Regler för dagvatten"),)
    (made,) = world.add_calls(
        a_scraped_call(
            source="have-your-say",
            kind=CONSULTATION,
            title="Rules for storm water",
            titles=titles,
            deadlines=(in_days(30),),
        ),
        source="have-your-say",
    )
    return made


@pytest.mark.parametrize(
    "path", ["/utlysning/{id}", "/utlysningar?visa=alla", "/utlysningar?visa=alla&sok=dagvatten"]
)
def test_a_swedish_reader_reads_and_finds_the_swedish_title_and_an_english_one_the_english(
    world: World, call_id: int, path: str
):
    browser = world.signed_in()
    address = path.format(id=call_id)
    assert '<bdi lang="sv">Regler för dagvatten</bdi>' in browser.get(address).text
    english = browser.get(address + ("&" if "?" in address else "?") + "lang=en").text
    assert '<bdi lang="en">Rules for storm water</bdi>' in english
    assert "Regler för dagvatten" not in english
