"""The next letters: who gets one, what is in it, and holding it back. Looking stores nothing."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from notifier.model import LETTER_STATE_LABELS
from notifier.standing import CAUSE_LABELS
from pipeline.rehearsal import Rehearsed, rehearse
from storage import holds, outbox
from storage.database import reading
from storage.holds import EVERYBODY
from texts import alphabetical
from web.flash import flash_page
from web.letters import desk, shown
from web.letters.labels import PEOPLE_WHO_SAID_NO
from web.names import Names
from web.render import page
from web.selection import Tab
from web.visit import Here, Visit


def overview(visit: Here) -> Response:
    """The next dispatch, what waits for a word, and who is not reached."""
    tenant = visit.context.tenant
    coming = _coming(visit)
    with reading(visit.context.engine) as conn:
        next_letters = desk.dispatch(visit, conn)
        silent = desk.silence(visit, conn)
        unsettled = outbox.lines(conn, tenant, states=outbox.UNSETTLED)
        held = holds.of_week(conn, tenant, next_letters.week)
        board = visit.context.memory.board(conn, tenant, visit.now)
        newest = list(outbox.by_week(conn, tenant).items())[:4]
    return flash_page(
        visit,
        "letters/overview.html",
        names=Names(visit),
        dispatch=next_letters,
        coming=coming,
        unsettled=unsettled,
        to_review=board.counts[Tab.REVIEW],
        all_held=held.get(EVERYBODY),
        silent=silent,
        said_no=[key for key in sorted(silent.by_choice) if key not in silent.bouncing],
        weeks=newest,
        states=LETTER_STATE_LABELS,
        causes=CAUSE_LABELS,
        said_no_label=PEOPLE_WHO_SAID_NO,
        people={person.key: person for person in visit.profile.people} if visit.profile else {},
    )


def one(visit: Here, person: str) -> Response:
    """One person's coming letter, as it would be if it were made now."""
    rehearsed = _one(visit, person)
    content = rehearsed.letter.content if rehearsed.letter else b""
    return page(
        visit,
        "letters/coming.html",
        names=Names(visit),
        rehearsed=rehearsed,
        week=desk.coming_week(visit),
        text=shown.text_of(content) if content else "",
        states=LETTER_STATE_LABELS,
    )


def as_mail(visit: Here, person: str) -> Response:
    """Its HTML, for the frame."""
    rehearsed = _one(visit, person)
    if rehearsed.letter is None:
        raise HTTPException(404)
    return shown.framed(rehearsed.letter.content)


def _coming(visit: Visit) -> list[Rehearsed]:
    """Everybody's letter; those with something to tell first."""
    if visit.profile is None:
        return []
    week, facts = desk.coming_week(visit), desk.week_facts(visit)
    found = rehearse(visit.context.engine, desk.letter_context(visit), week, **facts)
    return sorted(
        found, key=lambda one: (one.letter is None and one.refused is None, alphabetical(one.person.name))
    )


def _one(visit: Visit, person: str) -> Rehearsed:
    if visit.profile is None:
        raise HTTPException(404)
    week, facts = desk.coming_week(visit), desk.week_facts(visit)
    found = rehearse(visit.context.engine, desk.letter_context(visit), week, only=person, **facts)
    if not found:
        raise HTTPException(404)
    return found[0]
