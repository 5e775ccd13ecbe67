"""The ways into the profile: who may use them, spreadsheets, and what attacks become."""

import io

import openpyxl
import pytest
from intake_forms import CONTACT, drafts, hidden, send, stored, with_profile, words
from web_world import World

from profiles.intake.roster_sheet import roster_xlsx


@pytest.fixture
def world(world) -> World:
    """Two units over a stored profile."""
    return with_profile(world)


PAGES = ("/profil/in", "/profil/in/policy", "/profil/in/plan/skola", "/profil/in/ark", "/profil/in/fil")


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
    attack = "<script>alert(1)</script> {{7777*7777}} \"'><img src=x onerror=alert(1)>"
    policy = f"Mål\n\n- Vi {attack} ska lära oss mer\n- Vi ska bjuda in {attack}\n"
    plan = f"Vi vill rusta badplatsen {attack} i Ed."
    texts = {"policy": policy, "plan/skola": plan, "fil": attack, "ark": f"Namn;E-post\n{attack};x"}
    for way, text in texts.items():
        path = f"/profil/in/{way}"
        answer = send(browser, f"{path}?lang={language}", text=text, page=path)
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
        assert "60481729" not in answer.text
