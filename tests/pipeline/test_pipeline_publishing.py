"""Publishing: versions, what others changed meanwhile, and what a publication reaches."""

from dataclasses import replace

import pytest

from builders import NOW, a_coordinator, a_need, a_person, a_profile, a_unit
from pipeline import publishing
from pipeline.publishing import NothingToPublish, NotPublishable, PartMoved, Reach
from profiles.load import read_profile
from profiles.merge import merged
from profiles.parts import PartKind, part_document, part_from, part_of, problems_of
from profiles.write import profile_text
from storage import audit, proposals, reach, rematches
from storage import profiles as stored_profiles
from storage.database import open_database, reading, writing
from storage.proposals import ProposalChanged, State

TENANT = "exempelstad"
UNIT = PartKind.UNIT


@pytest.fixture
def engine(tmp_path):
    made = open_database(f"sqlite:///{tmp_path / 'd.sqlite'}")
    with writing(made) as conn:
        profile = a_profile(people=(a_coordinator(), a_person()))
        stored_profiles.save(conn, TENANT, profile.key, profile_text(profile), "cli", NOW)
    yield made
    made.dispose()


def held(engine):
    """The version that holds, and its profile."""
    with reading(engine) as conn:
        stored = stored_profiles.latest(conn, TENANT)
    return stored.version, read_profile(stored.document, stored.key)


def a_draft(engine, unit, base_version=1, author="kontakt-skola"):
    with writing(engine) as conn:
        return proposals.begin(
            conn,
            TENANT,
            kind="unit",
            key=unit.key,
            base_version=base_version,
            document=part_document(unit),
            author=author,
            now=NOW,
        )


def publish(engine, draft, **options):
    return publishing.publish(engine, TENANT, draft.id, draft.revision, "samordnare", NOW, **options)


def test_a_part_survives_its_document():
    profile = a_profile()
    for kind, key in ((UNIT, "skola"), (PartKind.POLICY, ""), (PartKind.PEOPLE, "")):
        part = part_of(profile, kind, key)
        assert part_from(kind, part_document(part)) == part


def test_a_published_draft_is_a_new_version_with_its_difference_and_its_place_in_history(engine):
    unit = replace(held(engine)[1].unit("skola"), preparation_days=60)
    done = publish(engine, a_draft(engine, unit))
    version, profile = held(engine)
    assert (version, done.version, profile.unit("skola").preparation_days) == (2, 2, 60)
    assert [change.path for change in done.changes] == ["units[skola].preparation_days"]
    with reading(engine) as conn:
        (event,) = audit.events(conn, TENANT)
        assert rematches.is_wanted(conn, TENANT)
        assert proposals.find(conn, TENANT)[0].state is State.PUBLISHED
    assert (event.event.actor, event.event.action, event.event.key) == ("samordnare", "publish", "unit:skola")


def test_the_second_of_two_who_changed_the_same_part_is_shown_both_differences_and_keeps_the_draft__P23(
    engine,
):
    unit = held(engine)[1].unit("skola")
    first = a_draft(engine, replace(unit, board="Skolnämnden"), author="samordnare")
    second = a_draft(engine, replace(unit, preparation_days=10))
    publish(engine, first)
    with pytest.raises(PartMoved) as refused:
        publish(engine, second)
    assert [change.path for change in refused.value.theirs] == ["units[skola].board"]
    assert [change.path for change in refused.value.mine] == ["units[skola].preparation_days"]
    assert held(engine)[0] == 2
    both = publishing.put_on_top(engine, TENANT, second.id, second.revision, "kontakt-skola", NOW)
    publish(engine, both)
    unit = held(engine)[1].unit("skola")
    assert (unit.board, unit.preparation_days) == ("Skolnämnden", 10)


