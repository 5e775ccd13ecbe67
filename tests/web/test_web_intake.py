"""The ways into the profile: what is brought is shown first, then kept as a draft or published."""

import io
import re
from dataclasses import replace
from html import unescape

import openpyxl
import pytest
from papers import POLICY, a_docx, a_pdf
from web_world import TENANT, World, a_world, school_and_culture

from builders import NOW
from profiles.files import FileForm, file_text, read_file, unit_file_text
from profiles.intake.roster_sheet import roster_xlsx
from profiles.load import read_profile
from profiles.parts import PartKind, part_from
from profiles.write import profile_text
from storage import profiles as stored_profiles
from storage import proposals
from storage.database import reading, writing

CONTACT = "kontakt.skola@exempelstad.example"
PAGES = ("/profil/in", "/profil/in/policy", "/profil/in/plan/skola", "/profil/in/ark", "/profil/in/fil")


@pytest.fixture
def world(tmp_path) -> World:
    world = a_world(tmp_path)
    with writing(world.engine) as conn:
        stored_profiles.save(conn, TENANT, "exempelstad", profile_text(world.profile), "cli", NOW)
    return world


def send(browser, path: str, content: bytes = b"", name: str = "", page: str = "/profil/in/fil", **fields):
    files = {"file": (name, content)} if name else {"file": ("", b"")}
    return browser.client.post(path, data={"csrf": browser.token(page), **fields}, files=files)


def words(answer) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", answer.text))


def hidden(answer) -> dict[str, str]:
    """The fields of the form that a page shows, as a browser would send them back."""
    found = re.findall(r'<input type="hidden" name="(document|base|unit)" value="([^"]*)"', answer.text, re.S)
    return {name: unescape(value) for name, value in found}


def offered(answer) -> dict[str, list[str] | str]:
    """Every field of the proposals, nothing taken yet."""
    page, fields = answer.text, {}
    for name, value in re.findall(r'<input[^>]*name="([a-z]+-[\w-]+)"[^>]*value="([^"]*)"', page):
        if not name.endswith(("-take", "-children")):
            fields[name] = unescape(value)
    for name, value in re.findall(r'<textarea[^>]*name="([a-z]+-[\w-]+)"[^>]*>\n?([^<]*)<', page):
        fields[name] = unescape(value)
    for name, select in re.findall(r'<select[^>]*name="([\w-]+)">(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)" selected', select)
        fields[name] = chosen[1] if chosen else ""
    fields["offer"] = re.findall(r'name="offer" value="([^"]*)"', page)
    return fields


def drafts(world: World) -> list[proposals.Proposal]:
    with reading(world.engine) as conn:
        return proposals.find(conn, TENANT)


def stored(world: World) -> tuple[int, str]:
    with reading(world.engine) as conn:
        latest = stored_profiles.latest(conn, TENANT)
    return latest.version, latest.document


def renamed(world: World):
    first, *rest = world.profile.units
    return replace(world.profile, units=(replace(first, name="Skolförvaltningen"), *rest))


# Files


@pytest.mark.parametrize("form", FileForm)
def test_a_profile_goes_out_and_comes_in_with_the_difference_shown_first(world, form):
    browser = world.signed_in()
    out = browser.get(f"/profil/ut/profil.{form}")
    assert out.headers["content-disposition"] == f'attachment; filename="exempelstad.{form}"'
    assert read_file(out.content, f"p.{form}") == world.profile
    shown = send(browser, "/profil/in/fil", file_text(renamed(world), form).encode(), f"p.{form}")
    assert shown.status_code == 200
    assert "Skolförvaltningen" in shown.text
    assert stored(world)[0] == 1, "nothing is written before it is asked for"
    done = send(browser, "/profil/in/spara", do="publish", **hidden(shown))
    assert (done.status_code, done.headers["location"]) == (303, "/profil")
    version, document = stored(world)
    assert version == 2
    assert read_profile(document, "p") == renamed(world)


