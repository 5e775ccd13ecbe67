"""Answering about a call from the letter, without signing in (`ux.md` 1.3), and what the coordinator sees of it.

Opening the address changes nothing (C3); a pressed button does, once, and can be undone for thirty days. Mail is
forwarded daily, so an answer never approves, assigns or submits anything, and is shown as unconfirmed.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import structlog
from fastapi import BackgroundTasks, Request
from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.responses import Response

from calls.addresses import page_in
from calls.changes import Change
from calls.kinds import spoken
from calls.model import Call
from calls.vocabulary import Status
from matcher.model import REJECT_REASON_LABELS, RejectReason, StoredMatch
from notifier.changes import shown_changes
from notifier.errors import BadLink, OldLink
from notifier.facts import web_address
from notifier.links import Question
from profiles.model import ContactPerson, Unit
from storage import answers_given
from storage import calls as stored_calls
from storage import matches as stored_matches
from storage.answers_given import KIND_LABELS, Answer, AnswerKind, StoredAnswer
from storage.database import reading, writing
from texts import N_, Message
from web import presentation, queue, signin_mail
from web.decisions import Fault
from web.forms import DECIDE
from web.mail_language import as_in_letters
from web.names import Names
from web.queue_page import tab_row
from web.render import page
from web.selection import page_number, word
from web.unsubscribe import links
from web.visit import Fields, Here, Refused, Visit, text_of

NEW_LINK_EVERY = timedelta(minutes=10)
BAD_LINK = Message(
    text=N_(
        "Länken är inte hel. Öppna den direkt ur brevet, eller svara på brevet så hjälper samordnaren till."
    )
)
UNKNOWN_CHOICE = Message(text=N_("Det gick inte att förstå svaret. Inget har sparats."))
log = structlog.get_logger()


class Choice(StrEnum):
    """What the page's buttons say."""

    INTERESTED = "interested"
    MAYBE = "maybe"
    NO = "no"
    FORWARD = "forward"
    UNDO = "undo"
    NEW_LINK = "new-link"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a link leads to: who is asked, for which unit, about which call, and what they have said.

    `changes` is what reads otherwise in the call since the letter.
    """

    question: Question
    person: ContactPerson
    unit: Unit
    call: Call
    matches: tuple[StoredMatch, ...]
    given: StoredAnswer | None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What a form held, kept while something is put right."""

    choice: Choice | None = None
    reason: RejectReason | None = None
    to_unit: str = ""
    note: str = ""

    def faults(self) -> list[Fault]:
        """What is missing."""
        if self.choice is Choice.NO and self.reason is None:
            return [Fault(field="reason", message=Message(text=N_("Välj ett skäl.")))]
        if self.choice is Choice.FORWARD and not self.to_unit:
            return [
                Fault(field="to-unit", message=Message(text=N_("Välj vilken enhet den ska skickas till.")))
            ]
        return []


def ask_page(visit: Here, token: str) -> Response:
    """The call in brief and four ways to answer; looking changes nothing (W-01)."""
    question = _question(visit, token)
    asked = _asked(visit, question) if question else None
    if asked is None:
        return _gone(visit, token)
    return _page(visit, token, asked, step="ask")


def answer(visit: Here, token: str, fields: Fields, later: BackgroundTasks) -> Response:
    """Keep an answer, or take the last one back. The same again changes nothing (W-03)."""
    choice = word(Choice, fields.get("choice"))
    if choice is None:
        raise Refused(422, UNKNOWN_CHOICE)
    if choice is Choice.NEW_LINK:
        return _new_link(visit, token, later)
    question = _question(visit, token)
    asked = _asked(visit, question) if question else None
    if asked is None:
        return _gone(visit, token)
    if choice is Choice.UNDO:
        return _undo(visit, token, asked, fields)
    typed = _typed(fields, choice, asked, visit)
    faults = typed.faults()
    if faults:
        return _page(visit, token, asked, step="ask", status=422, typed=typed, faults=faults)
    with writing(visit.context.engine) as conn:
        answers_given.give(conn, visit.context.tenant, _answer(asked, typed, visit))
    return _page(visit, token, _asked(visit, question), step="done")


