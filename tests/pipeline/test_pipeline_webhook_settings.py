"""Where events go, as the settings say: nowhere by default, signed and not in clear."""

import pytest

from pipeline import hooks
from pipeline.settings import Settings, SettingsError


def test_webhooks_are_off_until_somebody_sets_an_address():
    assert hooks.targets(Settings()) == []


@pytest.mark.parametrize(
    "values",
    [
        {"webhook_url": "https://mottagare.example/x"},
        {"webhook_url": "http://mottagare.example/x", "webhook_secret": "0123456789abcdef"},
        {"teams_url": "http://mottagare.example/x"},
    ],
    ids=["no secret", "in clear", "Teams in clear"],
)
def test_settings_that_would_send_unsigned_or_in_clear_are_refused(values):
    with pytest.raises(SettingsError):
        hooks.targets(Settings(**values))


def test_a_named_private_host_may_be_in_clear():
    settings = Settings(
        webhook_url="http://intern.example:8080/x",
        webhook_secret="0123456789abcdef",
        webhook_private_hosts="annan, Intern.example",
    )
    assert [target.key for target in hooks.targets(settings)] == ["generic"]