def test_a_file_that_was_sent_comes_out_letter_by_letter(world):
    browser = world.signed_in()
    text = "# Vår egen anmärkning\n" + profile_text(renamed(world))
    shown = send(browser, "/profil/in/fil", text.encode(), "p.toml")
    send(browser, "/profil/in/spara", do="publish", **hidden(shown))
    assert browser.get("/profil/ut/profil.toml").text == text


def test_p23_a_file_shown_against_an_older_version_publishes_nothing(world):
    browser = world.signed_in()
    shown = send(browser, "/profil/in/fil", profile_text(renamed(world)).encode(), "p.toml")
    other = replace(world.profile, county="Skåne län")
    with writing(world.engine) as conn:
        stored_profiles.save(conn, TENANT, "exempelstad", profile_text(other), "samordnare-2", NOW)
    late = send(browser, "/profil/in/spara", do="publish", **hidden(shown))
    assert late.status_code == 409
    assert "Skåne län" in late.text
    assert "Skolförvaltningen" in late.text
    assert stored(world)[0] == 2


def test_a_contact_persons_unit_file_becomes_their_draft(world):
    browser = world.signed_in(CONTACT)
    unit = replace(world.profile.units[0], preparation_days=60)
    out = browser.get("/profil/ut/enhet/skola.yaml")
    assert read_file(out.content, "u.yaml").unit == world.profile.units[0]
    shown = send(
        browser, "/profil/in/fil", unit_file_text(world.profile, unit, FileForm.YAML).encode(), "u.yaml"
    )
    assert 'value="publish"' not in shown.text
    done = send(browser, "/profil/in/spara", do="draft", **hidden(shown))
    (draft,) = drafts(world)
    assert done.headers["location"] == f"/profil/utkast/{draft.id}"
    assert part_from(PartKind.UNIT, draft.document) == unit
    assert draft.author == "kontakt-skola"
    refused = send(browser, "/profil/in/spara", do="publish", **hidden(shown))
    assert refused.status_code == 403
    assert stored(world)[0] == 1


def test_a_contact_person_takes_in_neither_another_unit_nor_the_whole(world):
    browser = world.signed_in(CONTACT)
    culture = unit_file_text(world.profile, world.profile.units[1], FileForm.TOML)
    assert send(browser, "/profil/in/fil", culture.encode(), "u.toml").status_code == 403
    whole = profile_text(renamed(world))
    assert send(browser, "/profil/in/fil", whole.encode(), "p.toml").status_code == 403
    forged = {"document": whole, "base": "1", "unit": "kultur"}
    assert send(browser, "/profil/in/spara", do="draft", **forged).status_code == 403
    assert send(browser, "/profil/in/spara", do="draft", **(forged | {"unit": ""})).status_code == 403
    assert browser.get("/profil/ut/profil.toml").status_code == 403
    assert browser.get("/profil/ut/enhet/kultur.yaml").status_code == 404
    assert drafts(world) == []


BAD_FILES = {
    "P-01 NO": (b"legal_form: municipality", b"legal_form: NO", "'NO' är inget av"),
    "P-02 double keys": (b"format: 1", b"format: 1\nformat: 1", "två gånger, på rad 1 och 2"),
    "P-03 aliases": (b"format: 1", b"format: &a 1\nx: *a", "ankare och alias"),
    "P-04 tag": (b"format: 1", b"format: !!python/object/apply:os.system ['x']", "taggar"),
    "P-05 unknown key": (b"may_lead", b"may_led", "menade du may_lead"),
    "P-08 the same unit twice": (b"key: kultur", b"key: skola", "finns redan"),
    "P-15 an address outside": (b"eu@exempelstad.example", b"eu@annan.example", "ligger utanför kommunens domäner"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_faulty_file_is_refused_with_its_line_and_what_was_pasted_stays(world, case):
    before, after, sentence = BAD_FILES[case]
    text = file_text(world.profile, FileForm.YAML).encode().replace(before, after, 1)
    browser = world.signed_in()
    answer = send(browser, "/profil/in/fil", text, "p.yaml")
    assert answer.status_code == 422
    assert sentence in words(answer)
    pasted = send(browser, "/profil/in/fil", text=text.decode())
    assert pasted.status_code == 422
    assert text.decode().splitlines()[2] in unescape(pasted.text)
    assert stored(world)[0] == 1


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        pytest.param(b"", "", "Välj en fil", id="nothing"),
        pytest.param(b"a" * (2**20 + 1), "p.toml", "större än 1 MiB", id="P-06 too large"),
        pytest.param(b"PK\x03\x04", "../../etc/x", "ingen textfil", id="P-22 and P-21"),
        pytest.param("ö".encode("latin-1"), "C:\\x\0.toml", "inte UTF-8", id="P-06 Latin-1 and P-21 NUL"),
        pytest.param(b"=", "x" * 300, "inte giltig TOML", id="P-21 a name of 300"),
        pytest.param(profile_text(replace(school_and_culture(), key="annan")).encode(), "p.toml",
                     "Filen gäller annan, men den här kommunen är exempelstad", id="another municipality"),
    ],
)  # fmt: skip
def test_what_is_no_file_of_ours_is_refused(world, content, name, sentence):
    answer = send(world.signed_in(), "/profil/in/fil", content, name)
    assert answer.status_code == 422
    assert sentence in words(answer)


