"""F9: requests that a generator makes from the description get no answer of the 500 kind."""

from datetime import timedelta

import pytest
from web_world import TENANT, a_filled_world

from bench.generated import OPERATIONS, statuses
from storage import api_tokens
from storage.api_tokens import Scope
from storage.database import writing
from web.api import entry
from web.app import create_app

EXAMPLES = 50  # of each of ten paths; the bench asks 500


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The API over a filled queue, and a token for all of it."""
    world = a_filled_world(tmp_path_factory.mktemp("generated"), 14)
    with writing(world.engine) as conn:
        token = api_tokens.make(
            conn,
            TENANT,
            "prov",
            list(Scope),
            by="cli",
            now=world.now,
            expires_at=world.now + timedelta(days=1),
        )
    yield create_app(world.context), token
    world.engine.dispose()


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_F9_generated_requests_get_no_500(served, method, path):
    app, token = served
    met = statuses(app, token, method, path, EXAMPLES)
    assert met.total() >= EXAMPLES // 2, f"hardly anything was asked: {met}"
    assert max(met) < 500, met


def test_the_pace_would_not_hide_a_500():
    assert EXAMPLES * len(OPERATIONS) < entry.MOST
