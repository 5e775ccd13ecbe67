"""Decisions on the queue's page, made as a browser would, and what they come to."""

from web_world import World

from matcher.model import MatchState


def state_of(world: World, unit: str) -> MatchState:
    return next(stored.state for stored in world.matches() if stored.match.unit == unit)


def form_of(browser, verdict: str, place: int = 0, path: str = "/") -> dict:
    return [form for form in browser.forms(path) if form["verdict"] == verdict][place]


def decide(browser, verdict: str, path: str = "/", place: int = 0, **fields):
    form = form_of(browser, verdict, place, path)
    given = {"match": form["match"], "back": form["back"], "verdict": verdict}
    return browser.post("/beslut", given | fields, page=path)
