"""Consultations on the pages: told apart from calls, found by kind, answered in fitting words."""

import re
from datetime import timedelta

import pytest
from web_world import KEY, TENANT, URL, World, a_full_match, call_with_two_units, in_days

from builders import a_scraped_call
from calls.model import CallSection, Title
from calls.vocabulary import CONSULTATION, SectionKind
from matcher.gates import checks
from matcher.model import Evidence
from matcher.telling import AREA
from notifier.links import Links, Question
from storage import answers_given, api_tokens
from storage import calls as stored_calls
from storage.api_tokens import Scope
from storage.database import reading, writing
from texts import Message

OF_MONEY = re.compile(r"\b(sök senast|söks senast|ansökan|ansökning\w*|bidrag\w*|stöd)\b", re.IGNORECASE)


def add_consultation(world: World, **facts) -> int:
    """One open consultation, proposed to the schools; its id."""
    given = {
        "source": "have-your-say",
        "reference": "12970",
        "identifier": None,
        "kind": CONSULTATION,
        "title": "Pupil exchanges after 2027",
        "titles": (Title(language="sv", text="Elevutbyten efter 2027"),),
        "keywords": ("communication", "Education and training"),
        "deadlines": (in_days(20),),
        "sections": (CallSection(kind=SectionKind.SUMMARY, text="Pupils should meet peers abroad."),),
    }
    (call_id,) = world.add_calls(a_scraped_call(**(given | facts)), source="have-your-say")
    with reading(world.engine) as conn:
        call = stored_calls.get(conn, TENANT, call_id)
    school = world.profile.needs[0]
    reason = Evidence(
        signal="words",
        strength=0.5,
        reason=Message(text="Samrådet tar upp: {words}.", values={"words": "pupils"}),
    )
    said = checks(call, world.profile.unit("skola"), world.now)
    standing = [one.match for one in world.matches()]
    made = a_full_match(call_id, school, 1, checks=said, evidence=(reason,), children_and_youth=False)
    world.propose(*standing, made)
    return call_id


