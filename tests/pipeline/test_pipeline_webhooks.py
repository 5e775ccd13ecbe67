"""The webhooks' outbox: what is told, once each; refusals, crashes and receivers that are down."""

import json
import sys
from datetime import timedelta
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "notifier"))

from hook_server import SILENCE, receiver

from builders import NOW, a_match, a_profile, a_scraped_call
from calls.model import BRUSSELS, Deadline
from matcher.model import Decision, MatchState, Verdict
from notifier.teams import plain
from notifier.webhook import Target, WebhookState, signature
from notifier.weeks import week_of
from pipeline import alarms, digest, hooks, settling, webhooks
from pipeline.alarms import Surroundings
from storage import audit, harvests, matches, outbox
from storage import webhooks as stored
from storage.database import open_database, reading, writing
from texts import translate

TENANT, OWNER, SECRET = "exempelstad", "test", "a-secret-of-the-tests"
URL = "https://fondvakt.exempelstad.example"
HERE = hooks.resolver({"127.0.0.1"})


@pytest.fixture
def engine(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path / 'hooks.sqlite'}")
    yield engine
    engine.dispose()


def in_days(days: int) -> tuple[Deadline, ...]:
    return (Deadline(at=(NOW + timedelta(days=days)).astimezone(BRUSSELS).replace(hour=17, minute=0)),)


def context(now=NOW):
    return digest.letter_context(TENANT, a_profile(), now, public_url=URL, key="k" * 20)


def harvest(engine, now=NOW, **facts) -> None:
    with writing(engine) as conn:
        page = a_scraped_call(**({"deadlines": in_days(60)} | facts))
        harvests.save_harvest(conn, TENANT, "eu-portal", [page], {"eu-portal": 0}, now)


def accept(engine) -> None:
    with writing(engine) as conn:
        matches.propose(conn, TENANT, [a_match()], 1, NOW)
        for one in matches.find(conn, TENANT, states=[MatchState.NEW]):
            matches.decide(conn, TENANT, one.id, Decision(verdict=Verdict.ACCEPT, by="samordnare", at=NOW))


def planned(engine, now=NOW, targets=("generic",)) -> int:
    return webhooks.plan(engine, context(now), targets, now)


def sent(engine, *targets, now=NOW, **options):
    return webhooks.send(engine, TENANT, targets, owner=OWNER, now_fn=lambda: now, resolve=HERE, **options)


def events(engine) -> list[stored.StoredEvent]:
    with reading(engine) as conn:
        return stored.events(conn, TENANT)


def a_week(engine) -> None:
    """One accepted call in one letter."""
    harvest(engine)
    accept(engine)
    digest.plan(engine, context(), week_of(NOW))


def test_nothing_is_told_before_there_is_anything_to_tell(engine):
    harvest(engine)
    assert planned(engine) == 0


def test_the_week_is_told_once_to_each_target_and_names_nobody(engine):
    a_week(engine)
    assert planned(engine, targets=("generic", "teams")) == 2
    assert planned(engine, now=NOW + timedelta(hours=3), targets=("generic", "teams")) == 0
    body = json.loads(next(one.body for one in events(engine) if one.target == "generic"))
    assert (body["id"], body["type"], body["municipality"]) == (
        f"{TENANT}/week/2026-W34",
        "week",
        "exempelstad",
    )
    assert body["data"]["recipients"] == 1
    assert body["data"]["calls"][0]["url"] == f"{URL}/c/1"
    assert body["data"]["calls"][0]["units"] == ["skola"]
    assert all(b"@" not in one.body and b"Kontaktperson" not in one.body for one in events(engine))


def test_a_week_that_is_held_is_not_told_until_it_is_let_go(engine):
    settling.hold_week(engine, TENANT, week_of(NOW), "", NOW, by="samordnare")
    a_week(engine)
    assert planned(engine) == 0
    settling.release(engine, TENANT, NOW, by="samordnare", week=week_of(NOW))
    assert planned(engine) == 1


