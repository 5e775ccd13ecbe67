"""What every test can ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"
CHROMIUM = "/usr/bin/chromium"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The recorded data beside the repository; a test that needs it is skipped where it is missing."""
    if not SHARED.is_dir():
        pytest.skip("recorded data is missing: expected a folder 'shared' beside the repository")
    return SHARED


@pytest.fixture(scope="session")
def chromium() -> Iterator:
    """Debian's Chromium, one for all tests: Playwright's plain interface starts only once in a process."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"Chromium is missing: expected {CHROMIUM}")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        yield browser
        browser.close()
