"""Signing in with the municipality's own accounts, against a real provider on this machine (F5, W-26, W-27)."""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwt
from openid_provider import CLIENT, SECRET, OpenIdProvider, a_key, dripping, running_provider
from web_world import URL, Browser, World

from builders import NOW
from storage import audit, identities
from storage.database import reading
from web.oidc.provider import Provider
from web.oidc.transport import ask

TENANT = "exempelstad"
CALLBACK = f"{URL}/logga-in/oidc/svar"


@pytest.fixture
def provider(world: World) -> Iterator[OpenIdProvider]:
    """A provider that the pages know."""
    with running_provider(lambda: world.now) as running:
        world.provider = known(running)
        yield running


def known(running: OpenIdProvider, **facts) -> Provider:
    given = {"issuer": running.url, "client_id": CLIENT, "client_secret": SECRET, "redirect_uri": CALLBACK}
    return Provider(**(given | facts))


def go(browser: Browser, running: OpenIdProvider, onto: str = "/") -> str:
    """Through the provider; the address that it sends the browser back to."""
    answer = browser.get(f"/logga-in/oidc?next={onto}")
    assert answer.status_code == 303
    return running.consent(answer.headers["location"]).removeprefix(URL)


def link(world: World, running: OpenIdProvider, email: str = "eu@exempelstad.example") -> Browser:
    """A browser whose owner has linked their account, and is signed in."""
    browser = world.browser()
    assert browser.get(go(browser, running)).headers["location"] == "/logga-in?next=/logga-in/koppla"
    browser.sign_in(email)
    assert browser.post("/logga-in/koppla", {}, page="/logga-in/koppla").status_code == 303
    return browser


def is_in(browser: Browser) -> bool:
    return browser.get("/utlysningar").status_code == 200