def every(visit: Here, request: Request) -> Response:
    """All answers that hold, the newest first."""
    tenant = visit.context.tenant
    with reading(visit.context.engine) as conn:
        board = visit.context.memory.board(conn, tenant, visit.now)
        found = answers_given.newest(conn, tenant)
        number = page_number(request.query_params.get("sida"))
        shown = queue.paged(found, number)
        calls = {call.id: call for call in stored_calls.find(conn, tenant, {a.answer.call_id for a in shown})}
    last = queue.last_page(len(found))
    return page(
        visit,
        "answers/every.html",
        names=Names(visit),
        tabs=tab_row(board),
        answers=len(found),
        given=shown,
        calls=calls,
        kinds=KIND_LABELS,
        reason_labels=REJECT_REASON_LABELS,
        page_number=min(number, last),
        last_page=last,
    )


def of_call(visit: Visit, conn: Connection, call_id: int) -> list[StoredAnswer]:
    """The answers about a call that this person may see, the newest first."""
    found = answers_given.newest(conn, visit.context.tenant, [call_id])
    return [given for given in found if visit.may_see_unit(given.answer.unit)]


def _question(visit: Visit, token: str) -> Question | None:
    """What the link asks, None when it is too old. Raises Refused(404) when it was altered or is another's."""
    try:
        return links(visit.context).read_answer(token, visit.now)
    except OldLink:
        return None
    except BadLink as failure:
        raise Refused(404, BAD_LINK) from failure


def _asked(visit: Visit, question: Question) -> Asked | None:
    """What is asked, None where person, unit or call is no longer there, or the call has closed (W-09)."""
    person, unit = _person(visit, question), presentation.unit_of(visit.profile, question.unit)
    tenant = visit.context.tenant
    with reading(visit.context.engine) as conn:
        call = stored_calls.get(conn, tenant, question.call_id)
        if person is None or unit is None or call is None or call.status(visit.now) is Status.CLOSED:
            return None
        found = stored_matches.find(conn, tenant, call_id=call.id)
        given = answers_given.latest(conn, tenant, person.key, unit.key, call.id)
        changes = stored_calls.changes_since(conn, tenant, call.id, question.call_version)
    return Asked(
        question=question,
        person=person,
        unit=unit,
        call=call,
        matches=tuple(match for match in found if match.match.unit == unit.key),
        given=given,
        changes=changes,
    )


def _person(visit: Visit, question: Question) -> ContactPerson | None:
    people = visit.profile.in_office(visit.today) if visit.profile else ()
    named = next((p for p in people if p.key == question.person), None)
    address = named.address if named else None
    theirs = (p for p in people if p.address == address and question.unit in p.units)
    return named if next(theirs, None) else None  # one letter tells all roles of an address (M-10)


def _typed(fields: FormData, choice: Choice, asked: Asked, visit: Visit) -> Typed:
    """What the form says. Raises Refused(422) for a word outside its list."""
    reason, to_unit = word(RejectReason, fields.get("reason")), str(fields.get("to_unit") or "")
    known = {key for key, _name in _other_units(visit, asked)}
    if (fields.get("reason") and reason is None) or (to_unit and to_unit not in known):
        raise Refused(422, UNKNOWN_CHOICE)
    return Typed(choice=choice, reason=reason, to_unit=to_unit, note=text_of(fields.get("note")))


def _answer(asked: Asked, typed: Typed, visit: Visit) -> Answer:
    kind = AnswerKind(typed.choice.value)
    return Answer(
        person=asked.person.key,
        unit=asked.unit.key,
        call_id=asked.call.id,
        call_version=asked.question.call_version,
        kind=kind,
        at=visit.now,
        reason=typed.reason if kind is AnswerKind.NO else None,
        note=typed.note,
        to_unit=typed.to_unit if kind is AnswerKind.FORWARD else None,
    )


