"""A municipality in which something of everything has happened, and the address of every page and of its states.

`VIEWS` names an address for each way in that `web.app.DOORS` opens by GET, so that a new page is looked at from the
day it is made: the test that compares the two fails until it stands here.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from editor_world import EditorWorld, an_editor_world
from web_world import KEY, NOW, TENANT, URL, filled

from builders import a_coordinator, a_person
from matcher.model import Decision, RejectReason, Verdict
from notifier.links import Links, Question
from notifier.model import LetterKind, LetterState
from notifier.weeks import week_of
from pipeline import digest
from pipeline.drafting import keep, move
from profiles.load import load_profile, preset_path
from profiles.model import Role
from profiles.parts import PartKind
from storage import answers_given, api_tokens, audit, follows, letters, referrals, signins
from storage import matches as stored_matches
from storage.answers_given import Answer, AnswerKind
from storage.audit import Event
from storage.database import writing
from storage.proposals import State
from web.visit import hashed

STRANGER, COORDINATOR, CONTACT = "", "samordnare", "kontakt-skola"
HEAD, ELECTED, OPERATOR = "kommunchef", "politiker", "drift"
UNIT, NEED = "barn-och-utbildning", "elevutbyten"
LINKS = Links(URL, KEY, TENANT)
CALLS = 14
SENT = 1  # the number of a match that a letter has told of


def a_town(folder: Path) -> EditorWorld:
    """Calls, decisions, answers, letters of every state, a draft, a proposal, and people of every role."""
    profile = load_profile(preset_path("exempelstad"))
    more = (
        a_coordinator(key="samordnare-2", name="Andra samordnaren", email="eu2@exempelstad.example"),
        a_person(key=ELECTED, name="Ordföranden", email="namnd@exempelstad.example", role=Role.ELECTED, units=()),
        a_person(key=OPERATOR, name="Driften", email="drift@exempelstad.example", role=Role.OPERATOR, units=()),
    )  # fmt: skip
    world = an_editor_world(folder, replace(profile, people=(*profile.people, *more)), calls=0)
    filled(world, CALLS)
    world.next_letters = world.now + timedelta(days=2)
    _decide(world)
    _answer(world)
    _send(world)
    _accept_more(world)
    _write(world)
    return world


def _decide(world: EditorWorld) -> None:
    """The first half of the queue: accepted, then one rejected and one put off."""
    waiting = sorted(world.matches(), key=lambda found: found.match.call_id)
    said = {"by": COORDINATOR, "at": world.now - timedelta(hours=1)}
    verdicts = [Decision(verdict=Verdict.ACCEPT, **said)] * (len(waiting) // 2)
    verdicts.append(Decision(verdict=Verdict.REJECT, reason=RejectReason.NO_STAFF, note="Ingen tid", **said))
    verdicts.append(Decision(verdict=Verdict.LATER, until=world.now + timedelta(days=9), **said))
    with writing(world.engine) as conn:
        for found, decision in zip(waiting, verdicts, strict=False):
            stored_matches.decide(conn, TENANT, found.id, decision)


def _answer(world: EditorWorld) -> None:
    """A contact person answers two calls in different ways and follows a third."""
    with writing(world.engine) as conn:
        for call_id, kind in ((1, AnswerKind.INTERESTED), (2, AnswerKind.NO)):
            given = {"person": CONTACT, "unit": UNIT, "call_id": call_id, "call_version": 1, "at": world.now}
            answers_given.give(conn, TENANT, Answer(kind=kind, note="Vi pratar med vänorten", **given))
        third = {"person": CONTACT, "unit": UNIT, "call_id": 3, "call_version": 1, "by": follows.By.OWN}
        follows.begin(conn, TENANT, **third, now=world.now, channel="web")
        referrals.refer(
            conn, TENANT, call_id=4, units=[UNIT], by=COORDINATOR, now=world.now, note="Vad säger ni?"
        )


def _send(world: EditorWorld) -> None:
    """A week's letters, each of which has come another way."""
    context = digest.letter_context(TENANT, world.profile, world.now, public_url=URL, key=KEY)
    made = list(digest.plan(world.engine, context, week_of(world.now)).letters)
    states = (LetterState.SENT, LetterState.IN_DOUBT, LetterState.FAILED)
    assert len(made) >= len(states)
    with writing(world.engine) as conn:
        for number, state in zip(made, states, strict=False):
            letters.record(conn, TENANT, number, state, world.now, error="Servern svarade 550.")
            told = {"actor": "system", "channel": "system", "kind": "letter", "key": str(number)}
            audit.record(conn, TENANT, Event(**told, action="sent"), world.now)
        stored_matches.mark_sent(conn, TENANT, [SENT], world.now)


