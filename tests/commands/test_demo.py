"""`fondvakt demo --check`: the whole demo up to the filled queue, on words alone so that it takes seconds."""

import pytest
from command_line import begun, ended


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    settings = {"FONDVAKT_DATA_DIR": folder / "data", "FONDVAKT_MODEL": folder / "no-model"}
    return ended(begun("demo", "--check", "--json", settings=settings))


def test_the_demo_ends_with_a_filled_queue_and_a_letter_for_most_contact_persons(shown):
    counts = shown.json()
    assert shown.code == 0, shown.err
    assert counts["calls_in_queue"] >= 20
    assert counts["letters"] >= 6
    assert set(counts["seconds"]) >= {"collect", "embed and match", "letters"}
