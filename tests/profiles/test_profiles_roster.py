"""Units and people out of a spreadsheet: a dry run that names every fault by its cell."""

import contextlib
import io
import json
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from papers import a_docx, repacked

from builders import a_person, a_profile, a_unit
from profiles.intake import reader
from profiles.intake.columns import PEOPLE, UNITS
from profiles.intake.errors import SheetRefused
from profiles.intake.roster import RosterReading, letter, read_roster
from profiles.intake.roster_sheet import inert, roster_csv, roster_xlsx
from profiles.intake.sheets import MOST_ROWS, read_sheets
from profiles.load import load_profile, preset_keys, preset_path
from profiles.model import LegalForm, Role, UnitKind
from texts import translate

HEAD = ["Nyckel", "Namn", "E-post", "Roll", "Enheter", "Språk", "Från", "Till", "Ersättare"]
NEW = [None, "Kontaktperson två", "två@exempelstad.example", "kontaktperson", "skola", "svenska"]


def a_book(*rows, title="Personer", head=HEAD, change=lambda sheet: None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    sheet.append(head)
    for row in rows:
        sheet.append(row)
    change(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(content: bytes, profile=None) -> RosterReading:
    return read_roster(read_sheets(content, read_here), profile or a_profile())


def read_here(kind: str, content: bytes) -> dict:
    """As the child reads it, without starting one for each of these small files."""
    return json.loads(json.dumps(reader.answer(kind, content)))


def faults(content: bytes) -> list[str]:
    reading = read(content)
    assert reading.profile is None or not reading.faults
    return [translate(fault.told, "sv") for fault in reading.faults]


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("key", preset_keys())
def test_what_goes_out_comes_in_without_a_difference(key, language):
    profile = load_profile(preset_path(key))
    for content in (
        roster_xlsx(profile, language),
        roster_csv(profile, UNITS, language),
        roster_csv(profile, PEOPLE, language),
    ):
        reading = read(content, profile)
        assert (reading.faults, reading.changes, reading.profile) == ((), (), profile)


def test_a_template_without_rows_has_the_headings_alone():
    book = openpyxl.load_workbook(io.BytesIO(roster_xlsx(a_profile(), "sv", filled=False)))
    assert [(sheet.title, sheet.max_row) for sheet in book] == [("Enheter", 1), ("Personer", 1)]


def test_a_new_person_is_added_and_nobody_is_removed():
    row = [
        None,
        "Kontaktperson två",
        "kontakt2@exempelstad.example",
        "kontaktperson",
        "skola; Skola",
        "engelska",
    ]
    profile = a_profile(units=(a_unit(name="Skola"),))
    reading = read(a_book([*row, date(2027, 1, 1), 46_752, "ja"]), profile)
    assert reading.faults == ()
    assert len(reading.changes) == 1
    assert reading.profile.people == (
        *profile.people,
        a_person(key="kontaktperson-tva", name="Kontaktperson två", email="kontakt2@exempelstad.example",
                 language="en", appointed_from=date(2027, 1, 1), appointed_to=date(2027, 12, 31), is_deputy=True),
    )  # fmt: skip


def test_a_telephone_is_read_from_its_column():
    row, head = ["kontakt-skola", None, None], ["Nyckel", "Namn", "E-post", "Telefon"]
    assert read(a_book([*row, "031-390 06 12"], head=head)).profile.people[1].phone == "031-390 06 12"
    (wrong,) = faults(a_book([*row, "växeln"], head=head))
    assert "rad 2, kolumn Telefon (D): väntade ett telefonnummer" in wrong


def test_an_empty_cell_leaves_what_holds():
    reading = read(a_book(["kontakt-skola", None, None, None, None, "engelska"]))
    assert reading.profile.people[1] == a_person(language="en")
    assert len(reading.changes) == 1


def test_a_person_is_known_by_the_address_too():
    reading = read(a_book([None, "Nytt namn", "KONTAKT.skola@exempelstad.example"]))
    assert reading.changes[0].path == "people[kontakt-skola].name"


def test_a_new_unit_needs_a_name_alone_and_an_old_one_keeps_its_needs():
    content = a_book(
        ["Hamnbolaget AB", "bolag", 30], ["Barn- och utbildningsförvaltningen", None, 50],
        title="Blad1", head=["Enhet", "Slag", "Förberedelsetid"],
    )  # fmt: skip
    reading = read(content)
    new, old = reading.profile.units[1], reading.profile.units[0]
    assert (new.key, new.kind, new.legal_form) == (
        "hamnbolaget-ab",
        UnitKind.COMPANY,
        LegalForm.MUNICIPAL_COMPANY,
    )
    assert old == replace(a_unit(), preparation_days=50)


def test_people_may_belong_to_a_unit_that_the_same_book_adds():
    book = openpyxl.load_workbook(io.BytesIO(roster_xlsx(a_profile(), "sv", filled=False)))
    book["Enheter"].append([None, "Hamnbolaget", None, "bolag"])
    book["Personer"].append(
        [None, "Hamnens kontakt", "hamn@exempelstad.example", "kontaktperson", "Hamnbolaget"]
    )
    out = io.BytesIO()
    book.save(out)
    assert read(out.getvalue()).profile.contacts_of("hamnbolaget")


def hidden_column(sheet):
    sheet.column_dimensions["C"].hidden = True


FAULTS = {
    "P-10 two addresses": ([None, "A", "anna@exempelstad.example, bo@exempelstad.example"],
        "rad 2, kolumn E-post (C): väntade en enda adress"),
    "P-11 a line end": ([None, "A", "anna@exempelstad.example\n"],
        "kolumn E-post (C): väntade en enda adress"),
    "P-11 a tab": ([None, "A", "an\tna@exempelstad.example"], "kolumn E-post (C): väntade en enda adress"),
    "P-12 a local part with å": ([None, "A", "åsa@exempelstad.example"], "kolumn E-post (C): delen före @"),
    "P-13 no domain": ([None, "A", "a@b"], "kolumn E-post (C): b är inget domännamn"),
    "P-14 two readings": ([None, "A", "alice@exempelstad.example)bob@evil.se"],
        "kolumn E-post (C): väntade en enda adress"),
    "P-15 outside the domains": ([None, "A", "a@annan.example"],
        "kolumn E-post (C): a@annan.example ligger utanför"),
    "P-17 a name that turns text": ([None, "A\u202eB", "a@exempelstad.example"],
        "kolumn Namn (B): har tecknet U+202E"),
    "P-17 a name of 500": ([None, "A" * 500, "a@exempelstad.example"], "kolumn Namn (B): är för lång"),
    "a formula": ([None, '=HYPERLINK("http://evil","x")', "a@exempelstad.example"],
        "kolumn Namn (B): cellen har en formel"),
    "an error": ([None, "#REF!", "a@exempelstad.example"], "kolumn Namn (B): cellen visar ett fel"),
    "an unknown role": ([None, "A", "a@exempelstad.example", "kung"], "kolumn Roll (D): 'kung' är inget av"),
    "an unknown unit": ([None, "A", "a@exempelstad.example", "chef", "slottet"],
        "kolumn Enheter (E): enheten 'slottet' finns varken"),
    "a contact without unit": ([None, "A", "a@exempelstad.example", "kontaktperson"],
        "kolumn Enheter (E): en kontaktperson ska ha minst en enhet"),
    "no day": ([None, "A", "a@exempelstad.example", "chef", None, None, "i våras"],
        "kolumn Från (G): väntade en dag"),
    "an impossible day": ([None, "A", "a@exempelstad.example", "chef", None, None, "2027-02-30"],
        "kolumn Från (G): väntade en dag"),
    "days the wrong way": ([None, "A", "a@exempelstad.example", "chef", None, None, "2027-02-03", "2027-01-01"],
        "kolumn Till (H): 1 januari 2027 är före"),
    "neither yes nor no": ([None, "A", "a@exempelstad.example", "chef", None, None, None, None, "kanske"],
        "kolumn Ersättare (I): väntade ja eller nej"),
    "no address": ([None, "A"], "kolumn E-post (C): saknas"),
    "no name": ([None, None, "ny@exempelstad.example"], "kolumn Namn (B): saknas"),
    "an odd key": (["Nyckel!", "A", "a@exempelstad.example", "chef"],
        "kolumn Nyckel (A): 'Nyckel!' går inte som nyckel"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_told_by_its_cell_and_nothing_is_taken(case):
    row, sentence = FAULTS[case]
    told = faults(a_book(row))
    assert any(sentence in fault for fault in told), told


def test_every_fault_is_told_at_once():
    told = faults(
        a_book([None, "A", "a@b"], [None, "B", "b@exempelstad.example", "kung"], [None, "C", "=1+1"])
    )
    assert [fault.split(",")[1].strip() for fault in told] == ["rad 3", "rad 4"]
    assert len(faults(a_book([None, "A", "a@b"], [None, "B", "b@b"]))) >= 2


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda sheet: sheet.merge_cells("B2:C2"), "Personer: cellerna B2:C2 är sammanslagna"),
        (lambda sheet: setattr(sheet.row_dimensions[2], "hidden", True), "rad 2: raden är dold"),
        (hidden_column, "kolumn E-post (C): kolumnen är dold"),
        (lambda sheet: sheet.cell(1, 10, "Lön"), "kolumn Lön (J): okänd kolumn"),
        (lambda sheet: sheet.cell(1, 10, "Epostadress"), "kolumn Epostadress (J): kolumnen finns två gånger"),
        (lambda sheet: sheet.append(["kontakt-skola"]), "gäller 'kontakt-skola', som redan står på rad 2"),
        (lambda sheet: sheet.cell(1, 2, ""), "hittade varken enheter eller personer"),
    ],
)
def test_what_a_person_cannot_see_or_check_is_refused(change, sentence):
    told = faults(a_book(["kontakt-skola", "Nytt namn", "kontakt.skola@exempelstad.example"], change=change))
    assert any(sentence in fault for fault in told), told


def test_a_hidden_sheet_of_people_is_refused_and_another_sheet_ignored():
    book = openpyxl.load_workbook(io.BytesIO(roster_xlsx(a_profile(), "sv")))
    book["Personer"].sheet_state = "hidden"
    book.create_sheet("Anteckningar").append(["hej"])
    out = io.BytesIO()
    book.save(out)
    reading = read(out.getvalue())
    assert [translate(fault.told, "sv") for fault in reading.faults] == [
        "Personer: bladet är dolt; visa det eller ta bort det"
    ]


CSV = "Namn;E-post;Roll;Enheter;Från\r\n"
CSV += "Funktion för Ängelholm;ny@exempelstad.example;kontaktperson;skola;2027-01-31\r\n"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(CSV.encode(), id="UTF-8"),
        pytest.param(b"\xef\xbb\xbf" + CSV.encode(), id="with mark"),
        pytest.param(CSV.encode("cp1252"), id="Windows-1252"),
        pytest.param(CSV.replace(";", "\t").encode("utf-16"), id="UTF-16 with tabs"),
        pytest.param(CSV.replace(";", ",").encode(), id="commas"),
        pytest.param(("sep=;\r\n" + CSV).encode(), id="sep line"),
        pytest.param(CSV.replace("2027-01-31", "46418").encode(), id="day as Excel counts"),
        pytest.param(CSV.replace("Funktion för Ängelholm", '"Funktion för Ängelholm"').encode(), id="quoted"),
    ],
)
def test_csv_of_swedish_excel_is_read(content):
    person = read(content).profile.people[-1]
    assert (person.name, person.appointed_from) == ("Funktion för Ängelholm", date(2027, 1, 31))


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)"])
def test_a_formula_in_csv_is_refused(text):
    assert "cellen har en formel" in faults(f"Namn;E-post\n{text};a@exempelstad.example\n".encode())[0]


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@x", "＝1", "'apostrof", 'a;b,c"d'])
def test_x01_to_x04_a_name_that_a_spreadsheet_would_run_goes_out_as_text_and_comes_in_the_same(name):
    profile = a_profile(people=(a_profile().people[0], a_person(name=name)))
    book = openpyxl.load_workbook(io.BytesIO(roster_xlsx(profile, "sv")))
    cell = book["Personer"]["B3"]
    assert (cell.value, cell.data_type) == (name, "s")
    for content in (roster_xlsx(profile, "sv"), roster_csv(profile, PEOPLE, "sv")):
        assert read(content, profile).changes == ()
    line = roster_csv(profile, PEOPLE, "sv").decode("utf-8-sig").splitlines()[2]
    assert not line.split(";")[1].startswith(("=", "+", "-", "@", "＝"))


