"""What the pages keep between requests is what a fresh look at the database would give."""

from datetime import timedelta

from web_world import TENANT, World, a_full_match, call_with_two_units, in_days

from builders import a_scraped_call
from matcher.model import Band, Decision, MatchState, Verdict
from storage import matches as stored_matches
from storage.database import reading, writing
from web.board import Memory
from web.selection import Tab


def counts(world: World, memory: Memory, units: frozenset[str] | None = None) -> dict[Tab, int]:
    with reading(world.engine) as conn:
        return memory.board(conn, TENANT, world.now, units).counts


def decide(world: World, verdict: Verdict, until=None) -> None:
    with writing(world.engine) as conn:
        number = min(stored.id for stored in stored_matches.find(conn, TENANT))
        decided = Decision(verdict=verdict, by="samordnare", at=world.now, until=until)
        stored_matches.decide(conn, TENANT, number, decided)


def test_every_change_shows_at_once_as_in_a_fresh_look(world: World):
    memory = Memory()
    steps = (
        lambda: call_with_two_units(world),
        lambda: decide(world, Verdict.ACCEPT),
        lambda: decide(world, Verdict.LATER, world.now + timedelta(days=3)),
        lambda: setattr(world, "now", world.now + timedelta(days=3)),
        lambda: world.add_calls(a_scraped_call(deadlines=(in_days(30),), budget=9)),
        lambda: world.propose(),
        lambda: setattr(world, "now", world.now + timedelta(days=40)),
    )
    for step in steps:
        step()
        assert counts(world, memory) == counts(world, Memory())


def test_a_deadline_closes_a_row_the_moment_after_it(world: World):
    call_with_two_units(world)
    memory = Memory()
    world.now = in_days(14).at
    assert counts(world, memory)[Tab.REVIEW] == 1
    world.now += timedelta(seconds=1)
    assert counts(world, memory)[Tab.REVIEW] == 0


def test_a_reader_of_one_unit_is_never_given_the_board_of_another(world: World):
    call_with_two_units(world)
    memory = Memory()
    with reading(world.engine) as conn:
        everything = memory.board(conn, TENANT, world.now)
        own = memory.board(conn, TENANT, world.now, frozenset({"skola"}))
        nothing = memory.board(conn, TENANT, world.now, frozenset())
    assert {unit.unit for row in everything.rows.values() for unit in row.units} == {"skola", "kultur"}
    assert {unit.unit for row in own.rows.values() for unit in row.units} == {"skola"}
    assert nothing.rows == {}


def test_what_is_put_off_until_now_waits_at_once(world: World):
    call_with_two_units(world)
    decide(world, Verdict.ACCEPT)
    decide(world, Verdict.LATER, world.now)
    assert {stored.state for stored in world.matches()} == {MatchState.NEW}


def test_possible_matches_wait_in_a_tab_of_their_own_and_folded_beside_stronger_ones(world: World):
    first, second = world.add_calls(
        a_scraped_call(deadlines=(in_days(5),)),
        a_scraped_call(reference="2", identifier="X-2", title="Weak", deadlines=(in_days(9),)),
    )
    school, culture = world.profile.needs
    world.propose(
        a_full_match(first, school),
        a_full_match(first, culture, band=Band.POSSIBLE, score=0.3),
        a_full_match(second, school, band=Band.POSSIBLE, score=0.3),
    )
    found = counts(world, Memory())
    assert (found[Tab.REVIEW], found[Tab.BELOW], found[Tab.SEVERAL]) == (1, 1, 0)
    browser = world.signed_in()
    review, below = browser.get("/").text, browser.get("/?flik=under-gransen").text
    assert "1 enhet strax under gränsen" in review
    assert "Godkänn alla" not in review
    assert f'id="rad-{second}"' not in review
    assert f'id="rad-{second}"' in below
    assert f'id="rad-{first}"' not in below