def test_a_change_of_another_part_is_in_nobodys_way(engine):
    unit = held(engine)[1].unit("skola")
    second = a_draft(engine, replace(unit, preparation_days=10))
    publish(engine, a_draft(engine, a_unit(key="kultur", name="Kultur", name_en="Culture")))
    publish(engine, second)
    assert [unit.key for unit in held(engine)[1].units] == ["skola", "kultur"]


def test_a_form_sent_twice_makes_one_version__P19(engine):
    draft = a_draft(engine, replace(held(engine)[1].unit("skola"), preparation_days=10))
    publish(engine, draft)
    with pytest.raises(ProposalChanged):
        publish(engine, draft)
    assert held(engine)[0] == 2


def test_what_breaks_the_rules_is_not_published_and_every_problem_is_told(engine):
    broken = replace(held(engine)[1].unit("skola"), needs=(a_need(text="kort", priority_area="ingen"),))
    draft = a_draft(engine, broken)
    assert len(problems_of(held(engine)[1], "skola", broken)) == 2
    with pytest.raises(NotPublishable) as refused:
        publish(engine, draft)
    assert len(refused.value.problems) == 2
    assert held(engine)[0] == 1


def test_nothing_new_is_no_version(engine):
    with pytest.raises(NothingToPublish):
        publish(engine, a_draft(engine, held(engine)[1].unit("skola")))


def test_an_old_version_holds_again_as_a_new_one_letter_by_letter(engine):
    publish(engine, a_draft(engine, replace(held(engine)[1].unit("skola"), preparation_days=10)))
    publishing.restore(engine, TENANT, 1, 2, "samordnare", NOW)
    with reading(engine) as conn:
        first, _second, third = stored_profiles.versions(conn, TENANT)
    assert third.document == first.document


def test_restoring_on_top_of_what_the_reader_has_not_seen_is_refused(engine):
    publish(engine, a_draft(engine, replace(held(engine)[1].unit("skola"), preparation_days=10)))
    with pytest.raises(PartMoved):
        publishing.restore(engine, TENANT, 1, 1, "samordnare", NOW)


def test_only_new_calls_is_noted_for_the_needs_that_changed_and_lifted_again(engine):
    unit = held(engine)[1].unit("skola")
    other = a_need(key="annat", title="Annat behov")
    publish(engine, a_draft(engine, replace(unit, needs=(*unit.needs, other))), reaches=Reach.NEW)
    with reading(engine) as conn:
        assert reach.since(conn, TENANT) == {("skola", "annat"): NOW}
    unit = replace(held(engine)[1].unit("skola"), preparation_days=3)
    publish(engine, a_draft(engine, unit, 2))
    with reading(engine) as conn:
        assert reach.since(conn, TENANT) == {}


def test_a_unit_can_be_taken_out_and_its_drafts_stay__P07(engine):
    with writing(engine) as conn:
        profile = held(engine)[1]
        two = replace(profile, units=(*profile.units, a_unit(key="kultur", name="Kultur", name_en="Culture")))
        stored_profiles.save(conn, TENANT, profile.key, profile_text(two), "cli", NOW)
        gone = proposals.begin(
            conn,
            TENANT,
            kind="unit",
            key="kultur",
            base_version=2,
            document=None,
            author="samordnare",
            now=NOW,
        )
    draft = a_draft(engine, replace(two.unit("kultur"), preparation_days=1), 2)
    publish(engine, gone)
    assert [unit.key for unit in held(engine)[1].units] == ["skola"]
    with reading(engine) as conn:
        assert proposals.get(conn, TENANT, draft.id).state is State.DRAFT


def test_merging_keeps_what_both_did_to_different_needs():
    one, two = a_need(), a_need(key="annat")
    base = a_unit(needs=(one, two))
    theirs = replace(base, needs=(replace(one, title="Deras"), two), board="Nämnd")
    mine = replace(base, needs=(one, replace(two, title="Mitt"), a_need(key="nytt")))
    both = merged(base, theirs, mine)
    assert [need.title for need in both.needs] == ["Deras", "Mitt", one.title]
    assert both.board == "Nämnd"
