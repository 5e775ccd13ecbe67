"""Harvests put into a database, and what is stored then."""

from datetime import timedelta

from sqlalchemy import Engine

from builders import NOW, a_scraped_call
from storage import calls
from storage.database import reading, writing

RANKS = {"eu-portal": 0, "euroaccess": 5}
DAY = timedelta(days=1)


def save(engine: Engine, *scraped, source="eu-portal", now=NOW, tenant="t"):
    with writing(engine) as conn:
        return calls.save_harvest(conn, tenant, source, scraped, RANKS, now)


def stored(engine: Engine, tenant="t"):
    with reading(engine) as conn:
        return calls.find(conn, tenant)


def from_euroaccess(**facts):
    given = {"source": "euroaccess", "reference": "135", "url": "https://euroaccess.example/135"}
    return a_scraped_call(**(given | facts))
