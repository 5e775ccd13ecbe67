"""Why a letter does not go out on Monday, in words, with the page where it is put right (`ux.md` 1.6)."""

from collections.abc import Callable

from notifier.headers import clean, cut
from notifier.links import Links
from notifier.notice_model import Hindrance, Why
from notifier.notice_view import NoticeItem, NoticeLink
from notifier.view import LetterContext
from notifier.wording import Wording
from texts import N_, Message

_ANSWER = 200


def hindrance_item(one: Hindrance, context: LetterContext, words: Wording) -> NoticeItem:
    """Whose letter, why it stays, and where to go."""
    whose = [_whose(one, words)]
    whose += [clean(english if words.language == "en" else swedish) for swedish, english in one.units]
    blanks = {
        "by": clean(_said(one.by, words)),
        "at": words.moment(one.at) if one.at else "",
        "day": words.day_of(one.at) if one.at else "",
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
    text, address = _WAYS[one.why]
    whose = clean(_said(one.who, words)) or None
    return NoticeLink(
        words=words.gettext(text), href=address(context.links, one), about=whose, language=words.language
    )


_SETTLE = (N_("Läs brevet och avgör"), lambda links, one: links.letter(one.letter_id))
_REPLACE = (N_("Utse ersättare"), lambda links, _: links.people())
_WAYS: dict[Why, tuple[str, Callable[[Links, Hindrance], str]]] = {
    Why.RESTORED: (N_("Se efter och släpp breven"), lambda links, _: links.letters()),
    Why.ALL_HELD: (N_("Släpp breven"), lambda links, _: links.letters()),
    Why.HELD: (N_("Läs brevet"), lambda links, one: links.coming(one.person)),
    Why.LETTER_HELD: _SETTLE,
    Why.IN_DOUBT: _SETTLE,
    Why.FAILED: _SETTLE,
    Why.REFUSED: (N_("Rätta uppgifterna"), lambda links, _: links.people()),
    Why.BOUNCING: (N_("Se adressen"), lambda links, _: f"{links.letters()}#adresser"),
    Why.PAUSED: _REPLACE,
    Why.STOPPED: _REPLACE,
    Why.NOBODY: (N_("Utse mottagare"), lambda links, _: links.people()),
}
