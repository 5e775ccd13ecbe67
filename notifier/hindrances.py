"""Why a letter does not go out on Monday, in words, with the page where it is put right (`ux.md` 1.6)."""

from collections.abc import Callable

from notifier.headers import clean, cut
from notifier.notice_model import Hindrance, Why
from notifier.notice_view import NoticeItem, NoticeLink
from notifier.view import LetterContext
from notifier.weeks import STOCKHOLM
from notifier.wording import Wording
from texts import Message

_ANSWER = 200


def hindrance_item(one: Hindrance, context: LetterContext, words: Wording) -> NoticeItem:
    """Whose letter, why it stays, and where to go."""
    whose = [_whose(one, words)]
    whose += [clean(english if words.language == "en" else swedish) for swedish, english in one.units]
    blanks = {
        "by": clean(_said(one.by, words)),
        "at": words.moment(one.at) if one.at else "",
        "day": words.day(one.at.astimezone(STOCKHOLM).date()) if one.at else "",
        "said": cut(clean(_said(one.said, words)), _ANSWER) or "–",
        "subject": clean(one.subject),
    }
    return NoticeItem(
        title=", ".join(part for part in whose if part),
        lead=_SENTENCES[one.why](words).format(**blanks),
        links=(_link(one, context, words),),
    )


def _whose(one: Hindrance, words: Wording) -> str:
    if one.why in (Why.RESTORED, Why.ALL_HELD):
        return words.gettext("Alla brev")
    return clean(_said(one.who, words))


def _said(what: str | Message, words: Wording) -> str:
    """A rule's words in the reader's language; names, and what servers say, as they are."""
    return words.message(what) if isinstance(what, Message) else what


_SENTENCES: dict[Why, Callable[[Wording], str]] = {
    Why.RESTORED: lambda words: words.catalogue.gettext(
        "En säkerhetskopia har lagts tillbaka. Inget skickas förrän någon har sett efter vad som redan gått ut."
    ),
    Why.ALL_HELD: lambda words: words.catalogue.gettext(
        "Hålls av {by} sedan {at}. De görs som vanligt, men skickas först när någon släpper dem."
    ),
    Why.HELD: lambda words: words.catalogue.gettext(
        "Hålls av {by} sedan {at}. Brevet görs som vanligt, men skickas först när någon släpper det."
    ),
    Why.LETTER_HELD: lambda words: words.catalogue.gettext("”{subject}” hålls. Skäl: {said}"),
    Why.IN_DOUBT: lambda words: words.catalogue.gettext(
        "”{subject}” avbröts medan det lämnades över, så ingen vet om det kom fram."
    ),
    Why.FAILED: lambda words: words.catalogue.gettext("”{subject}” gick inte. Servern svarade: {said}"),
    Why.REFUSED: lambda words: words.catalogue.gettext("Brevet går inte att göra: {said}"),
    Why.BOUNCING: lambda words: words.catalogue.gettext("Brev dit kommer tillbaka sedan {day}: {said}."),
    Why.PAUSED: lambda words: words.catalogue.gettext("Har pausat breven till {day}."),
    Why.STOPPED: lambda words: words.catalogue.gettext("Har avslutat breven."),
    Why.NOBODY: lambda words: words.catalogue.gettext("Ingen får enhetens brev: den saknar mottagare."),
}


def _link(one: Hindrance, context: LetterContext, words: Wording) -> NoticeLink:
    """The page where it is put right, named by whose letter it is."""
    links, about = context.links, clean(_said(one.who, words)) or None
    if one.why is Why.NOBODY:
        return NoticeLink(words=words.gettext("Utse mottagare"), href=links.people())
    if one.letter_id is not None:
        read = words.gettext("Läs brevet och avgör")
        return NoticeLink(words=read, href=links.letter(one.letter_id), about=about, language=words.language)
    if one.why is Why.HELD:
        read = words.gettext("Läs brevet")
        return NoticeLink(words=read, href=links.coming(one.person), about=about, language=words.language)
    return NoticeLink(words=words.gettext("Se och ändra utskicket"), href=links.letters())
