"""Several pages of one call, of one source or of two, are joined or stay apart."""

import pytest
from harvests_saved import DAY, from_euroaccess, save, stored
from sqlalchemy import Engine

from builders import NOW, a_scraped_call
from calls.model import Deadline
from calls.vocabulary import CONSULTATION, DeadlineModel


def test_a_call_in_a_second_source_joins_and_is_not_new(engine: Engine):
    first = save(engine, a_scraped_call(budget=1))
    second = save(
        engine,
        from_euroaccess(identifier="cerv-2026-citizens-town-TT ", title="Other", budget=2),
        source="euroaccess",
        now=NOW + DAY,
    )
    assert (second.new, second.changed, second.unchanged) == (0, 0, 1)
    (found,) = stored(engine)
    assert (found.id, found.title, found.budget, found.version) == (first.new_ids[0], "Town-Twinning", 1, 1)
    assert [link.source for link in found.sources] == ["eu-portal", "euroaccess"]


def test_a_second_source_fills_and_that_is_a_change(engine: Engine):
    save(engine, a_scraped_call())
    saved = save(engine, from_euroaccess(grant_max=9), source="euroaccess", now=NOW + DAY)
    assert (saved.new, saved.changed) == (0, 1)
    assert stored(engine)[0].grant_max == 9


def test_the_leading_source_leads_also_when_it_comes_later(engine: Engine):
    save(engine, from_euroaccess(title="Other", budget=2), source="euroaccess")
    save(engine, a_scraped_call(budget=1), now=NOW + DAY)
    (found,) = stored(engine)
    assert (found.title, found.budget, found.url) == ("Town-Twinning", 1, "https://portal.example/1")
    assert [link.source for link in found.sources] == ["eu-portal", "euroaccess"]


@pytest.mark.parametrize(
    "facts",
    [
        {"shares_identifier": True},
        {"kind": "8"},
        {"kind": "2"},
        {"kind": CONSULTATION},
        {"identifier": None},
        {"identifier": ""},
        {"identifier": "CERV-2027"},
    ],
)
def test_calls_that_share_or_lack_an_identifier_stay_apart(engine: Engine, facts):
    save(engine, a_scraped_call())
    saved = save(engine, from_euroaccess(**facts), source="euroaccess")
    assert saved.new == 1
    assert len(stored(engine)) == 2


def test_two_cascade_calls_of_one_parent_stay_apart_in_one_harvest(engine: Engine):
    shared = {"kind": "8", "identifier": "PARENT", "shares_identifier": True}
    saved = save(engine, *(a_scraped_call(reference=str(n), **shared) for n in range(3)))
    assert saved.new == 3


def test_two_cut_offs_on_two_pages_of_one_source_are_one_call(engine: Engine):
    autumn = from_euroaccess(reference="135", deadlines=(Deadline(at=NOW + 30 * DAY),))
    spring = from_euroaccess(reference="136", deadlines=(Deadline(at=NOW + 200 * DAY),))
    saved = save(engine, spring, autumn, source="euroaccess")
    assert saved.new == 1
    (found,) = stored(engine)
    assert found.deadlines == (*autumn.deadlines, *spring.deadlines)
    assert found.deadline_model is DeadlineModel.CUT_OFFS
    again = save(engine, autumn, spring, source="euroaccess", now=NOW + DAY)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 1)


def test_a_page_that_leaves_while_another_stays_takes_no_deadline_with_it_D2(engine: Engine):
    autumn = from_euroaccess(reference="135", deadlines=(Deadline(at=NOW + 30 * DAY),))
    spring = from_euroaccess(reference="136", deadlines=(Deadline(at=NOW + 200 * DAY),))
    save(engine, autumn, spring, source="euroaccess")
    saved = save(engine, spring, source="euroaccess", now=NOW + DAY)
    assert (saved.changed, saved.unseen) == (0, 0)
    assert len(stored(engine)[0].deadlines) == 2


def test_one_reference_with_two_contents_is_a_conflict_and_the_first_is_kept_S_43(engine: Engine):
    saved = save(engine, a_scraped_call(title="A"), a_scraped_call(title="B"), a_scraped_call(title="A"))
    assert (saved.new, saved.conflicts) == (1, ("1TOPICSen",))
    assert stored(engine)[0].title == "A"


def test_the_same_call_twice_in_a_harvest_is_no_conflict(engine: Engine):
    saved = save(engine, a_scraped_call(), a_scraped_call())
    assert (saved.new, saved.conflicts) == (1, ())


def test_a_reference_stays_with_its_call_when_its_identifier_changes(engine: Engine):
    first = save(engine, a_scraped_call(), a_scraped_call(reference="2", identifier="X-2"))
    moved = a_scraped_call(reference="2")  # now with the identifier of the first
    saved = save(engine, a_scraped_call(), moved, now=NOW + DAY)
    assert saved.new == 0
    assert {c.id: c.identifier for c in stored(engine)} == dict.fromkeys(first.new_ids, moved.identifier)
