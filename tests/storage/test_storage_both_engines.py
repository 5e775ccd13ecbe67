"""What is new in the database keeps its promises on both engines (E7)."""

import threading
from datetime import timedelta

import pytest
from patience import patient
from sqlalchemy import Engine

from builders import NOW, a_match, a_scraped_call
from notifier.model import Letter, LetterKind
from notifier.webhook import WebhookState
from storage import (
    api_tokens,
    assignments,
    audit,
    calendars,
    calls,
    follows,
    holds,
    marks,
    matches,
    notices,
    proposals,
    reach,
    rematches,
    webhooks,
    wishes,
)
from storage.calendars import FeedOf
from storage.database import reading, writing
from storage.errors import NameTaken, SentTwice
from storage.wishes import Rhythm, Wishes

HOUR = timedelta(hours=1)


@pytest.fixture
def called(engine: Engine) -> Engine:
    """One call with one match."""
    with writing(engine) as conn:
        calls.save_harvest(conn, "t", "eu-portal", [a_scraped_call()], {"eu-portal": 0}, NOW)
        matches.propose(conn, "t", [a_match()], 1, NOW)
    return engine


def test_a_hold_is_one_until_it_is_let_go_and_can_be_made_again(engine: Engine):
    with writing(engine) as conn:
        assert [holds.hold(conn, "t", "2026-W35", "", "s", NOW) for _ in range(2)] == [True, False]
        assert holds.is_held(conn, "t", "2026-W35", "anybody")
        assert not holds.is_held(conn, "other", "2026-W35", "anybody")
        assert holds.release_week(conn, "t", "2026-W35", NOW) == 1
        assert holds.hold(conn, "t", "2026-W35", "", "s", NOW)


def test_a_calendar_has_one_address_at_a_time(engine: Engine):
    with writing(engine) as conn:
        for token in ("first", "second"):
            calendars.renew(conn, "t", FeedOf.PERSON, "p", token, "p", NOW)
        assert calendars.by_token(conn, "t", "first") is None
        assert calendars.by_token(conn, "other", "second") is None
        assert calendars.by_token(conn, "t", "second").owner == "p"


def test_an_event_of_a_webhook_is_planned_once_and_a_dead_runs_claim_is_taken_up(engine: Engine):
    with writing(engine) as conn:
        assert [webhooks.add(conn, "t", "teams", "e", b"{}", NOW) for _ in range(2)] == [True, False]
        taken = webhooks.claim_next(conn, "t", ["teams"], "me", NOW)
        assert webhooks.claim_next(conn, "t", ["teams"], "me", NOW) is None
        assert webhooks.recover(conn, "t", "me", ["teams"], NOW + HOUR, NOW) == 0  # it had not begun to leave
        again = webhooks.claim_next(conn, "t", ["teams"], "me", NOW + HOUR)
        assert (again.id, again.attempts, again.body) == (taken.id, 2, b"{}")
        webhooks.record(conn, "t", again.id, WebhookState.SENT, NOW + HOUR)
        assert webhooks.claim_next(conn, "t", ["teams"], "me", NOW + HOUR) is None


def test_what_had_begun_to_leave_is_in_doubt_where_a_repeat_would_not_be_known(engine: Engine):
    with writing(engine) as conn:
        for target in ("teams", "generic"):
            webhooks.add(conn, "t", target, "e", b"{}", NOW)
            taken = webhooks.claim_next(conn, "t", [target], "gone", NOW)
            webhooks.mark_data_started(conn, "t", taken.id, NOW)
        assert webhooks.recover(conn, "t", "me", ["teams"], NOW + HOUR, NOW - HOUR) == 0  # it may still live
        assert webhooks.recover(conn, "t", "me", ["teams"], NOW + HOUR, NOW) == 1
        states = {one.target: one.state for one in webhooks.events(conn, "t")}
        assert states == {"teams": WebhookState.IN_DOUBT, "generic": WebhookState.RETRY}
        assert [one.target for one in webhooks.unsettled(conn, "t", NOW)] == ["teams"]


