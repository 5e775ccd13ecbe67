"""What every test can ask for."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from patience import PATIENCE, PatientBrowser

# How fast examples come is the machine's affair, and how many are thrown away the dice's: neither is a fault. They are
# the same at every run, so that a change fails by its own doing; FONDVAKT_TEST_EXPLORES (`make soak`) rolls new ones.
settings.register_profile(
    "fondvakt",
    deadline=None,
    derandomize="FONDVAKT_TEST_EXPLORES" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
settings.load_profile("fondvakt")

# What takes longest begins first, so that no process works alone at the end; `make test` keeps the order.
LONG = (
    "test_notifier_sixty_weeks_of_mails.py",
    "test_kill.py",
    "test_notifier_kill.py",
    "test_browser_queue.py",
    "test_browser_every_page.py",
    "test_matcher_embedder.py",
    "test_polite_end.py",
    "test_notifier_sixty_weeks.py",
    "test_contract.py",
    "test_profiles_roster.py",
    "test_notifier_headers.py",
    "test_browser_other_sites.py",
    "test_browser_letter_axe.py",
    "test_browser_mails.py",
    "test_browser_editor.py",
)

SHARED = Path(__file__).resolve().parents[2] / "shared"
CHROMIUM = "/usr/bin/chromium"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first, the longest before the others."""
    place = {name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path.name, len(LONG)))


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
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-quic"],
            timeout=2 * PATIENCE,
        )
        yield PatientBrowser(browser)
        browser.close()
