"""A policy document read into proposals, each with the words it was read from."""

import io
from datetime import date

import docx
import pytest
from papers import POLICY, a_docx, a_pdf

from bench.policies import FOUND, score
from profiles.intake.documents import read_document
from profiles.intake.policies import read_policy
from profiles.intake.proposed import PolicyReading
from profiles.intake.reader import text_blocks
from profiles.reading import KEY


def read(text: str) -> PolicyReading:
    return read_policy(text_blocks(text))


def test_aims_areas_and_facts_of_a_policy():
    reading = read(POLICY)
    assert [area.title for area in reading.areas] == [
        "Ren älv och friska skogar",
        "Lärande hela livet",
        "Trygg ålderdom, med teknik som stöd",
    ]
    assert "Granviks kommun ger barn och unga vänner i andra länder." in [aim.text for aim in reading.aims]
    assert len(reading.aims) == 4
    assert {fact.field: fact.value for fact in reading.facts} == {
        "title": "Policy för Granvik i omvärlden",
        "adopted_by": "Kommunfullmäktige",
        "adopted": date(2024, 3, 3),
        "reference": "KS 2023/0411",
        "revision_interval_years": 4,
        "tests_cofinancing": True,
        "yearly_follow_up": True,
        "contact_persons": True,
    }


def test_a_policy_says_the_same_as_pdf_as_word_and_as_text():
    texts = []
    for content in (a_pdf(), a_docx(), POLICY.encode()):
        reading = read_policy(read_document(content, "").blocks)
        areas = [(area.title, area.description) for area in reading.areas]
        texts.append(([aim.text for aim in reading.aims], areas, {f.field: f.value for f in reading.facts}))
    assert texts[0] == texts[1] == texts[2]


def test_every_proposal_can_be_checked_against_the_words_it_came_from():
    reading = read(POLICY)
    whole = " ".join(POLICY.split())
    for proposal in (*reading.facts, *reading.aims, *reading.areas):
        assert proposal.place.quote in whole
        assert proposal.place.page == 1
        assert proposal.place.paragraph > 0


def test_keys_are_keys_and_each_is_one_things():
    reading = read(POLICY + "\n5. Mål\n\n- Åä öö éü ski & sjö\n- Åä öö éü ski & sjöar\n")
    keys = [proposal.key for proposal in (*reading.aims, *reading.areas)]
    assert all(KEY.fullmatch(key) for key in keys)
    assert len({aim.key for aim in reading.aims}) == len(reading.aims)


def test_what_officials_must_do_is_no_aim():
    assert not any("Kommunstyrelsen" in aim.text for aim in read(POLICY).aims)


def test_the_day_of_a_law_or_another_decision_is_not_the_policys():
    reading = read(
        "Internationell policy\n\nSyfte\n\nArbetet ska bidra till en öppen kommun i enlighet med beslut av "
        "arbetsutskottet den 5 juni 2012, som gäller styrgruppen för arbetet i kommunen. " + "Och mer. " * 60
    )
    assert reading.fact("adopted") is None


@pytest.mark.parametrize(
    ("words", "years"),
    [
        ("vart fjärde år", 4),
        ("vartannat år", 2),
        ("vart 3:e år", 3),
        ("varje mandatperiod", 4),
        ("var femte år", 5),
    ],
)
def test_how_often_it_is_revised(words, years):
    assert read(f"Uppföljning\n\nPolicyn revideras {words}.").fact("revision_interval_years").value == years


def test_areas_are_made_of_the_aims_where_the_document_names_none():
    reading = read(
        "Mål\n\n- Ökad kompetens\n\nVi lär av andra kommuner.\n\n- Bättre skolor\n\nEleverna reser.\n"
    )
    assert [(area.title, area.is_named) for area in reading.areas] == [
        ("Ökad kompetens", False),
        ("Bättre skolor", False),
    ]
    assert reading.areas[0].description == "Vi lär av andra kommuner."
    assert reading.areas[1].children_and_youth


def test_bullets_lost_on_the_way_into_text_leave_a_list_after_a_colon():
    reading = read(
        "Syfte\nArbetet ska:\n lära oss mer om hur andra \n\nkommuner gör \n\n ge företagen kunder\n\nAnsvar\n"
    )
    assert [aim.text for aim in reading.aims] == [
        "Arbetet ska lära oss mer om hur andra kommuner gör.",
        "Arbetet ska ge företagen kunder.",
    ]


def test_words_parted_at_the_line_end_are_put_together():
    reading = read("Mål\n\n- Verksamhetens utveck-\nling ska stärkas i skola- och\nomsorg\n")
    assert reading.aims[0].text == "Verksamhetens utveckling ska stärkas i skola- och omsorg."


def test_an_item_of_a_numbered_list_may_take_several_lines_and_begin_with_its_name():
    reading = read(
        "Prioriterade områden\n1. Klimat och energi. Vi ska lära av städer som kommit längre med\n"
        "fjärrvärme och återbruk.\n2. Unga: fler ska få praktik utomlands.\n3. Hållbar tillväxt\n4. Fler språk\n"
    )
    assert [area.title for area in reading.areas] == [
        "Klimat och energi",
        "Unga",
        "Hållbar tillväxt",
        "Fler språk",
    ]
    assert reading.areas[0].description == (
        "Vi ska lära av städer som kommit längre med fjärrvärme och återbruk."
    )
    assert reading.areas[1].children_and_youth


def test_areas_whose_bullets_are_lost_in_a_paragraph_are_told_by_their_names():
    reading = read(
        "Prioriterade områden\n\nKlimat och energi: lära av städer som kommit längre. Unga: fler ska få utbyten. "
        "Kultur: invånarna ska kunna delta.\n"
    )
    assert [area.title for area in reading.areas] == ["Klimat och energi", "Unga", "Kultur"]


def test_aims_in_a_table_are_aims_and_who_answers_for_them_is_none():
    document = docx.Document()
    document.add_heading("Mål", 1)
    rows = (
        ("Mål", "Ansvarig"),
        ("Fler elever ska delta i utbyten", "Barnnämnden"),
        ("Bättre språk", "Skolan"),
    )
    table = document.add_table(rows=3, cols=2)
    for row, said in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, said, strict=True):
            cell.text = text
    out = io.BytesIO()
    document.save(out)
    reading = read_policy(read_document(out.getvalue(), "p.docx").blocks)
    assert [aim.text for aim in reading.aims] == ["Fler elever ska delta i utbyten.", "Bättre språk."]


@pytest.mark.parametrize(
    "text", ["", "Hej.", "12 34 56", "Protokoll\n\nNärvarande: ordföranden. Mötet öppnas."]
)
def test_a_text_that_is_no_policy_proposes_nothing(text):
    reading = read(text)
    assert (reading.aims, reading.areas, reading.facts) == ((), (), ())


@pytest.mark.recorded
@pytest.mark.parametrize("key", FOUND)
def test_most_of_a_recorded_policy_is_found(shared, key):
    findings = FOUND[key]
    content = (shared / "data/policies" / findings.file).read_bytes()
    reading = read_policy(read_document(content, findings.file).blocks)
    aims = score([aim.text for aim in reading.aims], findings.aims)
    assert aims.recall >= 0.6
    assert aims.precision >= 0.75
    areas = score([f"{area.title}. {area.description}" for area in reading.areas], findings.areas)
    assert key == "varberg" or (areas.recall >= 0.8 and areas.precision >= 0.6)