def test_a_moved_deadline_of_an_accepted_call_is_told_at_once_and_once(engine):
    harvest(engine)
    accept(engine)
    harvest(engine, NOW + timedelta(hours=1), deadlines=in_days(30))
    later = NOW + timedelta(hours=2)
    assert planned(engine, later) == 1
    assert planned(engine, later) == 0
    (event,) = events(engine)
    change = json.loads(event.body)
    assert event.event == f"{TENANT}/change/1/2"
    assert change["data"]["changes"][0]["field"] == "deadlines"


@pytest.mark.parametrize(
    ("facts", "hours", "is_accepted"),
    [
        pytest.param({"budget": 5}, 2, True, id="no hurry"),
        pytest.param({"deadlines": in_days(30)}, 60, True, id="two days old"),
        pytest.param({"deadlines": in_days(30)}, 2, False, id="nobody's call"),
    ],
)
def test_other_changes_are_not_urgent(engine, facts, hours, is_accepted):
    harvest(engine)
    if is_accepted:
        accept(engine)
    harvest(engine, NOW + timedelta(hours=1), **facts)
    assert planned(engine, NOW + timedelta(hours=hours)) == 0


def test_a_card_for_teams_is_an_adaptive_card_in_which_foreign_words_are_no_links(engine):
    harvest(engine, title="[Sök här](http://evil.example) **nu** <at>Alla</at>\r\nX: y")
    accept(engine)
    digest.plan(engine, context(), week_of(NOW))
    planned(engine, targets=("teams",))
    card = json.loads(events(engine)[0].body)
    (attachment,) = card["attachments"]
    assert card["type"] == "message"
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert attachment["content"]["type"] == "AdaptiveCard"
    texts = [block["text"] for block in attachment["content"]["body"]]
    assert any(r"\[Sök här\](http://evil.example) \*\*nu\*\*" in text for text in texts)
    assert not any("\n" in text or "\r" in text for text in texts)
    assert attachment["content"]["actions"][0]["url"] == f"{URL}/"
    assert len(events(engine)[0].body) < 28_000


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("CERV-2026-TOWN (2nd call) + more #1!", "CERV-2026-TOWN (2nd call) + more #1!"),
        ("#BeActive-AWARDS", "#BeActive-AWARDS"),
        ("- a list", r"\- a list"),
        ("2. a list", r"2\. a list"),
        ("## a heading", r"#\# a heading"),
        ("a_b `c` {{DATE(x)}}", r"a\_b \`c\` \{\{DATE(x)\}\}"),
    ],
)
def test_only_what_would_be_a_mark_in_a_card_is_escaped(text, shown):
    assert plain(text) == shown


def test_an_event_is_handed_over_signed_and_never_again(engine):
    a_week(engine)
    planned(engine)
    with receiver() as keeper:
        assert sent(engine, keeper.target()) == webhooks.Sent(sent=1)
        assert sent(engine, keeper.target()) == webhooks.Sent()
    ((_path, headers, body),) = keeper.got
    assert headers["Fondvakt-Signature"] == signature(SECRET, int(headers["Fondvakt-Timestamp"]), body)
    with reading(engine) as conn:
        (told,) = audit.events(conn, TENANT, kind="webhook")
    assert (told.event.actor, told.event.action, told.event.key) == (
        "system",
        "send",
        f"generic:{TENANT}/week/2026-W34",
    )


def test_429_and_500_are_tried_again_when_told_and_by_schedule(engine):
    a_week(engine)
    planned(engine)
    with receiver((429, {"Retry-After": "1800"}, b""), (500, {}, b""), (200, {}, b"")) as keeper:
        assert sent(engine, keeper.target()).waiting == 1
        assert events(engine)[0].not_before == NOW + timedelta(minutes=30)
        assert sent(engine, keeper.target(), now=NOW + timedelta(minutes=29)) == webhooks.Sent()
        assert sent(engine, keeper.target(), now=NOW + timedelta(minutes=30)).waiting == 1
        assert events(engine)[0].not_before == NOW + timedelta(minutes=35)
        assert sent(engine, keeper.target(), now=NOW + timedelta(minutes=35)).sent == 1
    assert len({body for _, _, body in keeper.got}) == 1
    assert len({headers["Fondvakt-Event"] for _, headers, _ in keeper.got}) == 1


