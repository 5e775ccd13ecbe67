"""The sample's stand-in, and an installation of its own for each module."""

from datetime import date

import pytest
from installation import settings_for

from scrapers.standin.sample import sample_folder
from scrapers.standin.server import serve


@pytest.fixture(scope="module")
def standin():
    """The portal's stand-in over the sample, on the day that the settings' clock stands on."""
    with serve(sample_folder(), 0, today=date(2026, 11, 23)) as running:
        yield running


@pytest.fixture(scope="module")
def settings(tmp_path_factory, standin) -> dict[str, object]:
    """The settings of this module's installation."""
    return settings_for(tmp_path_factory.mktemp("installation"), standin.url)


@pytest.fixture
def plain(tmp_path) -> dict[str, object]:
    """The fewest settings: an empty installation."""
    return {"FONDVAKT_DATA_DIR": tmp_path / "data"}
