"""Answering from the letter: nothing by looking, once by pressing, undone by pressing again."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from web_world import KEY, TENANT, URL, World, call_with_two_units, in_days

from builders import a_scraped_call
from notifier.links import Links, Question
from storage import answers_given
from storage.answers_given import AnswerKind
from storage.database import reading
from storage.tables import answer as given_answer


def link(
    world: World, call_id: int = 1, person: str = "kontakt-skola", unit: str = "skola", **options
) -> str:
    asked = Question(person=person, unit=unit, call_id=call_id, call_version=1)
    links = Links(URL, options.get("key", KEY), options.get("tenant", TENANT))
    return links.answer(asked, world.now).removeprefix(URL)


def given(world: World, call_id: int = 1) -> list:
    """Every answer about a call, undone ones too, the newest first."""
    with reading(world.engine) as conn:
        return conn.execute(
            select(given_answer).where(given_answer.c.call_id == call_id).order_by(given_answer.c.id.desc())
        ).all()


def press(world: World, address: str, choice: str, **fields):
    """Press a button as somebody does who is not signed in and has no cookie."""
    return world.browser().client.post(address, data={"choice": choice, **fields})


def test_the_page_tells_the_call_and_who_answers(world: World):
    call_with_two_units(world)
    answer = world.browser().get(link(world))
    assert answer.status_code == 200
    for words in (
        "Du svarar som Kontaktperson, Barn- och utbildning för Barn- och utbildningsförvaltningen.",
        "Inte du?",
        "Town-Twinning",
        "dagar kvar",
        "Elevutbyten",
        "Intressant för oss",
        "Kanske – prata med mig",
        "Inte för oss",
        "Skicka till annan förvaltning",
    ):
        assert words in answer.text, words
    assert "Performing" not in answer.text
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_changes_nothing__W01(world: World, method):
    call_with_two_units(world)
    address = link(world)
    for _ in range(10):
        world.browser().client.request(method, address)
    assert given(world) == []
    assert press(world, address, "interested").status_code == 200


def test_an_answer_is_kept_once_however_often_it_is_pressed__W03(world: World):
    call_with_two_units(world)
    for _ in range(3):
        answer = press(world, link(world), "interested", note="Gärna i höst")
        assert answer.status_code == 200
        assert "Vad händer nu?" in answer.text
    (only,) = given(world)
    assert (only.kind, only.note, only.at) == (
        AnswerKind.INTERESTED,
        "Gärna i höst",
        world.now,
    )


def test_the_newest_answer_holds_and_both_are_kept__W03(world: World):
    call_with_two_units(world)
    press(world, link(world), "interested")
    press(world, link(world), "no", reason="no_staff")
    assert [one.kind for one in given(world)] == [AnswerKind.NO, AnswerKind.INTERESTED]
    with reading(world.engine) as conn:
        (holds,) = answers_given.newest(conn, TENANT)
    assert holds.answer.kind is AnswerKind.NO


def test_undoing_brings_the_answer_before_back__W13(world: World):
    call_with_two_units(world)
    press(world, link(world), "maybe")
    page = press(world, link(world), "interested").text
    number = re.search(r'name="answer" value="(\d+)"', page)[1]
    assert press(world, link(world), "undo", answer=number).status_code == 200
    with reading(world.engine) as conn:
        (holds,) = answers_given.newest(conn, TENANT)
    assert holds.answer.kind is AnswerKind.MAYBE
    assert given(world)[0].undone_at == world.now


def test_somebody_elses_answer_cannot_be_undone(world: World):
    call_with_two_units(world)
    page = press(world, link(world), "interested").text
    number = re.search(r'name="answer" value="(\d+)"', page)[1]
    press(world, link(world, person="kontakt-kultur", unit="kultur"), "undo", answer=number)
    assert given(world)[0].undone_at is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"choice": "no"}, "Välj ett skäl."), ({"choice": "forward"}, "Välj vilken enhet")],
    ids=["no without reason", "forward without unit"],
)
def test_what_is_missing_is_asked_for_and_the_note_kept(world: World, fields, said):
    call_with_two_units(world)
    answer = world.browser().client.post(link(world), data=fields | {"note": "Skrev jag långt."})
    assert answer.status_code == 422
    assert said in answer.text
    assert "Skrev jag långt." in answer.text
    assert given(world) == []


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"choice": "approve"},
        {"choice": "no", "reason": "because"},
        {"choice": "forward", "to_unit": "finns-inte"},
        {"choice": "forward", "to_unit": "skola"},
        {"choice": "undo", "answer": "x"},
    ],
    ids=str,
)
def test_a_word_outside_its_list_is_refused(world: World, fields):
    call_with_two_units(world)
    assert world.browser().client.post(link(world), data=fields).status_code == 422
    assert given(world) == []


def broken_links() -> list:
    return [
        pytest.param(lambda w: link(w)[:-5], id="W06 cut"),
        pytest.param(lambda w: link(w).replace("/svara/", "/svara/x"), id="W06 altered"),
        pytest.param(
            lambda w: (
                "/svara/" + Links(URL, KEY, TENANT).unsubscribe("kontakt-skola").removeprefix(f"{URL}/u/")
            ),
            id="W07 another purpose",
        ),
        pytest.param(lambda w: link(w, key="another key"), id="W08 key taken away"),
        pytest.param(lambda w: link(w, tenant="annanstad"), id="W07 another municipality"),
    ]


@pytest.mark.parametrize("address", broken_links())
def test_a_link_that_is_not_ours_gives_a_friendly_page(world: World, address):
    call_with_two_units(world)
    for answer in (world.browser().get(address(world)), press(world, address(world), "interested")):
        assert answer.status_code == 404
        assert "Länken är inte hel." in answer.text
    assert given(world) == []


@pytest.mark.parametrize("end", [">", ".", "="])
def test_what_mail_programs_leave_at_the_end_is_let_go__W06(world: World, end):
    call_with_two_units(world)
    assert world.browser().get(link(world) + end).status_code == 200


def test_an_old_link_offers_a_new_one_to_the_registered_address__W09(world: World):
    call_with_two_units(world, deadlines=(in_days(200),))
    old = link(world)
    world.now += timedelta(days=61)
    answer = world.browser().get(old)
    assert answer.status_code == 410
    assert "Skicka en ny länk" in answer.text
    assert press(world, old, "interested").status_code == 410
    assert given(world) == []
    reader = world.browser()
    for _ in range(3):
        assert reader.client.post(old, data={"choice": "new-link"}).status_code == 200
    (mail,) = world.outbox
    assert mail["To"] == "kontakt.skola@exempelstad.example"
    (address,) = re.findall(rf"{URL}(/svara/\S+)", mail.get_content())
    assert world.browser().get(address).status_code == 200


def same(pages) -> bool:
    return len({re.sub(r"/svara/[^\"]+|csrf[^>]+|lang=..", "", page.text) for page in pages}) == 1


def test_an_erased_person_and_an_old_link_look_the_same__W09(world: World):
    call_with_two_units(world, deadlines=(in_days(200),))
    erased, good = link(world, person="borttagen"), link(world)
    pages = [world.browser().get(erased)]
    assert press(world, erased, "new-link").status_code == 200
    assert world.outbox == []
    world.now += timedelta(days=61)
    pages += [world.browser().get(good), world.browser().get(erased)]
    assert {page.status_code for page in pages} == {410}
    assert same(pages)


def test_a_closed_call_says_so_and_offers_no_new_link_whoever_was_asked__W09(world: World):
    call_with_two_units(world)
    good, erased = link(world), link(world, person="borttagen")
    world.now += timedelta(days=20)
    pages = [world.browser().get(good), press(world, good, "interested"), world.browser().get(erased)]
    assert {page.status_code for page in pages} == {410}
    assert "Utlysningen har stängt" in pages[0].text
    assert "Town-Twinning" in pages[0].text
    assert "Skicka en ny länk" not in pages[0].text
    assert same(pages)
    assert given(world) == []


def test_what_has_changed_since_the_letter_stands_on_the_page(world: World):
    call_with_two_units(world)
    address = link(world)
    assert "Ändrat sedan brevet" not in world.browser().get(address).text
    world.add_calls(a_scraped_call(deadlines=(in_days(30),), budget=4_000_000))
    page = world.browser().get(address).text
    assert "Ändrat sedan brevet" in page
    assert re.search(r"Sista ansökningsdag: \d+ \w+ 2026 → \d+ \w+ 2026", page)


def test_the_publishers_page_can_be_opened_and_shared_without_signing_in(world: World):
    call_with_two_units(world)
    page = world.browser().get(link(world)).text
    assert re.search(r'<a href="https://[^"]*"[^>]*>Utlysningen hos \S+</a>', page)


def test_the_coordinator_sees_answers_by_call_and_in_a_tab(world: World):
    call_id = call_with_two_units(world)
    press(world, link(world), "forward", to_unit="kultur", note="Passar scenen")
    browser = world.signed_in()
    assert re.search(r'href="/svar"[^>]*>Svar <span class="count">1</span>', browser.get("/").text)
    for path in (f"/utlysning/{call_id}", "/svar"):
        page = browser.get(path).text
        assert "Skickad vidare" in page
        assert "till Kulturförvaltningen" in page
        assert "22 augusti 2026, svar från brevet, obekräftat" in page
        assert "Passar scenen" in page
        assert ("Pröva för" if path == "/svar" else "Skicka till") + " Kulturförvaltningen" in page


def test_a_contact_person_sees_the_answers_of_their_own_unit_only(world: World):
    call_id = call_with_two_units(world)
    press(world, link(world), "interested", note="Vår egen")
    path = f"/utlysning/{call_id}"
    assert "Vår egen" in world.signed_in("kontakt.skola@exempelstad.example").get(path).text
    assert "Vår egen" not in world.signed_in("kontakt.kultur@exempelstad.example").get(path).text


def test_foreign_words_in_an_answer_are_text__W30(world: World):
    call_id = call_with_two_units(world)
    press(world, link(world), "interested", note="<script>alert(1)</script>")
    browser = world.signed_in()
    for path in (f"/utlysning/{call_id}", "/svar"):
        assert "<script>alert" not in browser.get(path).text


def test_why_not_names_the_gate_or_the_line(world: World):
    call_id = call_with_two_units(world)
    world.propose()
    browser = world.signed_in()
    page = browser.get(f"/utlysning/{call_id}?enhet=kultur").text
    assert "Likheten med enhetens behov ligger under gränsen" in page
    world.now += timedelta(days=20)
    page = world.signed_in().get(f"/utlysning/{call_id}?enhet=kultur").text
    assert "<b>När:</b> Utlysningen är stängd." in page
    assert "Utlysningen är stängd." not in browser.get(f"/utlysning/{call_id}?enhet=finns-inte").text