def test_a_receiver_that_is_down_is_given_up_after_eight_tries_in_about_a_day(engine):
    a_week(engine)
    planned(engine)
    now, tries = NOW, 0
    with receiver((503, {}, b"down")) as keeper:
        while events(engine)[0].state is not WebhookState.FAILED:
            sent(engine, keeper.target(), now=now)
            now, tries = events(engine)[0].not_before or now, tries + 1
    assert tries == 8
    assert timedelta(hours=20) < now - NOW < timedelta(hours=30)
    assert "503" in events(engine)[0].error


def test_a_redirect_or_a_refusal_is_not_tried_again(engine):
    a_week(engine)
    planned(engine)
    with receiver((302, {"Location": "http://127.0.0.1:1/"}, b"")) as keeper:
        assert sent(engine, keeper.target()) == webhooks.Sent(failed=1)
    assert events(engine)[0].attempts == 1


def test_one_receiver_that_is_down_does_not_delay_the_other(engine):
    a_week(engine)
    planned(engine, targets=("teams", "generic"))
    with receiver((500, {}, b"")) as down, receiver() as up:
        came = sent(engine, down.target("teams"), up.target("generic"))
    assert came == webhooks.Sent(sent=1, waiting=1)


def test_a_receiver_that_is_down_delays_no_letter(engine):
    a_week(engine)
    planned(engine)
    with receiver((500, {}, b"")) as keeper:
        sent(engine, keeper.target())
    with reading(engine) as conn:
        assert outbox.has_work(conn, TENANT, NOW)


class Killed(BaseException):
    """The process ends here."""


def killed(engine, target, point: str) -> None:
    """A run that ends before the event leaves, or after it has arrived."""

    def deliver(*words, **options):
        if point == "after":
            webhooks.post(*words, **options)
        raise Killed

    with pytest.raises(Killed):
        sent(engine, target, deliver=deliver)


@pytest.mark.parametrize("point", ["before", "after"])
def test_killed_in_between_the_event_comes_again_with_the_same_identity_and_bytes(engine, point):
    a_week(engine)
    planned(engine)
    with receiver() as keeper:
        killed(engine, keeper.target(), point)
        assert events(engine)[0].state is WebhookState.SENDING
        assert sent(engine, keeper.target(), now=NOW + timedelta(minutes=5)) == webhooks.Sent(sent=1)
        seen = [(headers["Fondvakt-Event"], body) for _, headers, body in keeper.got]
    assert len(seen) == (2 if point == "after" else 1)
    assert len(set(seen)) == 1


def a_channel(keeper):
    """A target that cannot tell an event that comes twice, as Teams."""
    return Target(key="teams", url=keeper.url, knows_repeats=False)


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ("before", (webhooks.Sent(sent=1), WebhookState.SENT)),
        ("after", (webhooks.Sent(in_doubt=1), WebhookState.IN_DOUBT)),
    ],
)
def test_killed_in_between_teams_gets_it_once_and_a_person_is_asked(engine, point, expected):
    a_week(engine)
    planned(engine, targets=("teams",))
    with receiver() as keeper:
        killed(engine, a_channel(keeper), point)
        came = sent(engine, a_channel(keeper), now=NOW + timedelta(minutes=5))
        assert sent(engine, a_channel(keeper), now=NOW + timedelta(days=2)) == webhooks.Sent()
    assert (came, events(engine)[0].state) == expected
    assert len(keeper.got) == 1


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param(SILENCE, WebhookState.IN_DOUBT, id="no answer"),
        pytest.param((504, {}, b""), WebhookState.IN_DOUBT, id="a gateway gave up"),
        pytest.param((503, {}, b""), WebhookState.RETRY, id="busy"),
        pytest.param((429, {}, b""), WebhookState.RETRY, id="too many"),
        pytest.param((400, {}, b""), WebhookState.FAILED, id="refused"),
    ],
)
def test_only_what_teams_may_have_got_is_in_doubt(engine, answer, expected):
    a_week(engine)
    planned(engine, targets=("teams",))

    def impatient(*words, **options):
        return webhooks.post(*words, wait=0.3, whole=0.3, **options)

    with receiver(answer) as keeper:
        sent(engine, a_channel(keeper), deliver=impatient)
    assert events(engine)[0].state is expected


