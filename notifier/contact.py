"""Who answers a reader's questions: the coordinator, by mail and by telephone (`ux.md` 1.2, the foot)."""

from notifier.greeting import first_name, places
from notifier.headers import clean
from notifier.view import Contact, LetterContext
from notifier.wording import Wording
from profiles.model import ContactPerson, Profile


def contact(context: LetterContext, words: Wording) -> Contact:
    """The coordinator as the foot of a letter names them."""
    return answering(context.coordinator, context.profile, context.reply_to, words)


def answering(person: ContactPerson | None, profile: Profile, email: str, words: Wording) -> Contact:
    """Who answers at an address: by name where the profile names a person, with the telephone where there is one."""
    ask = words.gettext("Frågor? Svara på brevet, så når du samordnaren:")
    if person is None:
        return Contact(ask=ask, email=email)
    if first_name(person.name, person.email, places(profile)):
        name = clean(person.name)
        ask = words.gettext("Frågor? Svara på brevet, så når du samordnaren {name}:", name=name)
    dial = "".join(mark for mark in person.phone if mark.isdigit() or mark == "+")
    return Contact(ask=ask, email=email, phone=clean(person.phone), dial=dial)
