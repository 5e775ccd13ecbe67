"""A digest as a finished letter: three templates, headers that foreign text cannot alter, bytes that are frozen.

Headers follow `ux.md` 1.4; the size limit keeps mail programs from clipping the letter (`ux.md` 1.5).
"""

from dataclasses import replace

from notifier.digest import shortened
from notifier.envelope import addressed, sealed
from notifier.errors import UnsafeMessage
from notifier.headers import clean, cut
from notifier.model import Digest, Letter, LetterKind
from notifier.templating import fill, isolated
from notifier.view import LetterContext
from notifier.wording import Wording
from notifier.writer import counted_briefly, letter_view, nearest_deadline, told_lines
from texts import N_

MAX_BYTES = 90_000
_SUBJECT = 70


def render(digest: Digest, context: LetterContext, *, slot: str | None = None) -> Letter:
    """The letter of a digest; items are shortened to one line each until it is under 90 kB.

    Args:
        slot: where it stands in the outbox, part of its Message-ID; its week unless it replaces another letter.

    Raises:
        UnsafeMessage: when the bytes, read back, do not say what was intended.
        UnusableAddress: when the reader's, the sender's or the coordinator's address cannot be used.
    """
    letter = _letter(digest, context, slot or digest.week)
    shorter, fewer = digest, context
    while len(letter.content) >= MAX_BYTES:
        if (next_shorter := shortened(shorter)) is not None:
            shorter = next_shorter
        elif fewer.max_lines > 0:
            fewer = replace(fewer, max_lines=fewer.max_lines - 10)
        else:
            text = N_("Brevet blev {size} byte; högst {limit} skickas.")
            raise UnsafeMessage.of(text, size=len(letter.content), limit=MAX_BYTES)
        letter = _letter(shorter, fewer, slot or digest.week)
    return letter


def subject_of(digest: Digest, context: LetterContext) -> str:
    """What, how much and the nearest day, in at most 70 characters; always begins with "Fondvakt: "."""
    wording = Wording(digest.person.language)
    deadline = nearest_deadline(digest, context.now)
    day = wording.day_seen_from(deadline.day, context.now) if deadline else None
    items = (*digest.items, *digest.more, *digest.consultations, *digest.more_consultations)
    items += (*digest.earlier, *digest.more_earlier)
    if digest.awaiting or len(items) > 1:
        many = {"summary": counted_briefly(digest, wording), "title": None, "day": day}
        return clean(fill("subject.txt", wording.language, many))
    call = items[0].call
    one = {"summary": None, "title": "", "day": day, "is_consultation": call.is_consultation}
    bare = clean(fill("subject.txt", wording.language, one))
    title = isolated(cut(clean(call.title_in(wording.language).text), _SUBJECT - len(bare) - 3))
    return " ".join(fill("subject.txt", wording.language, one | {"title": title}).split())


def _letter(digest: Digest, context: LetterContext, slot: str) -> Letter:
    view = letter_view(digest, context)
    text = fill("digest.txt", view.language, {"letter": view})
    html = fill("digest.html", view.language, {"letter": view})
    told = (*digest.items, *told_lines(digest, context), *digest.consultations, *digest.earlier)
    calls = tuple((item.call.id, item.call.version) for item in told)
    subject = subject_of(digest, context)
    envelope = addressed(
        digest.person, view, kind=LetterKind.DIGEST, week=digest.week, slot=slot, subject=subject
    )
    return sealed(envelope, context, text, html, calls)
