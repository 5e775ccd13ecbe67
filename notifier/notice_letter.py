"""What every notice has, whoever it is for, and the finished letter."""

from calls.model import Call
from notifier.contact import contact
from notifier.envelope import addressed, sealed
from notifier.headers import clean, cut
from notifier.model import TO_COORDINATORS, Letter, LetterKind
from notifier.notice_view import NoticeView
from notifier.templating import fill, isolated
from notifier.view import LetterContext
from notifier.wording import Wording
from profiles.model import ContactPerson
from texts import N_

SUBJECT, _PREHEADER = 70, 140
_STOP = {
    LetterKind.DIGEST: N_("Sluta få brevet"),
    LetterKind.REMINDER: N_("Sluta få påminnelser"),
    LetterKind.CHANGE: N_("Sluta få besked om ändringar"),
    LetterKind.ASSIGNMENT: N_("Sluta få frågor som egna brev"),
    LetterKind.INVITATION: N_("Sluta få referensgruppens frågor"),
    LetterKind.UNIT: N_("Sluta få besked om enheter utan mottagare"),
    LetterKind.REHEARSAL: N_("Sluta få förhandsbesked"),
    LetterKind.ALARM: N_("Sluta få larm med e-post"),
}


def notice_letter(
    view: NoticeView,
    person: ContactPerson,
    context: LetterContext,
    *,
    week: str,
    slot: str,
    calls: tuple[tuple[int, int], ...] = (),
) -> Letter:
    """A notice as a finished letter. Raises as `notifier.envelope.sealed` does."""
    text = fill("notice.txt", view.language, {"letter": view})
    html = fill("notice.html", view.language, {"letter": view})
    envelope = addressed(person, view, kind=view.kind, week=week, slot=slot, subject=view.subject)
    return sealed(envelope, context, text, html, calls)


def view_of(person: ContactPerson, context: LetterContext, kind: LetterKind, **told) -> NoticeView:
    """A notice with what all of them have; its paragraphs are the preheader where it has none of its own."""
    words, profile = Wording(person.language), context.profile
    stops = context.links.unsubscribe(person.key, None if kind is LetterKind.DIGEST else kind)
    told["subject"] = " ".join(told["subject"].split())
    told["preheader"] = cut(clean(told.get("preheader") or " ".join(told["paragraphs"])), _PREHEADER)
    return NoticeView(
        kind=kind,
        language=words.language,
        municipality=clean(profile.name_en if words.language == "en" else profile.name),
        choices=context.links.choices(person.key),
        unsubscribe=stops,
        stop=words.gettext(_STOP[kind]),
        contact=None if kind in TO_COORDINATORS else contact(context, words),
        **told,
    )


def about(call: Call, start: str, language: str) -> str:
    """A subject that starts so and goes on with the call's title, as far as there is room."""
    return f"{start}{short_title(call, SUBJECT - len(start), language)}"


def short_title(call: Call, limit: int, language: str) -> str:
    """A call's title for readers of a language, cleaned and cut, kept to its own direction."""
    return isolated(cut(clean(call.title_in(language).text), limit))