def _undo(visit: Visit, token: str, asked: Asked, fields: FormData) -> Response:
    number = str(fields.get("answer") or "")
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise Refused(422, UNKNOWN_CHOICE)
    question = asked.question
    with writing(visit.context.engine) as conn:
        answers_given.undo(
            conn,
            visit.context.tenant,
            question.person,
            question.unit,
            question.call_id,
            int(number),
            visit.now,
        )
    return _page(visit, token, _asked(visit, question), step="undone")


def _other_units(visit: Visit, asked: Asked) -> list[tuple[str, str]]:
    names = Names(visit)
    units = visit.profile.units if visit.profile else ()
    return [(unit.key, names.unit(unit.key)) for unit in units if unit.key != asked.unit.key]


def _page(
    visit: Visit,
    token: str,
    asked: Asked,
    *,
    step: str,
    status: int = 200,
    typed: Typed | None = None,
    faults: list[Fault] | None = None,
) -> Response:
    visit = as_in_letters(visit, asked.person)
    return page(
        visit,
        "answers/ask.html",
        status=status,
        names=Names(visit),
        token=token,
        asked=asked,
        step=step,
        typed=typed or Typed(),
        faults=faults or [],
        kinds=KIND_LABELS,
        reason_labels=REJECT_REASON_LABELS,
        reasons=_reasons(asked.call),
        units=_other_units(visit, asked),
        coordinator=visit.profile.coordinator_on(visit.today),
        changes=shown_changes(asked.changes, visit.wording, spoken(asked.call)),
        at_host=spoken(asked.call).at_host,
        source=web_address(page_in(asked.call.url, visit.language)),
        can_undo=asked.given is not None and asked.given.answer.at > visit.now - answers_given.UNDO_FOR,
    )


def _reasons(call: Call) -> list[tuple[RejectReason, str]]:
    """Which reasons a department can judge; a duplicate is the coordinator's own word."""
    return [one for one in DECIDE.reasons_for(call) if one[0] is not RejectReason.DUPLICATE]


def _gone(visit: Visit, token: str, *, sent: bool = False) -> Response:
    """The same page for an old link and for somebody who is no longer asked (W-09); a closed call says that it is."""
    return page(
        visit,
        "answers/gone.html",
        status=200 if sent else 410,
        names=Names(visit),
        token=token,
        sent=sent,
        closed=_closed(visit, token),
    )


def _closed(visit: Visit, token: str) -> Call | None:
    """The call of a link, old or not, when it has closed: that is no secret, whoever was asked."""
    question = links(visit.context).read_answer(token, None)
    with reading(visit.context.engine) as conn:
        call = stored_calls.get(conn, visit.context.tenant, question.call_id)
    return call if call is not None and call.status(visit.now) is Status.CLOSED else None


def _new_link(visit: Visit, token: str, later: BackgroundTasks) -> Response:
    """Mail a new link to the registered address, if there still is one; the page says the same either way."""
    try:
        question = links(visit.context).read_answer(token, None)
    except BadLink as failure:
        raise Refused(404, BAD_LINK) from failure
    asked = _asked(visit, question)
    allowed = visit.context.memory.may("new-link", question, visit.now, NEW_LINK_EVERY)
    if asked is not None and allowed:
        later.add_task(_send, visit, asked)
    return _gone(visit, token, sent=True)


def _send(visit: Visit, asked: Asked) -> None:
    """Write and send when the answer has gone out, so that it takes as long for anybody."""
    context = visit.context
    try:
        link = links(context).answer(asked.question, visit.now)
        context.send_mail(signin_mail.answer_link(visit, asked.person, link, asked.call))
    except Exception as failure:  # the page has been answered already; the operator reads it in the log
        log.error("mail with a new answer link was not sent", reason=str(failure))