def _accept_more(world: EditorWorld) -> None:
    """The last of the schools' matches, for the letter to come."""
    last = max((m for m in world.matches() if m.match.unit == UNIT), key=lambda found: found.match.call_id)
    decision = Decision(verdict=Verdict.ACCEPT, by=COORDINATOR, at=world.now)
    with writing(world.engine) as conn:
        stored_matches.decide(conn, TENANT, last.id, decision)


def _write(world: EditorWorld) -> None:
    """A proposal from a contact person, a coordinator's draft, and a program's key."""
    unit = world.profile.unit(UNIT)
    first, *others = unit.needs
    other = replace(unit, needs=(replace(first, title="Elever möter jämnåriga i andra länder"), *others))
    proposed = keep(world.engine, TENANT, PartKind.UNIT, UNIT, other, CONTACT, world.now, base_version=1)
    move(world.engine, TENANT, proposed, State.PROPOSED, CONTACT, world.now, note="Ur årets plan")
    keep(world.engine, TENANT, PartKind.UNIT, UNIT, other, COORDINATOR, world.now, base_version=1)
    with writing(world.engine) as conn:
        until = world.now + timedelta(days=31)
        api_tokens.make(
            conn, TENANT, "Diariet", [api_tokens.Scope.CALLS], by=COORDINATOR, now=world.now, expires_at=until
        )


def cookie(world: EditorWorld, person: str) -> dict[str, str]:
    """What the browser of somebody signed in keeps, as Playwright wants it."""
    token = f"{person}-{secrets.token_hex(8)}"
    with writing(world.engine) as conn:
        opened = {"person": person, "token_hash": hashed(token), "csrf": "f" * 64, "now": world.now}
        signins.open_session(conn, TENANT, **opened)
    return {"name": world.context.cookie("session"), "value": token, "url": world.public_url}


@dataclass(frozen=True)
class View:
    """A page as somebody sees it.

    Attributes:
        door: the way in as `DOORS` has it.
        query: what is asked of it, with the question mark.
        person: who looks; nobody when empty.
        blanks: what stands in the blanks of the address, where `BLANKS` does not say.
    """

    door: str
    query: str = ""
    person: str = COORDINATOR
    status: int = 200
    blanks: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Its address."""
        blanks = BLANKS | self.blanks
        return re.sub(r"\{([^}]+)\}", lambda blank: blanks[blank[1]], self.door) + self.query

    def __str__(self) -> str:
        who = "" if self.person == COORDINATOR else f" as {self.person or 'nobody'}"
        return f"{self.door}{self.query}{who}"


def asked(call_id: int = 1) -> Question:
    """What a letter asks the schools' contact person about a call."""
    return Question(person=CONTACT, unit=UNIT, call_id=call_id, call_version=1)


def token(address: str) -> str:
    """The last part of an address that a letter has."""
    return address.rpartition("/")[2]


