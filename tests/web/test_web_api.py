"""The API: what a token opens, and that nothing else does."""

from dataclasses import replace
from datetime import timedelta

import pytest
from direct import DirectClient
from web_world import NOW, TENANT, World, call_with_two_units

from matcher.model import MatchState
from storage import api_tokens, audit, referrals
from storage import matches as stored_matches
from storage.api_tokens import Scope
from storage.database import reading, writing
from web.api.entry import MOST
from web.api.routes import router
from web.app import create_app

NEEDED = {
    ("GET", "/calls"): Scope.CALLS,
    ("GET", "/calls/{callId}"): Scope.CALLS,
    ("GET", "/calls/{callId}/versions"): Scope.CALLS,
    ("GET", "/matches"): Scope.MATCHES,
    ("GET", "/matches/{matchId}"): Scope.MATCHES,
    ("GET", "/matches/{matchId}/decisions"): Scope.MATCHES,
    ("GET", "/answers"): Scope.MATCHES,
    ("GET", "/profile"): Scope.PROFILE,
    ("POST", "/matches/{matchId}/decisions"): Scope.DECIDE,
    ("POST", "/calls/{callId}/answers"): Scope.ANSWER,
}
BODIES = {
    "/matches/{matchId}/decisions": {"verdict": "accept"},
    "/calls/{callId}/answers": {"unit": "kultur", "person": "kontakt-kultur", "kind": "interested"},
}


class Program:
    """Another program, with a token of these scopes; none for a stranger."""

    def __init__(self, world: World, *scopes: Scope, tenant: str = TENANT, name: str = "diariet") -> None:
        self.client = DirectClient(create_app(world.context), base_url=world.public_url)
        if scopes:
            with writing(world.engine) as conn:
                token = api_tokens.make(
                    conn, tenant, name, scopes, by="cli", now=world.now, expires_at=NOW + timedelta(days=9)
                )
            self.client.headers["authorization"] = f"Bearer {token}"

    def get(self, path: str, **options):
        """Ask for something."""
        return self.client.get(f"/api/v1{path}", **options)

    def post(self, path: str, body, **options):
        """Send something."""
        return self.client.post(f"/api/v1{path}", json=body, **options)


def told(world: World) -> list:
    """What the history says was done through the API."""
    with reading(world.engine) as conn:
        return [
            (r.event.actor, r.event.kind, r.event.action) for r in audit.events(conn, TENANT, channel="api")
        ]


def test_every_path_has_its_scope_in_the_table_of_this_test():
    assert {(method, route.path) for route in router.routes for method in route.methods} == set(NEEDED)


@pytest.mark.parametrize("scope", [None, *Scope])
def test_F1_a_path_opens_for_its_scope_alone(world: World, scope):
    call_id = call_with_two_units(world)
    match_id = world.matches()[0].id
    program = Program(world, *([scope] if scope else []))
    for (method, path), needed in NEEDED.items():
        address = path.format(callId=call_id, matchId=match_id)
        answer = program.get(address) if method == "GET" else program.post(address, BODIES[path])
        expected = 401 if scope is None else 403 if scope is not needed else 201 if method == "POST" else 200
        assert answer.status_code == expected, (method, path, answer.text)


def test_F1_a_token_of_another_municipality_opens_nothing(world: World):
    program = Program(world, *Scope, tenant="annan")
    assert {program.get(path).status_code for path in ("/calls", "/matches", "/profile")} == {401}


@pytest.mark.parametrize("given", ["", "fv_", "fv_å", "Bearer", "x" * 5000])
def test_a_wrong_token_opens_nothing(world: World, given):
    program = Program(world)
    answer = program.get("/calls", headers={"authorization": f"Bearer {given}".encode()})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_an_old_or_ended_token_opens_nothing(world: World):
    program = Program(world, Scope.CALLS)
    assert program.get("/calls").status_code == 200
    with writing(world.engine) as conn:
        assert api_tokens.revoke(conn, TENANT, "diariet", NOW)
        assert api_tokens.revoke(conn, TENANT, "diariet", NOW) is None
    assert program.get("/calls").status_code == 401
    other = Program(world, Scope.CALLS, name="annat")
    world.now = NOW + timedelta(days=9)
    assert other.get("/calls").status_code == 401


