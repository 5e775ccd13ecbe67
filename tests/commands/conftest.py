"""The sample's stand-in, and an installation of its own for each module."""

from datetime import date
from pathlib import Path

import pytest

from scrapers.standin.sample import sample_folder
from scrapers.standin.server import serve

TODAY = "2026-11-23T07:05:00+01:00"


@pytest.fixture(scope="module")
def standin():
    """The portal's stand-in over the sample, on the day that the settings' clock stands on."""
    with serve(sample_folder(), 0, today=date(2026, 11, 23)) as running:
        yield running


def settings_for(folder: Path, url: str) -> dict[str, object]:
    """Settings of a throw-away installation that matches on words alone."""
    return {
        "FONDVAKT_DATA_DIR": folder / "data",
        "FONDVAKT_SOURCE_EU_PORTAL_URL": url,
        "FONDVAKT_SOURCE_EUROACCESS_URL": url,
        "FONDVAKT_SOURCE_HAVE_YOUR_SAY_URL": url,
        "FONDVAKT_SMTP_URL": f"file:{folder / 'letters'}",
        "FONDVAKT_MODEL": folder / "no-model",
        "FONDVAKT_MAIL_PER_MINUTE": 100000,
        "FONDVAKT_NOW": TODAY,
    }


@pytest.fixture(scope="module")
def settings(tmp_path_factory, standin) -> dict[str, object]:
    """The settings of this module's installation."""
    return settings_for(tmp_path_factory.mktemp("installation"), standin.url)


@pytest.fixture
def plain(tmp_path) -> dict[str, object]:
    """The fewest settings: an empty installation."""
    return {"FONDVAKT_DATA_DIR": tmp_path / "data"}
