"""Who answers a reader's questions: the coordinator, by mail and by telephone (`ux.md` 1.2, the foot)."""

from notifier.greeting import first_name, places
from notifier.headers import clean
from notifier.view import Contact, LetterContext
from notifier.wording import Wording


def contact(context: LetterContext, words: Wording) -> Contact:
    """The coordinator as the foot of a letter names them; by name where the profile names a person."""
    person = context.coordinator
    name, phone = (person.name, person.phone) if person else ("", "")
    ask = words.gettext("Frågor? Svara på brevet, så når du samordnaren:")
    if person and first_name(name, person.email, places(context.profile)):
        ask = words.gettext("Frågor? Svara på brevet, så når du samordnaren {name}:", name=clean(name))
    dial = "".join(mark for mark in phone if mark.isdigit() or mark == "+")
    return Contact(ask=ask, email=context.reply_to, phone=clean(phone), dial=dial)
