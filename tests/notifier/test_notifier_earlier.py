"""A newly appointed contact person: what the unit was told before stands apart, a few a week, and nothing twice."""

from dataclasses import replace

import pytest
from followers import PROFILE, TENANT, context, due_on, handed_over, harvested, mailed, on
from letters import Page, html_of, text_of
from test_notifier_job import a_page, accept

from builders import NOW, a_person
from notifier.weeks import week_of
from pipeline.digest import plan
from storage import assignments, wishes
from storage.database import writing
from storage.wishes import Rhythm, Wishes

NEW = a_person(key="kontakt-ny", name="Ny Kontakt", email="ny@exempelstad.example", language="sv")
LATER = replace(PROFILE, people=(*PROFILE.people, NEW))
HEADING = "AKTUELLT HOS ER SEDAN TIDIGARE"


def told_the_unit(engine, number: int, **match) -> None:
    """So many calls that the schools' person got two weeks before the new one came."""
    pages = [a_page(n, deadlines=due_on(60 + n)) for n in range(1, number + 1)]
    accept(engine, harvested(engine, *pages), **match)
    plan(engine, context(), "2026-W34")
    handed_over(engine)


def monday(engine, week: int, profile=LATER) -> None:
    """The letters of a Monday: week 0 is 24 August 2026, 1 the next one."""
    at = on(2 + 7 * week)
    plan(engine, context(at, profile), week_of(at))
    handed_over(engine, at, profile)


def letters_to(engine, person: str = "kontakt-ny") -> list:
    return [stored.letter for stored in mailed(engine) if stored.letter.person == person]


def test_the_first_letter_tells_what_stands_in_lines_ten_at_a_time_and_each_once(engine):
    told_the_unit(engine, 12)
    for week in (1, 2, 3):
        monday(engine, week)
    first, second = letters_to(engine)
    assert [len(letter.calls) for letter in (first, second)] == [10, 2]
    assert {call for letter in (first, second) for call, _ in letter.calls} == set(range(1, 13))
    text = text_of(first)
    assert HEADING in text
    assert "NYTT FÖR ER" not in text
    assert "I veckans brev: 12 sedan tidigare." in text
    assert "… och 2 utlysningar till i nästa brev." in text
    assert first.subject.startswith("Fondvakt: 12 sedan tidigare – närmast")
    assert len(letters_to(engine, "kontakt-skola")) == 1


def test_what_is_new_to_all_stands_in_full_before_it(engine):
    told_the_unit(engine, 2)
    accept(engine, harvested(engine, a_page(3, deadlines=due_on(90)), now=on(5)), now=on(5))
    monday(engine, 1)
    (first,) = letters_to(engine)
    text = text_of(first)
    assert first.subject == "Fondvakt: 1 ny utlysning – närmast 22 oktober"
    assert "I veckans brev: 1 ny utlysning, 2 sedan tidigare." in text
    assert text.index("NYTT FÖR ER") < text.index(HEADING)
    assert "Därför:" in text[: text.index(HEADING)]
    assert "Därför:" not in text[text.index(HEADING) :]


def test_children_and_young_people_are_not_cut_here_either(engine):
    told_the_unit(engine, 12, children_and_youth=True)
    monday(engine, 1)
    (first,) = letters_to(engine)
    assert len(first.calls) == 12


def test_a_change_after_the_first_letter_is_told_as_a_change(engine):
    told_the_unit(engine, 1)
    monday(engine, 1)
    accept(engine, harvested(engine, a_page(1, deadlines=due_on(70)), now=on(10)), now=on(10))
    monday(engine, 2)
    _first, second = letters_to(engine)
    assert "ÄNDRAT SEDAN SIST" in text_of(second)
    assert HEADING not in text_of(second)


def test_what_the_letter_asks_about_is_not_told_twice_in_it(engine):
    told_the_unit(engine, 2)
    with writing(engine) as conn:
        assignments.ask(conn, TENANT, call_id=1, unit="skola", by="samordnare", now=NOW)
    monday(engine, 1)
    (first,) = letters_to(engine)
    text = text_of(first)
    assert "VÄNTAR PÅ DITT SVAR" in text
    assert [call for call, _ in first.calls] == [2]


def test_a_week_that_all_share_is_no_earlier_one(engine):
    """A letter that leaves before another is planned in the same week takes no news from it."""
    told_the_unit(engine, 1)
    monday(engine, 0)
    (first,) = letters_to(engine)
    assert "NYTT FÖR ER" in text_of(first)


@pytest.mark.parametrize(("appointed", "heading"), [(None, "NYTT FÖR ER"), (on(7).date(), HEADING)])
def test_a_monthly_letter_gathers_as_news_what_came_after_the_appointment(engine, appointed, heading):
    told_the_unit(engine, 1)
    with writing(engine) as conn:
        wishes.choose(conn, TENANT, NEW.key, Wishes(rhythm=Rhythm.MONTHLY), NOW, channel="web")
    monday(engine, 2, replace(PROFILE, people=(*PROFILE.people, replace(NEW, appointed_from=appointed))))
    (first,) = letters_to(engine)
    assert heading in text_of(first)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_both_parts_say_the_same_and_the_page_is_well_made(engine, language):
    told_the_unit(engine, 12)
    people = (*PROFILE.people, replace(NEW, language=language))
    monday(engine, 1, replace(PROFILE, people=people))
    (first,) = letters_to(engine)
    page, text = Page(html_of(first)), text_of(first)
    heading = "Aktuellt hos er sedan tidigare" if language == "sv" else "Still current for you"
    assert heading in html_of(first)
    assert heading.upper() in text
    assert all(link in text for link in page.links if link.startswith("https://"))
