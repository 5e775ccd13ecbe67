"""Who is spoken to, and who answers: the reader's first name and the coordinator's name and telephone (`ux.md` 1.2)."""

from dataclasses import replace

import pytest
from every_kind import every_kind
from letters import a_context, a_letter, accepted, html_of, text_of

from builders import NOW, a_coordinator, a_person, a_profile
from notifier.greeting import first_name
from notifier.notice_letter import notice_letter
from notifier.notices import nothing_new
from notifier.office import trial
from pipeline.digest import letter_context


@pytest.mark.parametrize(
    ("name", "email", "first"),
    [
        ("Anna Exempel", "anna.exempel@exempelstad.example", "Anna"),
        ("Åsa-Märta af Prov", "asa-marta.afprov@exempelstad.example", "Åsa-Märta"),
        ("ANNA EXEMPEL", "anna.exempel@exempelstad.example", "Anna"),
        ("Exempel, Anna", "anna.exempel@exempelstad.example", "Anna"),
        ("Anna", "anna.exempel@exempelstad.example", "Anna"),
        ("Kontaktperson skola", "kontakt.skola@exempelstad.example", ""),
        ("Kontakt Skola", "kontakt.skola@exempelstad.example", ""),
        ("EU-samordnare", "eu@exempelstad.example", ""),
        ("Barn och Utbildning", "barn.utbildning@exempelstad.example", ""),
        ("Exempelstad Energi", "exempelstad.energi@exempelstad.example", ""),
        ("Anna Exempel", "skolkontoret@exempelstad.example", ""),
        ("", "anna.exempel@exempelstad.example", ""),
    ],
)
def test_a_first_name_is_used_only_where_the_address_says_it_is_one(name, email, first):
    assert first_name(name, email, {"exempelstad", "utbildning"}) == first


@pytest.mark.parametrize(("language", "greeting"), [("sv", "Hej Anna!"), ("en", "Hello Anna,")])
def test_the_letter_greets_its_reader_by_first_name_in_both_parts(language, greeting):
    anna = a_person(name="Anna Exempel", email="anna.exempel@exempelstad.example", language=language)
    letter = a_letter(accepted(), person=anna)
    assert greeting in text_of(letter)
    assert greeting in html_of(letter)


def test_a_function_is_greeted_without_a_name():
    assert "Hej!" in text_of(a_letter(accepted()))


PHONE = "031-390 06 12"


def of_coordinator(**facts):
    return letter_context(
        "default",
        a_profile(people=(a_coordinator(**facts), a_person())),
        NOW,
        public_url="https://fondvakt.example",
        key="k" * 40,
    )


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_letter_says_who_answers_and_the_telephone_in_both_parts(language):
    shared = of_coordinator(name="Anna Exempel", email="anna.exempel@exempelstad.example", phone=PHONE)
    reader = a_person(language=language)
    notice = notice_letter(
        nothing_new(reader, shared, silent_weeks=True), reader, shared, week="2026-W34", slot="x"
    )
    for letter in (a_letter(accepted(), context=shared, person=reader), notice):
        for part in (text_of(letter), html_of(letter)):
            assert PHONE in part
            assert "Anna Exempel" in part
        assert 'href="tel:0313900612"' in html_of(letter)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_question_names_the_unit_that_is_asked(language):
    unit = a_context().profile.unit("skola")
    said = text_of(every_kind(language)["assignment"])
    assert f"{unit.name_en if language == 'en' else unit.name}." in said


def test_without_a_telephone_nothing_is_said_of_one():
    letter = a_letter(accepted(), context=of_coordinator())
    assert "tel:" not in html_of(letter)
    assert "elefon" not in text_of(letter)
    assert "eu@exempelstad.example" in text_of(letter)


def test_letters_to_the_operator_name_the_coordinator_too():
    shared = of_coordinator(phone=PHONE)
    person = replace(a_person(), key="operator")
    letter = notice_letter(trial(person, shared), person, shared, week="2026-W34", slot="x")
    assert PHONE in text_of(letter)
