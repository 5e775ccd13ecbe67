"""Pages that a letter leads to speak the letter's language, for who has chosen none in this browser."""

from dataclasses import replace

from profiles.model import ContactPerson
from storage import wishes
from storage.database import reading
from texts import LANGUAGES
from web.visit import LANGUAGE_COOKIE, Visit


def as_in_letters(visit: Visit, person: ContactPerson | None) -> Visit:
    """The visit in the language of this person's letters; as it is where the reader chose one, or is signed in."""
    has_chosen = visit.chosen_language or visit.cookies.get(LANGUAGE_COOKIE) in LANGUAGES
    if person is None or visit.person is not None or has_chosen:
        return visit
    with reading(visit.context.engine) as conn:
        chosen = wishes.of(conn, visit.context.tenant, person.key).language
    return replace(visit, language=chosen or person.language)
