"""Harvests saved, joined and found again."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from harvests_saved import DAY, RANKS, from_euroaccess, save, stored
from sqlalchemy import Engine, func, select

from builders import NOW, a_scraped_call
from calls.changes import Change
from calls.model import CallSection, Consortium, Deadline, Title
from calls.vocabulary import CONSULTATION, ApplicantType, DeadlineModel, SectionKind, Status
from storage import calls
from storage.database import reading, writing
from storage.tables import call, call_version


def test_every_fact_comes_back_as_it_was_saved(engine: Engine):
    facts = {
        "kind": "1",
        "language": "sv",
        "titles": (Title(language="en", text="Twinning"),),
        "call_code": "X",
        "call_title": "Yta",
        "programme": "CERV",
        "programme_label": "Citizens",
        "divisions": ("a", "b"),
        "action_type": "LS",
        "announced": Status.OPEN,
        "opening_date": date(2026, 1, 2),
        "deadlines": (Deadline(at=NOW, by_day=False), Deadline.on(date(2027, 1, 1))),
        "deadline_model": DeadlineModel.TWO_STAGE,
        "budget": 10**12,
        "budget_shared": True,
        "grant_min": 1,
        "grant_max": 2,
        "expected_grants": 3,
        "currency": "SEK",
        "cofinancing_rate": 0.85,
        "eligible_applicants": frozenset({ApplicantType.SCHOOL, ApplicantType.MUNICIPALITY}),
        "eligible_countries": frozenset(),
        "consortium": Consortium(min_partners=3),
        "duration": "24 månader",
        "sections": (CallSection(kind=SectionKind.SCOPE, text="Ett\nTvå ”citat” 🎉 \\u0041"),),
        "keywords": ("Ö", "é"),
        "cross_cutting": ("jämställdhet",),
        "notes": ("Kontrollera {datum}",),
    }
    scraped = a_scraped_call(**facts)
    save(engine, scraped)
    (found,) = stored(engine)
    for name, value in facts.items():
        assert getattr(found, name) == value, name
    assert (found.title, found.url, found.identifier) == (scraped.title, scraped.url, scraped.identifier)
    (link,) = found.sources
    assert (link.source, link.reference, link.url) == ("eu-portal", "1TOPICSen", scraped.url)
    assert found.first_seen_at == found.changed_at == link.last_seen_at == NOW


def test_saving_counts_what_is_new_changed_and_unchanged(engine: Engine):
    one, two = a_scraped_call(), a_scraped_call(reference="2", identifier="X-2")
    first = save(engine, one, two)
    assert (first.new, first.changed, first.unchanged, first.unseen) == (2, 0, 0, 0)
    second = save(engine, replace(one, budget=5), two, now=NOW + DAY)
    assert (second.new, second.changed, second.unchanged) == (0, 1, 1)
    assert second.changed_ids == first.new_ids[:1]
    found = {c.id: c for c in stored(engine)}[first.new_ids[0]]
    assert (found.version, found.changed_at, found.budget) == (2, NOW + DAY, 5)
    assert found.first_seen_at == NOW


def test_the_same_harvest_in_another_order_changes_nothing_D3(engine: Engine):
    harvest = [a_scraped_call(reference=str(n), identifier=f"X-{n}", budget=n) for n in range(5)]
    save(engine, *harvest)
    again = save(engine, *reversed(harvest), now=NOW + DAY)
    assert (again.new, again.changed, again.unchanged, again.unseen) == (0, 0, 5, 0)


def test_facts_that_do_not_matter_are_kept_up_to_date_without_a_version(engine: Engine):
    save(engine, a_scraped_call(keywords=("old",)))
    saved = save(engine, a_scraped_call(keywords=("new",)), now=NOW + DAY)
    assert (saved.changed, saved.unchanged) == (0, 1)
    (found,) = stored(engine)
    assert (found.keywords, found.version, found.changed_at) == (("new",), 1, NOW)


def test_each_version_is_kept_with_what_changed(engine: Engine):
    save(engine, a_scraped_call(budget=1))
    save(engine, a_scraped_call(budget=2), now=NOW + DAY)
    save(engine, a_scraped_call(budget=3, title="Ny"), now=NOW + 2 * DAY)
    with reading(engine) as conn:
        (found,) = calls.find(conn, "t")
        history = calls.versions(conn, "t", found.id)
        assert [(v.version, v.facts.budget, v.at) for v in history] == [
            (1, 1, NOW),
            (2, 2, NOW + DAY),
            (3, 3, NOW + 2 * DAY),
        ]
        assert history[0].changes == ()
        assert history[1].changes == (Change(field="budget", old=1, new=2),)
        assert calls.changes_since(conn, "t", found.id, 1) == (
            Change(field="title", old="Town-Twinning", new="Ny"),
            Change(field="budget", old=1, new=3),
        )
        assert calls.changes_since(conn, "t", found.id, 3) == ()


def test_another_hour_of_the_day_is_told_unless_the_day_moved_too(engine: Engine):
    day, hours = NOW.replace(hour=10, minute=0) + 30 * DAY, timedelta(hours=1)
    for number, moment in enumerate((day, day + hours, day + 7 * DAY)):
        save(engine, a_scraped_call(deadlines=(Deadline(at=moment),)), now=NOW + number * DAY)
    with reading(engine) as conn:
        (found,) = calls.find(conn, "t")
        fields = [[one.field for one in version.changes] for version in calls.versions(conn, "t", found.id)]
        assert fields == [[], ["deadline_hours"], ["deadlines"]]
        assert [one.field for one in calls.changes_since(conn, "t", found.id, 1)] == ["deadlines"]


def test_what_went_back_is_no_change_since(engine: Engine):
    for number, budget in enumerate((1, 2, 1)):
        save(engine, a_scraped_call(budget=budget), now=NOW + number * DAY)
    with reading(engine) as conn:
        (found,) = calls.find(conn, "t")
        assert found.version == 3
        assert calls.changes_since(conn, "t", found.id, 1) == ()


def test_a_call_is_no_longer_seen_only_after_two_harvests_without_it_48_hours_apart_D2(engine: Engine):
    other = a_scraped_call(reference="2", identifier="X-2")
    save(engine, a_scraped_call(), other)
    seen = []
    for hours in (1, 24, 48, 49):
        saved = save(engine, other, now=NOW + timedelta(hours=hours))
        seen.append((saved.unseen, stored(engine)[0].sources[0].is_seen))
    assert seen == [(1, True), (0, True), (0, True), (0, False)]
    back = save(engine, a_scraped_call(), other, now=NOW + timedelta(hours=60))
    assert (back.new, back.changed, back.unchanged) == (0, 0, 2)
    assert stored(engine)[0].sources[0].is_seen
    assert save(engine, other, now=NOW + timedelta(hours=200)).unseen == 1
    assert stored(engine)[0].sources[0].is_seen, "the count starts again when a call came back"


def test_an_empty_harvest_marks_and_deletes_nothing(engine: Engine):
    save(engine, a_scraped_call())
    assert save(engine, now=NOW + DAY).unseen == 1
    assert len(stored(engine)) == 1


def test_who_still_shows_a_call_leads_when_the_leader_dropped_it(engine: Engine):
    save(engine, a_scraped_call(budget=1))
    save(engine, from_euroaccess(budget=2), source="euroaccess")
    for hours in (1, 50):
        save(engine, now=NOW + timedelta(hours=hours))
    assert stored(engine)[0].budget == 1, "absence alone changes nothing"
    save(engine, from_euroaccess(budget=3), source="euroaccess", now=NOW + timedelta(hours=51))
    (found,) = stored(engine)
    assert found.budget == 3
    assert [link.source for link in found.sources] == ["euroaccess", "eu-portal"]


def test_a_call_of_another_source_is_refused(engine: Engine):
    with pytest.raises(ValueError, match="expected eu-portal"):
        save(engine, from_euroaccess())


def test_municipalities_do_not_see_each_others_calls(engine: Engine):
    save(engine, a_scraped_call(), tenant="a")
    saved = save(engine, a_scraped_call(title="B"), tenant="b")
    assert saved.new == 1
    assert [c.title for c in stored(engine, "a")] == ["Town-Twinning"]
    with reading(engine) as conn:
        assert calls.get(conn, "a", saved.new_ids[0]) is None
        assert calls.versions(conn, "a", saved.new_ids[0]) == []


def test_calls_are_found_by_id_in_order(engine: Engine):
    many = [a_scraped_call(reference=str(n), identifier=f"X-{n}") for n in range(700)]
    ids = save(engine, *many).new_ids
    with reading(engine) as conn:
        assert [c.id for c in calls.find(conn, "t", [*reversed(ids), 10**6])] == list(ids)
        assert calls.find(conn, "t", []) == []
        assert calls.get(conn, "t", ids[3]).identifier == "X-3"


def test_calls_are_found_by_where_they_stand(engine: Engine):
    stages = {"deadline_model": DeadlineModel.TWO_STAGE}
    save(
        engine,
        a_scraped_call(reference="open", identifier="1", deadlines=(Deadline(at=NOW + DAY),)),
        a_scraped_call(reference="running", identifier="2", deadlines=()),
        a_scraped_call(reference="closed", identifier="3", deadlines=(Deadline(at=NOW - DAY),)),
        a_scraped_call(
            reference="missed",
            identifier="4",
            deadlines=(Deadline(at=NOW - DAY), Deadline(at=NOW + DAY)),
            **stages,
        ),
        a_scraped_call(reference="soon", identifier="5", opening_date=date(2027, 1, 1)),
        a_scraped_call(reference="said", identifier="6", announced=Status.CLOSED),
    )

    def found(*statuses):
        with reading(engine) as conn:
            return [c.identifier for c in calls.by_status(conn, "t", NOW, frozenset(statuses))]

    assert found(Status.OPEN) == ["1", "2"]
    assert found(Status.FORTHCOMING) == ["5"]
    assert found(Status.CLOSED) == ["3", "4", "6"]
    assert found(Status.OPEN, Status.FORTHCOMING) == ["1", "2", "5"]


def test_instants_come_back_in_utc_on_both_engines_E7(engine: Engine):
    save(engine, a_scraped_call())
    (found,) = stored(engine)
    assert found.first_seen_at.tzinfo is UTC
    assert found.first_seen_at == datetime(2026, 8, 22, 4, 0, tzinfo=UTC)


def test_a_failing_harvest_leaves_nothing_behind(engine: Engine):
    def break_off() -> None:
        with writing(engine) as conn:
            calls.save_harvest(conn, "t", "eu-portal", [a_scraped_call()], RANKS, NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    with reading(engine) as conn:
        for table in (call, call_version):
            assert conn.execute(select(func.count()).select_from(table)).scalar() == 0


def test_a_funding_call_does_not_join_a_consultation_of_the_same_code(engine: Engine):
    consultation = a_scraped_call(source="have-your-say", reference="12970", kind=CONSULTATION)
    save(engine, consultation, source="have-your-say")
    saved = save(engine, a_scraped_call(), from_euroaccess(source="eu-portal", reference="2TOPICSen"))
    assert saved.new == 1
    assert {call.kind: len(call.sources) for call in stored(engine)} == {CONSULTATION: 1, "1": 2}


def test_a_consultation_is_found_by_its_swedish_title_and_by_its_english_one(engine: Engine):
    titles = (Title(language="sv", text="Regler för Dagvatten"),)
    save(engine, a_scraped_call(kind=CONSULTATION, title="Storm water", titles=titles))
    with reading(engine) as conn:
        (text,) = calls.search_texts(conn, "t").values()
    assert "regler för dagvatten" in text
    assert "storm water" in text


def test_a_new_title_in_another_language_is_stored_and_is_no_news(engine: Engine):
    save(engine, a_scraped_call())
    saved = save(engine, a_scraped_call(titles=(Title(language="sv", text="Vänorter"),)), now=NOW + DAY)
    (found,) = stored(engine)
    assert (saved.changed, found.version) == (0, 1)
    assert found.title_in("sv").text == "Vänorter"


def test_what_could_not_be_read_this_time_stays_as_it_is_stored_and_is_no_news(engine: Engine):
    summary = (CallSection(kind=SectionKind.SUMMARY, text="Towns are asked."),)
    save(engine, a_scraped_call(sections=summary))
    unread = a_scraped_call(budget=7, notes=("The summary could not be read",), unread=("sections", "notes"))
    saved = save(engine, unread, now=NOW + DAY)
    (found,) = stored(engine)
    assert (found.sections, found.notes, found.budget, found.version) == (summary, (), 7, 2)
    assert saved.changed == 1
    again = save(engine, a_scraped_call(budget=7, sections=summary), now=NOW + 2 * DAY)
    assert (again.changed, again.unchanged) == (0, 1)


def test_a_new_call_without_its_text_is_kept_with_the_note_that_says_so(engine: Engine):
    save(engine, a_scraped_call(notes=("The summary could not be read",), unread=("sections", "notes")))
    assert stored(engine)[0].notes == ("The summary could not be read",)


def test_a_consultation_that_is_answered_no_more_is_closed_by_its_date_and_not_by_its_absence_D2(
    engine: Engine,
):
    facts = {"kind": CONSULTATION, "announced": Status.OPEN, "source": "have-your-say"}
    first, other = (
        a_scraped_call(reference=reference, deadlines=(Deadline(at=NOW + 30 * DAY),), **facts)
        for reference in ("1", "2")
    )
    save(engine, first, other, source="have-your-say")
    for days in (1, 4, 8):
        saved = save(engine, other, source="have-your-say", now=NOW + days * DAY)
    assert saved.unseen == 0
    gone = stored(engine)[0]
    assert not gone.sources[0].is_seen
    assert gone.status(NOW + 8 * DAY) is Status.OPEN
    assert gone.status(NOW + 31 * DAY) is Status.CLOSED
