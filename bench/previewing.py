"""A need tried on 5,000 calls while it is written: made-up vectors for the calls, the real model for the need."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from threading import Event

import numpy as np

from bench.figures import Figure
from matcher.embedder import Embedder
from matcher.policy import area_needs
from matcher.texts import RECIPE
from matcher.vectors import texts_to_embed
from pipeline.comparing import compare
from pipeline.desk import Desk
from pipeline.settings import Settings
from pipeline.wiring import embedder
from profiles.load import load_profile, preset_path
from profiles.model import Profile
from storage import active_model, calls, embeddings
from storage.database import open_database, reading, writing

EDITS = 12
SECONDS_ASKED = 1.0
SAVED_AT_ONCE = 2000
WORDS = (
    "förskolan",
    "hamnen",
    "skogen",
    "äldre",
    "elbussar",
    "biblioteket",
    "vatten",
    "unga",
    "skolan",
    "el",
    "idrott",
)


def measure(database: str, tenant: str) -> Iterator[Figure]:
    """What opening the profile has made ready beside, the first preview after that, and what nearly all later ones
    take at most; each of another text."""
    engine, model = open_database(database), embedder(Settings())
    profile, now = load_profile(preset_path("exempelstad")), datetime.now(UTC)
    if model is not None:
        _make_up_vectors(database, tenant, model, profile)
    desk, need, is_ready = Desk(lambda: model), profile.needs[0], Event()
    started = time.perf_counter()
    desk.warm(engine, tenant, now, is_ready.set)
    is_ready.wait()
    yield Figure(what="made ready beside", value=time.perf_counter() - started, unit="s")
    times = []
    for place in range(EDITS + 1):
        text = f"{need.text} Vi vill också att {WORDS[place % len(WORDS)]} ska vara med, omgång {place}."
        edited = replace(need, text=text)
        unit = profile.unit(need.unit)
        after = replace(profile, units=(replace(unit, needs=(edited,)), *profile.units[1:]))
        started = time.perf_counter()
        compare(desk, engine, tenant, profile, after, edited, now)
        times.append(time.perf_counter() - started)
    engine.dispose()
    yield Figure(what="preview of a need, the first", value=times[0], unit="s", limit=SECONDS_ASKED)
    slowest = sorted(times[1:])[int(len(times[1:]) * 0.95)]
    yield Figure(what="preview of a need, p95 of edits", value=slowest, unit="s", limit=SECONDS_ASKED)


def _make_up_vectors(database: str, tenant: str, model: Embedder, profile: Profile) -> None:
    """Vectors of the model's length for every text that the night embeds: which ones costs the same."""
    engine, needs = open_database(database), (*profile.needs, *area_needs(profile))
    with reading(engine) as conn:
        keys = [text.key for text in texts_to_embed(calls.find(conn, tenant), needs)]
    random = np.random.default_rng(7)
    for start in range(0, len(keys), SAVED_AT_ONCE):
        some = keys[start : start + SAVED_AT_ONCE]
        rows = random.standard_normal((len(some), model.dimension)).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        with writing(engine) as conn:
            embeddings.save(conn, tenant, model.name, RECIPE, dict(zip(some, rows, strict=True)))
    with writing(engine) as conn:
        active_model.serve(conn, tenant, model.name, RECIPE, datetime.now(UTC))
    engine.dispose()
