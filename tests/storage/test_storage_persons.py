"""Taking a person out, and finding all that is kept of them (G1, G2, O-02)."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import JSON, Engine, LargeBinary, String, insert, select

from builders import NOW, a_match, a_person, a_profile, a_scraped_call
from matcher.model import Decision, Verdict
from profiles.load import read_profile
from profiles.write import profile_text
from storage import (
    answers_given,
    audit,
    calendars,
    calls,
    holds,
    identities,
    matches,
    persons,
    profiles,
    signins,
    subscriptions,
)
from storage.answers_given import Answer, AnswerKind
from storage.database import reading, writing
from storage.tables import bounce, letter, metadata

NAME, ADDRESS, KEY = "Kanarie Fågelsson", "kanarie.fagelsson@exempelstad.example", "kanarie"
PHONE, DIALLED = "031-390 06 12", "0313900612"
# Columns that name nobody: kinds, states, keys of units, digests, and what publishers and our programs have written.
OF_NOBODY = frozenset(
    {"tenant", "model", "recipe", "name", "token_hash", "scopes", "channel", "kind", "key", "action"}
    | {"salt", "content_digest", "digest", "verdict", "identifier", "title", "facts", "text_hash", "vector"}
    | {"source", "outcome", "skipped", "kept_path", "issuer", "address_hash", "unit", "need", "slot"}
    | {"week", "message_id", "state", "claimed_by", "host", "csrf", "code_hash", "browser_hash"}
    | {"source_hash", "job", "event", "target", "content_hash", "status", "reference", "url", "changes"}
    | {"need_text", "matcher_said", "detail", "band", "occasion", "units", "from_unit", "to_unit"}
    | {"state_before"}
)


def a_letter() -> bytes:
    mail = EmailMessage()
    mail["To"], mail["Subject"] = f"{NAME} <{ADDRESS}>", f"Till {NAME}"
    mail.set_content(f"Hej Kanarie!\n\nDitt brev, till {ADDRESS}.\n{PHONE}")
    mail.add_alternative(
        f'<p>Hej {NAME}! <a href="tel:{DIALLED}">{PHONE}</a></p>', subtype="html", cte="base64"
    )
    return mail.as_bytes()


@pytest.fixture
def town(engine: Engine) -> Engine:
    """A person who has done everything, and then left; another whose rows must stay."""
    there = a_profile(people=(*a_profile().people, a_person(key=KEY, name=NAME, email=ADDRESS, phone=PHONE)))
    gone = a_profile()
    given = {"unit": "skola", "call_id": 1, "call_version": 1, "kind": AnswerKind.MAYBE, "at": NOW}
    with writing(engine) as conn:
        profiles.save(conn, "t", there.key, f"# utsedd: {NAME}\n" + profile_text(there), KEY, NOW)
        profiles.save(conn, "t", gone.key, profile_text(gone), "samordnare", NOW)
        calls.save_harvest(conn, "t", "eu-portal", [a_scraped_call()], {"eu-portal": 0}, NOW)
        matches.propose(conn, "t", [a_match()], 1, NOW)
        note = f"Ring {NAME} på {ADDRESS.upper()}"
        matches.decide(conn, "t", 1, Decision(verdict=Verdict.ACCEPT, by=KEY, at=NOW, note=note))
        answers_given.give(conn, "t", Answer(person=KEY, note=f"Hälsar {NAME}", **given))
        answers_given.give(conn, "t", Answer(person="kontakt-skola", note="Vi hör av oss", **given))
        subscriptions.pause(conn, "t", KEY, NOW + timedelta(days=9), NOW)
        holds.hold(conn, "t", "2026-W35", KEY, "samordnare", NOW)
        calendars.renew(conn, "t", calendars.FeedOf.PERSON, KEY, "h2", KEY, NOW)
        for kind, about in (("sending", f"2026-W35/{KEY}"), ("calendar", f"person:{KEY}")):
            done = audit.Event(actor="samordnare", channel="web", kind=kind, key=about, action="hold")
            audit.record(conn, "t", done, NOW)
        signins.open_session(conn, "t", person=KEY, token_hash="h", csrf="c", now=NOW)
        linked = {"issuer": "https://i.example", "subject": "s", "address_hash": "h", "shown": ADDRESS}
        identities.link(conn, "t", person=KEY, now=NOW, **linked)
        sent = {"slot": "2026-W34", "week": "2026-W34", "subject": f"Till {NAME}", "message_id": "<1@x>"}
        sent |= {"content": a_letter(), "state": "sent", "attempts": 1, "created_at": NOW, "changed_at": NOW}
        conn.execute(insert(letter).values(tenant="t", person=KEY, recipient=ADDRESS, **sent))
        back = {"content_hash": "h", "kind": "hard", "status": "5.1.1", "diagnostic": f"<{ADDRESS}>: unknown"}
        conn.execute(
            insert(bounce).values(
                tenant="t", address=ADDRESS, content=a_letter(), at=NOW, counts=True, **back
            )
        )
    return engine


def hits(engine: Engine, *words: str) -> list[str]:
    """Tables that hold a word somewhere, in whatever form the database keeps it."""
    found = []
    with reading(engine) as conn:
        for table in metadata.sorted_tables:
            for row in conn.execute(select(table)):
                said = " ".join(v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in row)
                if any(word.casefold() in said.casefold() for word in words):
                    found.append(table.name)
    return found


def erase(engine: Engine) -> persons.Erased:
    with writing(engine) as conn:
        person = persons.known_as(conn, "t", KEY)
        return persons.erase(conn, "t", person, by="cli", reason="KS 2026/17", now=NOW)


def test_a_person_erased_is_nowhere__G2_O02(town: Engine):
    assert len(set(hits(town, NAME, ADDRESS, KEY))) >= 7
    erased = erase(town)
    assert hits(town, NAME, "Fågelsson", "kanarie", PHONE, DIALLED) == []
    assert {"decision", "answer", "letter", "profile", "subscription", "audit", "bounce"} <= set(erased.rows)


def test_what_was_decided_stays_under_one_pseudonym__G2(town: Engine):
    pseudonym = erase(town).pseudonym
    with reading(town) as conn:
        (decision,) = matches.history(conn, "t", 1)
        assert (decision.verdict, decision.by) == (Verdict.ACCEPT, pseudonym)
        assert decision.note == f"Ring {pseudonym} på {pseudonym}@example.invalid"
        assert {one.answer.person for one in answers_given.newest(conn, "t", [1])} == {
            pseudonym,
            "kontakt-skola",
        }
        document = profiles.get(conn, "t", 1).document
    people = read_profile(document, "profil.toml").people  # the old version can still be read
    assert pseudonym in {person.key for person in people}


def test_others_rows_are_left_alone__G2(town: Engine):
    before = set(hits(town, "Vi hör av oss", "eu@exempelstad.example"))
    erase(town)
    assert set(hits(town, "Vi hör av oss", "eu@exempelstad.example")) == before


def test_sessions_and_linked_accounts_are_gone__F6(town: Engine):
    erase(town)
    with reading(town) as conn:
        assert identities.every(conn, "t") == []
        assert signins.session(conn, "t", "h", NOW) is None


def test_the_erasure_stands_in_the_history_which_is_still_sound__G2_F7(town: Engine):
    erased = erase(town)
    with reading(town) as conn:
        (told,) = audit.events(conn, "t", action="erase")
        assert audit.verify(conn, "t") == []
    assert (told.event.key, told.event.reason, told.event.actor) == (erased.pseudonym, "KS 2026/17", "cli")


def test_a_row_changed_under_cover_of_an_erasure_is_found__F7(town: Engine):
    erase(town)
    table = metadata.tables["audit"]
    with writing(town) as conn:
        conn.execute(table.update().where(table.c.number == 1).values(reason="något annat"))
    with reading(town) as conn:
        assert audit.Broken(number=1, what="altered") in audit.verify(conn, "t")


def test_everything_about_a_person_is_found_for_them__G2(town: Engine):
    with reading(town) as conn:
        person = persons.known_as(conn, "t", KEY)
        found = persons.everything_about(conn, "t", person)
    assert (person.names, person.addresses) == (frozenset({NAME}), frozenset({ADDRESS}))
    assert {"profile", "answer", "decision", "letter", "subscription", "identity", "session", "audit"} <= set(
        found
    )
    assert found["letter"][0]["content"].startswith("Hej Kanarie!")
    assert "Vi hör av oss" not in str(found)
    assert not any(
        name.endswith(("hash", "csrf", "salt")) for rows in found.values() for row in rows for name in row
    )


def test_nobody_else_is_found_under_an_unknown_key(town: Engine):
    with reading(town) as conn:
        person = persons.known_as(conn, "t", "okand")
        assert person.addresses == frozenset()
        assert persons.everything_about(conn, "t", person) == {"profile": []}


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: f"G1 {table.name}")
def test_every_column_that_may_hold_a_person_is_known(table):
    texts = {column.name for column in table.c if isinstance(column.type, String | JSON | LargeBinary)}
    unknown = texts - persons.KEYS - persons.WORDS - OF_NOBODY
    assert not unknown, (
        f"can {sorted(unknown)} of {table.name} name a person? storage/persons.py says which do"
    )