def test_a_call_has_the_names_of_common_grants(world: World):
    call_id = call_with_two_units(world)
    program = Program(world, Scope.CALLS)
    (item,) = program.get("/calls", params={"status": "open"}).json()["items"]
    assert item["id"] == call_id
    assert item["funding"]["totalAmountAvailable"] == {"amount": "4000000", "currency": "EUR"}
    assert item["keyDates"]["closeDate"]["date"] == "2026-09-05"
    assert item["keyDates"]["closeDate"]["at"].startswith("2026-09-05T17:00:00+02:00")
    assert program.get("/calls", params={"status": "closed"}).json()["items"] == []
    whole = program.get(f"/calls/{call_id}").json()["data"]
    assert whole["sources"][0]["source"] == "eu-portal"
    assert whole["ownShare"] is None, "unknown is null, never zero"


def test_a_program_asks_for_what_has_changed_since_it_last_came(world: World):
    call_id = call_with_two_units(world)
    program = Program(world, Scope.CALLS, Scope.MATCHES, Scope.ANSWER)
    changed = program.get(f"/calls/{call_id}").json()["data"]["lastModifiedAt"]
    later = (NOW + timedelta(seconds=1)).isoformat()
    found = [program.get("/calls", params={"since": at}).json()["items"] for at in (changed, later)]
    assert [len(items) for items in found] == [1, 0]
    body = {"unit": "kultur", "person": "kontakt-kultur", "kind": "interested"}
    given = program.post(f"/calls/{call_id}/answers", body).json()["data"]["at"]
    found = [program.get("/answers", params={"since": at}).json()["items"] for at in (given, later)]
    assert [len(items) for items in found] == [1, 0]
    answer = program.get("/calls", params={"since": "2026-08-22T06:00:00"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "query.since"), "no zone"


def test_every_refusal_is_described_as_one_shape(world: World):
    described = Program(world).get("/openapi.json").json()
    named = {
        answer["content"]["application/json"]["schema"]["$ref"]
        for operations in described["paths"].values()
        for operation in operations.values()
        for status, answer in operation["responses"].items()
        if status >= "400"
    }
    assert named == {"#/components/schemas/Refusal"}
    given = Program(world).get("/calls").json()
    assert set(given) == set(described["components"]["schemas"]["Refusal"]["properties"])


def test_pages_hold_every_match_once(world: World):
    call_with_two_units(world)
    program = Program(world, Scope.MATCHES)
    seen = []
    for number in (1, 2):
        answer = program.get("/matches", params={"page": number, "pageSize": 1}).json()
        assert answer["paginationInfo"] == {
            "page": number,
            "pageSize": 1,
            "totalItems": 2,
            "totalPages": 2,
        }
        seen += [item["id"] for item in answer["items"]]
    assert sorted(seen) == sorted(match.id for match in world.matches())
    assert program.get("/matches", params={"page": 3, "pageSize": 1}).json()["items"] == []


def test_F7_a_decision_is_kept_and_told_in_the_history(world: World):
    call_with_two_units(world)
    match = world.matches()[0]
    program = Program(world, Scope.DECIDE, Scope.MATCHES)
    seen = program.get(f"/matches/{match.id}").json()["data"]["seen"]
    body = {"verdict": "reject", "reason": "no_partner", "note": "Ingen vänort", "seen": seen}
    answer = program.post(f"/matches/{match.id}/decisions", body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["data"]["state"] == MatchState.REJECTED
    assert told(world) == [("api:diariet", "match", "reject")]
    again = program.post(f"/matches/{match.id}/decisions", body)
    assert again.status_code == 409
    (made,) = program.get(f"/matches/{match.id}/decisions").json()["data"]
    assert (made["by"], made["reason"], made["note"]) == ("api:diariet", "no_partner", "Ingen vänort")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"verdict": "kanske"},
        {"verdict": "reject"},
        {"verdict": "later"},
        {"verdict": "later", "until": "2026-08-21"},
        {"verdict": "accept", "note": "x" * 2001},
        {"verdict": "accept", "more": 1},
    ],
)
def test_a_decision_that_cannot_be_is_refused_and_nothing_changes(world: World, body):
    call_with_two_units(world)
    match = world.matches()[0]
    answer = Program(world, Scope.DECIDE).post(f"/matches/{match.id}/decisions", body)
    assert answer.status_code == 422
    assert answer.json()["message"]
    assert world.history(match.id) == []
    assert told(world) == []


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[" * 50_000,
        b'{"verdict": NaN}',
        b'{"verdict": 1e400}',
        b'{"verdict": "accept", "note": "\\ud800"}',
        b'{"verdict": "accept", "note": "\xff"}',
        b'{"verdict": "accept", "verdict": "reject"}',
        b"9" * 6000,
    ],
)
def test_M18_odd_json_gets_a_clear_answer(world: World, raw):
    call_with_two_units(world)
    match = world.matches()[0]
    program = Program(world, Scope.DECIDE)
    answer = program.client.post(
        f"/api/v1/matches/{match.id}/decisions", content=raw, headers={"content-type": "application/json"}
    )
    assert answer.status_code in (400, 422), answer.text
    assert answer.json()["status"] == answer.status_code
    assert world.history(match.id) == []


