"""One mail of every kind in both languages, as the templates make them."""

from functools import cache

from letters import WEEK, a_context, a_digest, a_source, accepted, in_days

from builders import NOW, a_call, a_coordinator, a_person
from calls.changes import Change
from calls.model import Call
from matcher.model import SentencePair
from notifier import notices, office
from notifier.model import OPERATOR, Letter
from notifier.notice_letter import notice_letter
from notifier.notice_model import Closing, Hindrance, Moved, Question, Rehearsal, Trouble, Urgent, Why
from notifier.notice_view import NoticeView
from notifier.render import render
from notifier.view import LetterContext
from profiles.model import ContactPerson, Role
from texts import Message

TITLES = (
    "Town-Twinning",
    "Demonstrating integrated solutions for climate-neutral neighbourhoods in medium-sized cities",
    "European policy experimentation in school: pupils' wellbeing",
)
SAID = {
    "cause": Message(
        text="Källan {source} har inte gått att läsa på två dygn.", values={"source": "EU:s portal"}
    ),
    "effect": Message(text="Nya utlysningar och ändringar därifrån når inte läsarna. Det står i breven."),
    "step": Message(text="Se sidan Källor, och kör fondvakt sources doctor."),
}
PAIR = SentencePair(
    need="Fler elever i grundskolan ska få möta jämnåriga i andra länder.",
    call="Pupils will meet their peers in other countries.",
    section="scope",
    similarity=0.9,
)


def some_calls() -> list:
    return [
        a_call(
            id=number,
            title=title,
            identifier=f"CERV-2026-CITIZENS-{number}",
            programme_label="CERV",
            deadlines=in_days(13 + number),
            grant_min=8500,
            grant_max=50_700,
            sources=(a_source(number),),
        )
        for number, title in enumerate(TITLES, 1)
    ]


def closing(call, answered: str | None = "Intresserad") -> Closing:
    day, left = call.deadlines[0].day, call.days_left(NOW)
    return Closing(call=call, unit="skola", step=14, day=day, days_left=left, since_at=NOW, answered=answered)


def hindrances_of_every_kind() -> tuple[Hindrance, ...]:
    schools = (("Barn- och utbildningsförvaltningen", "Children and Education"),)
    hers = {"who": "Anna Lind", "units": schools, "person": "anna"}
    waits = {"letter_id": 7, "subject": "3 nya utlysningar – närmast 12 mars"}
    held = {"by": "EU-samordnare", "at": NOW}
    said = Message(text="adressen finns inte, två olika veckor")
    return (
        Hindrance(why=Why.RESTORED),
        Hindrance(why=Why.ALL_HELD, **held),
        Hindrance(why=Why.LETTER_HELD, said="454 inte nu", **waits, **hers),
        Hindrance(why=Why.IN_DOUBT, **waits, **hers),
        Hindrance(why=Why.FAILED, said="550 5.1.1 <b>no such user</b>", **waits, **hers),
        Hindrance(why=Why.REFUSED, said=said, **hers),
        Hindrance(why=Why.HELD, **held, **hers),
        Hindrance(why=Why.BOUNCING, said=said, at=NOW, **hers),
        Hindrance(why=Why.PAUSED, at=NOW, **hers),
        Hindrance(why=Why.STOPPED, **hers),
        Hindrance(why=Why.NOBODY, units=(("Kultur", "Culture"),)),
    )


PHONE = "031-390 06 12"


def a_rehearsal(urgent: Call) -> Rehearsal:
    return Rehearsal(
        week=WEEK,
        letters=14,
        matches=31,
        unreviewed=3,
        unanswered=2,
        hindrances=hindrances_of_every_kind(),
        published=(("Barn och utbildning", "Children and Education"),),
        urgent=(Urgent(call=urgent, units=(("Barn och utbildning", "Children and Education"),)),),
        untouched_since=NOW,
    )


@cache
def every_kind(language: str) -> dict[str, Letter]:
    """Name to letter."""
    context, calls = _answered_by_phone(), some_calls()
    reader, coordinator = a_person(language=language), a_coordinator(language=language)
    operator = ContactPerson(
        key=OPERATOR, name="", email="drift@exempelstad.example", role=Role.OPERATOR, language=language
    )
    moved = Change(field="deadlines", old=["2026-09-01"], new=["2026-09-05"])
    question = Question(id=1, call=calls[0], by="EU-samordnare", at=NOW, unit="skola", note="Passar det er?")
    to_group = Question(id=1, call=calls[1], by="EU-samordnare", at=NOW, note="Vad säger ni?")
    troubles = [
        Trouble(id=1, said=SAID, opened_at=NOW),
        Trouble(id=2, said=SAID, opened_at=NOW, closed_at=NOW),
    ]
    views: dict[str, tuple[ContactPerson, NoticeView]] = {
        "reminder": (reader, notices.reminder(reader, context, [closing(one) for one in calls])),
        "reminder of one": (reader, notices.reminder(reader, context, [closing(calls[0], None)])),
        "change": (
            reader,
            notices.change(
                reader,
                context,
                [
                    Moved(call=calls[0], unit="skola", changes=(moved,)),
                    Moved(call=calls[1], unit="skola", is_withdrawn=True),
                ],
            ),
        ),
        "assignment": (reader, notices.assignment(reader, context, [question])),
        "invitation": (reader, notices.invitation(reader, context, [to_group])),
        "unit": (coordinator, office.unit(coordinator, context, troubles[:1])),
        "rehearsal": (coordinator, office.rehearsal(coordinator, context, a_rehearsal(calls[1]))),
        "alarm": (operator, office.alarm(operator, context, troubles)),
        "nothing new": (reader, notices.nothing_new(reader, context, silent_weeks=True)),
    }
    made = {
        name: notice_letter(view, person, context, week=WEEK, slot=f"{name}/1")
        for name, (person, view) in views.items()
    }
    return made | {"digest": _digest(language, question, calls, moved)}


def _answered_by_phone() -> LetterContext:
    return a_context(
        coordinator=a_coordinator(name="Anna Exempel", email="anna.exempel@exempelstad.example", phone=PHONE)
    )


def _digest(language: str, question: Question, calls: list, moved: Change) -> Letter:
    pairs = {"pairs": (PAIR,), "children_and_youth": True}
    items = [accepted(number, title=title, match=pairs) for number, title in enumerate(TITLES, 4)]
    digest = a_digest(
        *items,
        accepted(20, version=2, title="European Cooperation Projects"),
        accepted(30, title="Networks of towns"),
        person=a_person(language=language, name="Bo Prov", email="bo.prov@exempelstad.example"),
        received={20: 1},
        changes={20: (moved,)},
        awaiting=[question],
        followed=calls,
        unreached=("Interreg NPA",),
        unreviewed=1,
        told={(30, "skola", "utbyten")},
    )
    return render(digest, _answered_by_phone())


KINDS = (
    "digest",
    "reminder",
    "reminder of one",
    "change",
    "assignment",
    "invitation",
    "unit",
    "rehearsal",
    "alarm",
    "nothing new",
)