def test_nobody_there_is_no_doubt(engine):
    a_week(engine)
    planned(engine, targets=("teams",))
    with receiver() as keeper:
        pass
    assert sent(engine, a_channel(keeper)).waiting == 1


def test_what_is_in_doubt_is_an_incident_until_somebody_has_said(engine):
    a_week(engine)
    planned(engine, targets=("teams",))
    with receiver() as keeper:
        killed(engine, a_channel(keeper), "after")
        sent(engine, a_channel(keeper), now=NOW + timedelta(minutes=5))
    later = context(NOW + timedelta(minutes=5))
    (said,) = [said for name, said in alarms.troubles(engine, later, Surroundings()) if name == "webhooks"]
    assert "teams" in translate(said["cause"], "en")
    webhooks.settle(engine, TENANT, events(engine)[0].id, arrived=True, now=NOW, by="cli")
    assert "webhooks" not in dict(alarms.troubles(engine, later, Surroundings()))


@pytest.mark.parametrize(("language", "words"), [("sv", "Öppna i Fondvakt"), ("en", "Open in Fondvakt")])
def test_a_card_is_in_the_language_of_the_channel(engine, language, words):
    a_week(engine)
    webhooks.plan(engine, context(), ["teams"], NOW, language=language)
    content = json.loads(events(engine)[0].body)["attachments"][0]["content"]
    assert (content["lang"], content["actions"][0]["title"]) == (language, words)
    assert any(
        ("1 recipient" if language == "en" else "1 mottagare") in one["text"] for one in content["body"]
    )


@pytest.mark.parametrize(
    ("deadlines", "words"), [((), "löpande, utan sista dag"), (None, "framgår inte av källan")]
)
def test_a_line_says_why_it_names_no_day(engine, deadlines, words):
    harvest(engine, deadlines=deadlines)
    accept(engine)
    digest.plan(engine, context(), week_of(NOW))
    planned(engine, targets=("teams",))
    assert words in events(engine)[0].body.decode()


def test_a_line_names_the_day_that_is_next(engine):
    harvest(engine, deadlines=(*in_days(1), *in_days(200)))
    accept(engine)
    digest.plan(engine, context(), week_of(NOW))
    planned(engine, NOW + timedelta(hours=36), targets=("teams",))
    lines = [one["text"] for one in json.loads(events(engine)[0].body)["attachments"][0]["content"]["body"]]
    assert any("10 mars 2027" in line for line in lines)


def test_two_runs_at_once_send_an_event_once(engine, tmp_path):
    a_week(engine)
    planned(engine)
    lock = tmp_path / "webhooks.lock"
    came = []
    with receiver() as keeper:

        def deliver(*words, **options):
            came.append(sent(engine, keeper.target(), lock=lock))
            return webhooks.post(*words, **options)

        came.append(sent(engine, keeper.target(), lock=lock, deliver=deliver))
    assert came == [webhooks.Sent(), webhooks.Sent(sent=1)]
    assert len(keeper.got) == 1


def test_an_address_inside_the_network_is_refused_unless_it_is_named(engine):
    a_week(engine)
    planned(engine)
    with receiver() as keeper:
        came = webhooks.send(
            engine, TENANT, [keeper.target()], owner=OWNER, now_fn=lambda: NOW, resolve=hooks.resolver(())
        )
    assert (came.failed, keeper.got) == (1, [])