def test_an_answer_is_kept_once_for_a_unit_of_the_person(world: World):
    call_id = call_with_two_units(world)
    program = Program(world, Scope.ANSWER, Scope.MATCHES)
    body = {"unit": "kultur", "person": "kontakt-kultur", "kind": "maybe", "note": "Ring mig"}
    first, second = (program.post(f"/calls/{call_id}/answers", body).json()["data"] for _ in range(2))
    assert first["id"] == second["id"]
    assert told(world) == [("api:diariet", "call", "follow"), ("api:diariet", "answer", "maybe")]
    (kept,) = program.get("/answers").json()["items"]
    assert (kept["channel"], kept["kind"], kept["note"]) == ("api", "maybe", "Ring mig")


@pytest.mark.parametrize(
    "change",
    [
        {"unit": "okand"},
        {"person": "kontakt-skola"},
        {"kind": "no"},
        {"kind": "forward"},
        {"kind": "forward", "toUnit": "kultur"},
        {"kind": "forward", "toUnit": "okand"},
        {"unit": "../etc"},
    ],
)
def test_an_answer_that_cannot_be_is_refused(world: World, change):
    call_id = call_with_two_units(world)
    program = Program(world, Scope.ANSWER, Scope.MATCHES)
    body = {"unit": "kultur", "person": "kontakt-kultur", "kind": "interested"} | change
    assert program.post(f"/calls/{call_id}/answers", body).status_code == 422
    assert program.get("/answers").json()["items"] == []


def test_the_profile_tells_of_no_person(world: World):
    text = Program(world, Scope.PROFILE).get("/profile").text
    assert "Elevutbyten" in text
    for person in world.profile.people:
        assert person.email not in text
        assert person.name not in text


@pytest.mark.parametrize(
    "path", ["/calls/999", "/matches/999", "/calls/999/versions", "/matches/999/decisions"]
)
def test_what_is_not_there_is_said_in_the_language_asked_for(world: World, path):
    program = Program(world, *Scope)
    assert program.get(path).json()["message"] == "Det finns inget med det numret."
    answer = program.get(path, headers={"accept-language": "en-GB"})
    assert (answer.status_code, answer.json()["message"]) == (404, "There is nothing with that number.")


def test_a_token_that_comes_too_often_is_told_when_to_come_again(world: World):
    program = Program(world, Scope.PROFILE)
    statuses = [program.get("/profile").status_code for _ in range(MOST + 1)]
    assert statuses[-2:] == [200, 429]
    world.now = NOW + timedelta(minutes=1)
    assert program.get("/profile").status_code == 200


