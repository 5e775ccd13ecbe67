"""A policy document and a plan's paragraph: what is taken of them lands in a draft."""

import pytest
from intake_forms import CONTACT, drafts, offered, send, stored, with_profile, words
from papers import POLICY, a_docx, a_pdf
from web_world import World

from profiles.parts import PartKind, part_from


@pytest.fixture
def world(world) -> World:
    """Two units over a stored profile."""
    return with_profile(world)


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
