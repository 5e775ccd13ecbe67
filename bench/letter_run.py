"""The child of `bench/letters.py`: `whole` plans and sends by the outbox, `bare` renders and sends, no more."""

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from builders import NOW, a_coordinator, a_match, a_need, a_person, a_profile, a_scraped_call, a_unit
from matcher.model import Decision, MatchState, Verdict
from notifier.channel import channel_for
from notifier.digest import ToldBefore, build_digest
from notifier.model import Accepted
from notifier.render import render
from pipeline.digest import letter_context, plan
from pipeline.limiter import WITHOUT_LIMIT, Limiter
from pipeline.sending import send
from profiles.model import Profile
from storage import calls, harvests, matches
from storage.database import open_database, reading, writing

TENANT, WEEK = "default", "2026-W34"
UNITS, CALLS_A_UNIT = 60, 8


def town(readers: int) -> Profile:
    """So many contact persons, spread over sixty units."""
    units = tuple(
        a_unit(key=f"enhet-{n}", name=f"Enhet {n}", needs=(a_need(unit=f"enhet-{n}"),)) for n in range(UNITS)
    )
    people = (
        a_person(key=f"person-{n}", email=f"person-{n}@exempelstad.example", units=(f"enhet-{n % UNITS}",))
        for n in range(readers)
    )
    return a_profile(units=units, people=(a_coordinator(), *people))


def fill(engine) -> None:
    """Calls, and eight accepted matches for each unit."""
    found = [
        a_scraped_call(reference=f"{n}TOPICS", identifier=f"CERV-{n}", title=f"Call number {n}")
        for n in range(100)
    ]
    with writing(engine) as conn:
        harvests.save_harvest(conn, TENANT, "eu-portal", found, {"eu-portal": 0}, NOW)
        proposals = [
            a_match(call_id=1 + (unit * 7 + n) % 100, unit=f"enhet-{unit}")
            for unit in range(UNITS)
            for n in range(CALLS_A_UNIT)
        ]
        matches.propose(conn, TENANT, proposals, 1, NOW)
        accept = Decision(verdict=Verdict.ACCEPT, by="bench", at=NOW)
        for one in matches.find(conn, TENANT, states=[MatchState.NEW]):
            matches.decide(conn, TENANT, one.id, accept)


def main(way: str, folder: str, relay: str, readers: str) -> None:
    """Measure, and print the seconds as JSON."""
    profile = town(int(readers))
    engine = open_database(f"sqlite:///{Path(folder) / way}.sqlite")
    fill(engine)
    context = letter_context(
        TENANT, profile, NOW, public_url="https://fondvakt.example", key="a key for the bench"
    )
    print(json.dumps(_whole(engine, context, relay) if way == "whole" else _bare(engine, context, relay)))


def _whole(engine, context, relay: str) -> dict[str, float]:
    started = time.perf_counter()
    plan(engine, context, WEEK)
    planned = time.perf_counter()
    send(
        engine,
        TENANT,
        context.profile,
        channel_for(relay),
        week=WEEK,
        owner="bench",
        now_fn=lambda: datetime.now(UTC),
        limiter=Limiter(WITHOUT_LIMIT),
    )
    return {"planned": planned - started, "sent": time.perf_counter() - planned}


def _bare(engine, context, relay: str) -> dict[str, float]:
    with reading(engine) as conn:
        stored = matches.find(conn, TENANT, states=[MatchState.ACCEPTED])
        found = {call.id: call for call in calls.find(conn, TENANT)}
    accepted = [Accepted(match=one.match, call=found[one.match.call_id]) for one in stored]
    started, channel = time.perf_counter(), channel_for(relay)
    for person in context.profile.people[1:]:
        digest = build_digest(person, context.profile, accepted, ToldBefore(), NOW, WEEK)
        if digest is not None:
            channel.deliver(render(digest, context), before_data=lambda: None)
    channel.close()
    return {"sent": time.perf_counter() - started}


if __name__ == "__main__":
    main(*sys.argv[1:])
