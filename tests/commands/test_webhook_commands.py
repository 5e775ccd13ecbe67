"""`fondvakt webhooks`: what is in doubt is listed, and a person settles it by command."""

from pathlib import Path

import pytest
from command_line import fondvakt

from builders import NOW
from notifier.webhook import WebhookState
from storage import webhooks
from storage.database import open_database, writing


@pytest.fixture(scope="module")
def house(settings):
    """An installation with two events that nobody knows of whether they arrived."""
    assert fondvakt("init", "--municipality", "exempelstad", settings=settings).code == 0
    engine = open_database(f"sqlite:///{Path(str(settings['FONDVAKT_DATA_DIR'])) / 'fondvakt.sqlite'}")
    with writing(engine) as conn:
        for number in (1, 2):
            webhooks.add(conn, "default", "teams", f"default/week/{number}", b"{}", NOW)
            webhooks.record(conn, "default", number, WebhookState.IN_DOUBT, NOW, error="tyst")
    engine.dispose()
    return settings


def test_b3_what_is_in_doubt_is_listed_and_settled_once(house):
    assert "ovisst" in fondvakt("webhooks", "list", settings=house).out
    assert "Händelse 1: skickat" in fondvakt("webhooks", "arrived", "1", settings=house).out
    assert fondvakt("webhooks", "resend", "2", "--json", settings=house).json() == {"id": 2, "state": "retry"}
    again = fondvakt("webhooks", "arrived", "1", settings=house)
    assert again.code == 1
    assert "är i läget ”skickat”" in again.err
    history = fondvakt("history", "export", settings=house).out
    assert '"action": "arrived"' in history
    assert "teams:default/week/2" in history


def test_an_event_that_is_not_there_is_told_of(house):
    outcome = fondvakt("webhooks", "resend", "99", settings=house)
    assert outcome.code == 1
    assert "Det finns ingen händelse med nummer 99." in outcome.err