def plain(html: str) -> str:
    """The words of the page's main part, without scripts, addresses and the filters' own words."""
    main = html[html.index("<main") :]
    main = re.sub(r"<(form|select)\b.*?</\1>", " ", main, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def test_the_queue_says_what_is_a_consultation_and_until_when_one_may_reply(world: World):
    call_id = add_consultation(world)
    html = world.signed_in().get("/").text
    row = html[html.index(f'aria-labelledby="rad-{call_id}"') :]
    row = plain("<main " + row[: row.index("</article>")])
    assert "Samråd" in row
    assert "Svara senast" in row
    assert "Elevutbyten efter 2027" in row
    assert "Meddelande från kommissionen" in row
    assert OF_MONEY.findall(row) == []


@pytest.mark.parametrize(
    ("kind", "shown", "hidden"),
    [
        ("samrad", "Elevutbyten efter 2027", "Town-Twinning"),
        ("utlysning", "Town-Twinning", "Elevutbyten efter 2027"),
    ],
)
@pytest.mark.parametrize("path", ["/", "/utlysningar"])
def test_queue_and_calls_can_be_narrowed_to_one_kind(world: World, path, kind, shown, hidden):
    call_with_two_units(world)
    add_consultation(world)
    answer = world.signed_in().get(f"{path}?slag={kind}").text
    assert shown in answer
    assert hidden not in answer
    assert "slag=" in answer or f'value="{kind}" selected' in answer


def test_what_is_found_is_counted_by_kind(world: World):
    call_with_two_units(world)
    add_consultation(world)
    browser = world.signed_in()
    assert "1 samråd stämmer med filtret." in browser.get("/?slag=samrad").text
    assert "1 samråd visas, av 1 utlysning och 1 samråd." in browser.get("/utlysningar?slag=samrad").text
    assert "1 consultation shown" in browser.get("/utlysningar?slag=samrad&lang=en").text


def test_the_page_of_a_consultation_tells_no_money_and_who_may_reply(world: World):
    call_id = add_consultation(world)
    text = plain(world.signed_in().get(f"/utlysning/{call_id}").text)
    assert "Alla får svara, också kommuner och kommunala bolag." in text
    assert "Sista dag att svara" in text
    assert "Läs och svara hos utgivaren" in text
    assert OF_MONEY.findall(text) == []


def test_the_publishers_page_of_a_consultation_opens_in_the_readers_language(world: World):
    page = "https://ec.europa.eu/info/law/better-regulation/have-your-say/initiatives/12970_"
    call_id = add_consultation(world, url=f"{page}sv")
    browser = world.signed_in()
    assert f'href="{page}sv"' in browser.get(f"/utlysning/{call_id}").text
    assert f'href="{page}en"' in browser.get(f"/utlysning/{call_id}?lang=en").text


def test_why_not_works_for_a_consultation(world: World):
    call_id = add_consultation(world)
    html = world.signed_in().get(f"/utlysning/{call_id}?enhet=kultur").text
    assert "Alla får svara" in html[html.index("varfor-inte") :]


def test_where_the_area_speaks_its_words_are_not_called_a_need(world: World):
    add_consultation(world)
    (stored,) = world.matches()
    area = Evidence(signal=AREA, strength=0.3, reason=Message(text="Rör området."))
    world.propose(a_full_match(stored.match.call_id, world.profile.needs[0], 1, evidence=(area,)))
    html = world.signed_in().get(f"/utlysning/{stored.match.call_id}").text
    assert "<figcaption>Prioriterat område</figcaption>" in html
    assert "<figcaption>Ert behov</figcaption>" not in html


def answer_link(world: World, call_id: int) -> str:
    asked = Question(person="kontakt-skola", unit="skola", call_id=call_id, call_version=1)
    return Links(URL, KEY, TENANT).answer(asked, world.now).removeprefix(URL)


def test_the_answer_page_speaks_of_a_consultation(world: World):
    call_id = add_consultation(world)
    html = world.browser().get(answer_link(world, call_id)).text
    assert "EU-kommissionen frågar innan den beslutar" in html
    assert "Elevutbyten efter 2027" in html
    assert "Svara senast" in html
    assert OF_MONEY.findall(plain(html)) == []
    for words in ("Intressant för oss", "Kanske – prata med mig", "Inte för oss", "Skicka till annan"):
        assert words in html


def test_only_reasons_that_fit_are_offered(world: World):
    call_id = add_consultation(world)
    html = world.browser().get(answer_link(world, call_id)).text
    offered = set(re.findall(r'<option value="(\w+)"', html))
    assert {"not_our_need", "too_short_time", "no_staff", "other"} <= offered
    assert not offered & {"not_eligible", "no_own_contribution", "no_partner"}


def test_an_answer_is_kept_and_followed_as_for_a_call(world: World):
    call_id = add_consultation(world)
    world.browser().client.post(answer_link(world, call_id), data={"choice": "interested"})
    with reading(world.engine) as conn:
        (given,) = answers_given.newest(conn, TENANT, [call_id])
    assert given.answer.kind == "interested"


def test_a_new_link_is_mailed_in_fitting_words(world: World):
    call_id = add_consultation(world)
    old = answer_link(world, call_id)
    world.now += timedelta(days=61)
    world.add_calls(
        a_scraped_call(
            source="have-your-say",
            reference="12970",
            identifier=None,
            kind=CONSULTATION,
            title="Pupil exchanges after 2027",
            titles=(Title(language="sv", text="Elevutbyten efter 2027"),),
            deadlines=(in_days(90),),
        ),
        source="have-your-say",
    )
    world.browser().client.post(old, data={"choice": "new-link"})
    (mail,) = world.outbox
    assert "ditt svar om samrådet ”Elevutbyten efter 2027”" in mail.get_content()


def test_the_api_says_the_kind_and_finds_by_it(world: World):
    call_with_two_units(world)
    call_id = add_consultation(world)
    with writing(world.engine) as conn:
        token = api_tokens.make(
            conn,
            TENANT,
            "x",
            [Scope.CALLS],
            by="cli",
            now=world.now,
            expires_at=world.now + timedelta(days=9),
        )
    client = world.browser().client
    asked = {"headers": {"authorization": f"Bearer {token}"}}
    one = client.get(f"/api/v1/calls/{call_id}", **asked).json()["data"]
    assert (one["kind"], one["titles"]) == (
        "consultation",
        [{"language": "sv", "text": "Elevutbyten efter 2027"}],
    )
    found = client.get("/api/v1/calls?kind=consultation", **asked).json()["items"]
    assert [item["id"] for item in found] == [call_id]
    assert {item["kind"] for item in client.get("/api/v1/calls?kind=call", **asked).json()["items"]} == {
        "call"
    }


def test_the_coordinator_refuses_it_for_a_reason_that_fits(world: World):
    add_consultation(world)
    browser = world.signed_in()
    html = browser.get("/").text
    ask = re.search(r'href="(/beslut/avvisa\?[^"]*)"', html)[1].replace("&amp;", "&")
    offered = set(re.findall(r'name="reason" value="(\w+)"', browser.get(ask).text))
    assert "not_our_need" in offered
    assert not offered & {"no_partner", "no_own_contribution"}


def test_several_at_once_are_counted_by_kind(world: World):
    call_with_two_units(world)
    add_consultation(world)
    html = world.signed_in().get("/beslut/flera?urval=sida").text
    assert "1 utlysning och 1 samråd på en gång" in html