# What stands in the blanks of addresses. A new blank needs a word here.
BLANKS = {
    "call_id": "1", "unit": UNIT, "need": NEED, "draft": "1", "number": "1", "person": CONTACT, "key": CONTACT,
    "week": week_of(NOW), "letter_id": "1", "deed": "avvisa", "token": "x", "token:path": "x",
}  # fmt: skip
# Ways in that lead to a file, to another page, or to nothing that is looked at. Letters in a frame may run nothing,
# not even a test; every kind of mail is looked at in `test_browser_mails.py`.
NO_PAGES = frozenset(
    {
        "/utlysning/{call_id}.ics", "/kalender/utlysning/{token:path}", "/kalender/{token}.ics", "/calls",
        "/c/{call_id}", "/halsa", "/static/{name}", "/historik.csv", "/historik.json", "/logga-in/oidc",
        "/dataskydd/mina-uppgifter.json", "/dataskydd/mina-uppgifter.txt", "/beslut/lage",
        "/utskick/brev/{letter_id}.eml", "/utskick/brev/{letter_id}/brev",
        "/utskick/kommande/{person}/brev", "/profil/ut/{name}", "/profil/ut/enhet/{unit}.{form}",
    }
)  # fmt: skip
VIEWS = (
    View("/"),
    View("/", "?sok=zzz&enhet=barn-och-utbildning"),
    View("/", "?flik=under-gransen"),
    View("/", "?flik=referens"),
    View("/", "?flik=godkanda"),
    View("/", "?flik=avvisade"),
    View("/", "?flik=uppskjutna"),
    View("/", person=STRANGER, status=401),
    View("/utlysningar", "?visa=alla"),
    View("/utlysningar", person=CONTACT),
    View("/utlysningar", "?sok=zzz", person=ELECTED),
    View("/utlysning/{call_id}"),
    View("/utlysning/{call_id}", "?enhet=raddning"),
    View("/utlysning/{call_id}", person=CONTACT),
    View("/utlysning/{call_id}", person=HEAD),
    View("/utlysning/{call_id}", blanks={"call_id": "7"}),
    View("/utlysning/{call_id}", status=404, blanks={"call_id": "999"}),
    View("/beslut/{deed}", "?m=1:x"),
    View("/beslut/{deed}", "?m=1:1-x", blanks={"deed": "skjut-upp"}),
    View("/beslut/{deed}", "?m=1:1-x", blanks={"deed": "referensgrupp"}),
    View("/beslut/till-enhet", "?call=1"),
    View("/senaste-beslut"),
    View("/rattelse", f"?traff={SENT}"),
    View("/beslut/flera", "?urval=sida"),
    View("/beslut/flera", "?urval=markerade"),
    View("/svar"),
    View("/svara/{token:path}", person=STRANGER, blanks={"token:path": token(LINKS.answer(asked(), NOW))}),
    View("/svara/{token:path}", person=STRANGER, blanks={"token:path": token(LINKS.answer(asked(5), NOW))}),
    View(
        "/svara/{token:path}",
        person=STRANGER,
        status=410,
        blanks={"token:path": token(LINKS.answer(asked(), NOW - timedelta(days=70)))},
    ),
    View("/u/{token:path}", person=STRANGER, blanks={"token:path": token(LINKS.unsubscribe(CONTACT))}),
    View(
        "/u/{token:path}",
        person=STRANGER,
        blanks={"token:path": token(LINKS.unsubscribe(CONTACT, LetterKind.REMINDER))},
    ),
    View("/u/{token:path}", person=STRANGER, status=404),
    View("/mina-val"),
    View("/mina-val", person=CONTACT),
    View("/mina-val", person=OPERATOR),
    View("/mina-val/{token:path}", person=STRANGER, blanks={"token:path": token(LINKS.choices(CONTACT))}),
    View("/mina-val/{token:path}", person=STRANGER, status=404),
    View("/mina-val/kalender", person=CONTACT),
    View("/kallor"),
    View("/kallor", person=OPERATOR),
    View("/oversikt"),
    View("/oversikt", person=CONTACT),
    View("/tillganglighet", person=STRANGER),
    View("/hjalp"),
    View("/dataskydd"),
    View("/dataskydd", person=STRANGER),
    View("/logga-in", person=STRANGER),
    View("/logga-in/kod", person=STRANGER),
    View("/logga-in/lank/{token}", person=STRANGER),
    View("/logga-in/oidc/svar", person=STRANGER, status=404),
    View("/logga-in/koppla"),
    View("/organisation"),
    View("/organisation", person=ELECTED),
    View("/organisation/ny", "?enhet=bostad"),
    View("/organisation/person/{key}"),
    View("/historik"),
    View("/historik", "?slag=match&till=2020-01-01"),
    View("/installningar"),
    View("/installningar", person=OPERATOR),
    View("/installningar/api"),
    View("/installningar/granskning"),
    View("/installningar/tangenter"),
    View("/utskick"),
    View("/utskick/kommande/{person}"),
    View("/utskick/arkiv"),
    View("/utskick/arkiv/{week}"),
    View("/utskick/brev/{letter_id}"),
    View("/utskick/brev/{letter_id}", blanks={"letter_id": "2"}),
    View("/profil"),
    View("/profil", person=CONTACT),
    View("/profil", person=HEAD),
    View("/profil/inriktning"),
    View("/profil/ny-enhet"),
    View("/profil/enhet/{unit}"),
    View("/profil/nytt-behov/{unit}"),
    View("/profil/behov/{unit}/{need}"),
    View("/profil/behov/{unit}/{need}", person=CONTACT),
    View(
        "/profil/behov/{unit}/{need}", person=HEAD, blanks={"unit": "kommunledning", "need": "vanortsmoten"}
    ),
    View("/profil/lart/{unit}/{need}"),
    View("/profil/utkast/{draft}"),
    View("/profil/utkast/{draft}", person=CONTACT),
    View("/profil/utkast/{draft}", blanks={"draft": "2"}),
    View("/profil/versioner"),
    View("/profil/publicering"),
    View("/profil/version/{number}"),
    View("/profil/prova"),
    View("/profil/prova", "?utlysning=/c/2"),
    View("/profil/matchning"),
    View("/profil/import"),
    View("/profil/in"),
    View("/profil/in/policy"),
    View("/profil/in/policy/ta"),
    View("/profil/in/plan/{unit}"),
    View("/profil/in/plan/{unit}/ta"),
    View("/profil/in/ark"),
    View("/profil/in/fil"),
    View("/profil/in/spara"),
)