def test_cookies_open_nothing_in_the_api(world: World):
    browser = world.signed_in()
    assert browser.get("/api/v1/calls").status_code == 401


def test_answers_carry_the_headers_of_every_answer(world: World):
    for path in ("/calls", "/openapi.json", "/nowhere"):
        answer = Program(world).get(path)
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"


def test_a_token_is_made_on_the_page_shown_once_and_ended(world: World):
    browser = world.signed_in()
    fields = {"name": "  Diariet ", "scope": ["calls:read"], "months": "6"}
    page = browser.post("/installningar/api", fields, page="/installningar/api")
    token = page.text.split("<code>", 1)[1].split("</code>", 1)[0]
    assert token.startswith("fv_")
    assert token not in browser.get("/installningar/api").text
    program = Program(world)
    program.client.headers["authorization"] = f"Bearer {token}"
    assert program.get("/calls").status_code == 200
    again = browser.post("/installningar/api", fields | {"name": "Diariet"}, page="/installningar/api")
    assert again.status_code == 422
    assert "redan en nyckel" in again.text
    assert browser.post("/installningar/api/avsluta", {"name": "Diariet"}).status_code == 303
    assert program.get("/calls").status_code == 401
    with reading(world.engine) as conn:
        done = [event.event.action for event in audit.events(conn, TENANT, kind="token")]
    assert done == ["revoke", "create"]


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"scope": ["calls:read"], "months": "6"}, "#name"),
        ({"name": "x" * 61, "scope": ["calls:read"], "months": "6"}, "#name"),
        ({"name": "x", "months": "6"}, "#scope-0"),
        ({"name": "x", "scope": ["allt"], "months": "6"}, "#scope-0"),
        ({"name": "x", "scope": ["calls:read"], "months": "99"}, "#months"),
    ],
)
def test_a_faulty_form_is_shown_again_with_what_to_correct(world: World, fields, place):
    page = world.signed_in().post("/installningar/api", fields, page="/installningar/api")
    assert page.status_code == 422
    assert f'href="{place}"' in page.text


def test_the_settings_page_shows_no_secret(world: World):
    page = world.signed_in().get("/installningar")
    assert page.status_code == 200
    assert "/installningar/api" in page.text


def _referrals(world: World) -> list:
    with reading(world.engine) as conn:
        return referrals.open_referrals(conn, TENANT)


def test_a_program_that_refers_asks_the_reference_group_and_its_decision_frees_it(world: World):
    call_id = call_with_two_units(world)
    first, second = (stored.id for stored in world.matches())
    program = Program(world, Scope.DECIDE)
    for number in (first, second):
        assert program.post(f"/matches/{number}/decisions", {"verdict": "refer"}).status_code == 201
    assert {one.call_id for one in _referrals(world)} == {call_id}
    for number in (first, second):
        assert program.post(f"/matches/{number}/decisions", {"verdict": "accept"}).status_code == 201
    assert _referrals(world) == []


def test_a_program_cannot_decide_what_has_been_sent(world: World):
    call_with_two_units(world)
    number = world.matches()[0].id
    program = Program(world, Scope.DECIDE)
    program.post(f"/matches/{number}/decisions", {"verdict": "accept"})
    with writing(world.engine) as conn:
        stored_matches.mark_sent(conn, TENANT, [number], NOW)
    body = {"verdict": "reject", "reason": "not_our_need"}
    answer = program.post(f"/matches/{number}/decisions", body)
    assert answer.status_code == 409, answer.text
    assert [one.state for one in world.matches() if one.id == number] == [MatchState.SENT]


def test_nobody_answers_who_has_left_their_office(world: World):
    call_id = call_with_two_units(world)
    *others, last = world.profile.people
    world.profile = replace(
        world.profile, people=(*others, replace(last, appointed_to=NOW.date() - timedelta(days=1)))
    )
    program = Program(world, Scope.ANSWER)
    body = {"unit": "kultur", "person": last.key, "kind": "maybe"}
    assert program.post(f"/calls/{call_id}/answers", body).status_code == 422