@pytest.mark.parametrize(
    "fields",
    [{}, {"document": "x"}, {"document": "", "base": "1"}, {"document": "a" * 2_000_000, "base": "1"}],
)
def test_a_forged_difference_changes_nothing(world, fields):
    assert send(world.signed_in(), "/profil/in/spara", do="publish", **fields).status_code == 422
    assert stored(world)[0] == 1


# Spreadsheet


def book(world: World, change) -> bytes:
    found = openpyxl.load_workbook(io.BytesIO(roster_xlsx(world.profile, "sv")))
    change(found)
    out = io.BytesIO()
    found.save(out)
    return out.getvalue()


def test_a_sheet_is_tried_then_published(world):
    browser = world.signed_in()
    content = book(world, lambda found: found["Enheter"].append([None, "Hamnbolaget AB", None, "bolag"]))
    shown = send(browser, "/profil/in/ark", content, "ark.xlsx", page="/profil/in/ark")
    assert shown.status_code == 200, words(shown)
    assert "Hamnbolaget AB" in shown.text
    assert stored(world)[0] == 1
    assert send(browser, "/profil/in/spara", do="publish", **hidden(shown)).status_code == 303
    assert "hamnbolaget-ab" in stored(world)[1]


def test_a_sheet_kept_as_drafts_makes_one_for_each_part(world):
    browser = world.signed_in()

    def change(found):
        found["Enheter"]["G2"] = 60
        found["Personer"]["B3"] = "Nytt namn"

    shown = send(browser, "/profil/in/ark", book(world, change), "ark.xlsx", page="/profil/in/ark")
    assert send(browser, "/profil/in/spara", do="draft", **hidden(shown)).headers["location"] == "/profil"
    assert {(draft.kind, draft.key) for draft in drafts(world)} == {("unit", "skola"), ("people", "")}


def test_a_fault_of_a_sheet_is_told_by_its_cell_and_nothing_is_written(world):
    content = book(world, lambda found: found["Personer"].__setitem__("C3", "kontakt@annan.example"))
    answer = send(world.signed_in(), "/profil/in/ark", content, "ark.xlsx", page="/profil/in/ark")
    assert answer.status_code == 422
    assert "Personer, rad 3, kolumn E-post (C): kontakt@annan.example ligger utanför" in words(answer)
    assert (stored(world)[0], drafts(world)) == (1, [])


def test_the_sheets_go_out_and_say_the_same_when_they_come_in(world):
    browser = world.signed_in()
    for name in ("enheter-och-personer.xlsx", "enheter.csv", "personer.csv"):
        out = browser.get(f"/profil/ut/{name}")
        assert out.headers["content-disposition"] == f'attachment; filename="exempelstad-{name}"'
        answer = send(browser, "/profil/in/ark", out.content, name, page="/profil/in/ark")
        assert "Bladet säger detsamma" in answer.text
    assert browser.get("/profil/ut/mall.xlsx").status_code == 200
    assert browser.get("/profil/ut/passwd").status_code == 404


