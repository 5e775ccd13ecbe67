"""Settings of a throw-away installation over the stand-in."""

from pathlib import Path

TODAY = "2026-11-23T07:05:00+01:00"


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
