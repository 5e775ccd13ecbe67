"""What every test can ask for."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The recorded data beside the repository; a test that needs it is skipped where it is missing."""
    if not SHARED.is_dir():
        pytest.skip("recorded data is missing: expected a folder 'shared' beside the repository")
    return SHARED