def test_an_account_is_linked_once_by_mail_and_signs_in_from_then_on__F5(
    world: World, provider: OpenIdProvider
):
    link(world, provider)
    again = world.browser()
    answer = again.get(go(again, provider, "/kallor"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/kallor")
    assert is_in(again)
    with reading(world.engine) as conn:
        (known_account,) = identities.every(conn, TENANT, "samordnare")
        told = [one.event.action for one in audit.events(conn, TENANT, kind="person")]
        by = [one.event.after for one in audit.events(conn, TENANT, action="sign-in")]
    assert (known_account.subject, known_account.used_at) == ("a1b2", world.now)
    assert "link-account" in told
    assert by == [{"by": "oidc"}, {"by": "code"}]


def test_the_same_mail_without_a_link_opens_nothing__F5(world: World, provider: OpenIdProvider):
    provider.account = {"sub": "stranger", "email": "eu@exempelstad.example", "email_verified": True}
    browser = world.browser()
    assert browser.get(go(browser, provider)).headers["location"] == "/logga-in?next=/logga-in/koppla"
    assert not is_in(browser)


def test_another_subject_with_the_linked_ones_mail_opens_nothing__F5(world: World, provider: OpenIdProvider):
    link(world, provider)
    provider.account = {**provider.account, "sub": "another"}
    browser = world.browser()
    browser.get(go(browser, provider))
    assert not is_in(browser)


def test_a_linked_account_cannot_be_taken_by_another_person(world: World, provider: OpenIdProvider):
    link(world, provider)
    other = world.signed_in("eu2@exempelstad.example")
    answer = other.get(go(other, provider, "/logga-in/koppla"))
    assert answer.status_code == 303  # it is the first one's account, and signs that one in


def test_a_link_ends_when_the_address_in_the_profile_is_anothers(world: World, provider: OpenIdProvider):
    link(world, provider)
    first, *rest = world.profile.people
    world.profile = replace(world.profile, people=(replace(first, email="ny@exempelstad.example"), *rest))
    browser = world.browser()
    browser.get(go(browser, provider))
    assert not is_in(browser)


def test_a_person_out_of_office_is_not_let_in__T9(world: World, provider: OpenIdProvider):
    link(world, provider)
    first, *rest = world.profile.people
    gone = replace(first, appointed_to=NOW.date() - timedelta(days=1))
    world.profile = replace(world.profile, people=(gone, *rest))
    browser = world.browser()
    browser.get(go(browser, provider))
    assert not is_in(browser)


def test_a_link_can_be_taken_away_and_then_opens_nothing(world: World, provider: OpenIdProvider):
    browser = link(world, provider)
    assert browser.post("/logga-in/koppla/bort", {"account": "1"}, page="/logga-in/koppla").status_code == 303
    other = world.browser()
    other.get(go(other, provider))
    assert not is_in(other)


def test_nobody_takes_away_anothers_link(world: World, provider: OpenIdProvider):
    link(world, provider)
    contact = world.signed_in("kontakt.skola@exempelstad.example")
    assert contact.post("/logga-in/koppla/bort", {"account": "1"}).status_code == 404


def signed(provider: OpenIdProvider, header: dict, claims: dict, *, drop: str = "", **facts) -> str:
    """The honest token with something else in it."""
    changed = {name: value for name, value in (claims | facts).items() if name != drop}
    return jwt.encode(header, changed, provider.key)


def bare(part: dict | bytes) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def unsigned(provider: OpenIdProvider, header: dict, claims: dict) -> str:
    return f"{bare({'alg': 'none', 'kid': provider.key.kid})}.{bare(claims)}."


def unsigned_as_if(provider: OpenIdProvider, header: dict, claims: dict) -> str:
    return f"{bare(header)}.{bare(claims)}."


def with_hmac(key: bytes, header: dict, claims: dict) -> str:
    signed_part = f"{bare(header | {'alg': 'HS256'})}.{bare(claims)}"
    return f"{signed_part}.{bare(hmac.digest(key, signed_part.encode(), 'sha256'))}"


def hmac_with_public_key(provider: OpenIdProvider, header: dict, claims: dict) -> str:
    return with_hmac(provider.key.as_pem(private=False), header, claims)


def hmac_with_secret(provider: OpenIdProvider, header: dict, claims: dict) -> str:
    return with_hmac(SECRET.encode(), header, claims)


def by_own_key(provider: OpenIdProvider, header: dict, claims: dict) -> str:
    """A stranger's key under the provider's key id."""
    return jwt.encode(header, claims, a_key("stranger"))


def by_key_in_header(provider: OpenIdProvider, header: dict, claims: dict) -> str:
    key = a_key("stranger")
    return jwt.encode(header | {"jwk": key.as_dict(private=False)}, claims, key)


def by_key_elsewhere(provider: OpenIdProvider, header: dict, claims: dict) -> str:
    return jwt.encode(header | {"jku": "https://evil.example/keys"}, claims, a_key("stranger"))


def by_unknown_key(provider: OpenIdProvider, header: dict, claims: dict) -> str:
    return jwt.encode(header | {"kid": "unknown"}, claims, a_key("stranger"))


def without_key_id(provider: OpenIdProvider, header: dict, claims: dict) -> str:
    return jwt.encode({"alg": "RS256"}, claims, provider.key)


def with_other_algorithm(provider: OpenIdProvider, header: dict, claims: dict) -> str:
    return jwt.encode(header | {"alg": "RS512"}, claims, provider.key, algorithms=["RS512"])


def by_short_key(provider: OpenIdProvider, header: dict, claims: dict) -> str:
    short = rsa.generate_private_key(65537, 1024)
    number = bare(short.public_key().public_numbers().n.to_bytes(128))
    provider.more_keys = [{"kty": "RSA", "kid": "short", "n": number, "e": "AQAB"}]
    start = f"{bare(header | {'kid': 'short'})}.{bare(claims)}"
    return f"{start}.{bare(short.sign(start.encode(), PKCS1v15(), SHA256()))}"


def altered(provider: OpenIdProvider, header: dict, claims: dict) -> str:
    start, _, signature = jwt.encode(header, claims, provider.key).split(".")
    return f"{start}.{bare(claims | {'sub': 'samordnare'})}.{signature}"


def with_critical_extension(provider: OpenIdProvider, header: dict, claims: dict) -> str:
    token = jwt.encode(header, claims, provider.key)
    return f"{bare(header | {'crit': ['x'], 'x': 1})}.{token.partition('.')[2]}"


HOUR = 3600
FORGED = {
    "alg none": unsigned,
    "no signature": unsigned_as_if,
    "HS256 with the public key": hmac_with_public_key,
    "HS256 with the client's secret": hmac_with_secret,
    "a stranger's key under the right id": by_own_key,
    "a key in the header": by_key_in_header,
    "a key elsewhere": by_key_elsewhere,
    "an unknown key id": by_unknown_key,
    "no key id": without_key_id,
    "RS512": with_other_algorithm,
    "a key of 1024 bits": by_short_key,
    "altered after signing": altered,
    "a critical extension": with_critical_extension,
    "another issuer": partial(signed, iss="https://login.example/another-tenant"),
    "no issuer": partial(signed, drop="iss"),
    "another audience": partial(signed, aud="another-client"),
    "two audiences": partial(signed, aud=[CLIENT, "another-client"]),
    "another authorized party": partial(signed, azp="another-client"),
    "another nonce": partial(signed, nonce="0" * 64),
    "no nonce": partial(signed, drop="nonce"),
    "expired": partial(signed, exp=int(NOW.timestamp()) - 61),
    "no end": partial(signed, drop="exp"),
    "not yet valid": partial(signed, nbf=int(NOW.timestamp()) + HOUR),
    "made tomorrow": partial(signed, iat=int(NOW.timestamp()) + 24 * HOUR),
    "made an hour ago": partial(signed, iat=int(NOW.timestamp()) - HOUR),
    "an end that is no number": partial(signed, exp="9999999999"),
    "no subject": partial(signed, drop="sub"),
    "an empty subject": partial(signed, sub=""),
    "a subject that is a list": partial(signed, sub=["a1b2"]),
    "no token": lambda *_: "",
    "not a token": lambda *_: "a.b.c",
    "a very long token": lambda *_: "a" * 100_000,
}


@pytest.mark.parametrize("forgery", FORGED, ids=lambda name: f"F5 W26 {name}")
def test_a_forged_token_is_refused(world: World, provider: OpenIdProvider, forgery: str):
    link(world, provider)
    provider.forge = partial(FORGED[forgery], provider)
    browser = world.browser()
    answer = browser.get(go(browser, provider))
    assert answer.status_code == 403
    assert "gick inte igenom" in answer.text
    assert not is_in(browser)
    with reading(world.engine) as conn:
        assert len(audit.events(conn, TENANT, action="sign-in")) == 1


def test_at_least_25_forgeries_are_tried__F5():
    assert len(FORGED) >= 25


@pytest.mark.parametrize(
    "query",
    ["code={code}&state=0", "code={code}", "state={state}", "error=access_denied&state={state}",
     "code={code}&state={state}&iss=https://evil.example", "code={code}&code=x&state={state}"],
    ids=lambda query: f"F5 {query}",
)  # fmt: skip
def test_an_answer_that_was_not_asked_for_is_refused(world: World, provider: OpenIdProvider, query: str):
    link(world, provider)
    browser = world.browser()
    told = parse_qs(urlsplit(go(browser, provider)).query)
    filled = query.format(code=told["code"][0], state=told["state"][0])
    assert browser.get(f"/logga-in/oidc/svar?{filled}").status_code == 403
    assert not is_in(browser)


def test_another_browsers_answer_is_refused__F5(world: World, provider: OpenIdProvider):
    link(world, provider)
    attacker, victim = world.browser(), world.browser()
    answer = go(attacker, provider)
    assert victim.get(answer).status_code == 403
    go(victim, provider)
    assert victim.get(answer).status_code == 403
    assert not is_in(victim)


def test_an_answer_counts_once__F5(world: World, provider: OpenIdProvider):
    browser = link(world, provider)
    answer = go(browser, provider)
    assert browser.get(answer).status_code == 303
    assert browser.get(answer).status_code == 403


def test_the_old_session_is_closed_by_the_new_one__W28(world: World, provider: OpenIdProvider):
    browser = link(world, provider)
    before = browser.client.cookies.get("__Host-fondvakt-session")
    browser.get(go(browser, provider))
    assert browser.client.cookies.get("__Host-fondvakt-session") != before
    stolen = world.browser()
    stolen.client.cookies.set("__Host-fondvakt-session", before)
    assert not is_in(stolen)


def test_keys_are_fetched_anew_once_when_they_were_changed__W27(world: World, provider: OpenIdProvider):
    link(world, provider)
    provider.rotate()
    world.now += timedelta(minutes=2)
    browser = world.browser()
    assert browser.get(go(browser, provider)).status_code == 303
    assert provider.asked.count("/keys") == 2
    provider.forge = partial(by_unknown_key, provider)
    for _ in range(3):
        assert browser.get(go(browser, provider)).status_code == 403
    assert provider.asked.count("/keys") == 2  # not in a loop: at most once a minute


@pytest.mark.parametrize(
    "path", ["/.well-known/openid-configuration", "/keys", "/token"], ids=lambda p: f"W27 {p}"
)
@pytest.mark.parametrize(
    "answer",
    [(500, {}), (200, b"<html>"), (200, b"[]"), (302, {}), (200, b"x" * 600_000)],
    ids=lambda a: str(a)[:20],
)
def test_a_provider_that_fails_is_told_of_and_nobody_is_let_in(
    world: World, provider: OpenIdProvider, path, answer
):
    link(world, provider)
    world.provider = known(provider)  # nothing is known of it yet
    provider.answers[path] = answer
    browser = world.browser()
    first = browser.get("/logga-in/oidc")
    if first.status_code == 303:
        first = browser.get(provider.consent(first.headers["location"]).removeprefix(URL))
    assert first.status_code == 503
    assert "svarar inte" in first.text
    assert not is_in(browser)


def test_a_slow_provider_has_a_limit__W27(world: World, provider: OpenIdProvider):
    provider.answers["/.well-known/openid-configuration"] = dripping(3)
    world.provider = known(provider, ask=lambda request: ask(request, 0.3))
    assert world.browser().get("/logga-in/oidc").status_code == 503


@pytest.mark.parametrize(
    "lie",
    [
        {"issuer": "https://evil.example"},
        {"authorization_endpoint": "https://evil.example/authorize"},
        {"token_endpoint": "http://169.254.169.254/token"},
        {"jwks_uri": "file:///etc/passwd"},
    ],
    ids=lambda lie: f"F5 {next(iter(lie))}",
)
def test_discovery_cannot_lead_us_elsewhere(world: World, provider: OpenIdProvider, lie):
    provider.answers["/.well-known/openid-configuration"] = (200, provider.about() | lie)
    assert world.browser().get("/logga-in/oidc").status_code == 403


def test_without_a_provider_there_is_no_such_way_in(world: World):
    browser = world.browser()
    assert browser.get("/logga-in/oidc").status_code == 404
    assert browser.get("/logga-in/oidc/svar?code=x&state=y").status_code == 404
    assert "/logga-in/oidc" not in browser.get("/logga-in").text


def test_the_page_offers_both_ways(world: World, provider: OpenIdProvider):
    text = world.browser().get("/logga-in?next=/kallor").text
    assert 'href="/logga-in/oidc?next=%2Fkallor"' in text
    assert 'name="email"' in text


def test_the_log_and_the_page_never_hold_the_secret__I3(world: World, provider: OpenIdProvider, capsys):
    provider.answers["/token"] = (400, {"error": "invalid_client"})
    browser = world.browser()
    answer = browser.get(go(browser, provider))
    assert SECRET not in answer.text + capsys.readouterr().out + repr(world.provider)
