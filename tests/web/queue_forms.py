"""Rows of the queue to work on, and what has become of them."""

import re
from html import unescape

from web_world import TENANT, World, a_full_match, in_days

from builders import a_scraped_call
from matcher.model import MatchState
from storage import audit
from storage.database import reading


def rows(world: World, number: int) -> tuple[int, ...]:
    """So many calls with a strong match each for the schools."""
    ids = world.add_calls(
        *(
            a_scraped_call(
                reference=str(n), identifier=f"X-{n}", title=f"Call {n}", deadlines=(in_days(20 + n),)
            )
            for n in range(number)
        )
    )
    world.propose(*(a_full_match(call_id, world.profile.needs[0]) for call_id in ids))
    return ids


def states(world: World) -> list[MatchState]:
    return [stored.state for stored in sorted(world.matches(), key=lambda one: one.id)]


def hidden(page: str) -> dict[str, list[str]]:
    """The hidden fields of the first form that posts several."""
    body = re.search(r'<form method="post" action="/beslut/flera">(.*?)</form>', page, re.S)[1]
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', body):
        fields.setdefault(name, []).append(unescape(value))
    fields.pop("csrf")
    return fields


def events(world: World, **wanted) -> list:
    with reading(world.engine) as conn:
        return audit.events(conn, TENANT, **wanted)