def test_a_draft_saved_meanwhile_is_not_written_over(engine: Engine):
    with writing(engine) as conn:
        about = {"kind": "unit", "key": "skola", "base_version": 1, "author": "p", "now": NOW}
        made = proposals.begin(conn, "t", document={"name": "Skola"}, **about)
        proposals.save(conn, "t", made.id, {"name": "Förskola"}, made.revision, NOW + HOUR)
        with pytest.raises(proposals.ProposalChanged):
            proposals.save(conn, "t", made.id, {"name": "Sent"}, made.revision, NOW + HOUR)
        assert proposals.get(conn, "t", made.id).document == {"name": "Förskola"}
        assert proposals.get(conn, "other", made.id) is None


def test_an_occasion_is_told_once_whatever_the_slot(engine: Engine):
    def tell(slot: str) -> None:
        letter = Letter(
            person="p", week="2026-W35", to="p@x.example", subject="s", message_id=f"<{slot}@x>", content=b"c",
            calls=(), kind=LetterKind.REMINDER,
        )  # fmt: skip
        with writing(engine) as conn:
            notices.add(conn, "t", letter, slot, ["call/1/2026-09-01"], NOW)

    tell("monday")
    with pytest.raises(SentTwice):
        tell("tuesday")
    with reading(engine) as conn:
        assert notices.told(conn, "t", LetterKind.REMINDER) == {("p", "call/1/2026-09-01")}


def test_a_tokens_name_is_never_used_twice_and_a_revoked_one_opens_nothing(engine: Engine):
    with writing(engine) as conn:
        given = {"by": "s", "now": NOW, "expires_at": NOW + HOUR}
        token = api_tokens.make(conn, "t", "diariet", [api_tokens.Scope.CALLS], **given)
        assert api_tokens.find(conn, "t", token, NOW).actor == "api:diariet"
        assert api_tokens.find(conn, "other", token, NOW) is None
        assert api_tokens.find(conn, "t", token, NOW + HOUR) is None, "its time is over"
        api_tokens.revoke(conn, "t", "diariet", NOW)
        assert api_tokens.find(conn, "t", token, NOW) is None
        with pytest.raises(NameTaken):
            api_tokens.make(conn, "t", "diariet", [api_tokens.Scope.CALLS], **given)


def test_a_corrected_mark_a_following_and_a_question_are_kept(called: Engine):
    with writing(called) as conn:
        marks.correct_children(conn, "t", 1, False, "s", NOW)
        assert [one.match.children_and_youth for one in matches.find(conn, "t")] == [False]
        about = {"person": "p", "unit": "skola", "call_id": 1, "call_version": 1, "by": follows.By.OWN}
        for _ in range(2):
            follows.begin(conn, "t", now=NOW, channel="web", **about)
        assert len(follows.standing(conn, "t")) == 1
        asked = [assignments.ask(conn, "t", call_id=1, unit="skola", by="s", now=NOW) for _ in range(2)]
        assert asked[0].id == asked[1].id


def test_choices_reach_and_rematches_are_kept(engine: Engine):
    chosen = Wishes(rhythm=Rhythm.MONTHLY, without=frozenset({LetterKind.CHANGE}))
    with writing(engine) as conn:
        for _ in range(2):
            wishes.choose(conn, "t", "p", chosen, NOW, channel="web")
        assert wishes.of(conn, "t", "p") == chosen
        reach.note(conn, "t", [("skola", "n")], NOW, "s", NOW)
        reach.note(conn, "t", [("skola", "n")], None, "s", NOW + HOUR)
        assert reach.since(conn, "t") == {}
        rematches.ask(conn, "t", 1, "s", NOW)
        assert rematches.is_wanted(conn, "t")
        rematches.settle(conn, "t", 1, NOW, new=1, gone=0, total=1)
        assert not rematches.is_wanted(conn, "t")


def test_writers_at_once_make_one_chain_without_gaps__F7(engine: Engine):
    patient(engine)

    def write(who: int) -> None:
        for number in range(10):
            with writing(engine) as conn:
                event = audit.Event(actor=f"p{who}", channel="web", kind="call", key=str(number), action="x")
                audit.record(conn, "t", event, NOW)

    writers = [threading.Thread(target=write, args=(who,)) for who in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with reading(engine) as conn:
        assert audit.count(conn, "t") == 40
        assert audit.verify(conn, "t") == []