# Policy


@pytest.mark.parametrize(
    ("content", "name"),
    [(a_pdf(), "policy.pdf"), (a_docx(), "policy.docx"), (POLICY.encode(), "policy.txt")],
)
def test_what_is_taken_of_a_policy_lands_in_the_draft_and_the_rest_does_not(world, content, name):
    browser = world.signed_in()
    shown = send(browser, "/profil/in/policy", content, name, page="/profil/in/policy")
    assert shown.status_code == 200, words(shown)
    fields = offered(shown)
    taken = {"fact-title-take": "1", "fact-adopted-take": "1", "aim-1-take": "1", "area-0-take": "1",
             "area-0-title": "Ren älv", "area-1-take": "0"}  # fmt: skip
    done = send(browser, "/profil/in/policy/ta", page="/profil/in/policy", **(fields | taken))
    assert done.status_code == 303, words(done)
    (draft,) = drafts(world)
    part = part_from(PartKind.POLICY, draft.document)
    assert (part.policy.title, str(part.policy.adopted)) == ("Policy för Granvik i omvärlden", "2024-03-03")
    assert [aim.text for aim in part.policy.aims] == [fields["aim-1-text"]]
    assert [area.title for area in part.priority_areas][1:] == ["Ren älv"]
    assert part.priority_areas[1].title_en == "Ren älv"
    assert stored(world)[0] == 1


def test_a_second_reading_adds_to_the_same_draft_and_marks_what_is_there(world):
    browser = world.signed_in()
    for number in (0, 1):
        shown = send(browser, "/profil/in/policy", text=POLICY, page="/profil/in/policy")
        assert ("Liknar något som finns" in shown.text) == bool(number)
        fields = offered(shown) | {f"area-{number}-take": "1"}
        assert send(browser, "/profil/in/policy/ta", page="/profil/in/policy", **fields).status_code == 303
    (draft,) = drafts(world)
    assert len(part_from(PartKind.POLICY, draft.document).priority_areas) == 3


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Välj minst ett"),
        ({"fact-adopted-take": "1", "fact-adopted-text": "i våras"}, "är ingen dag"),
        (
            {"fact-revision_interval_years-take": "1", "fact-revision_interval_years-text": "99"},
            "inget antal år",
        ),
        ({"area-0-take": "1", "area-0-title": ""}, "saknar rubrik"),
        ({"aim-0-take": "1", "aim-0-text": " "}, "saknar text"),
    ],
)
def test_a_fault_in_what_is_taken_keeps_everything_typed(world, typed, sentence):
    browser = world.signed_in()
    fields = offered(send(browser, "/profil/in/policy", text=POLICY, page="/profil/in/policy"))
    answer = send(
        browser,
        "/profil/in/policy/ta",
        page="/profil/in/policy",
        **(fields | typed | {"aim-2-text": "Egna ord"}),
    )
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert "Egna ord" in answer.text
    assert drafts(world) == []


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "", "Välj en fil"),
        (b"%PDF-1.4", "x.pdf", "skadat"),
        (b"Hej, det regnar i dag och det blir nog fint i morgon igen.", "x.txt", "varken mål eller"),
        (a_pdf(), "../../x.docx", "heter .docx men är PDF"),
    ],
)
def test_a_document_that_gives_nothing_is_told(world, content, name, sentence):
    answer = send(world.signed_in(), "/profil/in/policy", content, name, page="/profil/in/policy")
    assert answer.status_code == 422
    assert sentence in words(answer)


def test_a_document_of_ten_mib_is_read_and_one_of_twelve_is_refused_early(world):
    browser = world.signed_in()
    large = a_docx() + b"\0" * (9 * 2**20)
    assert send(browser, "/profil/in/policy", large, "p.docx", page="/profil/in/policy").status_code in (
        200,
        422,
    )
    answer = send(browser, "/profil/in/policy", b"a" * (12 * 2**20), "p.txt", page="/profil/in/policy")
    assert answer.status_code == 413