def test_x03_what_xml_cannot_hold_is_taken_away_and_the_file_opens():
    profile = a_profile(people=(a_profile().people[0], a_person(name="A\x00B\x0bC")))
    assert openpyxl.load_workbook(io.BytesIO(roster_xlsx(profile, "sv")))["Personer"]["B3"].value == "ABC"


ODD = {
    "empty": (b"", "är tom"),
    "6 MiB": (b"a" * (6 * 2**20), "större än 5 MiB"),
    "a PDF": (b"%PDF-1.7", "ingen tabell"),
    "P-22 a Word file": (a_docx(), "inget kalkylark"),
    "P-22 a bomb": (repacked(a_book(), add={"xl/a.xml": b"\0" * 70_000_000}), "packas upp till mer"),
    "macros": (repacked(a_book(), add={"xl/vbaProject.bin": b"x"}), "makron"),
    "a cut file": (a_book()[:2000], "skadat"),
    "damaged XML": (repacked(a_book(), drop=("xl/workbook.xml",), add={"xl/workbook.xml": b"<a"}), "skadat"),
    "old Excel": (b"\xd0\xcf\x11\xe0" + b"\0" * 512, "gamla format"),
    "many rows": (("Namn;E-post\n" + "a;b\n" * (MOST_ROWS + 5)).encode(), f"fler än {MOST_ROWS} rader"),
    "many rows of XLSX": (a_book(*[["a", "b"]] * (MOST_ROWS + 5)), f"fler än {MOST_ROWS} rader"),
}  # fmt: skip


@pytest.mark.parametrize("case", ODD)
def test_an_odd_file_is_refused_with_a_sentence(case):
    content, sentence = ODD[case]
    with pytest.raises(SheetRefused, match=sentence):
        read_sheets(content)


def test_a_sheet_that_grows_by_entities_breaks_only_its_child():
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    strings = (
        f'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY a0 "haha">{laughs}]>'
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&a9;</t></si></sst>'
    )
    content = repacked(
        a_book(NEW), drop=("xl/sharedStrings.xml",), add={"xl/sharedStrings.xml": strings.encode()}
    )
    with contextlib.suppress(SheetRefused):
        assert "haha" not in str(read_sheets(content))


def test_columns_are_lettered_as_spreadsheets_do():
    assert [letter(number) for number in (0, 25, 26, 51, 52, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]


def test_a_text_made_inert_begins_no_formula():
    assert [inert(text) for text in ("=1", "\tx", "a=1")] == ["'=1", "'\tx", "a=1"]


def test_roles_of_a_sheet_are_the_models():
    assert {role for _word, role in PEOPLE.column("Roll").choices} == set(Role)
