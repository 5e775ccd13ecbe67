"""F9: requests of every kind that a generator makes from the API's description, good ones and bad ones."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from bench.figures import Figure
from profiles.load import load_profile, preset_path
from storage import api_tokens
from storage.api_tokens import Scope
from storage.database import open_database, writing
from web.api.routes import router
from web.app import create_app
from web.context import WebContext

TENANT = "default"
EACH = 500
HOST = {"Host": "localhost"}
OPERATIONS = tuple(sorted((method, route.path) for route in router.routes for method in route.methods))


def measure() -> Iterator[Figure]:
    """How many of 5,000 generated requests got an answer of the 500 kind."""
    with tempfile.TemporaryDirectory() as folder:
        app, token = _api(Path(folder))
        met: Counter[int] = Counter()
        for method, path in OPERATIONS:
            met += statuses(app, token, method, path, EACH)
    yield Figure(what="generated requests to the API", value=met.total(), unit="")
    for status, number in sorted(met.items()):
        yield Figure(what=f"generated requests answered {status}", value=number, unit="")
    broken = sum(number for status, number in met.items() if status >= 500)
    yield Figure(what="generated requests answered 500 or above", value=broken, unit="", limit=0)


def statuses(app: FastAPI, token: str, method: str, path: str, examples: int) -> Counter[int]:
    """How often each status was answered to so many requests of one path, half of them as described."""
    met: Counter[int] = Counter()
    operation = _described(app)[path][method]
    cases = operation.as_strategy(generation_mode=GenerationMode.POSITIVE) | operation.as_strategy(
        generation_mode=GenerationMode.NEGATIVE
    )

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def ask(case) -> None:
        answer = case.call(headers=HOST | {"Authorization": f"Bearer {token}"})
        met[answer.status_code] += 1

    ask()
    return met


def _described(app: FastAPI) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", app, headers=HOST)


def _api(folder: Path) -> tuple[FastAPI, str]:
    """The pages and the API over an empty municipality, and a token for all of it."""
    now, seconds = datetime.now(UTC), count()
    engine = open_database(f"sqlite:///{folder / 'generated.sqlite'}")
    profile = load_profile(preset_path("exempelstad"))
    with writing(engine) as conn:
        token = api_tokens.make(
            conn, TENANT, "bench", list(Scope), by="cli", now=now, expires_at=now + timedelta(days=1)
        )
    context = WebContext(
        engine=engine,
        tenant=TENANT,
        public_url="http://localhost",
        signing_key="a key of measurements and nothing else",
        mail_from="fondvakt@exempelstad.example",
        now=lambda: now + timedelta(seconds=next(seconds)),  # so that the pace of a token hides nothing
        profile=lambda: (1, profile),
        send_mail=lambda mail: None,
    )
    return create_app(context), token