@dataclass(frozen=True)
class Fault:
    """A form sent with something missing or wrong.

    Attributes:
        action: where the form is posted; its beginning, when it ends with a slash.
        values: what is typed into its fields, by name.
    """

    view: View
    action: str
    values: Mapping[str, str]
    status: int = 422

    def __str__(self) -> str:
        return f"{self.view}: {self.action} {dict(self.values)}"


FAULTS = (
    Fault(View("/organisation/ny"), "/organisation/ny", {"name": "", "email": "inte en adress"}),
    Fault(View("/organisation/person/{key}"), "/organisation/person/", {"email": "fel"}),
    Fault(View("/installningar/api"), "/installningar/api", {"name": ""}),
    Fault(View("/profil/ny-enhet"), "/profil/ny-enhet", {"name": ""}),
    Fault(View("/profil/enhet/{unit}"), "/profil/enhet/", {"name": ""}),
    Fault(View("/profil/nytt-behov/{unit}"), "/profil/nytt-behov/", {"title": "", "text": "kort"}),
    Fault(View("/profil/behov/{unit}/{need}"), "/profil/behov/", {"title": "", "text": ""}),
    Fault(View("/profil/in/policy"), "/profil/in/policy", {}),
    Fault(View("/profil/in/plan/{unit}"), "/profil/in/plan/", {}),
    Fault(View("/profil/in/ark"), "/profil/in/ark", {}),
    Fault(View("/profil/in/fil"), "/profil/in/fil", {}),
)