# Plan

PLAN = "Vi vill ge modersmålsstöd till fler nyanlända barn i förskolan. Verksamheten ska utvecklas."


def test_a_need_of_a_plan_lands_in_the_draft_of_the_unit(world):
    browser = world.signed_in(CONTACT)
    shown = send(browser, "/profil/in/plan/skola", text=PLAN, page="/profil/in/plan/skola")
    fields = offered(shown)
    assert fields["offer"] == ["need-0"]
    fields |= {"need-0-take": "1", "need-0-area": "barn-och-unga", "need-0-children": "1"}
    done = send(browser, "/profil/in/plan/skola/ta", page="/profil/in/plan/skola", **fields)
    assert done.status_code == 303, words(done)
    (draft,) = drafts(world)
    need = part_from(PartKind.UNIT, draft.document).needs[-1]
    assert (need.unit, need.title, need.children_and_youth) == (
        "skola", "Ge modersmålsstöd till fler nyanlända barn i förskolan", True,
    )  # fmt: skip
    assert (need.title_en, need.text_en) == ("", ""), "English that nobody wrote is none, as in the editor"
    draft_page = f"/profil/utkast/{draft.id}"
    sent = browser.post(draft_page, {"do": "propose", "revision": draft.revision}, page=draft_page)
    assert sent.status_code == 303, words(sent)


def test_a_need_without_an_area_is_asked_for_one(world):
    browser = world.signed_in()
    fields = offered(send(browser, "/profil/in/plan/skola", text=PLAN, page="/profil/in/plan/skola"))
    fields |= {"need-0-take": "1", "need-0-area": "finns-inte", "need-0-text": "kort"}
    answer = send(browser, "/profil/in/plan/skola/ta", page="/profil/in/plan/skola", **fields)
    assert answer.status_code == 422
    assert "Välj vilket prioriterat område" in answer.text
    assert "Skriv mer om behovet" in answer.text


@pytest.mark.parametrize(("text", "sentence"), [("", "Klistra in"), ("Budgeten är 4 mnkr.", "ingen mening")])
def test_a_plan_that_gives_nothing_is_told(world, text, sentence):
    answer = send(world.signed_in(), "/profil/in/plan/skola", text=text, page="/profil/in/plan/skola")
    assert answer.status_code == 422
    assert sentence in words(answer)


# Everybody


def test_only_who_may_write_comes_in(world):
    contact = world.signed_in(CONTACT)
    assert [contact.get(path).status_code for path in PAGES] == [200, 403, 200, 403, 200]
    assert contact.get("/profil/in/plan/kultur").status_code in (403, 404)
    assert [world.browser().get(path).status_code for path in PAGES] == [401] * 5


def test_a_stranger_sends_no_file_at_all(world):
    browser = world.browser()
    answer = browser.client.post(
        "/profil/in/policy", data={"csrf": "x"}, files={"file": ("p.txt", b"a" * 2**20)}
    )
    assert answer.status_code == 401


def test_files_are_taken_nowhere_else(world):
    browser = world.signed_in()
    data = {"csrf": browser.token("/profil/in"), "match": "1"}
    answer = browser.client.post("/beslut", data=data, files={"file": ("p.txt", b"a")})
    assert answer.status_code == 400


@pytest.mark.parametrize("language", ["sv", "en"])
def test_w30_attack_strings_are_text(world, language):
    browser = world.signed_in()
    attack = "<script>alert(1)</script> {{7*7}} \"'><img src=x onerror=alert(1)>"
    policy = f"Mål\n\n- Vi {attack} ska lära oss mer\n- Vi ska bjuda in {attack}\n"
    plan = f"Vi vill rusta badplatsen {attack} i Ed."
    texts = {"policy": policy, "plan/skola": plan, "fil": attack, "ark": f"Namn;E-post\n{attack};x"}
    for way, text in texts.items():
        path = f"/profil/in/{way}"
        answer = send(browser, f"{path}?lang={language}", text=text, page=path)
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
        assert "49" not in answer.text.replace(browser.token(path), "")
